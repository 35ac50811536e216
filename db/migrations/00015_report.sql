-- Progress reports: what a member says it did on a commitment in a cycle, and
-- what staff says of it.

-- +goose Up
create table report_draft (
    id uuid not null,
    commitment uuid not null,
    member bigint not null,
    cycle smallint not null,
    version integer not null default 1,
    narrative text,
    completion text,
    measured jsonb not null default '[]',
    milestones jsonb not null default '[]',
    narrative_at integer not null default 1,
    completion_at integer not null default 1,
    measured_at integer not null default 1,
    milestones_at integer not null default 1,
    synthetic boolean not null default false,
    written_at timestamptz not null,
    constraint report_draft_pkey primary key (id),
    constraint report_draft_narrative_length check (char_length(narrative) between 1 and 20000 and octet_length(narrative) <= 60000),
    constraint report_draft_completion_known check (completion in ('no_evidence', 'not_started', 'limited', 'substantial', 'complete')),
    constraint report_draft_measured_list check (jsonb_typeof(measured) = 'array'),
    constraint report_draft_milestones_list check (jsonb_typeof(milestones) = 'array'),
    constraint report_draft_member_known foreign key (member) references member (number),
    constraint report_draft_commitment_known foreign key (commitment) references commitment (id),
    constraint report_draft_cycle_known foreign key (cycle) references cycle (year)
);
create unique index report_draft_once on report_draft (commitment, cycle);
create index report_draft_by_member on report_draft (member, cycle desc, id);
comment on table report_draft is 'What a member is writing of a report: no ledger entry, no history. It stays beside the version that was submitted, and is the next one once it has been written on.';
comment on column report_draft.narrative_at is 'The version at which the narrative last changed; the other three likewise. What somebody else changed since is not overwritten.';
comment on index report_draft_once is 'A commitment has one report for a cycle.';

create table report (
    id uuid not null,
    commitment uuid not null,
    member bigint not null,
    cycle smallint not null,
    version integer not null,
    change bigint not null,
    state text not null,
    narrative text not null,
    completion text not null,
    measured jsonb not null,
    milestones jsonb not null,
    content_at integer not null,
    attested boolean not null default false,
    submitted_at timestamptz not null,
    decision text,
    decision_reason text,
    found text,
    reviewer uuid,
    seconder uuid,
    reply text,
    synthetic boolean not null default false,
    constraint report_pkey primary key (id),
    constraint report_state_known check (state in ('submitted', 'accepted', 'returned')),
    constraint report_narrative_length check (char_length(narrative) between 1 and 20000 and octet_length(narrative) <= 60000),
    constraint report_completion_known check (completion in ('no_evidence', 'not_started', 'limited', 'substantial', 'complete')),
    constraint report_measured_list check (jsonb_typeof(measured) = 'array'),
    constraint report_milestones_list check (jsonb_typeof(milestones) = 'array'),
    constraint report_decision_known check (decision in ('accepted', 'returned')),
    constraint report_decision_whole check (
        case state
            when 'submitted' then decision is null or decision = 'accepted' and found = 'complete' and seconder is null
            else decision is not null and decision = state
        end),
    constraint report_decision_reviewer check ((decision is null) = (reviewer is null)),
    constraint report_decision_reason_length check (char_length(decision_reason) between 1 and 2000),
    constraint report_decision_reason_given check (decision <> 'returned' or decision_reason is not null),
    constraint report_found_known check (found in ('no_evidence', 'not_started', 'limited', 'substantial', 'complete')),
    constraint report_found_decided check (decision is not null or found is null),
    constraint report_found_given check (decision <> 'accepted' or found is not null),
    constraint report_seconder_other check (seconder <> reviewer),
    constraint report_complete_seconded check (state <> 'accepted' or found <> 'complete' or seconder is not null),
    constraint report_reply_length check (char_length(reply) between 1 and 4000),
    constraint report_reply_reviewed check (reply is null or decision is not null),
    constraint report_commitment_known foreign key (commitment) references commitment (id),
    constraint report_member_known foreign key (member) references member (number),
    constraint report_cycle_known foreign key (cycle) references cycle (year),
    constraint report_change_known foreign key (change) references change (id) deferrable initially deferred
);
create unique index report_once on report (commitment, cycle);
create index report_by_member on report (member, cycle desc, id);
create index report_by_cycle on report (cycle, state, member);
comment on table report is 'What a member says it did on a commitment in a cycle, from its first submission on, with what staff says of it. Public once accepted, where the member is.';
comment on column report.content_at is 'The version that was submitted last; a draft of a later one is being worked on.';
comment on column report.found is 'The completion that the reviewer found, beside the member''s own.';
comment on column report.seconder is 'Who agreed that it is complete; nobody else than the reviewer says so alone.';
create table report_history (ended_by bigint not null, like report,
    constraint report_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index report_history_by_id on report_history (id, change);
create index report_history_by_ended on report_history (ended_by);
comment on table report_history is 'Earlier versions of report.';
create trigger report_stamp before insert or update or delete on report for each row execute function stamp();

create view report_seen as
    select r.id, r.commitment, r.member, r.cycle, r.version, r.change, r.state, r.narrative, r.completion, r.measured, r.milestones,
        r.content_at, r.attested, r.submitted_at, r.decision, r.decision_reason, r.found, r.reviewer, r.seconder, r.reply, r.synthetic,
        (m.published and r.state = 'accepted') as is_open
    from report r join member m on m.number = r.member;
comment on view report_seen is 'What a report shows to whom, for every reader: is_open is for all; the rest, and every draft, is for staff and the report''s own member.';

-- +goose Down
drop view report_seen;
drop table report_history, report, report_draft;
