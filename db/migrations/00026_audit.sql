-- The audit record: who signed in, who was refused, what was done to accounts.
--
-- It is no part of the ledger: nothing in the register rests on it, and it is
-- swept away when its time is over. It holds ids and codes, never an e-mail
-- address, a name or a body, and of an address the network alone.

-- +goose Up
create table audit_event (
    id bigint generated always as identity,
    at timestamptz not null,
    event text not null,
    outcome text not null,
    actor uuid,
    session uuid,
    token uuid,
    network text,
    request_id text,
    subject_kind text,
    subject text,
    times integer not null default 1,
    details jsonb,
    constraint audit_event_pkey primary key (id),
    constraint audit_event_event_form check (event ~ '^[a-z][a-z0-9_]{0,63}$'),
    constraint audit_event_outcome_known check (outcome in ('done', 'failed', 'denied')),
    constraint audit_event_network_length check (char_length(network) <= 64),
    constraint audit_event_request_id_length check (char_length(request_id) <= 64),
    constraint audit_event_subject_pair check ((subject is null) = (subject_kind is null)),
    constraint audit_event_subject_length check (char_length(subject) <= 64 and char_length(subject_kind) <= 32),
    constraint audit_event_times_range check (times >= 1),
    constraint audit_event_details_size check (octet_length(details::text) <= 2000)
);
create index audit_event_by_at on audit_event (at);
create index audit_event_by_event on audit_event (event, id);
create index audit_event_by_actor on audit_event (actor, id) where actor is not null;
create index audit_event_by_subject on audit_event (subject, id) where subject is not null;
create trigger audit_event_insert_only before update or truncate on audit_event for each statement execute function refuse_rewrite();
comment on table audit_event is 'Sign-ins, failures, refusals and what was done to accounts. Inserted, and swept away after the retention; never changed.';
comment on column audit_event.network is 'Of the address 24 bits, or 48 of IPv6: which network, not which machine.';
comment on column audit_event.times is 'How often it happened within a minute, where the same was folded into one row.';
comment on column audit_event.details is 'Codes and numbers only.';

-- +goose Down
drop table audit_event;
