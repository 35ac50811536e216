-- Invitations, and links that prove whose mail box it is.
--
-- Nothing here is content of the register, see 00010_account.sql.

-- +goose Up
alter table app_user alter column password drop not null;
comment on column app_user.password is 'An argon2id hash; null for an account that signs in by other means alone.';
create index app_user_approvers on app_user (member) where post = 'approver' and not disabled;

create table invitation (
    id uuid not null,
    version integer not null default 1,
    email text not null,
    email_key text collate "C" not null,
    name text,
    role text not null,
    member bigint,
    post text,
    lang text not null,
    state text not null default 'open',
    hash bytea,
    invited_by uuid,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    sent_at timestamptz not null,
    sent integer not null default 1,
    settled_at timestamptz,
    user_id uuid,
    constraint invitation_pkey primary key (id),
    constraint invitation_email_length check (char_length(email) between 3 and 254 and char_length(email_key) between 3 and 254),
    constraint invitation_name_length check (char_length(name) between 1 and 400),
    constraint invitation_role_known check (role in ('admin', 'staff', 'member', 'analyst')),
    constraint invitation_post_known check (post in ('editor', 'approver')),
    constraint invitation_member_pair check ((role = 'member') = (member is not null) and (role = 'member') = (post is not null)),
    constraint invitation_lang_known check (lang in ('en', 'zh')),
    constraint invitation_state_known check (state in ('open', 'accepted', 'revoked')),
    constraint invitation_hash_size check (octet_length(hash) = 32),
    constraint invitation_open_pair check ((state = 'open') = (hash is not null) and (state = 'open') = (settled_at is null)),
    constraint invitation_accepted_pair check (state = 'accepted' or user_id is null),
    constraint invitation_sent_range check (sent between 1 and 10),
    constraint invitation_member_known foreign key (member) references member (number),
    constraint invitation_inviter_known foreign key (invited_by) references app_user (id) on delete cascade,
    constraint invitation_user_known foreign key (user_id) references app_user (id) on delete set null
);
create unique index invitation_one_open on invitation (email_key, coalesce(member, 0)) where state = 'open';
create unique index invitation_by_hash on invitation (hash) where hash is not null;
create index invitation_by_time on invitation (created_at, id);
create index invitation_by_member on invitation (member) where member is not null;
create index invitation_by_inviter on invitation (invited_by) where invited_by is not null;
create index invitation_by_user on invitation (user_id) where user_id is not null;
comment on table invitation is 'Who was invited to have an account. E-mail and name are personal; of the link its SHA-256 is kept, while it is open.';
comment on column invitation.sent is 'How many letters went out, each with another link; the last one is good.';

create table requested_link (
    id uuid not null,
    purpose text not null,
    email_key text collate "C" not null,
    place text not null,
    lang text not null,
    at timestamptz not null,
    constraint requested_link_pkey primary key (id),
    constraint requested_link_purpose_known check (purpose in ('password_reset', 'sign_in')),
    constraint requested_link_lang_known check (lang in ('en', 'zh'))
);
create index requested_link_by_time on requested_link (at);
comment on table requested_link is 'Links that somebody asked for, until the register has looked whether there is such an account: whoever asks is answered before, so that the answer tells nothing.';
comment on column requested_link.place is 'The address that it was asked from, under a keyed hash, as in familiar_address.';

create table account_link (
    hash bytea not null,
    purpose text not null,
    user_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    constraint account_link_pkey primary key (hash),
    constraint account_link_hash_size check (octet_length(hash) = 32),
    constraint account_link_purpose_known check (purpose in ('password_reset', 'sign_in')),
    constraint account_link_user_known foreign key (user_id) references app_user (id) on delete cascade
);
create index account_link_by_user on account_link (user_id);
create index account_link_by_end on account_link (expires_at);
comment on table account_link is 'SHA-256 of the single-use tokens with which somebody shows that they read the mail of an account, to set its password or to sign in.';

-- +goose Down
drop table account_link, requested_link, invitation;
update app_user set password = '$argon2id$v=19$m=19456,t=2,p=1$bm9uZW5vbmVub25lbm9uZQ$bm9uZW5vbmVub25lbm9uZW5vbmVub25lbm9uZW5vbmU' where password is null;
drop index app_user_approvers;
alter table app_user alter column password set not null;
