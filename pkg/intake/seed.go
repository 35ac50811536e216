// Package intake takes in what comes from outside, by the offices that would
// take it by hand, so that what is loaded obeys every rule and stands in the
// ledger like the rest.
package intake

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"accord/db"
	"accord/db/seed"
	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// editor is the source of what the register's editors added.
const editor = "editor"

// Offices are where loaded data goes.
type Offices struct {
	DB      *db.DB
	Plans   *commitment.Plans
	Members *member.Service
	Figures *figure.Service
}

const findSeeding = `select exists (select from seeding where name = $1)`

const insertSeeding = `insert into seeding (name, finished_at) values ($1, $2) on conflict (name) do nothing`

// Seed loads the shipped register and its catalogue of indicators, each once,
// and tells whether it did. A load that was cut short is taken up where it was;
// one that came to its end changes nothing when it is run again, whatever staff
// has changed since.
//
// It refuses with Forbidden when the actor is not the register's own command.
func (o Offices) Seed(ctx context.Context, r seed.Register) (bool, error) {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return false, err
	}
	loaded := false
	for _, part := range []struct {
		name string
		load func() error
	}{
		{r.Name, func() error { return o.load(ctx, r) }},
		{r.Catalogue.Name, func() error { return o.catalogue(ctx, r.Catalogue) }},
	} {
		var done bool
		if err := o.DB.Get(ctx, &done, findSeeding, part.name); err != nil {
			return false, err
		}
		if done {
			continue
		}
		if err := part.load(); err != nil {
			return false, fmt.Errorf("load %s: %w", part.name, err)
		}
		if err := o.DB.InTx(ctx, func(tx *db.Tx) error {
			_, err := tx.Exec(ctx, insertSeeding, part.name, tx.Now)
			return err
		}); err != nil {
			return false, err
		}
		loaded = true
	}
	return loaded, nil
}

func (o Offices) load(ctx context.Context, r seed.Register) error {
	if _, err := o.Plans.Publish(ctx, published(r.Plan)); err != nil {
		return err
	}
	ceremony, err := o.ceremony(ctx, r.Ceremony)
	if err != nil {
		return err
	}
	for _, m := range r.Members {
		if err := o.member(ctx, m, ceremony, r.Plan.Source.Title); err != nil {
			return fmt.Errorf("load %s: %w", m.Name, err)
		}
	}
	return nil
}

// catalogue takes the indicators in. Those that an earlier load took are
// refused by the office as there, and passed over.
func (o Offices) catalogue(ctx context.Context, c seed.Catalogue) error {
	for _, i := range c.Indicators {
		_, err := o.Plans.AddIndicator(ctx, commitment.IndicatorDraft{
			Code: i.Code, Point: plan.Point(i.Point), Unit: i.Unit, Direction: commitment.Direction(i.Direction),
			Aggregation: commitment.Aggregation(i.Aggregation), Source: editor,
			Title:      plan.Title{En: i.En.Title, Zh: i.Zh.Title},
			Definition: plan.Title{En: i.En.Definition, Zh: i.Zh.Definition},
			Counts:     plan.Title{En: i.En.Counts, Zh: i.Zh.Counts},
			Excludes:   plan.Title{En: i.En.Excludes, Zh: i.Zh.Excludes},
		})
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}

func published(p seed.Plan) commitment.Published {
	out := commitment.Published{
		Plan:     plan.Plan{Title: p.Title, Edition: p.Edition, Publisher: p.Publisher, Release: p.Release},
		Source:   member.Source{Title: p.Source.Title, Quote: p.Source.Quote},
		TimeZone: p.TimeZone,
	}
	for i, t := range p.Points {
		out.Points = append(out.Points, plan.Text{Point: plan.Point(i + 1), Text: t.Text, Title: plan.Title{En: t.En, Zh: t.Zh}})
	}
	return out
}

// ceremony records the ceremony unless an earlier load did.
func (o Offices) ceremony(ctx context.Context, c seed.Ceremony) (ident.Ceremony, error) {
	known, err := o.Members.Ceremonies(ctx, 0, 200)
	if err != nil {
		return 0, err
	}
	for _, k := range known {
		if k.Name == c.Name {
			return k.ID, nil
		}
	}
	made, err := o.Members.RecordCeremony(ctx, member.CeremonyDraft{
		Name:      c.Name,
		Forum:     &member.Forum{Name: c.Forum.Name, Event: c.Forum.Event, Hosts: c.Forum.Hosts},
		Convenors: c.Convenors, Batch: &c.Batch, InitiationUnits: &c.InitiationUnits,
		Source: &member.Source{Title: c.Source.Title, Quote: c.Source.Quote},
	})
	return made.ID, err
}

// member takes a signer in as an active member that signed at the ceremony.
// What an earlier load did is refused by the offices as done, and passed over.
func (o Offices) member(ctx context.Context, m seed.Member, ceremony ident.Ceremony, source string) error {
	number, err := o.register(ctx, m, source)
	if err != nil {
		return err
	}
	if err := o.admit(ctx, number, m.Quote); err != nil {
		return err
	}
	_, err = o.Members.Sign(ctx, number, member.SignatureDraft{Ceremony: &ceremony, Capacity: member.Signer})
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	if m.Figure == nil {
		return nil
	}
	_, err = o.Figures.State(ctx, number, figure.Draft{
		Measure: figure.Measure(m.Figure.Measure), Bound: m.Figure.Bound, Low: m.Figure.Low, Currency: m.Figure.Currency,
		Confidentiality: figure.Public, Source: &member.Source{Title: source, Quote: m.Figure.Quote},
	})
	if err != nil && !fault.Is(err, fault.Conflict) {
		return err
	}
	return nil
}

func (o Offices) register(ctx context.Context, m seed.Member, source string) (ident.Member, error) {
	from := editor
	draft := member.Draft{
		Names: []member.Name{
			{Text: m.Name, Lang: "en", Kind: member.Short, Primary: true, Source: &source},
			{Text: m.Chinese, Lang: "zh", Kind: member.Short, Source: &from},
		},
		Kind: member.Kind(m.Kind), Country: &m.Country, Sector: &m.Sector,
		Sources: member.Sources{"country": editor, "sector": editor, "kind": source},
	}
	if m.Description != "" {
		draft.Description = &m.Description
		draft.Sources["description"] = source
	}
	made, err := o.Members.Register(ctx, draft)
	if err == nil {
		return made.Number, nil
	}
	if refused, ok := errors.AsType[*fault.Error](err); ok && refused.Code == "name_taken" && len(refused.Fields) == 1 {
		number, convErr := strconv.ParseInt(refused.Fields[0].Args["member"], 10, 64)
		return ident.Member(number), convErr
	}
	return 0, err
}

// admit takes an applicant to active. The day is not stated, so none is given.
func (o Offices) admit(ctx context.Context, number ident.Member, quote string) error {
	for _, to := range []member.Status{member.InReview, member.Active} {
		profile, err := o.Members.Read(ctx, number)
		if err != nil {
			return err
		}
		if profile.Published || profile.Status == to {
			continue
		}
		if _, err := o.Members.Transition(ctx, number, profile.Version, member.Step{To: to, Reason: quote}); err != nil {
			return err
		}
	}
	return nil
}
