-- The catalogue of indicators: standard quantities under a point of the plan
-- that can be added up over members.

-- +goose Up
create table indicator (
    code text collate "C" not null,
    point smallint not null,
    ordinal integer not null,
    version integer not null default 1,
    change bigint not null,
    unit text not null,
    direction text not null,
    aggregation text not null,
    title_en text not null,
    title_zh text not null,
    definition_en text not null,
    definition_zh text not null,
    counts_en text not null,
    counts_zh text not null,
    excludes_en text not null,
    excludes_zh text not null,
    source text,
    retired_on date,
    retired_reason text,
    constraint indicator_pkey primary key (code),
    constraint indicator_ordinal_unique unique (point, ordinal),
    constraint indicator_meaning_unique unique (code, point, unit, direction),
    constraint indicator_code_form check (code ~ '^[a-z][a-z0-9_]*$' and char_length(code) <= 64),
    constraint indicator_unit_form check (unit ~ '^([a-z]+|[A-Z]{3})$'),
    constraint indicator_direction_known check (direction in ('increase', 'decrease')),
    constraint indicator_aggregation_known check (aggregation in ('sum', 'latest', 'mean')),
    constraint indicator_title_length check (char_length(title_en) between 1 and 200 and char_length(title_zh) between 1 and 200),
    constraint indicator_definition_length check (char_length(definition_en) between 1 and 1000 and char_length(definition_zh) between 1 and 1000),
    constraint indicator_counts_length check (char_length(counts_en) between 1 and 1000 and char_length(counts_zh) between 1 and 1000),
    constraint indicator_excludes_length check (char_length(excludes_en) between 1 and 1000 and char_length(excludes_zh) between 1 and 1000),
    constraint indicator_source_length check (char_length(source) between 1 and 400),
    constraint indicator_retired_pair check ((retired_on is null) = (retired_reason is null)),
    constraint indicator_retired_reason_length check (char_length(retired_reason) between 1 and 2000),
    constraint indicator_point_known foreign key (point) references plan_point (number),
    constraint indicator_change_known foreign key (change) references change (id) deferrable initially deferred
);
comment on table indicator is 'A standard quantity under a point of the plan, with what counts into it and what does not. Retired ones stay, for the commitments that were measured by them. source is ''editor'' for those of the register''s editors.';
create table indicator_history (ended_by bigint not null, like indicator,
    constraint indicator_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index indicator_history_by_code on indicator_history (code, change);
create index indicator_history_by_ended on indicator_history (ended_by);
comment on table indicator_history is 'Earlier versions of indicator.';
create trigger indicator_stamp before insert or update or delete on indicator for each row execute function stamp();

alter table plan add column version integer not null default 1;
alter table plan add column period_from date;
alter table plan add column period_to date;
alter table plan add column period_source jsonb;
alter table plan_history add column version integer not null default 1;
alter table plan_history add column period_from date;
alter table plan_history add column period_to date;
alter table plan_history add column period_source jsonb;
alter table plan add constraint plan_period_span check (period_to >= period_from);
alter table plan add constraint plan_period_from_range check (period_from >= '1800-01-01' and period_from < '2200-01-01');
alter table plan add constraint plan_period_to_range check (period_to >= '1800-01-01' and period_to < '2200-01-01');
alter table plan add constraint plan_period_source_pair check ((period_source is null) = (period_from is null and period_to is null));
comment on column plan.period_from is 'The first day of the plan''s own period, with period_to and the source that states them. Absent where no source states one: then no day is outside it.';

-- +goose Down
alter table plan drop constraint plan_period_span, drop constraint plan_period_from_range, drop constraint plan_period_to_range, drop constraint plan_period_source_pair;
alter table plan drop column version, drop column period_from, drop column period_to, drop column period_source;
alter table plan_history drop column version, drop column period_from, drop column period_to, drop column period_source;
drop table indicator_history, indicator;
