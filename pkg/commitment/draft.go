package commitment

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Draft is a commitment as it is written down.
type Draft struct {
	Point    plan.Point `json:"point"`
	Title    string     `json:"title"`
	Text     string     `json:"text"`
	Strength Strength   `json:"strength"`  // "" where not stated
	StartsOn plan.Date  `json:"starts_on"` // "" where not stated
	DueOn    plan.Date  `json:"due_on"`    // "" where not stated
	MeasureDraft
	Participants []Participant `json:"participants"` // beside the member itself
}

// Check gives every fault of the draft that can be told without the register.
func (d Draft) Check() fault.Fields {
	var faults fault.Fields
	if !d.Point.Valid() {
		faults.Add("/point", "out_of_range", fault.Args{"min": "1", "max": strconv.Itoa(plan.Count)})
	}
	faults.Text("/title", d.Title, 400)
	faults.Prose("/text", d.Text, 4000)
	if d.Strength != "" {
		fault.OneOf(&faults, "/strength", d.Strength, Strengths())
	}
	starts := checkDay(&faults, "/starts_on", d.StartsOn)
	due := checkDay(&faults, "/due_on", d.DueOn)
	if starts && due && d.DueOn < d.StartsOn {
		faults.Add("/due_on", "due_before_start", fault.Args{"date": string(d.StartsOn)})
	}
	var from, until plan.Date
	if starts {
		from = d.StartsOn
	}
	if due {
		until = d.DueOn
	}
	faults.Merge("", d.check(from, until))
	faults.Merge("/participants", checkParticipants(d.Participants))
	return faults
}

// checkDay tells whether there is a day to go by.
func checkDay(faults *fault.Fields, pointer string, day plan.Date) bool {
	if day == "" {
		return false
	}
	_, ok := plan.ParseDate(string(day))
	if !ok {
		faults.Add(pointer, "not_a_date")
	}
	return ok
}

// on is the draft, measured by the indicator (nil for none), written onto a
// commitment. The draft has no faults.
func (d Draft) on(c Commitment, i *Indicator) Commitment {
	c.Point, c.Title, c.Text = d.Point, strings.TrimSpace(d.Title), strings.TrimSpace(d.Text)
	c.Strength, c.StartsOn, c.DueOn = d.Strength, d.StartsOn, d.DueOn
	c.Measure, _ = d.measure(i)
	c.Participants = d.Participants
	return c
}

// draft is the commitment read back as the draft that it is.
func (c Commitment) draft() Draft {
	return Draft{
		Point: c.Point, Title: c.Title, Text: c.Text, Strength: c.Strength, StartsOn: c.StartsOn, DueOn: c.DueOn,
		MeasureDraft: c.Measure.draft(), Participants: c.Participants,
	}
}

const insertDraft = `
insert into commitment_draft (id, member, version, point, title, text, strength, starts_on, due_on, synthetic, written_at,
    indicator, unit, direction, baseline_value, baseline_on, target_bound, target_low, target_high, target_on, milestones, partner_countries, participants)
values ($1, $2, $3, $4, $5, $6, nullif($7, ''), nullif($8, '')::date, nullif($9, '')::date, $10, $11,
    nullif($12, ''), nullif($13, ''), nullif($14, ''), $15, nullif($16, '')::date, nullif($17, ''), $18, $19, nullif($20, '')::date, $21, $22, $23)`

// TakeOn writes down what a member is to promise, as a draft.
//
// It refuses with Forbidden when the role may not or the actor writes for
// another member, NotFound when the actor may not know of the member, Conflict
// when the member is merged, suspended, refused or gone, and Invalid with every
// field at fault.
func (s *Service) TakeOn(ctx context.Context, number ident.Member, draft Draft) (Commitment, error) {
	actor, err := access.Require(ctx, access.DraftCommitment)
	if err != nil {
		return Commitment{}, err
	}
	var c Commitment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, err := member.Lock(ctx, tx, number, actor.Scope())
		if err != nil {
			return err
		}
		if err := promising(m); err != nil {
			return err
		}
		indicator, err := sound(ctx, tx, draft, number, actor)
		if err != nil {
			return err
		}
		c = draft.on(Commitment{ID: ident.New[ident.Commitment](), Member: number, Version: 1, State: Drafted, Synthetic: m.Synthetic}, indicator)
		arguments := append([]any{
			c.ID, c.Member, c.Version, c.Point, c.Title, c.Text, c.Strength, c.StartsOn, c.DueOn, c.Synthetic, tx.Now,
		}, c.arguments()...)
		if _, err := tx.Exec(ctx, insertDraft, append(arguments, rows(c.Participants))...); err != nil {
			return fmt.Errorf("insert the draft: %w", err)
		}
		tx.Made("commitment", string(c.ID))
		return member.Touch(ctx, tx, number, false)
	})
	if err != nil {
		return Commitment{}, fmt.Errorf("take on a commitment for member %s: %w", number, locate(err))
	}
	return c, nil
}

