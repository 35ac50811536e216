-- More of a synthetic register, for the plans of its lists: to every member
-- three more commitments, so that there are four, each of the new ones measured
-- and reported on with evidence in one of two cycles, half of them amended, and
-- those that are past their day proposed to be closed; an activity, a signature at a ceremony and
-- a membership of an alliance. It runs in psql after the generator, with the
-- number of members as :size.
begin;
select set_config('accord.change', nextval('change_id')::text, true) as change \gset
insert into indicator (code, point, ordinal, unit, direction, aggregation, title_en, title_zh, definition_en, definition_zh, counts_en, counts_zh,
    excludes_en, excludes_zh)
select 'synthetic_' || n, n, 1, 'persons', 'increase', 'sum', 's', '合成', 's', '合成', 's', '合成', 's', '合成' from generate_series(1, 8) n;
insert into cycle (year, opens_on, due_on, grace_ends_on)
select n, make_date(n, 4, 1), make_date(n, 7, 31), make_date(n, 12, 31) from generate_series(2025, 2026) n;
insert into commitment (id, member, point, title, text, state, indicator, unit, direction, baseline_value, target_bound, target_low, starts_on, due_on, synthetic)
select gen_random_uuid(), m, 1 + (m + k) % 8, 'synthetic', 'synthetic', case when m % 9 = k then 'submitted' else 'registered' end, 'synthetic_' || 1 + (m + k) % 8,
    'persons', 'increase', 0, 'ge', 100 + m % 900, '2025-01-01', date '2025-06-30' + (m * 7 + k) % 1500, true
from generate_series(1, :size) m, generate_series(1, 3) k;
analyze commitment;
insert into report (id, commitment, member, cycle, version, state, narrative, completion, measured, milestones, content_at, submitted_at, decision, found, reviewer, synthetic)
select gen_random_uuid(), c.id, c.member, 2025 + c.member % 2, 1, 'accepted', 'synthetic', 'limited',
    jsonb_build_array(jsonb_build_object('indicator', c.indicator, 'bound', 'ge', 'low', (c.member % 500)::text, 'from', '2025-01-01', 'to', '2025-12-31')),
    '[]', 1, '2026-06-30', 'accepted', 'limited', gen_random_uuid(), true
from commitment c where c.indicator is not null and c.state = 'registered';
insert into evidence (id, report, version, ordinal, cycle, url, title)
select gen_random_uuid(), r.id, 1, 1, r.cycle, 'https://example.org/', 'synthetic' from report r;
insert into proposal (id, kind, member, commitment, due_on, proposed_at)
select gen_random_uuid(), 'close', c.member, c.id, c.due_on, now() from commitment c where c.due_on < '2026-06-01' and c.state = 'registered';
insert into amendment (id, commitment, member, base, state, class, reason, old_terms, new_terms, proposer, proposed_at, decider, decided_at, synthetic)
select gen_random_uuid(), c.id, c.member, 1, 'approved', 'clarified', 'synthetic', '{"title":"a"}', '{"title":"b"}', gen_random_uuid(), now(),
    gen_random_uuid(), now(), true
from commitment c where c.indicator is not null and c.state = 'registered' and c.member % 2 = 1;
insert into activity (id, member, state, point, kind, title, country, from_on, organisers, synthetic)
select gen_random_uuid(), m, 'registered', 1 + m % 8, (array['competition', 'training', 'project', 'event'])[1 + m % 4], 'synthetic',
    (array['CN', 'KE', 'PK', 'DE'])[1 + m % 4], date '2025-01-01' + m % 700, array[m::bigint], true
from generate_series(1, :size) m;
insert into activity_commitment (activity, commitment)
select distinct on (a.id) a.id, c.id
from activity a join commitment c on c.member = a.member and c.state = 'registered' and c.indicator is not null
order by a.id, c.id;
insert into ceremony (name, synthetic) select 'Synthetic ceremony ' || n, true from generate_series(1, 40) n;
insert into signature (id, member, ceremony, capacity, signed_on)
select gen_random_uuid(), m, (select min(id) from ceremony) + m % 40, 'supporter', '2026-01-01' from generate_series(1, :size) m;
insert into alliance (name, folded, synthetic) select 'Synthetic alliance ' || n, 'synthetic alliance ' || n, true from generate_series(1, 40) n;
insert into alliance_membership (id, alliance, member, role, from_on)
select gen_random_uuid(), (select min(id) from alliance) + m % 40, m, 'member', '2026-01-01' from generate_series(1, :size) m;
insert into member_transition (id, member, from_status, to_status, reason)
select gen_random_uuid(), m, case when k > 1 then (array['applied', 'in_review'])[k - 1] end, (array['applied', 'in_review', 'active'])[k], 'synthetic'
from generate_series(1, :size) m, generate_series(1, 3) k;
insert into change (id, at, role) values (:change, '2025-02-01', 'system'); -- before the cycles fell due
insert into pending (change, ord) select id, ord from change where id = :change;
insert into entry (change, seq, action, content) values (:change, 1, 'synthetic.generated', '{"action":"synthetic.generated","v":1}');
commit;
vacuum analyze;
