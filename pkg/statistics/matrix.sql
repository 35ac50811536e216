-- What published members promised under each point, a page of them, as known at
-- the last position, which every row names.
--
-- $1      the day of asking
-- $2      the number behind which the page begins
-- $3–$6   filters, null for none: country, sector (and all below it), kind,
--         status of the member
-- $7      how many members at most
--
-- What the page needs of large tables is asked for by arrays, not joins: so it is
-- found by index, however many rows PostgreSQL expects. The progress of open commitments is that of the day of asking; see
-- commitments.sql, of which this is one member's share.
with page as (
    -- member_known, of which each side is read in the order of the page and no further
    select number, name, country, synthetic
    from (
        (select m.number, m.name, m.country, m.synthetic
        from member m
        where m.change not in (select change from pending)
            and m.published and m.status <> 'merged' and m.number > $2::bigint
            and ($3::text is null or m.country = $3)
            and ($4::text is null or starts_with(m.sector, $4))
            and ($5::text is null or m.kind = $5)
            and ($6::text is null or m.status = $6)
        order by m.number limit $7::int)
        union all
        (select h.number, h.name, h.country, h.synthetic
        from pending e join member_history h on h.ended_by = e.change
        where h.change not in (select change from pending)
            and h.published and h.status <> 'merged' and h.number > $2
            and ($3 is null or h.country = $3)
            and ($4 is null or starts_with(h.sector, $4))
            and ($5 is null or h.kind = $5)
            and ($6 is null or h.status = $6)
        order by h.number limit $7)
    ) m
    order by number limit $7
),
promised as (
    select c.member as number, c.id, c.point, c.state, c.outcome, c.indicator, c.direction, c.target_bound, c.target_low, c.target_high,
        c.baseline_value, coalesce(c.starts_on, c.baseline_on) as starts,
        case when c.target_bound is null then c.due_on else coalesce(c.target_on, c.due_on) end as due
    from commitment_known c where c.member = any (array(select number from page))
),
spoken as (
    select distinct on (r.commitment) r.commitment as id, r.found
    from report_known r
    where r.state = 'accepted' and r.commitment = any (array(select id from promised))
    order by r.commitment, r.cycle desc
),
ranked as (
    select p.id, i.aggregation, v.bound, v.low, v.high, row_number() over way as place, apart(v.from_on, v.to_on) over way as since
    from value_known v
    join promised p on p.id = v.commitment and p.indicator = v.indicator
    join indicator i on i.code = p.indicator
    where v.commitment = any (array(select id from promised))
    window way as (partition by p.id order by v.to_on desc, v.cycle desc, v.from_on rows unbounded preceding)
),
moved as (
    select *, lag(since) over (partition by id order by place) as since_before from ranked
),
valued as (
    select id, count(*) as n,
        count(*) filter (where bound = 'approx') as approximate,
        count(*) filter (where bound in ('exact', 'gt', 'ge', 'range')) as lows,
        count(*) filter (where bound in ('exact', 'lt', 'le', 'range')) as highs,
        count(*) filter (where low = high) as points,
        bool_or(bound = 'gt') as above, bool_or(bound = 'lt') as below, sum(low) as low, sum(high) as high
    from moved
    where place = 1 or aggregation = 'sum' and since < since_before
    group by id
),
classed as (
    select p.number, p.point, p.state, p.outcome,
        case when p.state <> 'closed' then progress_class(p.direction, p.target_bound, p.target_low, p.target_high,
            p.baseline_value, p.starts, p.due, $1::date, s.id is not null, s.found, v.id is not null,
            case
                when v.approximate > 0 then case when v.points = v.n then v.low end
                when p.direction = 'decrease' then case when v.highs = v.n then v.high end
                when v.lows = v.n then v.low
            end,
            v.approximate = 0 and case p.direction when 'decrease' then v.below else v.above end) end as progress
    from promised p left join spoken s on s.id = p.id left join valued v on v.id = p.id
),
cells as materialized ( -- once, not for every member
    select number, point, count(*) as commitments,
        count(*) filter (where state <> 'closed') as open,
        count(*) filter (where outcome in ('reached_in_time', 'reached_late')) as kept,
        count(*) filter (where outcome = 'not_reached') as missed,
        count(*) filter (where progress = 'reached') as reached,
        count(*) filter (where progress = 'on_track') as on_track,
        count(*) filter (where progress = 'at_risk') as at_risk,
        count(*) filter (where progress = 'overdue') as overdue,
        count(*) filter (where progress = 'not_reported') as not_reported
    from classed group by number, point
)
select (select coalesce(max(position), 0) from position) as position, coalesce(p.number, 0) as member, coalesce(p.name, '') as name,
    coalesce(p.country, '') as country, coalesce(p.synthetic, false) as synthetic,
    coalesce((select jsonb_agg(to_jsonb(c) - 'number' order by c.point) from cells c where c.number = p.number), '[]') as points
from (values (1)) one (row) left join page p on true
order by p.number;
