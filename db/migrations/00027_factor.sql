-- Second factors, and what a session is: of a browser or of the API, proved by
-- what and when, and used last when.
--
-- As with all of accounts nothing here is content of the register.

-- +goose Up
alter table session
    add column kind text not null default 'api',
    add column cookie bytea,
    add column agent text,
    add column seen_at timestamptz,
    add column authenticated_at timestamptz,
    add column factors text[] not null default '{password}';
update session set seen_at = created_at, authenticated_at = created_at;
alter table session
    alter column kind drop default,
    alter column factors drop default,
    alter column seen_at set not null,
    alter column authenticated_at set not null,
    add constraint session_cookie_unique unique (cookie),
    add constraint session_cookie_pair check ((kind = 'browser') = (cookie is not null)),
    add constraint session_cookie_size check (octet_length(cookie) = 32),
    add constraint session_kind_known check (kind in ('api', 'browser')),
    add constraint session_agent_length check (char_length(agent) between 1 and 100),
    add constraint session_factors_known check (factors <@ array['password', 'link', 'totp', 'recovery_code', 'passkey', 'directory'] and cardinality(factors) > 0),
    drop constraint session_ended_why_known,
    add constraint session_ended_why_known check (ended_why ~ '^[a-z_]{1,40}$');
comment on column session.cookie is 'SHA-256 of the cookie of a browser''s session. It is another one after each re-authentication.';
comment on column session.seen_at is 'When the session was last used, to five minutes.';
comment on column session.authenticated_at is 'When its person last proved to be the account''s, with the factors beside it.';

create table totp_factor (
    user_id uuid not null,
    secret bytea not null,
    created_at timestamptz not null,
    confirmed_at timestamptz,
    last_step bigint not null default 0,
    constraint totp_factor_pkey primary key (user_id),
    constraint totp_factor_secret_size check (octet_length(secret) between 28 and 200),
    constraint totp_factor_user_known foreign key (user_id) references app_user (id) on delete cascade
);
comment on table totp_factor is 'The authenticator app of an account: its secret under AES-256-GCM with the key "second factors" of server_secret. It counts from confirmed_at on; last_step is the last code that was taken, which no other is taken up to.';

create table recovery_code (
    hash bytea not null,
    user_id uuid not null,
    created_at timestamptz not null,
    constraint recovery_code_pkey primary key (hash),
    constraint recovery_code_hash_size check (octet_length(hash) = 32),
    constraint recovery_code_user_known foreign key (user_id) references app_user (id) on delete cascade
);
create index recovery_code_by_user on recovery_code (user_id);
comment on table recovery_code is 'SHA-256 of the account and of each of its codes of 80 random bits that has not been used.';

create table pending_sign_in (
    hash bytea not null,
    user_id uuid not null,
    factors text[] not null,
    expires_at timestamptz not null,
    constraint pending_sign_in_pkey primary key (hash),
    constraint pending_sign_in_hash_size check (octet_length(hash) = 32),
    constraint pending_sign_in_user_known foreign key (user_id) references app_user (id) on delete cascade
);
create index pending_sign_in_by_user on pending_sign_in (user_id);
comment on table pending_sign_in is 'SHA-256 of the challenges of those who proved one factor and owe a second one.';

-- +goose Down
drop table pending_sign_in, recovery_code, totp_factor;
delete from session where kind <> 'api' or ended_why not in ('signed_out', 'replayed', 'password_changed', 'password_reset', 'disabled');
alter table session
    drop constraint session_cookie_unique, drop constraint session_cookie_pair, drop constraint session_kind_known,
    drop constraint session_ended_why_known, drop column cookie, drop column kind, drop column agent, drop column seen_at,
    drop column authenticated_at, drop column factors,
    add constraint session_ended_why_known check (ended_why in ('signed_out', 'replayed', 'password_changed', 'password_reset', 'disabled'));
