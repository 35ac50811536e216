-- How many published members owed a report in each cycle, how many reported and
-- how many in time, in each cell of up to two further dimensions, as known at the
-- last position, which every row names.
--
-- $1, $2  the dimensions: country, sector (the division), kind of the member; or ''
-- $3      the day of asking
-- $4      the time zone in which days end
-- $5–$8   filters, null for none: country, sector (and all below it), kind of
--         the member, cycle
-- $9      how many cells at most
--
-- A cycle is told of once it has fallen due. A member owed a report in it when it
-- was active or non_communicating at the end of that day and answered for a
-- registered commitment then. It reported when a report for the cycle is submitted or accepted,
-- and in time when it first submitted one on that day at the latest: what was
-- returned and sent again was in time, if it was at first.
with asked as (
    select y.year, y.due_on, (y.due_on + 1)::timestamp at time zone $4::text as ends_at
    from cycle_known y
    where ($8::int is null or y.year = $8) and y.due_on < $3::date
),
standing as (
    select distinct on (s.member, a.year) s.member, a.year, s.status
    from asked a join standing_known s on s.at < a.ends_at
    order by s.member, a.year, s.ord desc
),
versions as (
    select distinct on (v.id, a.year) a.year, a.due_on, v.member, v.state
    from asked a join commitment_version_known v on v.at < a.ends_at
    order by v.id, a.year, v.ord desc
),
marks as ( -- put together by grouping, which costs the same however many rows PostgreSQL expects
    select v.member, v.year, v.due_on, true as promised, false as stands, false as reported, null::timestamptz as first_submitted_at
    from versions v where v.state = 'registered'
    union all
    select s.member, s.year, null, false, true, false, null
    from standing s where s.status in ('active', 'non_communicating')
    union all
    select r.member, r.cycle, null, false, false, true, r.first_submitted_at
    from report_known r
    where r.state in ('submitted', 'accepted') and ($8 is null or r.cycle = $8)
),
owed as (
    select member, year, max(due_on) as due_on, bool_or(reported) as reported, min(first_submitted_at) as first_submitted_at
    from marks group by member, year
    having bool_or(promised) and bool_or(stands)
),
cells as (
    select o.year,
        coalesce(case $1::text when 'country' then m.country when 'sector' then case when length(m.sector) >= 3 then left(m.sector, 3) end
            when 'kind' then m.kind end, '') as first,
        coalesce(case $2::text when 'country' then m.country when 'sector' then case when length(m.sector) >= 3 then left(m.sector, 3) end
            when 'kind' then m.kind end, '') as second,
        bool_or(m.synthetic) as synthetic, count(*) as count, count(*) filter (where o.reported) as reported,
        count(*) filter (where o.reported and (o.first_submitted_at at time zone $4)::date <= o.due_on) as in_time
    from owed o
    join member_known m on m.number = o.member
    where m.published and m.status <> 'merged'
        and ($5::text is null or m.country = $5)
        and ($6::text is null or starts_with(m.sector, $6))
        and ($7::text is null or m.kind = $7)
    group by o.year, first, second
)
select (select coalesce(max(position), 0) from position) as position,
    coalesce(c.first, '') as first, coalesce(c.second, '') as second, coalesce(c.count, 0) as count, coalesce(c.synthetic, false) as synthetic,
    coalesce(c.year, 0) as cycle, coalesce(c.reported, 0) as reported, coalesce(c.in_time, 0) as in_time,
    coalesce(trim_scale(round(c.in_time::numeric / c.count, 4))::text, '') as share
from (values (1)) one (row) left join cells c on true
order by c.year desc, c.first = '', c.first collate "C", c.second = '', c.second collate "C"
limit $9;
