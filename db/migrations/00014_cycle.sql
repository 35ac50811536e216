-- Reporting cycles: when everybody reports, applied to all alike.

-- +goose Up
create table cycle (
    year smallint not null,
    version integer not null default 1,
    change bigint not null,
    opens_on date not null,
    due_on date not null,
    grace_ends_on date not null,
    extension_reason text,
    constraint cycle_pkey primary key (year),
    constraint cycle_year_range check (year between 2000 and 2198),
    constraint cycle_opens_year check (extract(year from opens_on) = year),
    constraint cycle_span check (due_on > opens_on and grace_ends_on >= due_on),
    constraint cycle_end_range check (grace_ends_on < '2200-01-01'),
    constraint cycle_extension_reason_length check (char_length(extension_reason) between 1 and 2000),
    constraint cycle_change_known foreign key (change) references change (id) deferrable initially deferred
);
comment on table cycle is 'A reporting year. Days end in the initiative''s time zone; a deadline is extended for everybody or for nobody, and never shortened.';
comment on column cycle.due_on is 'The last day on which a report is in time. A member that owes one is non_communicating from the day after.';
comment on column cycle.grace_ends_on is 'The last day on which a report is taken at all. Delisting is proposed from the day after.';
comment on column cycle.extension_reason is 'Why the dates were last moved; absent while they are the first ones.';
create table cycle_history (ended_by bigint not null, like cycle,
    constraint cycle_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index cycle_history_by_year on cycle_history (year, change);
create index cycle_history_by_ended on cycle_history (ended_by);
comment on table cycle_history is 'Earlier versions of cycle.';
create trigger cycle_stamp before insert or update or delete on cycle for each row execute function stamp();

-- +goose Down
drop table cycle_history, cycle;
