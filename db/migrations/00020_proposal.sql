-- Proposals: what the run of a reporting cycle proposes to staff and does not
-- do by itself.

-- +goose Up
create table proposal (
    id uuid not null,
    version integer not null default 1,
    kind text not null,
    state text not null default 'open',
    member bigint not null,
    cycle smallint,
    commitment uuid,
    due_on date,
    proposed_at timestamptz not null,
    settled_at timestamptz,
    settled_by uuid,
    reason text,
    constraint proposal_pkey primary key (id),
    constraint proposal_kind_known check (kind in ('delist', 'close')),
    constraint proposal_state_known check (state in ('open', 'accepted', 'dismissed', 'withdrawn')),
    constraint proposal_subject_whole check (
        case kind
            when 'delist' then cycle is not null and num_nonnulls(commitment, due_on) = 0
            else cycle is null and num_nonnulls(commitment, due_on) = 2
        end),
    constraint proposal_settled_whole check ((state = 'open') = (settled_at is null) and (state = 'open') = (reason is null)),
    constraint proposal_settled_person check ((state in ('accepted', 'dismissed')) = (settled_by is not null)),
    constraint proposal_reason_length check (char_length(reason) between 1 and 2000),
    constraint proposal_member_known foreign key (member) references member (number),
    constraint proposal_cycle_known foreign key (cycle) references cycle (year),
    constraint proposal_commitment_known foreign key (commitment) references commitment (id)
);
create unique index proposal_delisting_once on proposal (member, cycle) where kind = 'delist' and state <> 'withdrawn';
create unique index proposal_closing_once on proposal (commitment, due_on) where kind = 'close' and state <> 'withdrawn';
create unique index proposal_closing_open on proposal (commitment) where kind = 'close' and state = 'open';
create index proposal_by_time on proposal (proposed_at, id);
create index proposal_by_kind on proposal (kind, proposed_at, id);
create index proposal_by_state on proposal (state, proposed_at, id);
create index proposal_by_kind_state on proposal (kind, state, proposed_at, id);
create index proposal_by_member on proposal (member, proposed_at, id);
comment on table proposal is 'What staff is asked to do, as the calendar has it: to delist a member that owes a report beyond a cycle''s grace, or to close a commitment past its day as not reached. Of staff alone: no ledger entry and no history; a row is settled once and then stays. What an acceptance does is in the ledger as the step that it is.';
comment on column proposal.due_on is 'The day that the commitment was due on when it was proposed: a later one makes the question a new one.';
comment on column proposal.settled_by is 'Who accepted or dismissed it; absent where the next run withdrew what had no ground any more.';
comment on index proposal_delisting_once is 'Dismissed, it is not proposed again for that cycle; withdrawn, it may be.';
comment on index proposal_closing_once is 'Dismissed, it is not proposed again for that day; withdrawn, it may be.';

-- +goose Down
drop table proposal;
