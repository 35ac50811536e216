-- What a commitment is measured by, and with whom it is made.

-- +goose Up
alter table commitment_draft
    add column indicator text,
    add column unit text,
    add column direction text,
    add column baseline_value numeric(24, 4),
    add column baseline_on date,
    add column target_bound text,
    add column target_low numeric(24, 4),
    add column target_high numeric(24, 4),
    add column target_on date,
    add column milestones jsonb not null default '[]',
    add column partner_countries text[] not null default '{}';
alter table commitment
    add column indicator text,
    add column unit text,
    add column direction text,
    add column baseline_value numeric(24, 4),
    add column baseline_on date,
    add column target_bound text,
    add column target_low numeric(24, 4),
    add column target_high numeric(24, 4),
    add column target_on date,
    add column milestones jsonb not null default '[]',
    add column partner_countries text[] not null default '{}';
alter table commitment_history
    add column indicator text,
    add column unit text,
    add column direction text,
    add column baseline_value numeric(24, 4),
    add column baseline_on date,
    add column target_bound text,
    add column target_low numeric(24, 4),
    add column target_high numeric(24, 4),
    add column target_on date,
    add column milestones jsonb not null default '[]',
    add column partner_countries text[] not null default '{}';
alter table commitment_draft add column participants jsonb not null default '[]';

alter table commitment_draft
    add constraint commitment_draft_indicator_known foreign key (indicator, point, unit, direction) references indicator (code, point, unit, direction),
    add constraint commitment_draft_indicator_whole check ((indicator is null) = (unit is null) and (indicator is null) = (direction is null)),
    add constraint commitment_draft_baseline_measured check (baseline_value is null or indicator is not null),
    add constraint commitment_draft_baseline_number check (baseline_value >= 0 and baseline_value < 'Infinity'::numeric),
    add constraint commitment_draft_baseline_dated check (baseline_on is null or baseline_value is not null),
    add constraint commitment_draft_baseline_range check (baseline_on >= '1800-01-01' and baseline_on < '2200-01-01'),
    add constraint commitment_draft_target_measured check (target_bound is null or indicator is not null),
    add constraint commitment_draft_target_ends check (
        case
            when target_bound is null then target_low is null and target_high is null and target_on is null
            when target_bound in ('exact', 'approx') then target_low is not null and target_high is not null and target_low = target_high
            when target_bound = 'range' then target_low is not null and target_high is not null and target_low <= target_high
            when target_bound in ('gt', 'ge') then target_low is not null and target_high is null
            when target_bound in ('lt', 'le') then target_low is null and target_high is not null
            else false
        end),
    add constraint commitment_draft_target_low_number check (target_low >= 0 and target_low < 'Infinity'::numeric),
    add constraint commitment_draft_target_high_number check (target_high >= 0 and target_high < 'Infinity'::numeric),
    add constraint commitment_draft_target_range check (target_on >= '1800-01-01' and target_on < '2200-01-01'),
    add constraint commitment_draft_target_after_baseline check (coalesce(target_on, due_on) >= baseline_on or target_bound is null),
    add constraint commitment_draft_milestones_list check (jsonb_typeof(milestones) = 'array' and jsonb_array_length(milestones) <= 20),
    add constraint commitment_draft_partner_countries_count check (cardinality(partner_countries) <= 250);
