-- How many published members there are in each cell of up to two dimensions,
-- as known at the last position, which every row names.
--
-- $1, $2   the dimensions: country, sector (the division), kind, status,
--          capacity, ceremony, year (of signing), alliance, point; or ''
-- $3       the day of asking: who belongs to an alliance on it
-- $4–$12   filters, null for none: country, sector (and all below it), kind,
--          status, capacity, ceremony, year, alliance, point
-- $13      how many cells at most
--
-- The filters and dimensions of a signature speak of one signature: capacity
-- and ceremony of a member that signed twice are never crossed.
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
cells as (
    select first, second, count(*) as count, bool_or(synthetic) as synthetic
    from people group by first, second
)
select (select coalesce(max(position), 0) from position) as position,
    coalesce(c.first, '') as first, coalesce(c.second, '') as second, coalesce(c.count, 0) as count, coalesce(c.synthetic, false) as synthetic
from (values (1)) one (row) left join cells c on true
order by c.first = '', case when c.first ~ '^[0-9]+$' then lpad(c.first, 20, '0') else c.first end collate "C",
    c.second = '', case when c.second ~ '^[0-9]+$' then lpad(c.second, 20, '0') else c.second end collate "C"
limit $13;
