-- What is known at the last position of the ledger.
--
-- A change is known once the sequencer has numbered it. Until then its rows
-- stand in the tables already, so what is known at the last position is the
-- rows whose change is not pending, and those in history that only a pending
-- change ended. One statement over these views sees one position; it names it
-- by max(position) in the same statement. Few changes are pending at any time,
-- so the history side reads a few rows by index. "not in" is meant: it
-- hashes pending once, however many are pending while a register is loaded,
-- where "not exists" becomes a loop over it as long as its statistics say that
-- it is empty.

-- +goose Up
create view member_known as
    select m.number, m.published, m.status, m.kind, m.country, m.sector, m.synthetic
    from member m
    where m.change not in (select change from pending)
    union all
    select h.number, h.published, h.status, h.kind, h.country, h.sector, h.synthetic
    from pending e join member_history h on h.ended_by = e.change
    where h.change not in (select change from pending);
comment on view member_known is 'Members as known at the last position: what is counted of them, published or not.';

create view signature_known as
    select s.id, s.member, s.ceremony, s.capacity, s.signed_on
    from signature s
    where s.change not in (select change from pending)
    union all
    select h.id, h.member, h.ceremony, h.capacity, h.signed_on
    from pending e join signature_history h on h.ended_by = e.change
    where h.change not in (select change from pending);
comment on view signature_known is 'Signatures as known at the last position.';

create view alliance_membership_known as
    select a.id, a.alliance, a.member, a.role, a.from_on, a.until_on
    from alliance_membership a
    where a.change not in (select change from pending)
    union all
    select h.id, h.alliance, h.member, h.role, h.from_on, h.until_on
    from pending e join alliance_membership_history h on h.ended_by = e.change
    where h.change not in (select change from pending);
comment on view alliance_membership_known is 'Alliance memberships as known at the last position.';

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

create view figure_known as
    select f.id, f.member, f.measure, f.period_from, f.period_to, f.bound, f.low, f.high, f.currency, f.scope, f.netting
    from figure f
    where f.superseded_by is null and f.confidentiality = 'public'
        and f.change not in (select change from pending)
    union all
    select h.id, h.member, h.measure, h.period_from, h.period_to, h.bound, h.low, h.high, h.currency, h.scope, h.netting
    from pending e join figure_history h on h.ended_by = e.change
    where h.superseded_by is null and h.confidentiality = 'public'
        and h.change not in (select change from pending);
comment on view figure_known is 'Public figures in force as known at the last position: what everybody sees of a published member. No confidential figure ever stands here, nor a withheld one, since that is superseded.';

-- +goose Down
drop view figure_known, commitment_known, alliance_membership_known, signature_known, member_known;
