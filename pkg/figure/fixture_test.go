package figure_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func as(role access.Role, number ident.Member) context.Context {
	return access.With(context.Background(), access.Actor{User: ident.New[ident.User](), Role: role, Member: number, Post: access.Approver, Fresh: true})
}

func staff() context.Context                 { return as(access.RoleStaff, 0) }
func of(number ident.Member) context.Context { return as(access.RoleMember, number) }
func public() context.Context                { return access.Public(context.Background()) }

func ptr[T any](value T) *T { return &value }

// register is a register of the test's own, in which every transaction is a
// second later than the one before.
type register struct {
	db      *db.DB
	members *member.Service
	figures *figure.Service
}

func open(t *testing.T) register {
	t.Helper()
	var seconds atomic.Int64
	start := time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)
	d := dbtest.New(t, dbtest.Options{Now: func() time.Time { return start.Add(time.Duration(seconds.Add(1)) * time.Second) }})
	return register{db: d, members: member.New(d, figure.Reveal), figures: figure.New(d)}
}

// applicant registers a member that is not public.
func (r register) applicant(t *testing.T, name string) ident.Member {
	t.Helper()
	m, err := r.members.Register(staff(), member.Draft{Name: name, Kind: member.Enterprise})
	if err != nil {
		t.Fatalf("register %s: %v", name, err)
	}
	return m.Number
}

// published registers a member that is public.
func (r register) published(t *testing.T, name string) ident.Member {
	t.Helper()
	number := r.applicant(t, name)
	r.publish(t, number)
	return number
}

func (r register) publish(t *testing.T, number ident.Member) {
	t.Helper()
	r.move(t, number, member.Step{To: member.InReview, Reason: "test"})
	r.move(t, number, member.Step{To: member.Active, Reason: "test"})
}

func (r register) move(t *testing.T, number ident.Member, step member.Step) {
	t.Helper()
	if _, err := r.members.Transition(staff(), number, r.stamp(t, staff(), number).Version, step); err != nil {
		t.Fatalf("move member %s to %s: %v", number, step.To, err)
	}
}

func (r register) stamp(t *testing.T, ctx context.Context, number ident.Member) member.Stamp {
	t.Helper()
	stamp, err := r.members.Stamp(ctx, number)
	if err != nil {
		t.Fatal(err)
	}
	return stamp
}

func (r register) state(t *testing.T, number ident.Member, draft figure.Draft) figure.Figure {
	t.Helper()
	f, err := r.figures.State(staff(), number, draft)
	if err != nil {
		t.Fatalf("state %+v: %v", draft, err)
	}
	return f
}

func (r register) supersede(t *testing.T, id ident.Figure, draft figure.Draft) figure.Figure {
	t.Helper()
	f, err := r.figures.Supersede(staff(), id, 0, draft)
	if err != nil {
		t.Fatalf("supersede by %+v: %v", draft, err)
	}
	return f
}

// ids gives the figures of a member that somebody is shown in its list.
func (r register) ids(t *testing.T, ctx context.Context, number ident.Member) []ident.Figure {
	t.Helper()
	list, err := r.figures.List(ctx, number, figure.Listing{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]ident.Figure, len(list))
	for i, f := range list {
		ids[i] = f.ID
	}
	return ids
}

// profile gives the figures of a member that somebody is shown in its profile.
func (r register) profile(t *testing.T, ctx context.Context, number ident.Member) []figure.Figure {
	t.Helper()
	p, err := r.members.Read(ctx, number)
	if err != nil {
		t.Fatal(err)
	}
	figures, err := figure.FromRows(p.Figures)
	if err != nil {
		t.Fatal(err)
	}
	return figures
}

// entry is an entry of the ledger with what it seals.
type entry struct {
	Action  string          `json:"action"`
	ID      string          `json:"id"`
	Content json.RawMessage `json:"content"`
	Sealed  bool            `json:"-"`
}

// entries gives the entries about figures from behind a change on, in order.
func (r register) entries(t *testing.T, after ident.Change) []entry {
	t.Helper()
	var rows []struct {
		Content []byte  `db:"content"`
		Sealed  []byte  `db:"sealed"`
		Kind    *string `db:"kind"`
	}
	if err := r.db.Select(context.Background(), &rows, `
		select e.content, s.content as sealed, e.kind from entry e left join sealed s using (change, seq)
		where coalesce(e.kind, s.kind) = 'figure' and e.change > $1 order by e.change, e.seq`, after); err != nil {
		t.Fatal(err)
	}
	all := make([]entry, len(rows))
	for i, row := range rows {
		bytes := row.Content
		if row.Sealed != nil {
			if row.Kind != nil {
				t.Errorf("a sealed entry names its kind %s", *row.Kind)
			}
			bytes, all[i].Sealed = row.Sealed, true
		}
		if err := json.Unmarshal(bytes, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// sales is a plain draft: sales of a year of so many yuan.
func sales(year, low string) figure.Draft {
	return figure.Draft{
		Measure: figure.SalesVolume, Period: &figure.Period{From: plan.Date(year + "-01-01"), To: plan.Date(year + "-12-31")},
		Bound: "exact", Low: low, Currency: "CNY",
	}
}

func confidential(draft figure.Draft) figure.Draft {
	draft.Confidentiality = figure.Confidential
	return draft
}

// want checks that the error is the fault of the kind and code.
func want(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if refused, ok := errors.AsType[*fault.Error](err); !ok || refused.Kind != kind || refused.Code != code {
		t.Errorf("got %v, want %s of kind %d", err, code, kind)
	}
}

// wantFields checks that the error tells exactly these faults, "pointer code".
func wantFields(t *testing.T, err error, fields ...string) {
	t.Helper()
	var got []string
	for _, field := range fault.FieldsOf(err) {
		got = append(got, field.Pointer+" "+field.Code)
	}
	slices.Sort(got)
	slices.Sort(fields)
	if !slices.Equal(got, fields) {
		t.Errorf("got %q, want %q (%v)", got, fields, err)
	}
}
