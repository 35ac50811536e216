-- Commitments: what a member promised under one point of the plan.

-- +goose Up
create table commitment_draft (
    id uuid not null,
    member bigint not null,
    version integer not null default 1,
    point smallint not null,
    title text not null,
    text text not null,
    strength text,
    starts_on date,
    due_on date,
    synthetic boolean not null default false,
    written_at timestamptz not null,
    constraint commitment_draft_pkey primary key (id),
    constraint commitment_draft_title_length check (char_length(title) between 1 and 400),
    constraint commitment_draft_text_length check (char_length(text) between 1 and 4000),
    constraint commitment_draft_strength_known check (strength in ('proposed', 'pledged', 'in_strategy')),
    constraint commitment_draft_span check (due_on >= starts_on),
    constraint commitment_draft_starts_range check (starts_on >= '1800-01-01' and starts_on < '2200-01-01'),
    constraint commitment_draft_due_range check (due_on >= '1800-01-01' and due_on < '2200-01-01'),
    constraint commitment_draft_point_known foreign key (point) references plan_point (number),
    constraint commitment_draft_member_known foreign key (member) references member (number)
);
create index commitment_draft_by_member on commitment_draft (member, (coalesce(due_on, 'infinity'::date)), id);
create index commitment_draft_by_due on commitment_draft ((coalesce(due_on, 'infinity'::date)), id);
comment on table commitment_draft is 'A promise still being written: no ledger entry, no history, gone when it is submitted and stands in commitment under the same id.';

create table commitment (
    id uuid not null,
    member bigint not null,
    version integer not null default 1,
    change bigint not null,
    point smallint not null,
    title text not null,
    text text not null,
    state text not null,
    strength text,
    outcome text,
    closing_reason text,
    starts_on date,
    due_on date,
    synthetic boolean not null default false,
    constraint commitment_pkey primary key (id),
    constraint commitment_title_length check (char_length(title) between 1 and 400),
    constraint commitment_text_length check (char_length(text) between 1 and 4000),
    constraint commitment_state_known check (state in ('submitted', 'registered', 'closed')),
    constraint commitment_strength_known check (strength in ('proposed', 'pledged', 'in_strategy')),
    constraint commitment_outcome_known check (outcome in ('reached_in_time', 'reached_late', 'not_reached', 'withdrawn', 'superseded')),
    constraint commitment_outcome_closed check ((state = 'closed') = (outcome is not null) and (state = 'closed') = (closing_reason is not null)),
    constraint commitment_closing_reason_length check (char_length(closing_reason) between 1 and 2000),
    constraint commitment_span check (due_on >= starts_on),
    constraint commitment_starts_range check (starts_on >= '1800-01-01' and starts_on < '2200-01-01'),
    constraint commitment_due_range check (due_on >= '1800-01-01' and due_on < '2200-01-01'),
    constraint commitment_point_known foreign key (point) references plan_point (number),
    constraint commitment_member_known foreign key (member) references member (number),
    constraint commitment_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index commitment_by_due on commitment ((coalesce(due_on, 'infinity'::date)), id);
create index commitment_by_member on commitment (member, (coalesce(due_on, 'infinity'::date)), id);
create index commitment_by_point on commitment (point, (coalesce(due_on, 'infinity'::date)), id);
create index commitment_by_state on commitment (state, (coalesce(due_on, 'infinity'::date)), id);
create index commitment_taken on commitment (point, member) where state in ('registered', 'closed');
comment on table commitment is 'What a member promised under one point, from its submission on. Public from its registration on, where the member is.';
create table commitment_history (ended_by bigint not null, like commitment,
    constraint commitment_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index commitment_history_by_id on commitment_history (id, change);
create index commitment_history_by_ended on commitment_history (ended_by);
comment on table commitment_history is 'Earlier versions of commitment.';
create trigger commitment_stamp before insert or update or delete on commitment for each row execute function stamp();

create view commitment_seen as
    select c.id, c.member, c.version, c.change, c.point, c.title, c.text, c.state, c.strength, c.outcome, c.closing_reason,
        c.starts_on, c.due_on, c.synthetic, (m.published and c.state in ('registered', 'closed')) as is_open
    from commitment c join member m on m.number = c.member;
comment on view commitment_seen is 'What a commitment shows to whom, for every reader: is_open is for all; the rest, and every draft, is for staff and the commitment''s own member.';

-- +goose Down
drop view commitment_seen;
drop table commitment_history, commitment, commitment_draft;
