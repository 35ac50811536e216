-- Accounts: who may sign in, and with what.
--
-- Nothing here is content of the register, so no row names a change and there
-- is no history: an account, its sessions and its failed attempts can be
-- erased without a trace in the ledger, which holds an account's id and no more.

-- +goose Up
create table app_user (
    id uuid not null,
    version integer not null default 1,
    email text not null,
    email_key text collate "C" not null,
    name text,
    role text not null,
    member bigint,
    post text,
    disabled boolean not null default false,
    password text not null,
    password_at timestamptz not null,
    created_at timestamptz not null,
    constraint app_user_pkey primary key (id),
    constraint app_user_email_unique unique (email_key),
    constraint app_user_email_length check (char_length(email) between 3 and 254 and char_length(email_key) between 3 and 254),
    constraint app_user_name_length check (char_length(name) between 1 and 400),
    constraint app_user_role_known check (role in ('admin', 'staff', 'member', 'analyst')),
    constraint app_user_post_known check (post in ('editor', 'approver')),
    constraint app_user_member_pair check ((role = 'member') = (member is not null) and (role = 'member') = (post is not null)),
    constraint app_user_password_hashed check (password like '$argon2id$%'),
    constraint app_user_member_known foreign key (member) references member (number)
);
create index app_user_by_member on app_user (member) where member is not null;
create index app_user_administrators on app_user (id) where role = 'admin' and not disabled;
comment on table app_user is 'Accounts. E-mail and name are personal; password is an argon2id hash.';
comment on column app_user.email_key is 'What addresses are compared under: NFKC, without regard to case.';

create table session (
    id uuid not null,
    user_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    ends_at timestamptz not null,
    ended_at timestamptz,
    ended_why text,
    constraint session_pkey primary key (id),
    constraint session_expiry check (expires_at <= ends_at),
    constraint session_ended_pair check ((ended_at is null) = (ended_why is null)),
    constraint session_ended_why_known check (ended_why in ('signed_out', 'replayed', 'password_changed', 'password_reset', 'disabled')),
    constraint session_user_known foreign key (user_id) references app_user (id) on delete cascade
);
create index session_by_user on session (user_id) where ended_at is null;
create index session_by_end on session (expires_at);
comment on table session is 'A sign-in and the family of refresh tokens that grew from it. expires_at moves on with each refresh, never past ends_at.';

create table refresh_token (
    hash bytea not null,
    session uuid not null,
    created_at timestamptz not null,
    used_at timestamptz,
    constraint refresh_token_pkey primary key (hash),
    constraint refresh_token_hash_size check (octet_length(hash) = 32),
    constraint refresh_token_session_known foreign key (session) references session (id) on delete cascade
);
create unique index refresh_token_one_current on refresh_token (session) where used_at is null;
create index refresh_token_by_session on refresh_token (session);
comment on table refresh_token is 'SHA-256 of each refresh token of a session, the spent ones too, so that a spent one that comes again is known.';

create table sign_in_attempt (
    bucket text not null,
    level double precision not null,
    drain bigint not null,
    at timestamptz not null,
    constraint sign_in_attempt_pkey primary key (bucket),
    constraint sign_in_attempt_drain_positive check (drain > 0)
);
comment on table sign_in_attempt is 'Leaky buckets of failed attempts by account, by address and by both, under a keyed hash: no e-mail and no address stands here. One failure drains away in drain seconds.';

create table familiar_address (
    user_id uuid not null,
    address text not null,
    at timestamptz not null,
    constraint familiar_address_pkey primary key (user_id, address),
    constraint familiar_address_user_known foreign key (user_id) references app_user (id) on delete cascade
);
comment on table familiar_address is 'Where an account signed in from of late, under a keyed hash: who is familiar is not held up by other people''s guesses.';

create table setup_link (
    hash bytea not null,
    expires_at timestamptz not null,
    constraint setup_link_pkey primary key (hash),
    constraint setup_link_hash_size check (octet_length(hash) = 32)
);
comment on table setup_link is 'SHA-256 of the single-use tokens with which the first administrator is made.';

create table signing_key (
    kid text not null,
    seed bytea not null,
    created_at timestamptz not null,
    constraint signing_key_pkey primary key (kid),
    constraint signing_key_seed_size check (octet_length(seed) = 32)
);
comment on table signing_key is 'The Ed25519 key of access tokens, where none is configured. Secret.';

create table server_secret (
    purpose text not null,
    value bytea not null,
    constraint server_secret_pkey primary key (purpose),
    constraint server_secret_size check (octet_length(value) = 32)
);
comment on table server_secret is 'Keys for keyed hashes, one a purpose, drawn once. Secret.';

-- +goose Down
drop table server_secret, signing_key, setup_link, familiar_address, sign_in_attempt, refresh_token, session, app_user;
