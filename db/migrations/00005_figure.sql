-- Figures: stated quantities, never a bare number.

-- +goose Up
create table figure (
    id uuid not null,
    member bigint not null,
    version integer not null default 1,
    change bigint not null,
    measure text not null,
    period_from date,
    period_to date,
    bound text not null,
    low numeric(30, 4),
    high numeric(30, 4),
    currency text not null,
    scope text,
    netting text,
    assurance text,
    confidentiality text not null default 'public',
    source_title text,
    source_url text,
    source_page text,
    source_quote text,
    source_retrieved date,
    superseded_by uuid,
    withheld boolean not null default false,
    stated_at timestamptz not null,
    synthetic boolean not null default false,
    constraint figure_pkey primary key (id),
    constraint figure_measure_known check (measure in ('sales_volume', 'gmv', 'revenue', 'export_sales')),
    constraint figure_period_pair check ((period_from is null) = (period_to is null)),
    constraint figure_period_span check (period_to >= period_from),
    constraint figure_period_range check (period_from >= '1800-01-01' and period_to < '2200-01-01'),
    constraint figure_bound_known check (bound in ('exact', 'gt', 'ge', 'lt', 'le', 'range', 'approx')),
    constraint figure_bound_ends check (
        case bound
            when 'exact' then low is not null and high is not null and low = high
            when 'approx' then low is not null and high is not null and low = high
            when 'range' then low is not null and high is not null and low <= high
            when 'gt' then low is not null and high is null
            when 'ge' then low is not null and high is null
            else low is null and high is not null
        end),
    constraint figure_low_number check (low >= 0 and low < 'Infinity'::numeric),
    constraint figure_high_number check (high >= 0 and high < 'Infinity'::numeric),
    constraint figure_currency_form check (currency ~ '^[A-Z]{3}$'),
    constraint figure_scope_known check (scope in ('group', 'entity')),
    constraint figure_netting_known check (netting in ('gross', 'net')),
    constraint figure_assurance_known check (assurance in ('stated', 'reviewed', 'audited')),
    constraint figure_confidentiality_known check (confidentiality in ('public', 'confidential')),
    constraint figure_source_title_length check (char_length(source_title) between 1 and 400),
    constraint figure_source_url_form check (source_url ~ '^https?://' and char_length(source_url) <= 2000),
    constraint figure_source_page_length check (char_length(source_page) between 1 and 40),
    constraint figure_source_quote_length check (char_length(source_quote) between 1 and 2000),
    constraint figure_source_titled check (source_title is not null or num_nonnulls(source_url, source_page, source_quote, source_retrieved) = 0),
    constraint figure_superseded_other check (superseded_by <> id),
    constraint figure_withheld_superseded check (superseded_by is not null or not withheld),
    constraint figure_member_known foreign key (member) references member (number),
    constraint figure_superseded_known foreign key (superseded_by) references figure (id) deferrable initially deferred,
    constraint figure_change_known foreign key (change) references change (id) deferrable initially deferred
);
create unique index figure_superseded_once on figure (superseded_by) where superseded_by is not null;
create unique index figure_current_once on figure (member, measure, period_to, period_from, currency, scope, netting)
    nulls not distinct where superseded_by is null;
create index figure_by_member on figure (member, stated_at, id);
comment on table figure is 'A stated quantity about a member. For exact and approx, low and high are equal. A correction supersedes: the row stays and names its successor.';
comment on column figure.withheld is 'Superseded by a confidential figure, or before its member was published: answers to the public leave it out.';
comment on column figure.stated_at is 'When the register recorded it; superseding it later does not change that.';
comment on index figure_current_once is 'A member has one current figure of a measure, basis and currency for a period; another one supersedes it.';
create table figure_history (ended_by bigint not null, like figure,
    constraint figure_history_ended_known foreign key (ended_by) references change (id) deferrable initially deferred);
create index figure_history_by_id on figure_history (id, change);
create index figure_history_by_ended on figure_history (ended_by);
comment on table figure_history is 'Earlier versions of figure.';
create trigger figure_stamp before insert or update or delete on figure for each row execute function stamp();

create view figure_seen as
    select f.*, (f.confidentiality = 'public' and not f.withheld and m.published) as is_open
    from figure f join member m on m.number = f.member;
comment on view figure_seen is 'What a figure shows to whom, for every reader: is_open is for all; the rest is for staff and the figure''s own member.';

-- +goose Down
drop view figure_seen;
drop table figure_history, figure;
