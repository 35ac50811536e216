-- Mail: letters on their way to people.
--
-- Nothing here is content of the register: a letter is queued in the
-- transaction of its cause, and what it says, and to whom, is erased when it
-- was sent, or when its link is not good any more.

-- +goose Up
create table mail (
    id uuid not null,
    message_id text not null,
    kind text not null,
    cause uuid not null,
    lang text not null,
    recipient text,
    subject text,
    text text,
    created_at timestamptz not null,
    good_until timestamptz not null,
    state text not null default 'queued',
    tries integer not null default 0,
    next_try_at timestamptz not null,
    settled_at timestamptz,
    last_error text,
    constraint mail_pkey primary key (id),
    constraint mail_message_id_unique unique (message_id),
    constraint mail_kind_known check (kind in ('invitation', 'password_reset', 'sign_in_link')),
    constraint mail_lang_known check (lang in ('en', 'zh')),
    constraint mail_state_known check (state in ('queued', 'sent', 'failed', 'shown')),
    constraint mail_settled_pair check ((state = 'queued') = (settled_at is null)),
    constraint mail_kept check (state <> 'queued' or recipient is not null and subject is not null and text is not null),
    constraint mail_erased check (state <> 'sent' or recipient is null and subject is null and text is null),
    constraint mail_tries_range check (tries between 0 and 10)
);
create index mail_by_next_try on mail (next_try_at) where state = 'queued';
create index mail_by_end on mail (good_until) where recipient is not null;
create index mail_by_time on mail (created_at, id);
comment on table mail is 'Letters to people. Recipient and text are personal, and the text holds a secret link: both are erased when the letter was sent, or its link has ended. A letter of the state shown was written into the log, where no mail server is configured.';
comment on column mail.next_try_at is 'When a server may take the letter; whoever takes it moves this on first, so that the letter of a server that died is taken by another.';
comment on column mail.last_error is 'What the mail server answered, without any address.';

-- +goose Down
drop table mail;
