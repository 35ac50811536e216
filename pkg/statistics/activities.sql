-- How many registered activities with a published organiser there are in each
-- cell of up to two dimensions, each once however many organised it, and how
-- many took part in all, as known at the last position, which every row names.
--
-- $1, $2  the dimensions: point, kind, country (in which it was held), year (in
--         which it began); or ''
-- $3–$6   filters, null for none: point, kind, country, year
-- $7      how many cells at most
--
-- A sum is open where one of its parts is, strict where one of them is; an
-- approximate part opens both ends, and where all parts are single numbers the
-- sum is about their sum.
with held as (
    select a.synthetic, a.participants_bound as bound, a.participants_low as low, a.participants_high as high,
        coalesce(case $1::text when 'point' then a.point::text when 'kind' then a.kind when 'country' then a.country
            when 'year' then extract(year from a.from_on)::int::text end, '') as first,
        coalesce(case $2::text when 'point' then a.point::text when 'kind' then a.kind when 'country' then a.country
            when 'year' then extract(year from a.from_on)::int::text end, '') as second
    from activity_known a
    where a.id in (
            select k.id from activity_known k cross join unnest(k.organisers) as organiser (number)
            join member_known m on m.number = organiser.number
            where m.published
        )
        and ($3::int is null or a.point = $3)
        and ($4::text is null or a.kind = $4)
        and ($5::text is null or a.country = $5)
        and ($6::int is null or a.from_on >= make_date($6, 1, 1) and a.from_on < make_date($6 + 1, 1, 1))
),
cells as (
    select first, second, count(*) as count, bool_or(synthetic) as synthetic,
        count(bound) as stated,
        count(*) filter (where bound = 'approx') as approximate,
        count(*) filter (where bound in ('exact', 'gt', 'ge', 'range')) as lows,
        count(*) filter (where bound in ('exact', 'lt', 'le', 'range')) as highs,
        count(*) filter (where low = high) as points,
        bool_or(bound = 'gt') as above,
        bool_or(bound = 'lt') as below,
        sum(low) as low,
        sum(high) as high
    from held group by first, second
)
select (select coalesce(max(position), 0) from position) as position,
    coalesce(c.first, '') as first, coalesce(c.second, '') as second, coalesce(c.count, 0) as count,
    coalesce(c.synthetic, false) as synthetic, coalesce(c.stated, 0) as stated,
    case when c.stated > 0 and c.lows = c.stated then trim_scale(c.low)::text else '' end as low,
    case when c.stated > 0 and c.lows = c.stated then case when c.above then 'gt' else 'ge' end else '' end as low_bound,
    case when c.stated > 0 and c.highs = c.stated then trim_scale(c.high)::text else '' end as high,
    case when c.stated > 0 and c.highs = c.stated then case when c.below then 'lt' else 'le' end else '' end as high_bound,
    coalesce(c.approximate > 0, false) as approximate,
    case when c.approximate > 0 and c.points = c.stated then trim_scale(c.low)::text else '' end as about
from (values (1)) one (row) left join cells c on true
order by c.first = '', c.first collate "C", c.second = '', c.second collate "C"
limit $7;
