-- Evidence of progress reports: links, and files, which are kept outside under
-- the SHA-256 of their content.

-- +goose Up
create table evidence_blob (
    digest text not null,
    size bigint not null,
    member bigint not null,
    held_at timestamptz not null,
    constraint evidence_blob_pkey primary key (digest),
    constraint evidence_blob_digest_form check (digest ~ '^[0-9a-f]{64}$'),
    constraint evidence_blob_size_range check (size between 1 and 26214400),
    constraint evidence_blob_member_known foreign key (member) references member (number)
);
create index evidence_blob_by_time on evidence_blob (held_at);
create index evidence_blob_by_member on evidence_blob (member);
comment on table evidence_blob is 'What the store may hold of files, once for each content. A row is written before the content is kept, and goes, with the content, when nothing has named it for a day. No register content.';
comment on column evidence_blob.member is 'For whose report it was uploaded last.';
comment on column evidence_blob.held_at is 'When it was uploaded, or taken off a report, last. Whoever uploads it and whoever sweeps it away take turns at this row.';

create table evidence_draft (
    id uuid not null,
    report uuid not null,
    version integer not null default 1,
    ordinal smallint not null,
    cycle smallint not null,
    url text,
    digest text,
    name text,
    media text,
    size bigint,
    title text,
    claim text,
    quote text,
    page text,
    constraint evidence_draft_pkey primary key (id),
    constraint evidence_draft_whole check (num_nonnulls(url, digest) = 1 and num_nonnulls(digest, name, media, size) in (0, 4)),
    constraint evidence_draft_url_form check (url ~ '^https?://' and char_length(url) <= 2000),
    constraint evidence_draft_name_length check (octet_length(name) between 1 and 255),
    constraint evidence_draft_title_length check (char_length(title) between 1 and 400),
    constraint evidence_draft_claim_length check (char_length(claim) between 1 and 1000),
    constraint evidence_draft_quote_length check (char_length(quote) between 1 and 2000),
    constraint evidence_draft_page_length check (char_length(page) between 1 and 40),
    constraint evidence_draft_report_known foreign key (report) references report_draft (id),
    constraint evidence_draft_digest_known foreign key (digest) references evidence_blob (digest)
);
create index evidence_draft_by_report on evidence_draft (report, ordinal, id);
create index evidence_draft_by_digest on evidence_draft (digest);
comment on table evidence_draft is 'The evidence of a report that is being written, a link or a file: no ledger entry, no history. It stays beside what was submitted, as the report''s own draft does.';
comment on column evidence_draft.cycle is 'For which it was first given; a report begins with the evidence of the one before.';
comment on column evidence_draft.media is 'The type of the file as its content tells it.';
comment on column evidence_draft.claim is 'What of the report it is evidence for.';

create table evidence (
    id uuid not null,
    report uuid not null,
    version integer not null,
    change bigint not null,
    ordinal smallint not null,
    cycle smallint not null,
    url text,
    digest text,
    name text,
    media text,
    size bigint,
    title text,
    claim text,
    quote text,
    page text,
    constraint evidence_pkey primary key (id),
    constraint evidence_whole check (num_nonnulls(url, digest) = 1 and num_nonnulls(digest, name, media, size) in (0, 4)),
    constraint evidence_url_form check (url ~ '^https?://' and char_length(url) <= 2000),
    constraint evidence_name_length check (octet_length(name) between 1 and 255),
    constraint evidence_title_length check (char_length(title) between 1 and 400),
    constraint evidence_claim_length check (char_length(claim) between 1 and 1000),
    constraint evidence_quote_length check (char_length(quote) between 1 and 2000),
    constraint evidence_page_length check (char_length(page) between 1 and 40),
    constraint evidence_report_known foreign key (report) references report (id),
    constraint evidence_digest_known foreign key (digest) references evidence_blob (digest),
    constraint evidence_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index evidence_by_report on evidence (report, ordinal, id);
create index evidence_by_digest on evidence (digest);
comment on table evidence is 'The evidence of a report as it was submitted last. Public where the report is.';
create table evidence_history (ended_by bigint not null, like evidence,
    constraint evidence_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index evidence_history_by_report on evidence_history (report, change);
create index evidence_history_by_digest on evidence_history (digest);
create index evidence_history_by_ended on evidence_history (ended_by);
comment on table evidence_history is 'Earlier versions of evidence, and what a later submission left out. Its files are kept.';
create trigger evidence_stamp before insert or update or delete on evidence for each row execute function stamp();

-- +goose Down
drop table evidence_history, evidence, evidence_draft, evidence_blob;
