-- Activities: dated events and projects under a point of the plan, and which
-- of them are evidence of which commitments.

-- +goose Up
-- +goose StatementBegin
create function is_quantity(bound text, low numeric, high numeric) returns boolean language sql immutable as $$
    select coalesce(low, 0) >= 0 and coalesce(low, 0) < 'Infinity' and coalesce(high, 0) >= 0 and coalesce(high, 0) < 'Infinity'
        and case
            when bound is null then low is null and high is null
            when bound in ('exact', 'approx') then low is not null and high is not null and low = high
            when bound = 'range' then low is not null and high is not null and low <= high
            when bound in ('gt', 'ge') then low is not null and high is null
            when bound in ('lt', 'le') then low is null and high is not null
            else false
        end
$$;
-- +goose StatementEnd
comment on function is_quantity is 'Whether the three columns of a stated quantity go together: how it is bounded, its low and its high end; all null where it is not stated.';

create table activity_draft (
    id uuid not null,
    member bigint not null,
    version integer not null default 1,
    point smallint not null,
    kind text not null,
    title text not null,
    description text,
    city text,
    country text,
    from_on date not null,
    until_on date,
    organisers bigint[] not null,
    participants_bound text,
    participants_low numeric(24, 2),
    participants_high numeric(24, 2),
    hours_bound text,
    hours_low numeric(24, 2),
    hours_high numeric(24, 2),
    trained_bound text,
    trained_low numeric(24, 2),
    trained_high numeric(24, 2),
    beneficiaries_bound text,
    beneficiaries_low numeric(24, 2),
    beneficiaries_high numeric(24, 2),
    categories jsonb not null default '[]',
    countries text[] not null default '{}',
    source jsonb,
    synthetic boolean not null default false,
    written_at timestamptz not null,
    constraint activity_draft_pkey primary key (id),
    constraint activity_draft_kind_known check (kind in ('competition', 'training', 'project', 'event')),
    constraint activity_draft_title_length check (char_length(title) between 1 and 400),
    constraint activity_draft_span check (until_on >= from_on),
    constraint activity_draft_organisers_count check (cardinality(organisers) between 1 and 20 and member = any (organisers)),
    constraint activity_draft_point_known foreign key (point) references plan_point (number),
    constraint activity_draft_member_known foreign key (member) references member (number)
);
create index activity_draft_by_day on activity_draft (from_on, id);
create index activity_draft_by_member on activity_draft (member, from_on, id);
comment on table activity_draft is 'An activity still being written: no ledger entry, no history, gone with the names in it when it is submitted and stands in activity under the same id.';

