-- How far commitments have come, and who reports, as known at the last position.

-- +goose Up
create index commitment_by_target on commitment (target_on) where due_on is null and state = 'registered';
comment on index commitment_by_target is 'Commitments that are due on the day of their target, for who looks for those that are past it.';

-- +goose StatementBegin
create function progress_class(direction text, target_bound text, target_low numeric, target_high numeric, baseline numeric, starts date, due date,
    day date, reported boolean, found text, stated boolean, worst numeric, beyond boolean) returns text
language sql immutable parallel safe as $$
    select case
        when target_bound is null and found = 'complete' then 'reached'
        when stated and case direction when 'decrease' then worst < target_high else worst > target_low end then 'reached'
        when stated and worst = case direction when 'decrease' then target_high else target_low end
            and (target_bound not in ('gt', 'lt') or beyond) then 'reached'
        when day > due then 'overdue'
        when not reported or target_bound is not null and not stated then 'not_reported'
        -- without a goal apart from the baseline there is no way to go, without two days no time to go it in
        when coalesce(case direction when 'decrease' then target_high else target_low end = baseline, true) then 'on_track'
        when coalesce(due < starts, true) then 'on_track'
        when (case direction when 'decrease' then baseline - worst else worst - baseline end) * 5 * greatest(due - starts, 1)
            >= (case direction when 'decrease' then baseline - target_high else target_low - baseline end) * 4
                * case when due = starts then (day >= due)::int else least(greatest(day - starts, 0), due - starts) end then 'on_track'
        else 'at_risk'
    end
$$;
-- +goose StatementEnd
comment on function progress_class is 'The class of a commitment''s progress on a day: the rule of commitment.Progress, for statistics; a test holds the two together. worst is the end of its value that has come least far, null where that is open, and beyond whether the value lies beyond it.';

-- +goose StatementBegin
create function apart_step(since date, first date, last date) returns date
language sql immutable parallel safe as $$
    select case when since is null or last < since then first else since end
$$;
-- +goose StatementEnd
comment on function apart_step is 'One step of apart.';
create aggregate apart(date, date) (sfunc = apart_step, stype = date, parallel = safe);
comment on aggregate apart(date, date) is 'Over spans of days (first, last) in the order of their last day, the latest first: the first day of all that is taken when a span is taken only if it ends before those that were. A span is taken where this moves.';

create or replace view member_known as
    select m.number, m.published, m.status, m.kind, m.country, m.sector, m.synthetic, m.name
    from member m
    where m.change not in (select change from pending)
    union all
    select h.number, h.published, h.status, h.kind, h.country, h.sector, h.synthetic, h.name
    from pending e join member_history h on h.ended_by = e.change
    where h.change not in (select change from pending);

create or replace view commitment_known as
    select c.id, c.member, c.point, c.state, c.strength, c.outcome,
        c.starts_on, c.due_on, c.indicator, c.direction, c.baseline_value, c.baseline_on, c.target_bound, c.target_low, c.target_high, c.target_on
    from commitment c
    where c.state in ('registered', 'closed')
        and c.change not in (select change from pending)
    union all
    select h.id, h.member, h.point, h.state, h.strength, h.outcome,
        h.starts_on, h.due_on, h.indicator, h.direction, h.baseline_value, h.baseline_on, h.target_bound, h.target_low, h.target_high, h.target_on
    from pending e join commitment_history h on h.ended_by = e.change
    where h.state in ('registered', 'closed')
        and h.change not in (select change from pending);

create view commitment_version_known as
    select v.id, v.member, v.point, v.state, v.strength, v.outcome, v.starts_on, v.due_on, v.indicator, v.direction, v.baseline_value, v.baseline_on,
        v.target_bound, v.target_low, v.target_high, v.target_on, made.at, made.ord
    from (
        select id, member, point, state, strength, outcome, starts_on, due_on, indicator, direction, baseline_value, baseline_on,
            target_bound, target_low, target_high, target_on, change
        from commitment where state in ('registered', 'closed')
        union all
        select id, member, point, state, strength, outcome, starts_on, due_on, indicator, direction, baseline_value, baseline_on,
            target_bound, target_low, target_high, target_on, change
        from commitment_history where state in ('registered', 'closed')
    ) v join change made on made.id = v.change
    where v.change in (select change from position);
comment on view commitment_version_known is 'All versions of commitments from their registration on, as known at the last position, with the moment at which each was made: of those made before a moment, the one with the highest ord was in force then.';

create view standing_known as
    select t.member, t.to_status as status, made.at, made.ord
    from member_transition t join change made on made.id = t.change
    where t.change in (select change from position);
comment on view standing_known is 'Every step of members through their lifecycle, as known at the last position, with the moment at which it was made.';

create view cycle_known as
    select y.year, y.opens_on, y.due_on, y.grace_ends_on
    from cycle y
    where y.change not in (select change from pending)
    union all
    select h.year, h.opens_on, h.due_on, h.grace_ends_on
    from pending e join cycle_history h on h.ended_by = e.change
    where h.change not in (select change from pending);
comment on view cycle_known is 'Cycles as known at the last position.';

create view report_known as
    select r.id, r.commitment, r.member, r.cycle, r.state, r.measured, r.found,
        (select least(r.submitted_at, min(f.submitted_at)) from report_history f where f.id = r.id) as first_submitted_at
    from report r
    where r.change not in (select change from pending)
    union all
    select h.id, h.commitment, h.member, h.cycle, h.state, h.measured, h.found,
        (select least(h.submitted_at, min(f.submitted_at)) from report_history f where f.id = h.id)
    from pending e join report_history h on h.ended_by = e.change
    where h.change not in (select change from pending);
comment on view report_known is 'Reports as known at the last position, from their submission on. What they say is public where they are accepted; that a member reported, its status tells.';

create view value_known as
    select r.commitment, r.cycle, v.indicator, v.bound, v."from" as from_on, v."to" as to_on,
        v.low, case when v.bound in ('exact', 'approx') then v.low else v.high end as high
    from report_known r
    cross join jsonb_to_recordset(r.measured) as v (indicator text, bound text, low numeric, high numeric, "from" date, "to" date)
    where r.state = 'accepted';
comment on view value_known is 'Values of indicators in accepted reports as known at the last position. The single number of an exact or approximate one stands at both ends.';

-- +goose Down
drop index commitment_by_target;
drop view value_known, report_known, cycle_known, standing_known, commitment_version_known, commitment_known, member_known;
create view member_known as
    select m.number, m.published, m.status, m.kind, m.country, m.sector, m.synthetic
    from member m
    where m.change not in (select change from pending)
    union all
    select h.number, h.published, h.status, h.kind, h.country, h.sector, h.synthetic
    from pending e join member_history h on h.ended_by = e.change
    where h.change not in (select change from pending);
comment on view member_known is 'Members as known at the last position: what is counted of them, published or not.';
create view commitment_known as
    select c.id, c.member, c.point, c.state, c.strength, c.outcome
    from commitment c
    where c.state in ('registered', 'closed')
        and c.change not in (select change from pending)
    union all
    select h.id, h.member, h.point, h.state, h.strength, h.outcome
    from pending e join commitment_history h on h.ended_by = e.change
    where h.state in ('registered', 'closed')
        and h.change not in (select change from pending);
comment on view commitment_known is 'Commitments as known at the last position, from their registration on: what everybody sees of a published member.';
drop aggregate apart(date, date);
drop function apart_step, progress_class;
