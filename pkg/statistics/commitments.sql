-- How many registered and closed commitments of published members there are in
-- each cell of up to two dimensions, as known at the last position, which every
-- row names.
--
-- $1, $2  the dimensions: point, state, strength, outcome, progress, cycle of the
--         commitment, country, sector (the division), kind of its member; or ''
-- $3      the day of asking
-- $4      the time zone in which days end
-- $5–$11  filters, null for none: country, sector (and all below it), kind of
--         the member, point, state, class of progress, cycle
-- $12     how many cells at most
--
-- A commitment stands in every cycle in which it was open: registered by the day
-- on which the cycle fell due, or by the day of asking before that, and not closed
-- before the cycle opened. It stands there as it was at the end of that day: in the
-- state, under the terms and with the progress that it had then, by the reports for
-- cycles so far. So what is amended later changes no past cycle. Without cycles it
-- stands as it is, with its progress on the day of asking. What is closed has none.
with asked as (
    select y.year, least(y.due_on, $3::date) as day, y.opens_on::timestamp at time zone $4::text as opens_at,
        (least(y.due_on, $3) + 1)::timestamp at time zone $4 as ends_at
    from cycle_known y
    where ('cycle' in ($1::text, $2::text) or $11::int is not null)
        and ($11 is null or y.year = $11)
        and y.opens_on <= $3
),
versions as (
    select distinct on (v.id, a.year) a.year, a.day, a.opens_at, v.id, v.member, v.point, v.state, v.strength, v.outcome, v.starts_on, v.due_on,
        v.indicator, v.direction, v.baseline_value, v.baseline_on, v.target_bound, v.target_low, v.target_high, v.target_on, v.at
    from asked a join commitment_version_known v on v.at < a.ends_at
    where 'cycle' in ($1, $2) or $11 is not null
    order by v.id, a.year, v.ord desc
),
promised as (
    select c.id, c.point, c.state, c.strength, c.outcome, c.indicator, c.direction, c.target_bound, c.target_low, c.target_high,
        c.baseline_value, coalesce(c.starts_on, c.baseline_on) as starts,
        case when c.target_bound is null then c.due_on else coalesce(c.target_on, c.due_on) end as due,
        m.country, m.sector, m.kind, m.synthetic, c.year, c.day
    from (
        select year, day, id, member, point, state, strength, outcome, starts_on, due_on, indicator, direction, baseline_value, baseline_on,
            target_bound, target_low, target_high, target_on
        from versions where state <> 'closed' or at >= opens_at
        union all
        select null, $3, id, member, point, state, strength, outcome, starts_on, due_on, indicator, direction, baseline_value, baseline_on,
            target_bound, target_low, target_high, target_on
        from commitment_known where not ('cycle' in ($1, $2) or $11 is not null)
    ) c
    join member_known m on m.number = c.member
    where m.published and m.status <> 'merged'
        and ($5::text is null or m.country = $5)
        and ($6::text is null or starts_with(m.sector, $6))
        and ($7::text is null or m.kind = $7)
        and ($8::int is null or c.point = $8)
        and ($9::text is null or c.state = $9)
),
spoken as (
    select distinct on (p.id, p.year) p.id, p.year, r.found
    from promised p join report_known r on r.commitment = p.id
    where ('progress' in ($1, $2) or $10::text is not null)
        and r.state = 'accepted' and (p.year is null or r.cycle <= p.year)
    order by p.id, p.year, r.cycle desc
),
ranked as (
    select p.id, p.year, i.aggregation, v.bound, v.low, v.high, v.to_on, v.cycle, v.from_on,
        row_number() over way as place, apart(v.from_on, v.to_on) over way as since
    from promised p
    join value_known v on v.commitment = p.id and v.indicator = p.indicator and (p.year is null or v.cycle <= p.year)
    join indicator i on i.code = p.indicator
    where 'progress' in ($1, $2) or $10 is not null
    window way as (partition by p.id, p.year order by v.to_on desc, v.cycle desc, v.from_on rows unbounded preceding)
),
moved as (
    select *, lag(since) over (partition by id, year order by place) as since_before from ranked
),
valued as (
    select id, year, count(*) as n,
        count(*) filter (where bound = 'approx') as approximate,
        count(*) filter (where bound in ('exact', 'gt', 'ge', 'range')) as lows,
        count(*) filter (where bound in ('exact', 'lt', 'le', 'range')) as highs,
        count(*) filter (where low = high) as points,
        bool_or(bound = 'gt') as above, bool_or(bound = 'lt') as below, sum(low) as low, sum(high) as high
    from moved
    where place = 1 or aggregation = 'sum' and since < since_before
    group by id, year
),
classed as (
    select p.*,
        case when p.state <> 'closed' then progress_class(p.direction, p.target_bound, p.target_low, p.target_high,
            p.baseline_value, p.starts, p.due, p.day, s.id is not null, s.found, v.id is not null,
            case
                when v.approximate > 0 then case when v.points = v.n then v.low end
                when p.direction = 'decrease' then case when v.highs = v.n then v.high end
                when v.lows = v.n then v.low
            end,
            v.approximate = 0 and case p.direction when 'decrease' then v.below else v.above end) end as progress
    from promised p
    left join spoken s on s.id = p.id and s.year is not distinct from p.year
    left join valued v on v.id = p.id and v.year is not distinct from p.year
),
placed as (
    select synthetic,
        coalesce(case $1 when 'point' then point::text when 'state' then state when 'strength' then strength when 'outcome' then outcome
            when 'progress' then progress when 'cycle' then year::text when 'country' then country
            when 'sector' then case when length(sector) >= 3 then left(sector, 3) end when 'kind' then kind end, '') as first,
        coalesce(case $2 when 'point' then point::text when 'state' then state when 'strength' then strength when 'outcome' then outcome
            when 'progress' then progress when 'cycle' then year::text when 'country' then country
            when 'sector' then case when length(sector) >= 3 then left(sector, 3) end when 'kind' then kind end, '') as second
    from classed
    where $10 is null or progress = $10
),
cells as (
    select first, second, count(*) as count, bool_or(synthetic) as synthetic
    from placed group by first, second
)
select (select coalesce(max(position), 0) from position) as position,
    coalesce(c.first, '') as first, coalesce(c.second, '') as second, coalesce(c.count, 0) as count, coalesce(c.synthetic, false) as synthetic
from (values (1)) one (row) left join cells c on true
order by c.first = '', c.first collate "C", c.second = '', c.second collate "C"
limit $12;