create table activity (
    id uuid not null,
    member bigint not null,
    version integer not null default 1,
    shown integer not null default 1,
    change bigint not null,
    state text not null,
    reason text,
    point smallint not null,
    kind text not null,
    title text not null,
    description text,
    city text,
    country text,
    from_on date not null,
    until_on date,
    organisers bigint[] not null,
    participants_bound text,
    participants_low numeric(24, 2),
    participants_high numeric(24, 2),
    hours_bound text,
    hours_low numeric(24, 2),
    hours_high numeric(24, 2),
    trained_bound text,
    trained_low numeric(24, 2),
    trained_high numeric(24, 2),
    beneficiaries_bound text,
    beneficiaries_low numeric(24, 2),
    beneficiaries_high numeric(24, 2),
    categories jsonb not null default '[]',
    countries text[] not null default '{}',
    source jsonb,
    synthetic boolean not null default false,
    constraint activity_pkey primary key (id),
    constraint activity_state_known check (state in ('submitted', 'registered', 'refused', 'withdrawn')),
    constraint activity_reason_given check ((state in ('refused', 'withdrawn')) = (reason is not null)),
    constraint activity_reason_length check (char_length(reason) between 1 and 2000),
    constraint activity_kind_known check (kind in ('competition', 'training', 'project', 'event')),
    constraint activity_title_length check (char_length(title) between 1 and 400),
    constraint activity_description_length check (char_length(description) between 1 and 4000),
    constraint activity_city_length check (char_length(city) between 1 and 200),
    constraint activity_country_form check (country ~ '^[A-Z]{2}$'),
    constraint activity_span check (until_on >= from_on),
    constraint activity_from_range check (from_on >= '1800-01-01' and from_on < '2200-01-01'),
    constraint activity_until_range check (until_on < '2200-01-01'),
    constraint activity_organisers_count check (cardinality(organisers) between 1 and 20 and member = any (organisers)),
    constraint activity_participants_stated check (is_quantity(participants_bound, participants_low, participants_high)),
    constraint activity_hours_stated check (is_quantity(hours_bound, hours_low, hours_high)),
    constraint activity_trained_stated check (is_quantity(trained_bound, trained_low, trained_high)),
    constraint activity_beneficiaries_stated check (is_quantity(beneficiaries_bound, beneficiaries_low, beneficiaries_high)),
    constraint activity_competition_only check (kind = 'competition' or (categories = '[]' and countries = '{}')),
    constraint activity_training_only check (kind = 'training' or num_nonnulls(hours_bound, trained_bound) = 0),
    constraint activity_project_only check (kind = 'project' or beneficiaries_bound is null),
    constraint activity_categories_form check (jsonb_typeof(categories) = 'array' and not jsonb_path_exists(categories, '$[*].winners[*].name')),
    constraint activity_point_known foreign key (point) references plan_point (number),
    constraint activity_member_known foreign key (member) references member (number),
    constraint activity_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index activity_by_day on activity (from_on, id);
create index activity_by_point on activity (point, from_on, id);
create index activity_by_kind on activity (kind, from_on, id);
create index activity_by_country on activity (country, from_on, id);
create index activity_by_state on activity (state, from_on, id);
create index activity_by_end on activity ((coalesce(until_on, case when kind = 'project' then 'infinity'::date else from_on end)));
create index activity_by_organiser on activity using gin (organisers) with (fastupdate = off);
comment on table activity is 'A dated event or project under a point of the plan, from its submission on. Public from its registration on, where one of its organisers is; what was withdrawn stays, with the reason.';
comment on column activity.member is 'The organiser in whose name it was drafted; it stays among the organisers.';
comment on column activity.shown is 'The version that all but staff are told: it stays where only an organiser changed that is not public.';
comment on column activity.organisers is 'Register numbers, in order. The office checks them under the members'' locks; members are never deleted.';
comment on column activity.until_on is 'The last day; null for an activity of one day, or for a project that has no known end.';
comment on column activity.categories is 'Of a competition: name, entrants and winners. A winner''s name stands in activity_winner; here are its id and its salted hash.';
create table activity_history (ended_by bigint not null, like activity,
    constraint activity_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index activity_history_by_id on activity_history (id, change);
create index activity_history_by_ended on activity_history (ended_by);
comment on table activity_history is 'Earlier versions of activity.';
create trigger activity_stamp before insert or update or delete on activity for each row execute function stamp();

create table activity_winner (
    id uuid not null,
    activity uuid not null,
    change bigint not null,
    name text not null,
    salt bytea not null,
    constraint activity_winner_pkey primary key (id),
    constraint activity_winner_name_length check (char_length(name) between 1 and 200),
    constraint activity_winner_salt_size check (octet_length(salt) = 32),
    constraint activity_winner_activity_known foreign key (activity) references activity (id),
    constraint activity_winner_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index activity_winner_by_activity on activity_winner (activity);
create trigger activity_winner_stamp before insert or update or delete on activity_winner for each row execute function stamp('personal');
comment on table activity_winner is 'The names of winners, who may be persons, and the salts under which activity and the ledger hold their hashes. Personal, erasable: no history table.';

create table activity_commitment (
    activity uuid not null,
    commitment uuid not null,
    version integer not null default 1,
    change bigint not null,
    constraint activity_commitment_pkey primary key (activity, commitment),
    constraint activity_commitment_activity_known foreign key (activity) references activity (id),
    constraint activity_commitment_commitment_known foreign key (commitment) references commitment (id),
    constraint activity_commitment_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index activity_commitment_by_commitment on activity_commitment (commitment, activity);
comment on table activity_commitment is 'An activity is evidence of a commitment. Shown to whoever sees both.';
create table activity_commitment_history (ended_by bigint not null, like activity_commitment,
    constraint activity_commitment_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index activity_commitment_history_by_activity on activity_commitment_history (activity, change);
create index activity_commitment_history_by_ended on activity_commitment_history (ended_by);
comment on table activity_commitment_history is 'Earlier versions of activity_commitment.';
create trigger activity_commitment_stamp before insert or update or delete on activity_commitment for each row execute function stamp();

create view activity_seen as
    select a.*, (a.state in ('registered', 'withdrawn')
        and exists (select from member m where m.number = any (a.organisers) and m.published)) as is_open
    from activity a;
comment on view activity_seen is 'What an activity shows to whom, for every reader: is_open is for all. The rest is for staff and the member in whose name it was drafted, and from its registration on for each organiser. Of the organisers a reader is shown those that it may know of.';

create view activity_known as
    select a.id, a.point, a.kind, a.country, a.from_on, a.organisers, a.participants_bound, a.participants_low, a.participants_high, a.synthetic
    from activity a
    where a.state = 'registered' and a.change not in (select change from pending)
    union all
    select h.id, h.point, h.kind, h.country, h.from_on, h.organisers, h.participants_bound, h.participants_low, h.participants_high, h.synthetic
    from pending e join activity_history h on h.ended_by = e.change
    where h.state = 'registered' and h.change not in (select change from pending);
comment on view activity_known is 'Registered activities as known at the last position: what everybody sees where one of the organisers is published. Withdrawn ones are not counted.';

-- +goose Down
drop view activity_known, activity_seen;
drop table activity_commitment_history, activity_commitment, activity_winner, activity_history, activity, activity_draft;
drop function is_quantity;
