package member

import (
	"context"
	"fmt"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/plan"
)

// Ceremony is an event at which the plan is signed.
type Ceremony struct {
	ID              ident.Ceremony `db:"id" json:"id"`
	Version         int64          `db:"version" json:"-"`
	Change          ident.Change   `db:"change" json:"-"`
	Name            string         `db:"name" json:"name"`
	Place           *string        `db:"place" json:"place,omitempty"`
	From            *plan.Date     `db:"from_on" json:"from,omitempty"`   // nil where it is not stated
	Until           *plan.Date     `db:"until_on" json:"until,omitempty"` // last day; nil where it is not stated or was the first
	Forum           *Forum         `db:"forum" json:"forum,omitempty"`
	Convenors       db.Texts       `db:"convenors" json:"convenors"`
	Batch           *string        `db:"batch" json:"batch,omitempty"`
	InitiationUnits *int           `db:"initiation_units" json:"initiation_units,omitempty"` // as stated; who they are need not be
	Source          *Source        `db:"source" json:"source,omitempty"`
	Synthetic       bool           `db:"synthetic" json:"synthetic,omitempty"`
}

// Forum is the forum or fair at which a ceremony was held.
type Forum struct {
	Name  string   `json:"name"`
	Event string   `json:"event,omitempty"` // the larger event that the forum was part of
	Hosts []string `json:"hosts,omitempty"`
}

// Scan reads a jsonb column.
func (f *Forum) Scan(value any) error { return scanJSON(value, f) }

// Source is where something is stated.
type Source struct {
	Title     string     `json:"title"`
	URL       string     `json:"url,omitempty"`
	Page      string     `json:"page,omitempty"`
	Quote     string     `json:"quote,omitempty"`
	Retrieved *plan.Date `json:"retrieved,omitempty"` // the day it was read there
}

// Scan reads a jsonb column.
func (s *Source) Scan(value any) error { return scanJSON(value, s) }

// Check gives every fault of the source, with pointers from its own place.
func (s Source) Check() fault.Fields {
	var faults fault.Fields
	faults.Text("/title", s.Title, 400)
	if s.URL != "" && !isWebAddress(s.URL) {
		faults.Add("/url", "not_a_web_address")
	}
	if s.Page != "" {
		faults.Text("/page", s.Page, 40)
	}
	if s.Quote != "" {
		faults.Prose("/quote", s.Quote, 2000)
	}
	checkDate(&faults, "/retrieved", s.Retrieved)
	return faults
}

// CeremonyDraft is a ceremony to be recorded.
type CeremonyDraft struct {
	Name            string
	Place           *string
	From            *plan.Date
	Until           *plan.Date
	Forum           *Forum
	Convenors       []string
	Batch           *string
	InitiationUnits *int
	Source          *Source
	Synthetic       bool
}

// Check gives every fault of the draft that can be told without the register.
func (d CeremonyDraft) Check() fault.Fields {
	var faults fault.Fields
	faults.Text("/name", d.Name, 400)
	if d.Place != nil {
		faults.Text("/place", *d.Place, 400)
	}
	checkDate(&faults, "/from", d.From)
	checkDate(&faults, "/until", d.Until)
	switch {
	case d.Until != nil && d.From == nil:
		faults.Add("/from", "required_with_until")
	case d.Until != nil && !faults.At("/until") && !faults.At("/from") && *d.Until < *d.From:
		faults.Add("/until", "ends_before_start")
	}
	for i, convenor := range d.Convenors {
		faults.Text(fmt.Sprintf("/convenors/%d", i), convenor, 400)
	}
	if d.Forum != nil {
		faults.Text("/forum/name", d.Forum.Name, 400)
		if d.Forum.Event != "" {
			faults.Text("/forum/event", d.Forum.Event, 400)
		}
		for i, host := range d.Forum.Hosts {
			faults.Text(fmt.Sprintf("/forum/hosts/%d", i), host, 400)
		}
	}
	if d.Batch != nil {
		faults.Text("/batch", *d.Batch, 100)
	}
	if d.InitiationUnits != nil && (*d.InitiationUnits < 1 || *d.InitiationUnits > 100000) {
		faults.Add("/initiation_units", "out_of_range", fault.Args{"min": "1", "max": "100000"})
	}
	if d.Source != nil {
		faults.Merge("/source", d.Source.Check())
	}
	return faults
}

func (d CeremonyDraft) ceremony() Ceremony {
	return Ceremony{
		Version: 1, Name: d.Name, Place: d.Place, From: d.From, Until: d.Until, Forum: d.Forum, Convenors: append(db.Texts{}, d.Convenors...),
		Batch: d.Batch, InitiationUnits: d.InitiationUnits, Source: d.Source, Synthetic: d.Synthetic,
	}
}

