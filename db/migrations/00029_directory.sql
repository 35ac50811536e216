-- Sign-in by the association's own directory (OpenID Connect).
--
-- As with all of accounts nothing here is content of the register.

-- +goose Up
comment on table app_user is 'Accounts. E-mail and name are personal; password is an argon2id hash, and there is none where the directory alone signs people in.';

create table directory_identity (
    issuer text not null,
    subject text not null,
    user_id uuid not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,
    barred_at timestamptz,
    constraint directory_identity_pkey primary key (issuer, subject),
    constraint directory_identity_one_person unique (user_id, issuer),
    constraint directory_identity_issuer_length check (char_length(issuer) between 1 and 500),
    constraint directory_identity_subject_length check (char_length(subject) between 1 and 255),
    constraint directory_identity_user_known foreign key (user_id) references app_user (id) on delete cascade
);
comment on table directory_identity is 'Whose account it is that a directory (issuer) knows under a name of its own (subject), which never becomes another person''s.';
comment on column directory_identity.barred_at is 'Since when the directory lets the person in no more. Until it does again nothing else lets them in either.';

create table directory_round (
    hash bytea not null,
    next text not null,
    session uuid,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    constraint directory_round_pkey primary key (hash),
    constraint directory_round_hash_size check (octet_length(hash) = 32),
    constraint directory_round_next_length check (char_length(next) between 1 and 500),
    constraint directory_round_session_known foreign key (session) references session (id) on delete cascade
);
comment on table directory_round is 'SHA-256 of the secret of each sign-in that went to the directory and has not come back, with where it leads on to; the state, nonce and verifier that it sent come from the secret, which the browser alone has. With a session it is that one''s new proof. Used once.';

-- +goose Down
drop table directory_round, directory_identity;
comment on table app_user is 'Accounts. E-mail and name are personal; password is an argon2id hash.';
