-- Amendments of registered commitments: the old terms beside the new ones, for
-- ever.

-- +goose Up
alter table commitment
    add column amendments integer not null default 0,
    add column amended_on date;
alter table commitment_history
    add column amendments integer not null default 0,
    add column amended_on date;
alter table commitment
    add constraint commitment_amendments_counted check (amendments >= 0 and (amendments = 0) = (amended_on is null)),
    add constraint commitment_amended_range check (amended_on >= '1800-01-01' and amended_on < '2200-01-01');
comment on column commitment.amendments is 'How often its terms were amended since it was registered.';
comment on column commitment.amended_on is 'The day on which the last amendment was approved; absent where it is as it was promised first.';

create or replace view commitment_seen as
    select c.id, c.member, c.version, c.change, c.point, c.title, c.text, c.state, c.strength, c.outcome, c.closing_reason,
        c.starts_on, c.due_on, c.synthetic, (m.published and c.state in ('registered', 'closed')) as is_open,
        c.indicator, c.unit, c.direction, c.baseline_value, c.baseline_on, c.target_bound, c.target_low, c.target_high, c.target_on,
        c.milestones, c.partner_countries, m.published, c.amendments, c.amended_on
    from commitment c join member m on m.number = c.member;

create table amendment (
    id uuid not null,
    commitment uuid not null,
    member bigint not null,
    version integer not null default 1,
    change bigint not null,
    base integer not null,
    state text not null,
    class text not null,
    claimed text,
    computed text,
    reason text not null,
    old_terms jsonb not null,
    new_terms jsonb not null,
    proposer uuid not null,
    proposed_at timestamptz not null,
    decider uuid,
    decided_at timestamptz,
    decision_reason text,
    synthetic boolean not null default false,
    constraint amendment_pkey primary key (id),
    constraint amendment_state_known check (state in ('proposed', 'approved', 'refused', 'withdrawn')),
    constraint amendment_class_known check (class in ('strengthened', 'weakened', 'clarified', 'superseded')),
    constraint amendment_claimed_known check (claimed in ('strengthened', 'weakened', 'clarified', 'superseded')),
    constraint amendment_computed_known check (computed in ('strengthened', 'weakened', 'superseded')),
    constraint amendment_computed_holds check (
        case computed
            when 'weakened' then class = 'weakened'
            when 'superseded' then class in ('superseded', 'weakened')
            when 'strengthened' then class <> 'clarified'
            else true
        end),
    constraint amendment_reason_length check (char_length(reason) between 1 and 2000),
    constraint amendment_terms_whole check (jsonb_typeof(old_terms) = 'object' and jsonb_typeof(new_terms) = 'object'),
    constraint amendment_terms_differ check (old_terms <> new_terms),
    constraint amendment_decided_whole check ((state = 'proposed') = (decider is null) and (state = 'proposed') = (decided_at is null)),
    constraint amendment_second_person check (state not in ('approved', 'refused') or decider <> proposer),
    constraint amendment_decision_reason_length check (char_length(decision_reason) between 1 and 2000),
    constraint amendment_refusal_reasoned check (state <> 'refused' or decision_reason is not null),
    constraint amendment_commitment_known foreign key (commitment) references commitment (id),
    constraint amendment_member_known foreign key (member) references member (number),
    constraint amendment_change_known foreign key (change) references change (id) deferrable initially deferred
);
create unique index amendment_open on amendment (commitment) where state = 'proposed';
create index amendment_by_commitment on amendment (commitment, proposed_at desc, id);
create index amendment_approved_of_member on amendment (member, id) where state = 'approved';
comment on table amendment is 'What is to change, or was changed, in the terms of a registered commitment, with what it makes of the promise and why. Public once approved, where the member is.';
comment on column amendment.base is 'The version of the commitment that it changes.';
comment on column amendment.class is 'What it counts as. claimed is what the proposer said, computed what the terms that can be compared make of it: absent where words alone change.';
comment on column amendment.decider is 'Who approved or refused it, another person than the proposer, or who withdrew it.';
comment on index amendment_open is 'A commitment has one amendment under way.';
create table amendment_history (ended_by bigint not null, like amendment,
    constraint amendment_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index amendment_history_by_id on amendment_history (id, change);
create index amendment_history_by_ended on amendment_history (ended_by);
comment on table amendment_history is 'Earlier versions of amendment.';
create trigger amendment_stamp before insert or update or delete on amendment for each row execute function stamp();

create view amendment_seen as
    select a.id, a.commitment, a.member, a.version, a.change, a.base, a.state, a.class, a.claimed, a.computed, a.reason, a.old_terms, a.new_terms,
        a.proposer, a.proposed_at, a.decider, a.decided_at, a.decision_reason, a.synthetic, (m.published and a.state = 'approved') as is_open
    from amendment a join member m on m.number = a.member;
comment on view amendment_seen is 'What an amendment shows to whom, for every reader: is_open is for all; the rest is for staff and the commitment''s own member.';

alter table report_draft add column terms_at integer;
update report_draft d set terms_at = c.version from commitment c where c.id = d.commitment;
alter table report_draft alter column terms_at set not null;
comment on column report_draft.terms_at is 'The version of the commitment that was in force when the report was started: what it is held to, however the commitment is amended meanwhile.';

-- +goose Down
alter table report_draft drop column terms_at;
drop view amendment_seen;
drop table amendment_history, amendment;
drop view commitment_participant_seen;
drop view commitment_seen;
alter table commitment drop column amendments, drop column amended_on;
alter table commitment_history drop column amendments, drop column amended_on;
create view commitment_seen as
    select c.id, c.member, c.version, c.change, c.point, c.title, c.text, c.state, c.strength, c.outcome, c.closing_reason,
        c.starts_on, c.due_on, c.synthetic, (m.published and c.state in ('registered', 'closed')) as is_open,
        c.indicator, c.unit, c.direction, c.baseline_value, c.baseline_on, c.target_bound, c.target_low, c.target_high, c.target_on,
        c.milestones, c.partner_countries, m.published
    from commitment c join member m on m.number = c.member;
comment on view commitment_seen is 'What a commitment shows to whom, for every reader: is_open is for all; the rest, and every draft, is for staff and the commitment''s own member. Of a published member it is also for those who are invited to it and have not declined.';
create view commitment_participant_seen as
    select p.commitment, p.member, p.version, p.change, p.role, p.state, c.member as owner, c.published as owner_published,
        (c.is_open and p.state = 'accepted') as is_open
    from commitment_participant p join commitment_seen c on c.id = p.commitment;
comment on view commitment_participant_seen is 'What a participation shows to whom, for every reader: is_open is for all; the rest is for staff, the commitment''s own member (owner) and, where that is published, the participant itself. Participants are published members always.';
