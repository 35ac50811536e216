-- The ledger: changes, what they changed, and the one order of it all.
--
-- A writing transaction draws a change id at its first write and stamps it on
-- every row (trigger stamp). The row of the change itself is inserted last,
-- just before COMMIT, and draws its ord there: of two changes that touch one
-- row, the one that waited has the higher ord. A sequencer numbers the
-- committed entries by ord, without gaps; those numbers are positions.

-- +goose Up
create extension if not exists pg_trgm;
create extension if not exists btree_gist;

create sequence change_id;
create sequence change_ord;

create table change (
    id bigint not null,
    ord bigint not null default nextval('change_ord'),
    at timestamptz not null,
    actor uuid,
    role text not null,
    reason text,
    constraint change_pkey primary key (id),
    constraint change_ord_unique unique (ord),
    constraint change_role_known check (role in ('system', 'admin', 'staff', 'member', 'analyst')),
    constraint change_reason_length check (char_length(reason) <= 2000)
);
comment on table change is 'One writing transaction: who, when, why. Inserted last in its transaction; never changed.';
comment on column change.ord is 'Drawn at commit, so that it orders changes that touched the same row; says nothing across others.';

create table entry (
    change bigint not null,
    seq integer not null,
    action text not null,
    kind text,
    subject text,
    member bigint,
    content bytea not null,
    constraint entry_pkey primary key (change, seq),
    constraint entry_change_known foreign key (change) references change (id) deferrable initially deferred,
    constraint entry_content_size check (octet_length(content) between 2 and 65536)
);
create index entry_of_member on entry (member, change, seq) where member is not null;
comment on table entry is 'One thing that a change changed, as RFC 8785 bytes that anybody may see. A sealed entry names no subject.';

create table sealed (
    change bigint not null,
    seq integer not null,
    kind text not null,
    subject text not null,
    member bigint,
    salt bytea not null,
    content bytea not null,
    constraint sealed_pkey primary key (change, seq),
    constraint sealed_entry_known foreign key (change, seq) references entry (change, seq) deferrable initially deferred,
    constraint sealed_salt_size check (octet_length(salt) = 32),
    constraint sealed_content_size check (octet_length(content) between 2 and 65536)
);
create index sealed_of_member on sealed (member, change, seq) where member is not null;
comment on table sealed is 'What a sealed entry seals, and its salt. Erasing the row erases the content; the entry stays and tells nothing.';

create table pending (
    change bigint not null,
    ord bigint not null,
    constraint pending_pkey primary key (change),
    constraint pending_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index pending_by_ord on pending (ord);
comment on table pending is 'Committed changes that the sequencer has not numbered yet. Short-lived rows.';

create table position (
    position bigint not null,
    change bigint not null,
    seq integer not null,
    at timestamptz not null,
    constraint position_pkey primary key (position),
    constraint position_entry_unique unique (change, seq),
    constraint position_entry_known foreign key (change, seq) references entry (change, seq),
    constraint position_positive check (position > 0)
);
create index position_of_change on position (change, position);
create index position_by_time on position (at, position);
comment on table position is 'The order of all entries: 1, 2, 3 … without gaps, with times that never go back. The ledger is this order.';

create view change_position as
    select change, max(position) as position from position group by change;
comment on view change_position is 'The position of a change is that of its last entry.';

-- +goose StatementBegin
create function refuse_rewrite() returns trigger language plpgsql as $$
begin
    raise exception 'rows of % are only ever inserted', tg_table_name using errcode = 'AC002';
end $$;
-- +goose StatementEnd
comment on function refuse_rewrite is 'Keeps the ledger insert-only, whoever writes the SQL.';

create trigger change_insert_only before update or delete or truncate on change for each statement execute function refuse_rewrite();
create trigger entry_insert_only before update or delete or truncate on entry for each statement execute function refuse_rewrite();
create trigger position_insert_only before update or delete or truncate on position for each statement execute function refuse_rewrite();

-- +goose StatementBegin
create function stamp() returns trigger language plpgsql as $$
declare
    current bigint := nullif(current_setting('accord.change', true), '')::bigint;
begin
    if current is null then
        raise exception 'a row of % is written outside a change', tg_table_name using errcode = 'AC001';
    end if;
    if tg_op <> 'INSERT' and old.change <> current and tg_nargs = 0 then
        execute format('insert into %I.%I select $1, ($2).*', tg_table_schema, tg_table_name || '_history')
            using current, old;
    end if;
    if tg_op = 'DELETE' then
        return old;
    end if;
    new.change := current;
    return new;
end $$;
-- +goose StatementEnd
comment on function stamp is 'Names the change on each written row and moves the old version, with the change that ended it, to the history table of the same name. With an argument the table keeps no history (personal data that must be erasable).';

create table idempotency (
    user_id uuid not null,
    route text not null,
    key text not null,
    digest bytea not null,
    status integer not null,
    kind text not null,
    subject text not null,
    change bigint,
    at timestamptz not null,
    constraint idempotency_pkey primary key (user_id, route, key)
);
create index idempotency_by_time on idempotency (at);
comment on table idempotency is 'Answered requests by their Idempotency-Key, for 24 hours: not the answer but what to render it from. No register content.';

-- +goose Down
drop table idempotency;
drop function stamp() cascade;
drop view change_position;
drop table position, pending, sealed, entry, change;
drop function refuse_rewrite();
drop sequence change_id, change_ord;