// CeremonyPatch is a merge patch of a ceremony.
type CeremonyPatch struct {
	Name            nullable.Nullable[string]
	Place           nullable.Nullable[string]
	From            nullable.Nullable[plan.Date]
	Until           nullable.Nullable[plan.Date]
	Forum           nullable.Nullable[Forum]
	Convenors       nullable.Nullable[[]string]
	Batch           nullable.Nullable[string]
	InitiationUnits nullable.Nullable[int]
	Source          nullable.Nullable[Source]
}

// Check gives every fault of the patch that can be told without the ceremony.
func (p CeremonyPatch) Check() fault.Fields {
	first := plan.Date(fmt.Sprintf("%d-01-01", plan.FirstYear)) // no day that the patch gives is before it
	return Ceremony{Name: "sound", From: &first}.amended(p).Check()
}

// amended gives the ceremony as the patch leaves it, to be checked as a whole.
func (c Ceremony) amended(p CeremonyPatch) CeremonyDraft {
	d := CeremonyDraft{
		Name: c.Name, Place: c.Place, From: c.From, Until: c.Until, Forum: c.Forum, Convenors: c.Convenors,
		Batch: c.Batch, InitiationUnits: c.InitiationUnits, Source: c.Source, Synthetic: c.Synthetic,
	}
	if p.Name.IsSpecified() {
		d.Name = orEmpty(value(p.Name))
	}
	replace(&d.Place, p.Place)
	replace(&d.From, p.From)
	replace(&d.Until, p.Until)
	replace(&d.Forum, p.Forum)
	if p.Convenors.IsSpecified() {
		d.Convenors = orEmpty(value(p.Convenors))
	}
	replace(&d.Batch, p.Batch)
	replace(&d.InitiationUnits, p.InitiationUnits)
	replace(&d.Source, p.Source)
	return d
}

// RecordCeremony takes a ceremony into the register.
//
// It refuses with Forbidden when the actor is not staff and Invalid with every
// field at fault.
func (s *Service) RecordCeremony(ctx context.Context, draft CeremonyDraft) (Ceremony, error) {
	if _, err := access.Require(ctx, access.WriteCeremony); err != nil {
		return Ceremony{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Ceremony{}, err
	}
	c := draft.ceremony()
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		var err error
		if c.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		if err := tx.Get(ctx, &c.ID, drawCeremony); err != nil {
			return fmt.Errorf("draw a number: %w", err)
		}
		if err := writeCeremony(ctx, tx, insertCeremony, c); err != nil {
			return err
		}
		return recordCeremony(ctx, tx, "ceremony.recorded", c)
	})
	if err != nil {
		return Ceremony{}, fmt.Errorf("record a ceremony: %w", locate(err))
	}
	return c, nil
}

// AmendCeremony changes a ceremony. A patch that changes nothing leaves the
// version as it is.
//
// It refuses with Forbidden when the actor is not staff, NotFound when there is
// no such ceremony, Stale when expected is not its version, and Invalid with
// every field at fault.
func (s *Service) AmendCeremony(ctx context.Context, id ident.Ceremony, expected int64, patch CeremonyPatch) (Ceremony, error) {
	if _, err := access.Require(ctx, access.WriteCeremony); err != nil {
		return Ceremony{}, err
	}
	var c Ceremony
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := tx.Get(ctx, &c, lockCeremony, id); err != nil {
			return err
		}
		if c.Version != expected {
			return fault.New(fault.Stale, "stale")
		}
		draft := c.amended(patch)
		if err := draft.Check().Err(); err != nil {
			return err
		}
		before, after := c, draft.ceremony()
		after.ID, after.Version = before.ID, before.Version
		left, err := toJSON(before)
		if err != nil {
			return err
		}
		right, err := toJSON(after)
		if err != nil || left == right {
			return err
		}
		after.Version++
		if after.Change, err = tx.Change(ctx); err != nil {
			return err
		}
		c = after
		if err := writeCeremony(ctx, tx, updateCeremony, c); err != nil {
			return err
		}
		return recordCeremony(ctx, tx, "ceremony.amended", c)
	})
	if err != nil {
		return Ceremony{}, fmt.Errorf("amend ceremony %s: %w", id, locate(err))
	}
	return c, nil
}

func recordCeremony(ctx context.Context, tx *db.Tx, action string, c Ceremony) error {
	return ledger.Record(ctx, tx, ledger.Entry{Action: action, Kind: "ceremony", ID: c.ID.String(), Content: c})
}