alter table commitment
    add constraint commitment_indicator_known foreign key (indicator, point, unit, direction) references indicator (code, point, unit, direction),
    add constraint commitment_indicator_whole check ((indicator is null) = (unit is null) and (indicator is null) = (direction is null)),
    add constraint commitment_baseline_measured check (baseline_value is null or indicator is not null),
    add constraint commitment_baseline_number check (baseline_value >= 0 and baseline_value < 'Infinity'::numeric),
    add constraint commitment_baseline_dated check (baseline_on is null or baseline_value is not null),
    add constraint commitment_baseline_range check (baseline_on >= '1800-01-01' and baseline_on < '2200-01-01'),
    add constraint commitment_target_measured check (target_bound is null or indicator is not null),
    add constraint commitment_target_ends check (
        case
            when target_bound is null then target_low is null and target_high is null and target_on is null
            when target_bound in ('exact', 'approx') then target_low is not null and target_high is not null and target_low = target_high
            when target_bound = 'range' then target_low is not null and target_high is not null and target_low <= target_high
            when target_bound in ('gt', 'ge') then target_low is not null and target_high is null
            when target_bound in ('lt', 'le') then target_low is null and target_high is not null
            else false
        end),
    add constraint commitment_target_low_number check (target_low >= 0 and target_low < 'Infinity'::numeric),
    add constraint commitment_target_high_number check (target_high >= 0 and target_high < 'Infinity'::numeric),
    add constraint commitment_target_range check (target_on >= '1800-01-01' and target_on < '2200-01-01'),
    add constraint commitment_target_after_baseline check (coalesce(target_on, due_on) >= baseline_on or target_bound is null),
    add constraint commitment_milestones_list check (jsonb_typeof(milestones) = 'array' and jsonb_array_length(milestones) <= 20),
    add constraint commitment_partner_countries_count check (cardinality(partner_countries) <= 250);
alter table commitment_draft
    add constraint commitment_draft_participants_list check (jsonb_typeof(participants) = 'array' and jsonb_array_length(participants) <= 50);
create index commitment_by_indicator on commitment (indicator) where indicator is not null;
create index commitment_draft_by_indicator on commitment_draft (indicator) where indicator is not null;
comment on column commitment.indicator is 'What it is measured by; absent for a purely qualitative promise. unit and direction are the indicator''s, which never change, so that its key holds the row to them.';
comment on column commitment.target_on is 'The day by which the target is to be reached; absent where that is due_on.';

create table commitment_participant (
    commitment uuid not null,
    member bigint not null,
    version integer not null default 1,
    change bigint not null,
    role text not null,
    state text not null,
    constraint commitment_participant_pkey primary key (commitment, member),
    constraint commitment_participant_role_known check (role in ('lead', 'partner')),
    constraint commitment_participant_state_known check (state in ('invited', 'accepted', 'declined')),
    constraint commitment_participant_commitment_known foreign key (commitment) references commitment (id),
    constraint commitment_participant_member_known foreign key (member) references member (number),
    constraint commitment_participant_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index commitment_participant_by_member on commitment_participant (member, state, commitment);
comment on table commitment_participant is 'Who makes a joint commitment beside the member that drafted it, which leads and answers for the reports. Invited at the submission; each accepts or declines for itself.';
create table commitment_participant_history (ended_by bigint not null, like commitment_participant,
    constraint commitment_participant_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index commitment_participant_history_by_commitment on commitment_participant_history (commitment, member, change);
create index commitment_participant_history_by_ended on commitment_participant_history (ended_by);
comment on table commitment_participant_history is 'Earlier versions of commitment_participant.';
create trigger commitment_participant_stamp before insert or update or delete on commitment_participant for each row execute function stamp();

create or replace view commitment_seen as
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

-- +goose Down
drop view commitment_participant_seen;
drop view commitment_seen;
create view commitment_seen as
    select c.id, c.member, c.version, c.change, c.point, c.title, c.text, c.state, c.strength, c.outcome, c.closing_reason,
        c.starts_on, c.due_on, c.synthetic, (m.published and c.state in ('registered', 'closed')) as is_open
    from commitment c join member m on m.number = c.member;
drop table commitment_participant_history, commitment_participant;
alter table commitment_draft drop column participants;
alter table commitment_draft drop column indicator, drop column unit, drop column direction, drop column baseline_value, drop column baseline_on, drop column target_bound, drop column target_low, drop column target_high, drop column target_on, drop column milestones, drop column partner_countries;
alter table commitment drop column indicator, drop column unit, drop column direction, drop column baseline_value, drop column baseline_on, drop column target_bound, drop column target_low, drop column target_high, drop column target_on, drop column milestones, drop column partner_countries;
alter table commitment_history drop column indicator, drop column unit, drop column direction, drop column baseline_value, drop column baseline_on, drop column target_bound, drop column target_low, drop column target_high, drop column target_on, drop column milestones, drop column partner_countries;
