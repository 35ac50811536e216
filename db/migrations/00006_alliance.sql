-- Alliances and who belongs to them, when and as what.

-- +goose Up
create sequence alliance_id;

create table alliance (
    id bigint not null default nextval('alliance_id'),
    version integer not null default 1,
    change bigint not null,
    name text not null,
    folded text collate "C" not null,
    point smallint,
    description text,
    founded_on date,
    source jsonb,
    synthetic boolean not null default false,
    constraint alliance_pkey primary key (id),
    constraint alliance_name_length check (char_length(name) between 1 and 400),
    constraint alliance_name_unique unique (folded),
    constraint alliance_point_known foreign key (point) references plan_point (number),
    constraint alliance_description_length check (char_length(description) between 1 and 4000),
    constraint alliance_change_known foreign key (change) references change (id) deferrable initially deferred
);
comment on table alliance is 'A body founded under the plan. folded is its name as spellings of one name share it; no two alliances have the same.';
create table alliance_history (ended_by bigint not null, like alliance,
    constraint alliance_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index alliance_history_by_id on alliance_history (id, change);
create index alliance_history_by_ended on alliance_history (ended_by);
comment on table alliance_history is 'Earlier versions of alliance.';
create trigger alliance_stamp before insert or update or delete on alliance for each row execute function stamp();

create table alliance_membership (
    id uuid not null,
    alliance bigint not null,
    member bigint not null,
    version integer not null default 1,
    change bigint not null,
    role text not null,
    from_on date,
    until_on date,
    constraint alliance_membership_pkey primary key (id),
    constraint alliance_membership_role_known check (role in ('founding_member', 'member', 'observer', 'chair', 'vice_chair', 'secretariat')),
    constraint alliance_membership_span check (until_on >= from_on),
    constraint alliance_membership_overlap exclude using gist
        (alliance with =, member with =, role with =, daterange(from_on, until_on, '[]') with &&),
    constraint alliance_membership_alliance_known foreign key (alliance) references alliance (id),
    constraint alliance_membership_member_known foreign key (member) references member (number),
    constraint alliance_membership_change_known foreign key (change) references change (id) deferrable initially deferred
);
create index alliance_membership_by_alliance on alliance_membership (alliance, member, id);
create index alliance_membership_by_member on alliance_membership (member, alliance, id);
comment on table alliance_membership is 'A member belongs to an alliance in a role from a day to a day, both included; an absent day is not known or not yet come. Terms of one role never overlap.';
create table alliance_membership_history (ended_by bigint not null, like alliance_membership,
    constraint alliance_membership_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index alliance_membership_history_by_id on alliance_membership_history (id, change);
create index alliance_membership_history_by_ended on alliance_membership_history (ended_by);
comment on table alliance_membership_history is 'Earlier versions of alliance_membership.';
create trigger alliance_membership_stamp before insert or update or delete on alliance_membership for each row execute function stamp();

-- +goose Down
drop table alliance_membership_history, alliance_membership, alliance_history, alliance;
drop sequence alliance_id;
