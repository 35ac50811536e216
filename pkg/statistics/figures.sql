-- Totals of the public figures of published members, in each cell of up to two
-- dimensions, as known at the last position, which every row names.
--
-- $1–$12   as in members.sql: dimensions, the day of asking, filters
-- $13      how many cells at most
-- $14–$16  filters of figures, null for none: measure, currency, basis
--          (scope and netting as far as stated, such as group_net; '' where neither is)
-- $17, $18 first and last day of the period asked for, or null: then the latest
--          dated figure of a member counts, and undated ones stand apart
--
-- Of each measure, basis and currency a member gives one figure at most. A sum
-- is open where one of its parts is, strict where one of them is; an
-- approximate part opens both ends, and where all parts are single numbers the
-- sum is about their sum.
with signing as (
    select distinct s.member,
        case when 'capacity' in ($1::text, $2::text) then s.capacity end as capacity,
        case when 'ceremony' in ($1, $2) then s.ceremony end as ceremony,
        case when 'year' in ($1, $2) then extract(year from s.signed_on)::int end as year
    from signature_known s
    where ($1 in ('capacity', 'ceremony', 'year') or $2 in ('capacity', 'ceremony', 'year')
            or $8::text is not null or $9::bigint is not null or $10::int is not null)
        and ($8 is null or s.capacity = $8)
        and ($9 is null or s.ceremony = $9)
        and ($10 is null or s.signed_on >= make_date($10, 1, 1) and s.signed_on < make_date($10 + 1, 1, 1))
),
allied as (
    select distinct a.member, case when 'alliance' in ($1, $2) then a.alliance end as alliance
    from alliance_membership_known a
    where ('alliance' in ($1, $2) or $11::bigint is not null)
        and ($11 is null or a.alliance = $11)
        and (a.from_on is null or a.from_on <= $3::date)
        and (a.until_on is null or a.until_on >= $3::date)
),
promised as (
    select distinct c.member, case when 'point' in ($1, $2) then c.point end as point
    from commitment_known c
    where ('point' in ($1, $2) or $12::int is not null)
        and ($12 is null or c.point = $12)
),
people as (
    select m.number, m.synthetic,
        coalesce(case $1 when 'country' then m.country when 'sector' then case when length(m.sector) >= 3 then left(m.sector, 3) end
            when 'kind' then m.kind when 'status' then m.status
            when 'capacity' then s.capacity when 'ceremony' then s.ceremony::text when 'year' then s.year::text
            when 'alliance' then a.alliance::text when 'point' then c.point::text end, '') as first,
        coalesce(case $2 when 'country' then m.country when 'sector' then case when length(m.sector) >= 3 then left(m.sector, 3) end
            when 'kind' then m.kind when 'status' then m.status
            when 'capacity' then s.capacity when 'ceremony' then s.ceremony::text when 'year' then s.year::text
            when 'alliance' then a.alliance::text when 'point' then c.point::text end, '') as second
    from member_known m
    left join signing s on s.member = m.number
    left join allied a on a.member = m.number
    left join promised c on c.member = m.number
    where m.published and m.status <> 'merged'
        and ($4::text is null or m.country = $4)
        and ($5::text is null or starts_with(m.sector, $5))
        and ($6::text is null or m.kind = $6)
        and ($7::text is null or m.status = $7)
        and (($8 is null and $9 is null and $10 is null) or s.member is not null)
        and ($11 is null or a.member is not null)
        and ($12 is null or c.member is not null)
),
groups as (
    select first, second, count(*) as count, bool_or(synthetic) as synthetic
    from people group by first, second
),
picked as (
    select distinct on (f.member, f.measure, f.scope, f.netting, f.currency, f.period_from is null)
        f.member, f.measure, f.scope, f.netting, f.currency, f.period_from is null as undated, f.bound, f.low, f.high
    from figure_known f
    where f.member in (select number from people)
        and ($14::text is null or f.measure = $14)
        and ($15::text is null or f.currency = $15)
        and ($16::text is null or concat_ws('_', f.scope, f.netting) = $16)
        and ($17::date is null or f.period_from = $17 and f.period_to = $18::date)
    -- of figures that end on one day the longest counts
    order by f.member, f.measure, f.scope, f.netting, f.currency, f.period_from is null,
        f.period_to desc, f.period_from, f.id
),
sums as (
    select p.first, p.second, f.measure, f.scope, f.netting, f.currency, f.undated,
        count(*) as stated,
        count(*) filter (where bound = 'approx') as approximate,
        count(*) filter (where bound in ('exact', 'gt', 'ge', 'range')) as lows,
        count(*) filter (where bound in ('exact', 'lt', 'le', 'range')) as highs,
        count(*) filter (where low = high) as points,
        bool_or(bound = 'gt') as above,
        bool_or(bound = 'lt') as below,
        sum(low) as low,
        sum(high) as high
    from picked f join people p on p.number = f.member
    group by p.first, p.second, f.measure, f.scope, f.netting, f.currency, f.undated
)
select (select coalesce(max(position), 0) from position) as position,
    coalesce(g.first, '') as first, coalesce(g.second, '') as second, coalesce(g.count, 0) as count,
    coalesce(g.synthetic, false) as synthetic,
    coalesce(t.measure, '') as measure, coalesce(t.currency, '') as currency, concat_ws('_', t.scope, t.netting) as basis,
    coalesce(t.undated, false) as undated, coalesce(t.stated, 0) as stated,
    case when t.lows = t.stated then trim_scale(t.low)::text else '' end as low,
    case when t.lows = t.stated then case when t.above then 'gt' else 'ge' end else '' end as low_bound,
    case when t.highs = t.stated then trim_scale(t.high)::text else '' end as high,
    case when t.highs = t.stated then case when t.below then 'lt' else 'le' end else '' end as high_bound,
    coalesce(t.approximate > 0, false) as approximate,
    case when t.approximate > 0 and t.points = t.stated then trim_scale(t.low)::text else '' end as about
from (values (1)) one (row)
left join groups g on true
left join sums t on t.first = g.first and t.second = g.second
order by g.first = '', case when g.first ~ '^[0-9]+$' then lpad(g.first, 20, '0') else g.first end collate "C",
    g.second = '', case when g.second ~ '^[0-9]+$' then lpad(g.second, 20, '0') else g.second end collate "C",
    t.measure collate "C", t.currency collate "C", t.scope collate "C" nulls first, t.netting collate "C" nulls first, t.undated
limit $13;
