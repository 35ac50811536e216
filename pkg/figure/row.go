package figure

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// row is a figure as its table has it, read as columns or as JSON.
type row struct {
	ID              ident.Figure     `db:"id" json:"id"`
	Member          ident.Member     `db:"member" json:"member"`
	Version         int64            `db:"version" json:"version"`
	Change          ident.Change     `db:"change" json:"change"`
	Measure         Measure          `db:"measure" json:"measure"`
	From            *plan.Date       `db:"period_from" json:"period_from"`
	To              *plan.Date       `db:"period_to" json:"period_to"`
	Bound           string           `db:"bound" json:"bound"`
	Low             *decimal.Decimal `db:"low" json:"low"`
	High            *decimal.Decimal `db:"high" json:"high"`
	Currency        bound.Currency   `db:"currency" json:"currency"`
	Scope           *string          `db:"scope" json:"scope"`
	Netting         *string          `db:"netting" json:"netting"`
	Assurance       *Assurance       `db:"assurance" json:"assurance"`
	Confidentiality Confidentiality  `db:"confidentiality" json:"confidentiality"`
	SourceTitle     *string          `db:"source_title" json:"source_title"`
	SourceURL       *string          `db:"source_url" json:"source_url"`
	SourcePage      *string          `db:"source_page" json:"source_page"`
	SourceQuote     *string          `db:"source_quote" json:"source_quote"`
	SourceRetrieved *plan.Date       `db:"source_retrieved" json:"source_retrieved"`
	SupersededBy    *ident.Figure    `db:"superseded_by" json:"superseded_by"`
	Withheld        bool             `db:"withheld" json:"withheld"`
	StatedAt        time.Time        `db:"stated_at" json:"stated_at"`
	Synthetic       bool             `db:"synthetic" json:"synthetic"`
}

// columns lists the columns of row.
const columns = `id, member, version, change, measure, period_from, period_to, bound, low, high, currency, scope, netting,
    assurance, confidentiality, source_title, source_url, source_page, source_quote, source_retrieved, superseded_by,
    withheld, stated_at, synthetic`

// figure reads the row; it fails on what the office would never have written.
func (r row) figure() (Figure, error) {
	interval, err := bound.Stored(r.Bound, decimalText(r.Low), decimalText(r.High))
	if err != nil {
		return Figure{}, fmt.Errorf("figure %s: %w", r.ID, err)
	}
	f := Figure{
		ID: r.ID, Member: r.Member, Version: r.Version, Change: r.Change, Measure: r.Measure, Interval: interval,
		Currency: r.Currency, Basis: basisOf(text(r.Scope), text(r.Netting)), Assurance: text(r.Assurance),
		Confidentiality: r.Confidentiality, SupersededBy: r.SupersededBy, Withheld: r.Withheld,
		StatedAt: r.StatedAt.UTC(), Synthetic: r.Synthetic,
	}
	if r.From != nil && r.To != nil {
		f.Period = &Period{From: *r.From, To: *r.To}
	}
	if r.SourceTitle != nil {
		f.Source = &member.Source{
			Title: *r.SourceTitle, URL: text(r.SourceURL), Page: text(r.SourcePage), Quote: text(r.SourceQuote), Retrieved: r.SourceRetrieved,
		}
	}
	return f, nil
}

func basisOf(scope, netting string) Basis {
	if scope != "" && netting != "" {
		return Basis(scope + "_" + netting)
	}
	return Basis(scope + netting)
}

func decimalText(d *decimal.Decimal) string {
	if d == nil {
		return ""
	}
	return bound.Canonical(*d)
}

func text[T ~string](p *T) T {
	if p == nil {
		return ""
	}
	return *p
}

func orNull[T ~string](text T) *T {
	if text == "" {
		return nil
	}
	return &text
}

func figuresOf(rows []row) ([]Figure, error) {
	figures := make([]Figure, len(rows))
	for i, r := range rows {
		f, err := r.figure()
		if err != nil {
			return nil, err
		}
		figures[i] = f
	}
	return figures, nil
}

// FromRows reads rows of figure_seen that PostgreSQL aggregated into JSON, as
// a member's profile carries them.
func FromRows(rows json.RawMessage) ([]Figure, error) {
	var list []row
	if len(rows) > 0 {
		if err := jsonv2.Unmarshal(rows, &list); err != nil {
			return nil, fmt.Errorf("read figures from their rows: %w", err)
		}
	}
	return figuresOf(list)
}

const insertFigure = `
insert into figure (id, member, version, measure, period_from, period_to, bound, low, high, currency, scope, netting,
    assurance, confidentiality, source_title, source_url, source_page, source_quote, source_retrieved, stated_at, synthetic)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`

func insert(ctx context.Context, tx *db.Tx, f Figure) error {
	var period struct{ from, to *plan.Date }
	if f.Period != nil {
		period.from, period.to = &f.Period.From, &f.Period.To
	}
	var source member.Source
	if f.Source != nil {
		source = *f.Source
	}
	var low, high *decimal.Decimal
	if value, ok := f.Interval.Low(); ok {
		low = &value
	}
	if value, ok := f.Interval.High(); ok {
		high = &value
	}
	if _, err := tx.Exec(ctx, insertFigure, f.ID, f.Member, f.Version, f.Measure, period.from, period.to, f.Interval.Bound(), low, high,
		f.Currency, orNull(f.Basis.scope()), orNull(f.Basis.netting()), orNull(f.Assurance), f.Confidentiality, orNull(source.Title),
		orNull(source.URL), orNull(source.Page), orNull(source.Quote), source.Retrieved, f.StatedAt, f.Synthetic); err != nil {
		return fmt.Errorf("insert figure %s: %w", f.ID, err)
	}
	return nil
}

const updateSuperseded = `
update figure set version = $2, superseded_by = $3, withheld = $4 where id = $1`

const memberOf = `
select member from figure_seen where id = $1 and (is_open or $2 or member = $3)`

const currentRow = `select ` + columns + ` from figure where id = $1`

// lock locks the figure's member and reads the figure. The member of a figure
// never changes, so it can be read before the lock; the figure is read after
// it, as the writer before left it.
func lock(ctx context.Context, tx *db.Tx, id ident.Figure, scope access.Scope) (member.Locked, Figure, error) {
	var number ident.Member
	if err := tx.Get(ctx, &number, memberOf, id, scope.All, scope.Member); err != nil {
		return member.Locked{}, Figure{}, fmt.Errorf("find figure %s: %w", id, err)
	}
	m, err := member.Lock(ctx, tx, number, scope)
	if err != nil {
		return member.Locked{}, Figure{}, err
	}
	var r row
	if err := tx.Get(ctx, &r, currentRow, id); err != nil {
		return member.Locked{}, Figure{}, fmt.Errorf("read figure %s: %w", id, err)
	}
	f, err := r.figure()
	return m, f, err
}
