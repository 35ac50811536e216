-- API tokens: what scripts sign in with. As all of an account they are no
-- content of the register: they name no change and have no history.

-- +goose Up
create table api_token (
    id uuid not null,
    user_id uuid not null,
    hash bytea not null,
    hint text not null,
    name text not null,
    scopes text[] not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    last_used_at timestamptz,
    revoked_at timestamptz,
    constraint api_token_pkey primary key (id),
    constraint api_token_hash_unique unique (hash),
    constraint api_token_hash_size check (octet_length(hash) = 32),
    constraint api_token_hint_size check (char_length(hint) between 1 and 16),
    constraint api_token_name_length check (char_length(name) between 1 and 100),
    constraint api_token_scopes_known check (cardinality(scopes) between 1 and 4 and scopes <@ array['read_public', 'read_own', 'write_own', 'staff_import']),
    constraint api_token_life check (expires_at > created_at),
    constraint api_token_user_known foreign key (user_id) references app_user (id) on delete cascade
);
create index api_token_by_user on api_token (user_id, created_at, id);
create index api_token_by_end on api_token (expires_at);
comment on table api_token is 'Tokens of scripts: SHA-256 of each, and what it may be used for. Where it was used from is not kept.';
comment on column api_token.hint is 'The first characters, by which its owner knows it again.';
comment on column api_token.last_used_at is 'To within some minutes: it is written seldom, and not by the request that used the token.';

-- +goose Down
drop table api_token;
