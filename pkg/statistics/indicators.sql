-- Totals of what commitments of published members report, indicator by
-- indicator, in each cell of up to two further dimensions, as known at the last
-- position, which every row names.
--
-- $1, $2  the dimensions: point, cycle, country, sector (the division), kind of
--         the member; or ''
-- $3      the day of asking
-- $4      the time zone in which days end
-- $5–$10  filters, null for none: country, sector (and all below it), kind of
--         the member, point, indicator, cycle
-- $11     how many cells at most
--
-- A commitment counts once, with the member that answers for it, however many
-- make it jointly; under an indicator that it had before it was amended, as long
-- as it reported under it. By cycles, the values are those of the reports for the
-- cycle, and who reported none is a commitment that was open in it; else those
-- of all cycles. Of a commitment, a stock or a rate gives the value that ends
-- last, and what is added up the sum of that one and those before it, of which
-- none reaches into the days of a later one. Over commitments a rate gives the
-- mean, all else the sum: open where one of its parts is, strict where one of
-- them is; an approximate part opens both ends, and where all parts are single
-- numbers the total is about theirs.
with asked as (
    select y.year, y.opens_on::timestamp at time zone $4::text as opens_at, (least(y.due_on, $3::date) + 1)::timestamp at time zone $4 as ends_at
    from cycle_known y
    where ('cycle' in ($1::text, $2::text) or $10::int is not null)
        and ($10 is null or y.year = $10)
        and y.opens_on <= $3
    union all
    select null, null, null where not ('cycle' in ($1, $2) or $10 is not null)
),
versions as (
    select distinct on (v.id, a.year) a.year, a.opens_at, v.id, v.indicator, v.state, v.at
    from asked a join commitment_version_known v on v.at < a.ends_at
    where 'cycle' in ($1, $2) or $10 is not null
    order by v.id, a.year, v.ord desc
),
measured as (
    select c.id, c.indicator from commitment_known c where c.indicator is not null
    union
    select v.commitment, v.indicator from value_known v
    union
    select v.id, v.indicator from versions v where v.indicator is not null -- which it may have had in that cycle alone
),
promised as (
    select c.id, i.code, i.unit, i.aggregation, c.point, m.country, m.sector, m.kind, m.synthetic, a.year,
        a.year is null or v.id is not null as answers
    from measured x
    join commitment_known c on c.id = x.id
    join member_known m on m.number = c.member
    join indicator i on i.code = x.indicator
    cross join asked a
    left join versions v on v.id = c.id and v.year = a.year and v.indicator = i.code and (v.state <> 'closed' or v.at >= v.opens_at)
    where m.published and m.status <> 'merged'
        and ($5::text is null or m.country = $5)
        and ($6::text is null or starts_with(m.sector, $6))
        and ($7::text is null or m.kind = $7)
        and ($8::int is null or c.point = $8)
        and ($9::text is null or i.code = $9)
),
ranked as (
    select p.id, p.code, p.year, p.aggregation, v.bound, v.low, v.high,
        row_number() over way as place, apart(v.from_on, v.to_on) over way as since
    from promised p
    join value_known v on v.commitment = p.id and v.indicator = p.code and (p.year is null or v.cycle = p.year)
    window way as (partition by p.id, p.code, p.year order by v.to_on desc, v.cycle desc, v.from_on rows unbounded preceding)
),
moved as (
    select *, lag(since) over (partition by id, code, year order by place) as since_before from ranked
),
valued as (
    select id, code, year, count(*) as n,
        count(*) filter (where bound = 'approx') as approximate,
        count(*) filter (where bound in ('exact', 'gt', 'ge', 'range')) as lows,
        count(*) filter (where bound in ('exact', 'lt', 'le', 'range')) as highs,
        count(*) filter (where low = high) as points,
        bool_or(bound = 'gt') as above, bool_or(bound = 'lt') as below, sum(low) as low, sum(high) as high
    from moved
    where place = 1 or aggregation = 'sum' and since < since_before
    group by id, code, year
),
cells as (
    select p.code, p.unit, p.aggregation,
        coalesce(case $1 when 'point' then p.point::text when 'cycle' then p.year::text when 'country' then p.country
            when 'sector' then case when length(p.sector) >= 3 then left(p.sector, 3) end when 'kind' then p.kind end, '') as first,
        coalesce(case $2 when 'point' then p.point::text when 'cycle' then p.year::text when 'country' then p.country
            when 'sector' then case when length(p.sector) >= 3 then left(p.sector, 3) end when 'kind' then p.kind end, '') as second,
        count(*) as count, bool_or(p.synthetic) as synthetic, count(v.id) as stated,
        sum(v.n) as n, sum(v.approximate) as approximate, sum(v.lows) as lows, sum(v.highs) as highs, sum(v.points) as points,
        bool_or(v.above) as above, bool_or(v.below) as below,
        sum(v.low) / case p.aggregation when 'mean' then nullif(count(v.id), 0) else 1 end as low,
        sum(v.high) / case p.aggregation when 'mean' then nullif(count(v.id), 0) else 1 end as high
    from promised p
    left join valued v on v.id = p.id and v.code = p.code and v.year is not distinct from p.year
    where p.answers or v.id is not null
    group by p.code, p.unit, p.aggregation, first, second
)
select (select coalesce(max(position), 0) from position) as position,
    coalesce(c.first, '') as first, coalesce(c.second, '') as second, coalesce(c.count, 0) as count, coalesce(c.synthetic, false) as synthetic,
    coalesce(c.code, '') as indicator, coalesce(c.unit, '') as unit, coalesce(c.aggregation, '') as aggregation, coalesce(c.stated, 0) as stated,
    case when c.lows = c.n then trim_scale(round(c.low, 4))::text else '' end as low,
    case when c.lows = c.n then case when c.above then 'gt' else 'ge' end else '' end as low_bound,
    case when c.highs = c.n then trim_scale(round(c.high, 4))::text else '' end as high,
    case when c.highs = c.n then case when c.below then 'lt' else 'le' end else '' end as high_bound,
    coalesce(c.approximate > 0, false) as approximate,
    case when c.approximate > 0 and c.points = c.n then trim_scale(round(c.low, 4))::text else '' end as about
from (values (1)) one (row) left join cells c on true
order by c.code collate "C", c.first = '', c.first collate "C", c.second = '', c.second collate "C"
limit $11;
