-- Passkeys (WebAuthn): the only factor of a sign-in, or the second one.

-- +goose Up
create table passkey (
    id uuid not null,
    user_id uuid not null,
    credential_id bytea not null,
    credential bytea not null,
    name text not null,
    created_at timestamptz not null,
    used_at timestamptz,
    constraint passkey_pkey primary key (id),
    constraint passkey_credential_unique unique (credential_id),
    constraint passkey_credential_id_size check (octet_length(credential_id) between 1 and 1023),
    constraint passkey_credential_size check (octet_length(credential) <= 20000),
    constraint passkey_name_length check (char_length(name) between 1 and 100),
    constraint passkey_user_known foreign key (user_id) references app_user (id) on delete cascade
);
create index passkey_by_user on passkey (user_id);
comment on table passkey is 'The passkeys of an account: the public key with its counter, as the library writes it in JSON. Nothing here is secret.';

create table passkey_ceremony (
    hash bytea not null,
    user_id uuid,
    data bytea not null,
    expires_at timestamptz not null,
    constraint passkey_ceremony_pkey primary key (hash),
    constraint passkey_ceremony_hash_size check (octet_length(hash) = 32),
    constraint passkey_ceremony_data_size check (octet_length(data) <= 20000),
    constraint passkey_ceremony_user_known foreign key (user_id) references app_user (id) on delete cascade
);
comment on table passkey_ceremony is 'What a browser was asked to sign, by the SHA-256 of its token: to make a passkey of the account, or, without one, to sign in with any. Used once.';

-- +goose Down
drop table passkey_ceremony, passkey;
