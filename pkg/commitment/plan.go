package commitment

import (
	"context"
	"encoding/json"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// Plans is the office of the action plan that commitments are made under.
type Plans struct{ db *db.DB }

// NewPlans makes the office.
func NewPlans(d *db.DB) *Plans { return &Plans{db: d} }

// Published is the plan as the register holds it.
type Published struct {
	plan.Plan
	Source     member.Source
	TimeZone   string // in which the initiative's days end, an IANA name
	Version    int64
	Period     *Period     // nil where no source states one
	Indicators []Indicator // those in use, by point and place
}

const lockPlan = `select pg_advisory_xact_lock(hashtextextended('plan', 0))::text`

const readPlan = `
select p.title, p.edition, p.publisher, coalesce(p.released_at, '') as release, p.source, p.time_zone, p.version,
    coalesce(to_char(p.period_from, 'YYYY-MM-DD'), '') as period_from, coalesce(to_char(p.period_to, 'YYYY-MM-DD'), '') as period_to, p.period_source,
    (select json_agg(t order by t.number) from (select number, text, title_en, title_zh from plan_point) t) as points,
    (select json_agg(i order by i.point, i.ordinal) from (select ` + indicatorColumns + ` from indicator where retired_on is null) i) as indicators
from plan p where p.id = 1`

type planRow struct {
	Title      string                 `db:"title"`
	Edition    string                 `db:"edition"`
	Publisher  string                 `db:"publisher"`
	Release    string                 `db:"release"`
	Source     member.Source          `db:"source"`
	TimeZone   string                 `db:"time_zone"`
	Version    int64                  `db:"version"`
	From       plan.Date              `db:"period_from"`
	To         plan.Date              `db:"period_to"`
	Stated     *member.Source         `db:"period_source"`
	Points     member.Rows[pointRow]  `db:"points"`
	Indicators member.Rows[Indicator] `db:"indicators"`
}

type pointRow struct {
	Number  plan.Point `json:"number"`
	Text    string     `json:"text"`
	TitleEn string     `json:"title_en"`
	TitleZh string     `json:"title_zh"`
}

func (r planRow) published() Published {
	p := Published{
		Plan:   plan.Plan{Title: r.Title, Edition: r.Edition, Publisher: r.Publisher, Release: r.Release},
		Source: r.Source, TimeZone: r.TimeZone, Version: r.Version, Indicators: r.Indicators,
	}
	if r.Stated != nil {
		p.Period = &Period{From: r.From, To: r.To, Source: *r.Stated}
	}
	for _, t := range r.Points {
		p.Points = append(p.Points, plan.Text{Point: t.Number, Text: t.Text, Title: plan.Title{En: t.TitleEn, Zh: t.TitleZh}})
	}
	return p
}

// Read gives the plan with its eight points, and the indicators in use under each.
//
// It refuses with NotFound when no plan has been published yet.
func (s *Plans) Read(ctx context.Context) (Published, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Published{}, err
	}
	var row planRow
	if err := s.db.Get(ctx, &row, readPlan); err != nil {
		return Published{}, fmt.Errorf("read the plan: %w", err)
	}
	return row.published(), nil
}

const insertPlan = `
insert into plan (title, edition, publisher, released_at, source, time_zone) values ($1, $2, $3, nullif($4, ''), $5, $6)
on conflict (id) do nothing`

const insertPoint = `
insert into plan_point (number, text, title_en, title_zh) values ($1, $2, $3, $4)`

// Publish takes the plan into an empty register, and tells whether it did:
// a plan that is there already stays as it is.
//
// It refuses with Forbidden when the actor is not the register's own command
// and Invalid when the plan has not exactly the eight points in order.
func (s *Plans) Publish(ctx context.Context, p Published) (bool, error) {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return false, err
	}
	var faults fault.Fields
	if len(p.Points) != plan.Count {
		faults.Add("/points", "eight_points")
	}
	for i, t := range p.Points {
		if int(t.Point) != i+1 || t.Text == "" {
			faults.Add(fmt.Sprintf("/points/%d", i), "eight_points")
		}
	}
	if _, err := plan.ParseZone(p.TimeZone); err != nil {
		faults.Add("/time_zone", "unknown_time_zone")
	}
	if err := faults.Err(); err != nil {
		return false, err
	}
	published := false
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		var locked string
		if err := tx.Get(ctx, &locked, lockPlan); err != nil {
			return err
		}
		var row planRow
		switch err := tx.Get(ctx, &row, readPlan); {
		case err == nil:
			return nil
		case !fault.Is(err, fault.NotFound):
			return err
		}
		published = true
		return insertPublished(ctx, tx, p)
	})
	if err != nil {
		return false, fmt.Errorf("publish the plan: %w", err)
	}
	return published, nil
}

func insertPublished(ctx context.Context, tx *db.Tx, p Published) error {
	if _, err := tx.Change(ctx); err != nil {
		return err
	}
	source, err := json.Marshal(p.Source)
	if err != nil {
		return fmt.Errorf("encode the source: %w", err)
	}
	if _, err := tx.Exec(ctx, insertPlan, p.Title, p.Edition, p.Publisher, p.Release, string(source), p.TimeZone); err != nil {
		return fmt.Errorf("insert the plan: %w", err)
	}
	if err := recordPlan(ctx, tx, "plan.published", p, ""); err != nil {
		return err
	}
	for _, t := range p.Points {
		if _, err := tx.Exec(ctx, insertPoint, t.Point, t.Text, t.Title.En, t.Title.Zh); err != nil {
			return fmt.Errorf("insert point %d: %w", t.Point, err)
		}
		if err := ledger.Record(ctx, tx, ledger.Entry{Action: "point.published", Kind: "point", ID: fmt.Sprint(int(t.Point)), Content: map[string]any{
			"number": int(t.Point), "text": t.Text, "title_en": t.Title.En, "title_zh": t.Title.Zh,
		}}); err != nil {
			return err
		}
	}
	return nil
}