// Patch is a merge patch of a draft (RFC 7396). "" and 0 leave a field that
// every draft has as it is.
type Patch struct {
	Point    plan.Point
	Title    string
	Text     string
	Strength nullable.Nullable[Strength]
	StartsOn nullable.Nullable[plan.Date]
	DueOn    nullable.Nullable[plan.Date]

	Indicator        nullable.Nullable[string]
	Baseline         nullable.Nullable[BaselineDraft] // each of these replaces the whole
	Target           nullable.Nullable[TargetDraft]
	Milestones       nullable.Nullable[[]Milestone]
	PartnerCountries nullable.Nullable[[]ident.Country]
	Participants     nullable.Nullable[[]Participant]
}

// Check gives every fault of the patch that can be told without the draft.
func (p Patch) Check() fault.Fields {
	d := p.onto(Draft{Point: 1, Title: "sound", Text: "sound", MeasureDraft: MeasureDraft{Indicator: "sound"}})
	return d.Check()
}

// onto is the pure rule of an amendment.
func (p Patch) onto(d Draft) Draft {
	if p.Point != 0 {
		d.Point = p.Point
	}
	if p.Title != "" {
		d.Title = p.Title
	}
	if p.Text != "" {
		d.Text = p.Text
	}
	patch(&d.Strength, p.Strength)
	patch(&d.StartsOn, p.StartsOn)
	patch(&d.DueOn, p.DueOn)
	patch(&d.Indicator, p.Indicator)
	replace(&d.Baseline, p.Baseline)
	replace(&d.Target, p.Target)
	replaceList(&d.Milestones, p.Milestones)
	replaceList(&d.PartnerCountries, p.PartnerCountries)
	replaceList(&d.Participants, p.Participants)
	return d
}

func replace[T any](field **T, n nullable.Nullable[T]) {
	if n.IsNull() {
		*field = nil
	} else if value, err := n.Get(); err == nil {
		*field = &value
	}
}

func replaceList[T any](field *[]T, n nullable.Nullable[[]T]) {
	if n.IsNull() {
		*field = nil
	} else if value, err := n.Get(); err == nil {
		*field = value
	}
}

func patch[T ~string](field *T, n nullable.Nullable[T]) {
	if n.IsNull() {
		*field = ""
	} else if value, err := n.Get(); err == nil {
		*field = value
	}
}

const updateDraft = `
update commitment_draft set version = $2, point = $3, title = $4, text = $5, strength = nullif($6, ''),
    starts_on = nullif($7, '')::date, due_on = nullif($8, '')::date, written_at = $9,
    indicator = nullif($10, ''), unit = nullif($11, ''), direction = nullif($12, ''), baseline_value = $13, baseline_on = nullif($14, '')::date,
    target_bound = nullif($15, ''), target_low = $16, target_high = $17, target_on = nullif($18, '')::date, milestones = $19, partner_countries = $20,
    participants = $21
where id = $1`

// AmendDraft rewrites a draft. A patch that changes nothing leaves the version
// as it is. expected is the version that the actor has seen, or 0.
//
// It refuses with Forbidden when the role may not or the commitment is another
// member's, NotFound when there is none or the actor may not know of it, Stale
// when expected is another version, Conflict when it is no draft any more or
// its member is merged, suspended, refused or gone, and Invalid with every
// field at fault.
func (s *Service) AmendDraft(ctx context.Context, id ident.Commitment, expected int64, patch Patch) (Commitment, error) {
	actor, err := access.Require(ctx, access.DraftCommitment)
	if err != nil {
		return Commitment{}, err
	}
	var c Commitment
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		m, before, err := lock(ctx, tx, id, actor.Scope())
		if err != nil {
			return err
		}
		if err := before.at(Drafted, expected); err != nil {
			return err
		}
		if err := promising(m); err != nil {
			return err
		}
		draft := patch.onto(before.draft())
		indicator, err := sound(ctx, tx, draft, before.Member, actor)
		if err != nil {
			return err
		}
		if c = draft.on(before, indicator); c.says(before) {
			c = before
			return nil
		}
		c.Version++
		arguments := append([]any{c.ID, c.Version, c.Point, c.Title, c.Text, c.Strength, c.StartsOn, c.DueOn, tx.Now}, c.arguments()...)
		if _, err := tx.Exec(ctx, updateDraft, append(arguments, rows(c.Participants))...); err != nil {
			return fmt.Errorf("update the draft: %w", err)
		}
		return member.Touch(ctx, tx, c.Member, false)
	})
	if err != nil {
		return Commitment{}, fmt.Errorf("amend the draft of commitment %s: %w", id, locate(err))
	}
	return c, nil
}
