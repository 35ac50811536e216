-- The action plan that this register is kept for.

-- +goose Up
create table plan (
    id integer not null default 1,
    title text not null,
    edition text not null,
    publisher text not null,
    released_at text,
    source jsonb not null,
    time_zone text not null,
    change bigint not null,
    constraint plan_pkey primary key (id),
    constraint plan_is_one check (id = 1),
    constraint plan_change_known foreign key (change) references change (id) deferrable initially deferred
);
create table plan_history (ended_by bigint not null, like plan,
    constraint plan_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index plan_history_by_id on plan_history (id, change);
create trigger plan_stamp before insert or update or delete on plan for each row execute function stamp();
comment on table plan is 'The one action plan of this deployment. released_at names the event of its release; a date only where the source states one.';
comment on table plan_history is 'Earlier versions of plan.';

create table plan_point (
    number smallint not null,
    text text not null,
    title_en text not null,
    title_zh text not null,
    change bigint not null,
    constraint plan_point_pkey primary key (number),
    constraint plan_point_number check (number between 1 and 8),
    constraint plan_point_change_known foreign key (change) references change (id) deferrable initially deferred
);
create table plan_point_history (ended_by bigint not null, like plan_point,
    constraint plan_point_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index plan_point_history_by_number on plan_point_history (number, change);
create trigger plan_point_stamp before insert or update or delete on plan_point for each row execute function stamp();
comment on table plan_point is 'The eight points: canonical English text as published; the short titles are the editors''.';
comment on table plan_point_history is 'Earlier versions of plan_point.';

create table seeding (
    name text not null,
    finished_at timestamptz not null,
    constraint seeding_pkey primary key (name)
);
comment on table seeding is 'Which shipped registers have been loaded to the end, so that loading again changes nothing, whatever staff has changed since.';

-- +goose Down
drop table seeding, plan_point_history, plan_point, plan_history, plan;
