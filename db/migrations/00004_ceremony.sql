-- Ceremonies and signatures.

-- +goose Up
create sequence ceremony_id;

create table ceremony (
    id bigint not null default nextval('ceremony_id'),
    version integer not null default 1,
    change bigint not null,
    name text not null,
    place text,
    from_on date,
    until_on date,
    forum jsonb,
    convenors text[] not null default '{}',
    batch text,
    initiation_units integer,
    source jsonb,
    synthetic boolean not null default false,
    constraint ceremony_pkey primary key (id),
    constraint ceremony_name_length check (char_length(name) between 1 and 400),
    constraint ceremony_place_length check (char_length(place) between 1 and 400),
    constraint ceremony_batch_length check (char_length(batch) between 1 and 100),
    constraint ceremony_span check (until_on >= from_on),
    constraint ceremony_units_range check (initiation_units between 1 and 100000),
    constraint ceremony_change_known foreign key (change) references change (id) deferrable initially deferred
);
comment on table ceremony is 'An event at which the plan is signed. initiation_units is the stated number of initiation units, who need not be named.';
create table ceremony_history (ended_by bigint not null, like ceremony,
    constraint ceremony_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index ceremony_history_by_id on ceremony_history (id, change);
create index ceremony_history_by_ended on ceremony_history (ended_by);
comment on table ceremony_history is 'Earlier versions of ceremony.';
create trigger ceremony_stamp before insert or update or delete on ceremony for each row execute function stamp();

create table signature (
    id uuid not null,
    member bigint not null,
    ceremony bigint,
    version integer not null default 1,
    change bigint not null,
    capacity text not null,
    signed_on date,
    constraint signature_pkey primary key (id),
    constraint signature_capacity_known check (capacity in ('initiation_unit', 'signer', 'supporter')),
    constraint signature_once unique (member, ceremony),
    constraint signature_member_known foreign key (member) references member (number),
    constraint signature_ceremony_known foreign key (ceremony) references ceremony (id),
    constraint signature_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index signature_by_ceremony on signature (ceremony, id);
create index signature_by_capacity on signature (capacity, member);
comment on table signature is 'A member signed the plan, at a ceremony or (without one) on paper. One member signs once per ceremony.';
create table signature_history (ended_by bigint not null, like signature,
    constraint signature_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index signature_history_by_id on signature_history (id, change);
create index signature_history_by_ended on signature_history (ended_by);
comment on table signature_history is 'Earlier versions of signature.';
create trigger signature_stamp before insert or update or delete on signature for each row execute function stamp();

create table signatory (
    signature uuid not null,
    change bigint not null,
    name text not null,
    title text,
    salt bytea not null,
    constraint signatory_pkey primary key (signature),
    constraint signatory_name_length check (char_length(name) between 1 and 400),
    constraint signatory_title_length check (char_length(title) between 1 and 400),
    constraint signatory_salt_size check (octet_length(salt) = 32),
    constraint signatory_signature_known foreign key (signature) references signature (id),
    constraint signatory_change_known foreign key (change) references change (id) deferrable initially deferred
);
create trigger signatory_stamp before insert or update or delete on signatory for each row execute function stamp('personal');
comment on table signatory is 'The person who signed, and the salt under which the ledger holds the hash of it. Personal, erasable: no history table.';

-- +goose Down
drop table signatory, signature_history, signature, ceremony_history, ceremony;
drop sequence ceremony_id;
