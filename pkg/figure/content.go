package figure

import (
	"context"
	"fmt"
	"time"

	"accord/db"
	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
)

// The actions of entries about figures.
const (
	actionStated     = "figure.stated"
	actionSuperseded = "figure.superseded"
	actionRetracted  = "figure.retracted" // the public is shown it no more; what is current is not for the public
)

// content is a figure as a ledger entry holds it: the whole of it, numbers as
// canonical decimals.
type content struct {
	Member          ident.Member    `json:"member"`
	Measure         Measure         `json:"measure"`
	Period          *Period         `json:"period,omitempty"`
	Bound           bound.Bound     `json:"bound"`
	Low             string          `json:"low,omitempty"`
	High            string          `json:"high,omitempty"`
	Currency        bound.Currency  `json:"currency"`
	Basis           Basis           `json:"basis,omitempty"`
	Assurance       Assurance       `json:"assurance,omitempty"`
	Confidentiality Confidentiality `json:"confidentiality"`
	Source          *member.Source  `json:"source,omitempty"`
	SupersededBy    *ident.Figure   `json:"superseded_by,omitempty"`
	StatedAt        time.Time       `json:"stated_at"`
	Synthetic       bool            `json:"synthetic,omitempty"`
}

func contentOf(f Figure) content {
	return content{
		Member: f.Member, Measure: f.Measure, Period: f.Period, Bound: f.Interval.Bound(), Low: f.Low(), High: f.High(),
		Currency: f.Currency, Basis: f.Basis, Assurance: f.Assurance, Confidentiality: f.Confidentiality, Source: f.Source,
		SupersededBy: f.SupersededBy, StatedAt: f.StatedAt, Synthetic: f.Synthetic,
	}
}

func recordStated(ctx context.Context, tx *db.Tx, f Figure, published bool) error {
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: actionStated, Kind: "figure", ID: string(f.ID), Member: f.Member, Content: contentOf(f), Sealed: !f.open(published),
	})
}

// recordSuperseded records what became of the old figure. Where the public saw
// it and is not to know its successor, the entry has no content: for the public
// the figure is gone, and nothing tells by what.
func recordSuperseded(ctx context.Context, tx *db.Tx, old, ended Figure, published bool) error {
	entry := ledger.Entry{
		Action: actionSuperseded, Kind: "figure", ID: string(old.ID), Member: old.Member,
		Content: contentOf(ended), Sealed: !old.open(published),
	}
	if old.open(published) && ended.Withheld {
		entry.Action, entry.Content = actionRetracted, nil
	}
	return ledger.Record(ctx, tx, entry)
}

// Reveal records each figure of a member that has just become public with it.
// It is a [member.Reveal]: the member's row says already that it is published.
func Reveal(ctx context.Context, tx *db.Tx, number ident.Member) error {
	var rows []row
	if err := tx.Select(ctx, &rows, openFigures, number); err != nil {
		return fmt.Errorf("read the figures: %w", err)
	}
	figures, err := figuresOf(rows)
	if err != nil {
		return err
	}
	for _, f := range figures {
		if err := recordStated(ctx, tx, f, true); err != nil {
			return err
		}
	}
	return nil
}

// constraints says which field is at fault when the database refuses a row.
// All else is checked before; this one can be told by the database only.
var constraints = map[string]fault.Field{
	"figure_current_once": {Pointer: "/period", Code: "figure_exists"},
}

func locate(err error) error { return fault.Locate(err, constraints) }
