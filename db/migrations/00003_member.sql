-- Members: the organisations in the register.

-- +goose Up
create sequence member_number;

create table member (
    number bigint not null,
    version integer not null default 1,
    change bigint not null,
    status text not null,
    status_since date,
    published boolean not null default false,
    merged_into bigint,
    merged_from text,
    name text not null,
    sort_name text collate "C" not null,
    kind text not null,
    country text,
    city text,
    sector text,
    description text,
    website text,
    founded integer,
    sources jsonb not null default '{}',
    synthetic boolean not null default false,
    first_signed_on date,
    seen_public bigint not null default 1,
    seen_own bigint not null default 1,
    constraint member_pkey primary key (number),
    constraint member_number_positive check (number > 0),
    constraint member_status_known check (status in ('applied', 'in_review', 'active', 'non_communicating', 'suspended', 'withdrawn', 'delisted', 'rejected', 'merged')),
    constraint member_published_status check (published or status not in ('active', 'non_communicating', 'suspended', 'withdrawn', 'delisted')),
    constraint member_merged_pair check ((status = 'merged') = (merged_into is not null) and (status = 'merged') = (merged_from is not null)),
    constraint member_merged_other check (merged_into <> number),
    constraint member_kind_known check (kind in ('enterprise', 'association', 'chamber_of_commerce', 'education', 'research', 'government', 'international_organisation', 'other')),
    constraint member_country_form check (country ~ '^[A-Z]{2}$'),
    constraint member_city_length check (char_length(city) between 1 and 200),
    constraint member_sector_form check (sector ~ '^[A-U]([0-9]{2,4})?$'),
    constraint member_description_length check (char_length(description) between 1 and 4000),
    constraint member_website_form check (website ~ '^https?://' and char_length(website) <= 2000),
    constraint member_founded_range check (founded between 1000 and 2199),
    constraint member_merged_into_known foreign key (merged_into) references member (number),
    constraint member_change_known foreign key (change) references change (id) deferrable initially deferred
);
comment on table member is 'An organisation in the register, from its application on. first_signed_on, seen_public and seen_own are derived: lists sort by the first, conditional reads compare the others; they have no history.';
comment on column member.number is 'The register number: drawn once, permanent, never reused.';
comment on column member.published is 'Public from its first active status on, for ever.';
comment on column member.seen_public is 'Grows with every change of what the public is shown of this member, its signatures, figures, terms and commitments.';
comment on column member.seen_own is 'The same for staff and the member itself.';
comment on column member.sources is 'Where a field''s value is from, where it is not from the organisation itself: field name to source, "editor" for what the register''s editors added.';

