package commitment

import (
	"context"
	"encoding/json"
	"fmt"

	"accord/db"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// activityRow is an activity as its table has it, with the names of winners
// from theirs.
type activityRow struct {
	ID            ident.Activity         `db:"id"`
	Member        ident.Member           `db:"member"`
	Shown         int64                  `db:"shown"`
	Version       int64                  `db:"version"`
	Change        ident.Change           `db:"change"`
	State         ActivityState          `db:"state"`
	Reason        string                 `db:"reason"`
	Synthetic     bool                   `db:"synthetic"`
	Point         plan.Point             `db:"point"`
	Kind          ActivityKind           `db:"kind"`
	Title         string                 `db:"title"`
	Description   string                 `db:"description"`
	City          string                 `db:"city"`
	Country       string                 `db:"country"`
	From          plan.Date              `db:"from_on"`
	Until         plan.Date              `db:"until_on"`
	Organisers    db.Numbers             `db:"organisers"`
	Participants  quantityRow            `db:"participants"`
	Hours         quantityRow            `db:"hours"`
	Trained       quantityRow            `db:"trained"`
	Beneficiaries quantityRow            `db:"beneficiaries"`
	Categories    member.Rows[Category]  `db:"categories"`
	Countries     db.Texts               `db:"countries"`
	Source        *member.Source         `db:"source"`
	People        member.Rows[personRow] `db:"people"`
}

type quantityRow struct {
	Bound string `db:"bound"`
	Low   string `db:"low"`
	High  string `db:"high"`
}

type personRow struct {
	ID   ident.Winner `json:"id"`
	Name string       `json:"name"`
}

// What an activity says, read from its table or from that of drafts, as a.
const activityFields = `a.synthetic, a.point, a.kind, a.title, coalesce(a.description, '') as description, coalesce(a.city, '') as city,
    coalesce(a.country, '') as country, to_char(a.from_on, 'YYYY-MM-DD') as from_on, coalesce(to_char(a.until_on, 'YYYY-MM-DD'), '') as until_on,
    coalesce(a.participants_bound, '') as "participants.bound", coalesce(trim_scale(a.participants_low)::text, '') as "participants.low",
    coalesce(trim_scale(a.participants_high)::text, '') as "participants.high",
    coalesce(a.hours_bound, '') as "hours.bound", coalesce(trim_scale(a.hours_low)::text, '') as "hours.low",
    coalesce(trim_scale(a.hours_high)::text, '') as "hours.high",
    coalesce(a.trained_bound, '') as "trained.bound", coalesce(trim_scale(a.trained_low)::text, '') as "trained.low",
    coalesce(trim_scale(a.trained_high)::text, '') as "trained.high",
    coalesce(a.beneficiaries_bound, '') as "beneficiaries.bound", coalesce(trim_scale(a.beneficiaries_low)::text, '') as "beneficiaries.low",
    coalesce(trim_scale(a.beneficiaries_high)::text, '') as "beneficiaries.high",
    a.categories, a.countries, a.source`

// The head of an activity and of a draft, and the names of its winners. $2 is
// whether the reader is staff, $4 whether it is the office itself.
const (
	activityHead = `a.id, a.member, case when $2 or $4 then a.version else a.shown end as version, a.shown, a.change, a.state, coalesce(a.reason, '') as reason,
    case when a.categories = '[]' then '[]'::json else (
        select coalesce(json_agg(json_build_object('id', w.id, 'name', w.name)), '[]') from activity_winner w where w.activity = a.id
    ) end as people`

	activityDraftHead = `a.id, a.member, a.version, a.version as shown, 0::bigint as change, 'draft' as state, '' as reason, '[]'::json as people`
)

// organisersShown reads the organisers that a reader may know of, with $2 and
// $3 as its scope; $4 reads all of them, for the office itself.
const organisersShown = `array(
        select m.number from member m where m.number = any (a.organisers) and (m.published or $2 or $4 or m.number = $3) order by m.number
    ) as organisers`

// activity reads the row.
func (r activityRow) activity() Activity {
	a := Activity{
		ID: r.ID, Member: r.Member, Version: r.Version, shown: r.Shown, Change: r.Change, State: r.State, Reason: r.Reason, Synthetic: r.Synthetic,
		ActivityDraft: ActivityDraft{
			Point: r.Point, Kind: r.Kind, Title: r.Title, Description: r.Description, Place: Place{City: r.City, Country: r.Country},
			From: r.From, Until: r.Until, Participants: r.Participants.quantity(), Hours: r.Hours.quantity(), Trained: r.Trained.quantity(),
			Beneficiaries: r.Beneficiaries.quantity(), Countries: r.Countries, Source: r.Source,
		},
	}
	for _, n := range r.Organisers {
		a.Organisers = append(a.Organisers, ident.Member(n))
	}
	names := map[ident.Winner]string{}
	for _, p := range r.People {
		names[p.ID] = p.Name
	}
	a.Categories = winners(r.Categories, func(w Winner) Winner {
		if w.Person != "" {
			w.Name = names[w.Person]
		}
		return w
	})
	return a
}

// quantity reads the columns. The database keeps the one number of an exact or
// approximate quantity at both ends, the wire at the low one.
func (r quantityRow) quantity() Quantity {
	q := Quantity(r)
	if q.Bound == "exact" || q.Bound == "approx" {
		q.High = ""
	}
	return q
}

// columns gives the three columns of a quantity.
func (q Quantity) columns() []any {
	if q.Bound == "exact" || q.Bound == "approx" {
		q.High = q.Low
	}
	return []any{q.Bound, q.Low, q.High}
}

const activityValues = `$1, $2, $3, $4, $5, $6, nullif($7, ''), nullif($8, ''), nullif($9, ''), $10::date, nullif($11, '')::date, $12::bigint[],
    nullif($13, ''), nullif($14, '')::numeric, nullif($15, '')::numeric, nullif($16, ''), nullif($17, '')::numeric, nullif($18, '')::numeric,
    nullif($19, ''), nullif($20, '')::numeric, nullif($21, '')::numeric, nullif($22, ''), nullif($23, '')::numeric, nullif($24, '')::numeric,
    $25::jsonb, $26::text[], $27::jsonb, $28`

const activityColumns = `id, member, version, point, kind, title, description, city, country, from_on, until_on, organisers,
    participants_bound, participants_low, participants_high, hours_bound, hours_low, hours_high,
    trained_bound, trained_low, trained_high, beneficiaries_bound, beneficiaries_low, beneficiaries_high,
    categories, countries, source, synthetic`

const insertActivity = `
insert into activity (` + activityColumns + `, state, reason, shown) values (` + activityValues + `, $29, nullif($30, ''), $31)`

const updateActivity = `
update activity set (` + activityColumns + `, state, reason, shown) = (` + activityValues + `, $29, nullif($30, ''), $31) where id = $1`

const insertActivityDraft = `
insert into activity_draft (` + activityColumns + `, written_at) values (` + activityValues + `, $29)`

const updateActivityDraft = `
update activity_draft set (` + activityColumns + `, written_at) = (` + activityValues + `, $29) where id = $1`

const deleteActivityDraft = `delete from activity_draft where id = $1`

// write runs one of the statements above; more are the parameters behind those
// that they share.
func (a Activity) write(ctx context.Context, tx *db.Tx, statement string, more ...any) error {
	categories, err := json.Marshal(append([]Category{}, a.Categories...))
	if err != nil {
		return fmt.Errorf("encode the categories: %w", err)
	}
	var source *string
	if a.Source != nil {
		bytes, err := json.Marshal(a.Source)
		if err != nil {
			return fmt.Errorf("encode the source: %w", err)
		}
		text := string(bytes)
		source = &text
	}
	organisers := make(db.Numbers, len(a.Organisers))
	for i, n := range a.Organisers {
		organisers[i] = int64(n)
	}
	args := []any{
		a.ID, a.Member, a.Version, a.Point, a.Kind, a.Title, a.Description, a.Place.City, a.Place.Country, a.From, a.Until, organisers,
	}
	for _, q := range []Quantity{a.Participants, a.Hours, a.Trained, a.Beneficiaries} {
		args = append(args, q.columns()...)
	}
	args = append(args, string(categories), append(db.Texts{}, a.Countries...), source, a.Synthetic)
	if _, err := tx.Exec(ctx, statement, append(args, more...)...); err != nil {
		return fmt.Errorf("write activity %s: %w", a.ID, err)
	}
	return nil
}

const insertWinner = `insert into activity_winner (id, activity, name, salt) values ($1, $2, $3, $4)`

// writeTaken writes an activity from its submission on: the row without the
// names of winners, which stand in a table of their own. A name that the
// version before had keeps its id, and with it its hash.
func (a *Activity) writeTaken(ctx context.Context, tx *db.Tx, statement string, before []Category) error {
	known := map[string][]Winner{}
	winners(before, func(w Winner) Winner {
		known[w.Name] = append(known[w.Name], w)
		return w
	})
	var named []Winner
	var salts [][]byte
	var failed error
	a.Categories = winners(a.Categories, func(w Winner) Winner {
		if old := known[w.Name]; w.Name != "" && len(old) > 0 {
			w.Person, w.Hash, known[w.Name] = old[0].Person, old[0].Hash, old[1:]
			return w
		}
		if w.Name == "" || failed != nil {
			return w
		}
		salt, err := ledger.NewSalt()
		if err != nil {
			failed = err
			return w
		}
		hidden, err := ledger.Hide(salt, w.Name)
		if err != nil {
			failed = err
			return w
		}
		w.Person, w.Hash = ident.New[ident.Winner](), hidden.Hash
		named, salts = append(named, w), append(salts, salt)
		return w
	})
	if failed != nil {
		return failed
	}
	stored := *a
	stored.Categories = winners(a.Categories, func(w Winner) Winner {
		w.Name = ""
		return w
	})
	if err := stored.write(ctx, tx, statement, a.State, a.Reason, a.shown); err != nil {
		return err
	}
	for i, w := range named {
		if _, err := tx.Exec(ctx, insertWinner, w.Person, a.ID, w.Name, salts[i]); err != nil {
			return fmt.Errorf("insert a winner's name: %w", err)
		}
	}
	return nil
}
