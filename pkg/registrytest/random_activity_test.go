package registrytest

import (
	"fmt"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// addActivities adds what the public is shown of activities: each of them, who
// organised it, and what it is evidence of.
func addActivities(t *testing.T, r, real *Register, add func(kind string, id, content any)) {
	t.Helper()
	for _, a := range must(r.Activities.List(Public(), commitment.ActivityListing{Limit: 200}))(t) {
		var categories []any
		for _, c := range a.Categories {
			var winners []any
			for _, w := range c.Winners {
				one := map[string]any{"country": w.Country, "prize": w.Prize}
				if w.Name != "" {
					one["name"] = map[string]any{"sha256": hidden(t, real, `select salt from activity_winner where id = $1`, w.Person, w.Name)}
				}
				winners = append(winners, one)
			}
			categories = append(categories, map[string]any{"name": c.Name, "entrants": c.Entrants, "winners": winners})
		}
		add("activity", a.ID, map[string]any{
			"state": a.State, "reason": a.Reason, "point": a.Point, "kind": a.Kind, "title": a.Title, "description": a.Description, "place": a.Place,
			"from": a.From, "until": a.Until, "participants": a.Participants, "categories": categories, "countries": a.Countries, "hours": a.Hours,
			"trained": a.Trained, "beneficiaries": a.Beneficiaries, "source": a.Source,
		})
		for _, number := range a.Organisers {
			add("activity_organiser", fmt.Sprintf("%s/%s", a.ID, number), map[string]any{"activity": a.ID, "member": number})
		}
	}
	for _, c := range must(r.Commitments.List(Public(), commitment.Listing{Limit: 200}))(t) {
		for _, a := range must(r.Activities.EvidenceOf(Public(), c.ID, commitment.ActivityListing{Limit: 200}))(t) {
			add("activity_commitment", fmt.Sprintf("%s/%s", a.ID, c.ID), map[string]any{"activity": a.ID, "commitment": c.ID})
		}
	}
}

// activity is a random activity of the members.
func (l *life) activity(organisers ...ident.Member) commitment.ActivityDraft {
	d := commitment.ActivityDraft{
		Point: plan.Point(1 + l.draw.IntN(8)), Kind: pick(l, commitment.ActivityKinds()), Title: l.text("an activity's title"),
		Place: commitment.Place{City: l.text("a city"), Country: pick(l, []string{"", "KE", "CN"})},
		From:  pick(l, []plan.Date{"2025-03-01", "2026-03-01"}), Organisers: organisers,
	}
	if l.draw.IntN(2) == 0 {
		d.Participants = commitment.Quantity{Bound: pick(l, []string{"exact", "gt", "ge", "approx"}), Low: l.amount("participants")}
	}
	if d.Kind == commitment.Competition {
		d.Categories, d.Countries = l.categories(), []string{"KE"}
	}
	if d.Kind == commitment.Training {
		d.Trained = commitment.Quantity{Bound: "ge", Low: l.amount("people trained")}
	}
	return d
}

func (l *life) categories() []commitment.Category {
	return []commitment.Category{{Name: l.text("a category"), Winners: []commitment.Winner{
		{Name: l.private("a winner"), Country: "KE", Prize: l.text("a prize")}, {Prize: l.text("a prize")},
	}}}
}

// organisers picks one member, and now and then others beside it.
func (l *life) organisers() []ident.Member {
	all := []ident.Member{pick(l, l.members)}
	if other := pick(l, l.members); other != all[0] && l.draw.IntN(2) == 0 {
		all = append(all, other)
	}
	return all
}

func (l *life) keepActivity(a commitment.Activity, err error) error {
	if err == nil {
		l.activities = append(l.activities, a.ID)
	}
	return err
}

func (l *life) draftActivity() error {
	organisers := l.organisers()
	return l.keepActivity(l.Activities.Draft(Editor(organisers[0]), organisers[0], l.activity(organisers...)))
}

func (l *life) recordActivity() error {
	return l.keepActivity(l.Activities.Record(Staff(), l.activity(l.organisers()...)))
}

// onActivity runs a step on an activity at its present version.
func (l *life) onActivity(do func(a commitment.Activity) error) error {
	if len(l.activities) == 0 {
		return l.recordActivity()
	}
	a, err := l.Activities.Read(Staff(), pick(l, l.activities))
	if err != nil {
		return err
	}
	return do(a)
}

func (l *life) amendActivity() error {
	return l.onActivity(func(a commitment.Activity) error {
		var patch commitment.ActivityPatch
		switch l.draw.IntN(4) {
		case 0:
			patch.Title = l.text("an activity's title")
		case 1:
			patch.Organisers = append(l.organisers(), a.Member)
			if patch.Organisers[0] == a.Member {
				patch.Organisers = patch.Organisers[1:]
			}
		case 2:
			patch.Participants = nullable.NewNullNullable[commitment.Quantity]()
			patch.Description = nullable.NewNullableWithValue(l.text("an activity's description"))
		default:
			if a.Kind == commitment.Competition {
				categories := l.categories()
				if len(a.Categories) > 0 {
					categories[0].Winners[0].Name = a.Categories[0].Winners[0].Name
				}
				patch.Categories = nullable.NewNullableWithValue(categories)
			}
		}
		_, err := l.Activities.Amend(Staff(), a.ID, a.Version, patch)
		return err
	})
}

// stepActivity takes an activity on from where it stands.
func (l *life) stepActivity() error {
	return l.onActivity(func(a commitment.Activity) error {
		var err error
		switch {
		case a.State == commitment.ActivityDrafted:
			_, err = l.Activities.Submit(Approver(a.Member), a.ID, a.Version)
		case a.State == commitment.ActivitySubmitted && l.draw.IntN(4) > 0:
			_, err = l.Activities.Register(Staff(), a.ID, a.Version)
		case a.State == commitment.ActivitySubmitted:
			_, err = l.Activities.Refuse(Staff(), a.ID, a.Version, l.text("a refusal"))
		case l.draw.IntN(4) == 0:
			_, err = l.Activities.Withdraw(Staff(), a.ID, a.Version, l.text("a withdrawal"))
		}
		return err
	})
}

func (l *life) link() error {
	return l.onActivity(func(a commitment.Activity) error {
		if len(l.commitments) == 0 {
			return l.takeOn()
		}
		_, err := l.Activities.Link(Staff(), a.ID, pick(l, l.commitments))
		return err
	})
}

func (l *life) unlink() error {
	for _, id := range l.activities {
		for _, c := range l.commitments {
			if link, err := l.Activities.ReadLink(Staff(), id, c); err == nil {
				return l.Activities.Unlink(Staff(), id, c, link.Version)
			}
		}
	}
	return l.link()
}
