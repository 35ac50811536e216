package commitment

import (
	"context"
	"fmt"
	"slices"

	"accord/db"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// activityContent is an activity as a ledger entry holds it: the whole of it
// but for who organised it, of which each has an entry, and for the names of
// winners, for which their hashes stand.
type activityContent struct {
	State         ActivityState     `json:"state"`
	Reason        string            `json:"reason,omitempty"`
	Point         plan.Point        `json:"point"`
	Kind          ActivityKind      `json:"kind"`
	Title         string            `json:"title"`
	Description   string            `json:"description,omitempty"`
	Place         Place             `json:"place,omitzero"`
	From          plan.Date         `json:"from"`
	Until         plan.Date         `json:"until,omitempty"`
	Participants  Quantity          `json:"participants,omitzero"`
	Categories    []categoryContent `json:"categories,omitempty"`
	Countries     []string          `json:"countries,omitempty"`
	Hours         Quantity          `json:"hours,omitzero"`
	Trained       Quantity          `json:"trained,omitzero"`
	Beneficiaries Quantity          `json:"beneficiaries,omitzero"`
	Source        *member.Source    `json:"source,omitempty"`
	Synthetic     bool              `json:"synthetic,omitempty"`
}

type categoryContent struct {
	Name     string          `json:"name"`
	Entrants Quantity        `json:"entrants,omitzero"`
	Winners  []winnerContent `json:"winners,omitempty"`
}

type winnerContent struct {
	Name    *ledger.Hidden `json:"name,omitempty"`
	Country string         `json:"country,omitempty"`
	Prize   string         `json:"prize,omitempty"`
}

func (a Activity) content() activityContent {
	c := activityContent{
		State: a.State, Reason: a.Reason, Point: a.Point, Kind: a.Kind, Title: a.Title, Description: a.Description, Place: a.Place,
		From: a.From, Until: a.Until, Participants: a.Participants, Countries: a.Countries, Hours: a.Hours, Trained: a.Trained,
		Beneficiaries: a.Beneficiaries, Source: a.Source, Synthetic: a.Synthetic,
	}
	for _, category := range a.Categories {
		one := categoryContent{Name: category.Name, Entrants: category.Entrants}
		for _, w := range category.Winners {
			winner := winnerContent{Country: w.Country, Prize: w.Prize}
			if w.Hash != "" {
				winner.Name = &ledger.Hidden{Hash: w.Hash}
			}
			one.Winners = append(one.Winners, winner)
		}
		c.Categories = append(c.Categories, one)
	}
	return c
}

// recordActivity records what the activity has become, sealed until everybody
// may see it. Everybody is told the member in whose name it was drafted only
// where that is public.
func recordActivity(ctx context.Context, tx *db.Tx, action string, a Activity, p people) error {
	open, of := a.open(p), a.Member
	if open && !p[a.Member].Published {
		of = 0
	}
	return enterActivity(ctx, tx, action, a, of, !open)
}

func enterActivity(ctx context.Context, tx *db.Tx, action string, a Activity, of ident.Member, sealed bool) error {
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: "activity." + action, Kind: "activity", ID: string(a.ID), Member: of, Content: a.content(), Sealed: sealed, Reason: a.Reason,
	})
}

// recordOrganisers records which members organised an activity in the register
// and did not before, and the other way round. Each is sealed until the member
// is public.
func recordOrganisers(ctx context.Context, tx *db.Tx, a Activity, before []ident.Member, p people) error {
	for _, number := range before {
		if !slices.Contains(a.Organisers, number) {
			if err := recordOrganiser(ctx, tx, "removed", a.ID, number, !p[number].Published, false); err != nil {
				return err
			}
		}
	}
	for _, number := range a.Organisers {
		if !slices.Contains(before, number) {
			if err := recordOrganiser(ctx, tx, "named", a.ID, number, !p[number].Published, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func recordOrganiser(ctx context.Context, tx *db.Tx, action string, id ident.Activity, number ident.Member, sealed, there bool) error {
	entry := ledger.Entry{
		Action: "activity_organiser." + action, Kind: "activity_organiser", ID: fmt.Sprintf("%s/%s", id, number), Member: number, Sealed: sealed,
	}
	if there {
		entry.Content = struct {
			Activity ident.Activity `json:"activity"`
			Member   ident.Member   `json:"member"`
		}{id, number}
	}
	return ledger.Record(ctx, tx, entry)
}

// What becomes public with member $1, whose row says already that it is. Of
// the organisers those that are public are read, of winners their hashes.
const (
	activitiesOf = `
select a.id, a.member, a.version, a.shown, a.change, a.state, coalesce(a.reason, '') as reason, '[]'::json as people, array(
        select m.number from member m where m.number = any (a.organisers) and m.published order by m.number
    ) as organisers, ` + activityFields + `
from activity_seen a where a.organisers @> array[$1::bigint] and a.is_open order by a.from_on, a.id`

	linksOf = `
select l.activity, l.commitment, l.version, c.member
from activity_commitment l join activity_seen a on a.id = l.activity join commitment_seen c on c.id = l.commitment
where a.is_open and c.is_open and (c.member = $1 or l.activity in (
    select o.id from activity o where o.organisers @> array[$1::bigint]
        and not exists (select from member m where m.number = any (o.organisers) and m.published and m.number <> $1)
)) order by l.activity, l.commitment`
)

// revealActivities records what a member that has just become public organised:
// the activities that nobody else made public before, and that it organised
// them; and of which commitments they are evidence.
func revealActivities(ctx context.Context, tx *db.Tx, number ident.Member) error {
	var rows []activityRow
	if err := tx.Select(ctx, &rows, activitiesOf, number); err != nil {
		return fmt.Errorf("read the activities of member %s: %w", number, err)
	}
	for _, row := range rows {
		a := row.activity()
		if len(a.Organisers) == 1 {
			p := people{number: {Number: number, Published: true}}
			if err := recordActivity(ctx, tx, string(a.State), a, p); err != nil {
				return err
			}
		}
		if err := recordOrganiser(ctx, tx, "named", a.ID, number, false, true); err != nil {
			return err
		}
	}
	var links []ActivityLink
	if err := tx.Select(ctx, &links, linksOf, number); err != nil {
		return fmt.Errorf("read the evidence of member %s: %w", number, err)
	}
	for _, link := range links {
		if err := recordLink(ctx, tx, "linked", link, false, true); err != nil {
			return err
		}
	}
	return nil
}
