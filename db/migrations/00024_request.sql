-- Change requests: what one proposes to change of what the register vouches
-- for, and another decides. And on each change, who else stands behind it.

-- +goose Up
alter table change
    add column proposer uuid,
    add column proposer_role text,
    add column alone boolean not null default false;
alter table change
    add constraint change_second_person check (proposer <> actor),
    add constraint change_proposed_whole check ((proposer is null) = (proposer_role is null)),
    add constraint change_alone_unproposed check (not alone or proposer is null);
comment on column change.proposer is 'Who proposed what actor accepted; absent where nobody else did.';
comment on column change.alone is 'One of the staff changed by themselves what the register vouches for, of a member that was public: the office took one person for that.';

create table change_request (
    id uuid not null,
    member bigint not null,
    version integer not null default 1,
    state text not null default 'open',
    proposer uuid not null,
    proposer_role text not null,
    reason text not null,
    evidence jsonb not null,
    proposed_at timestamptz not null,
    constraint change_request_pkey primary key (id),
    constraint change_request_state_known check (state in ('open', 'returned', 'decided', 'withdrawn')),
    constraint change_request_role_known check (proposer_role in ('admin', 'staff', 'member')),
    constraint change_request_reason_length check (char_length(reason) between 1 and 2000),
    constraint change_request_evidence_listed check (jsonb_typeof(evidence) = 'array'),
    constraint change_request_member_known foreign key (member) references member (number)
);
create index change_request_by_time on change_request (proposed_at, id);
create index change_request_by_state on change_request (state, proposed_at, id);
create index change_request_by_member on change_request (member, proposed_at, id);
comment on table change_request is 'What somebody proposes to change of what the register vouches for. Of staff and the member itself alone: no ledger entry and no history but its steps. What is accepted of it is in the ledger as the change that it is, with both persons.';

create table change_request_item (
    id uuid not null,
    request uuid not null,
    member bigint not null,
    ordinal smallint not null,
    kind text not null,
    subject text not null,
    figure uuid,
    old jsonb,
    new jsonb,
    state text not null default 'open',
    decided_by uuid,
    decided_at timestamptz,
    reason text,
    constraint change_request_item_pkey primary key (id),
    constraint change_request_item_ordinal_once unique (request, ordinal),
    constraint change_request_item_kind_known check (kind in ('field', 'figure', 'signature')),
    constraint change_request_item_subject_length check (char_length(subject) between 1 and 400),
    constraint change_request_item_figure_whole check (figure is null or kind = 'figure' and old is not null),
    constraint change_request_item_state_known check (state in ('open', 'accepted', 'rejected', 'overtaken', 'withdrawn')),
    constraint change_request_item_decided_whole check ((state in ('accepted', 'rejected')) = (decided_by is not null) and (state = 'open') = (decided_at is null)),
    constraint change_request_item_reason_length check (char_length(reason) between 1 and 2000),
    constraint change_request_item_rejection_reasoned check (state <> 'rejected' or reason is not null),
    constraint change_request_item_request_known foreign key (request) references change_request (id),
    constraint change_request_item_member_known foreign key (member) references member (number)
);
create unique index change_request_item_open on change_request_item (member, subject) where state = 'open';
comment on index change_request_item_open is 'One request at a time proposes to change a thing.';
comment on table change_request_item is 'One thing that a change request would change: a field of the member, a figure or a signature. old is what stood there when it was proposed, or when it was rebased last; new is null where a value is to be taken away.';
comment on column change_request_item.ordinal is 'The number of the item in its request, from 1 on.';
comment on column change_request_item.subject is 'What it is about: the name of the field, the measure, basis, currency and period of the figure, the ceremony of the signature.';
comment on column change_request_item.figure is 'The figure that it would supersede.';
comment on column change_request_item.state is 'overtaken: the register came to say so by another way.';

create table change_request_signatory (
    item uuid not null,
    name text not null,
    title text,
    constraint change_request_signatory_pkey primary key (item),
    constraint change_request_signatory_name_length check (char_length(name) between 1 and 400),
    constraint change_request_signatory_title_length check (char_length(title) between 1 and 400),
    constraint change_request_signatory_item_known foreign key (item) references change_request_item (id)
);
comment on table change_request_signatory is 'The person of a signature that is proposed. Personal: gone once that is decided or withdrawn.';

create table change_request_step (
    request uuid not null,
    ordinal integer not null,
    step text not null,
    actor uuid not null,
    role text not null,
    at timestamptz not null,
    reason text,
    moved jsonb,
    constraint change_request_step_pkey primary key (request, ordinal),
    constraint change_request_step_known check (step in ('proposed', 'returned', 'rebased', 'decided', 'withdrawn')),
    constraint change_request_step_reason_length check (char_length(reason) between 1 and 2000),
    constraint change_request_step_moved_whole check ((step = 'rebased') = (moved is not null)),
    constraint change_request_step_request_known foreign key (request) references change_request (id)
);
comment on table change_request_step is 'What became of a change request, step by step: each one made the version of its ordinal. Rows are only added.';
comment on column change_request_step.moved is 'Of a rebase: what each item took for old before.';

-- +goose Down
drop table change_request_step, change_request_signatory, change_request_item, change_request;
alter table change
    drop column proposer,
    drop column proposer_role,
    drop column alone;
