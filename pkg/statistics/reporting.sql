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
-- A member owes a report in a cycle when it answers for a commitment that was
-- registered by the day on which the cycle fell due, and not closed before the
-- cycle opened. It reported when a report for the cycle is submitted or accepted,
-- and in time when it first submitted one on that day at the latest: what was
-- returned and sent again was in time, if it was at first.
with asked as (
    select y.year, y.opens_on, y.due_on from cycle_known y
    where ($8::int is null or y.year = $8) and y.opens_on <= $3::date
),
owed as (
    select distinct c.member, a.year, a.due_on
    from commitment_known c
    join commitment_life l on l.id = c.id
    join asked a on (l.registered_at at time zone $4::text)::date <= a.due_on
        and (l.closed_at is null or (l.closed_at at time zone $4)::date >= a.opens_on)
),
sent as (
    select r.member, r.cycle, min(r.first_submitted_at) as first_submitted_at
    from report_known r
    where r.state in ('submitted', 'accepted') and ($8 is null or r.cycle = $8)
    group by r.member, r.cycle
),
cells as (
    select o.year,
        coalesce(case $1::text when 'country' then m.country when 'sector' then case when length(m.sector) >= 3 then left(m.sector, 3) end
            when 'kind' then m.kind end, '') as first,
        coalesce(case $2::text when 'country' then m.country when 'sector' then case when length(m.sector) >= 3 then left(m.sector, 3) end
            when 'kind' then m.kind end, '') as second,
        bool_or(m.synthetic) as synthetic, count(*) as count, count(s.member) as reported,
        count(*) filter (where (s.first_submitted_at at time zone $4)::date <= o.due_on) as in_time
    from owed o
    join member_known m on m.number = o.member
    left join sent s on s.member = o.member and s.cycle = o.year
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
