-- How many registered and closed commitments of published members there are in
-- each cell of up to two dimensions, as known at the last position, which every
-- row names.
--
-- $1, $2  the dimensions: point, state, strength, outcome of the commitment,
--         country, sector (the division), kind of its member; or ''
-- $3–$7   filters, null for none: country, sector (and all below it), kind of
--         the member, point, state
-- $8      how many cells at most
with promised as (
    select m.synthetic,
        coalesce(case $1::text when 'point' then c.point::text when 'state' then c.state when 'strength' then c.strength
            when 'outcome' then c.outcome when 'country' then m.country
            when 'sector' then case when length(m.sector) >= 3 then left(m.sector, 3) end when 'kind' then m.kind end, '') as first,
        coalesce(case $2::text when 'point' then c.point::text when 'state' then c.state when 'strength' then c.strength
            when 'outcome' then c.outcome when 'country' then m.country
            when 'sector' then case when length(m.sector) >= 3 then left(m.sector, 3) end when 'kind' then m.kind end, '') as second
    from commitment_known c
    join member_known m on m.number = c.member
    where m.published and m.status <> 'merged'
        and ($3::text is null or m.country = $3)
        and ($4::text is null or starts_with(m.sector, $4))
        and ($5::text is null or m.kind = $5)
        and ($6::int is null or c.point = $6)
        and ($7::text is null or c.state = $7)
),
cells as (
    select first, second, count(*) as count, bool_or(synthetic) as synthetic
    from promised group by first, second
)
select (select coalesce(max(position), 0) from position) as position,
    coalesce(c.first, '') as first, coalesce(c.second, '') as second, coalesce(c.count, 0) as count, coalesce(c.synthetic, false) as synthetic
from (values (1)) one (row) left join cells c on true
order by c.first = '', c.first collate "C", c.second = '', c.second collate "C"
limit $8;