create table member_history (ended_by bigint not null, like member,
    constraint member_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index member_history_by_number on member_history (number, change);
create index member_history_by_ended on member_history (ended_by);
comment on table member_history is 'Earlier versions of member.';
create trigger member_stamp before insert or delete or
    update of number, version, change, status, status_since, published, merged_into, merged_from, name, sort_name, kind, country, city, sector, description, website, founded, sources, synthetic
    on member for each row execute function stamp();

create index member_by_name on member (sort_name, number);
create index member_by_signing on member ((coalesce(first_signed_on, 'infinity'::date)), number);
create index member_by_signing_last on member ((coalesce(first_signed_on, '-infinity'::date)), number);
create index member_by_country on member (country, sort_name, number);
create index member_by_country_number on member (country, number);
create index member_by_sector on member (sector collate "C", sort_name, number);
create index member_by_kind on member (kind, sort_name, number);
create index member_by_status on member (status, sort_name, number);
create index member_merged on member (merged_into) where merged_into is not null;

create table member_name (
    id uuid not null default gen_random_uuid(),
    member bigint not null,
    ordinal integer not null,
    change bigint not null,
    text text not null,
    lang text,
    script text,
    kind text not null,
    is_primary boolean not null default false,
    source text,
    match_key text collate "C" not null,
    folded text collate "C" not null,
    grams text[] not null,
    constraint member_name_pkey primary key (id),
    constraint member_name_text_length check (char_length(text) between 1 and 400),
    constraint member_name_text_plain check (text !~ '[[:cntrl:]]'),
    constraint member_name_kind_known check (kind in ('legal', 'short', 'former', 'brand')),
    constraint member_name_unique unique (member, text, kind),
    constraint member_name_member_known foreign key (member) references member (number),
    constraint member_name_change_known foreign key (change) references change (id) deferrable initially deferred
);
create unique index member_name_one_primary on member_name (member) where is_primary;
create index member_name_by_member on member_name (member, ordinal);
create index member_name_by_key on member_name (match_key);
create index member_name_by_grams on member_name using gin (grams);
create index member_name_by_folded on member_name (folded);
create index member_name_by_trigram on member_name using gin (folded gin_trgm_ops);
comment on table member_name is 'The names of a member, one of them primary. match_key is what names are compared under, folded what they are searched in; grams are the 1- and 2-grams of its Chinese, for substring search where trigrams are blind.';
create table member_name_history (ended_by bigint not null, like member_name,
    constraint member_name_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index member_name_history_by_member on member_name_history (member, change);
create index member_name_history_by_ended on member_name_history (ended_by);
comment on table member_name_history is 'Earlier versions of member_name.';
create trigger member_name_stamp before insert or update or delete on member_name for each row execute function stamp();

create table member_identifier (
    member bigint not null,
    scheme text not null,
    value text not null,
    change bigint not null,
    constraint member_identifier_pkey primary key (member, scheme, value),
    constraint member_identifier_unique unique (scheme, value),
    constraint member_identifier_scheme_form check (scheme ~ '^[a-z0-9][a-z0-9_.-]{0,39}$'),
    constraint member_identifier_value_length check (char_length(value) between 1 and 100 and value !~ '[[:cntrl:]]'),
    constraint member_identifier_member_known foreign key (member) references member (number),
    constraint member_identifier_change_known foreign key (change) references change (id) deferrable initially deferred
);
comment on table member_identifier is 'Identifiers of a member under public schemes: lei (ISO 17442), uscc (GB 32100), others by their code.';
create table member_identifier_history (ended_by bigint not null, like member_identifier,
    constraint member_identifier_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index member_identifier_history_by_member on member_identifier_history (member, change);
create index member_identifier_history_by_ended on member_identifier_history (ended_by);
comment on table member_identifier_history is 'Earlier versions of member_identifier.';
create trigger member_identifier_stamp before insert or update or delete on member_identifier for each row execute function stamp();

create table member_transition (
    id uuid not null,
    member bigint not null,
    change bigint not null,
    from_status text,
    to_status text not null,
    effective_on date,
    reason text not null,
    survivor bigint,
    constraint member_transition_pkey primary key (id),
    constraint member_transition_reason_length check (char_length(reason) between 1 and 2000),
    constraint member_transition_member_known foreign key (member) references member (number),
    constraint member_transition_survivor_known foreign key (survivor) references member (number),
    constraint member_transition_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index member_transition_by_member on member_transition (member, change);
create trigger member_transition_stamp before insert on member_transition for each row execute function stamp();
create trigger member_transition_insert_only before update or delete or truncate on member_transition for each statement execute function refuse_rewrite();
comment on table member_transition is 'Each step of a member through the membership lifecycle. effective_on is absent where the day is not known.';

create table membership_term (
    id uuid not null default gen_random_uuid(),
    member bigint not null,
    ordinal integer not null,
    change bigint not null,
    from_on date,
    until_on date,
    is_open boolean not null,
    ended_as text,
    reason text,
    constraint membership_term_pkey primary key (id),
    constraint membership_term_ordinal_unique unique (member, ordinal),
    constraint membership_term_span check (until_on >= from_on),
    constraint membership_term_open check (is_open = (ended_as is null) and (not is_open or until_on is null)),
    constraint membership_term_member_known foreign key (member) references member (number),
    constraint membership_term_change_known foreign key (change) references change (id) deferrable initially deferred
);
create unique index membership_term_one_open on membership_term (member) where is_open;
comment on table membership_term is 'A dated span in which an organisation is a member; readmission opens a new one. A closed term without until_on ended on a day that is not known.';
create table membership_term_history (ended_by bigint not null, like membership_term,
    constraint membership_term_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index membership_term_history_by_member on membership_term_history (member, change);
create index membership_term_history_by_ended on membership_term_history (ended_by);
comment on table membership_term_history is 'Earlier versions of membership_term.';
create trigger membership_term_stamp before insert or update or delete on membership_term for each row execute function stamp();

create table contact (
    id uuid not null,
    member bigint not null,
    version integer not null default 1,
    change bigint not null,
    name text not null,
    position text,
    email text,
    phone text,
    note text,
    constraint contact_pkey primary key (id),
    constraint contact_name_length check (char_length(name) between 1 and 400),
    constraint contact_position_length check (char_length(position) between 1 and 400),
    constraint contact_note_length check (char_length(note) between 1 and 2000),
    constraint contact_reachable check (email is not null or phone is not null),
    constraint contact_email_length check (char_length(email) between 3 and 254),
    constraint contact_phone_length check (char_length(phone) between 3 and 40),
    constraint contact_member_known foreign key (member) references member (number),
    constraint contact_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index contact_by_member on contact (member, id);
create trigger contact_stamp before insert or update or delete on contact for each row execute function stamp('personal');
comment on table contact is 'People to reach at a member. Personal, never public, erasable: no history table.';

-- +goose Down
drop table contact, membership_term_history, membership_term, member_transition, member_identifier_history, member_identifier,
    member_name_history, member_name, member_history, member;
drop sequence member_number;
