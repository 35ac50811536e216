package alliance_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/alliance"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func as(role access.Role, number ident.Member) context.Context {
	return access.With(context.Background(), access.Actor{User: ident.New[ident.User](), Role: role, Member: number, Post: access.Approver, Fresh: true})
}

func staff() context.Context                 { return as(access.RoleStaff, 0) }
func of(number ident.Member) context.Context { return as(access.RoleMember, number) }
func public() context.Context                { return access.Public(context.Background()) }

// outsiders are those who may know of a public member's things at most.
func outsiders(number ident.Member) map[string]context.Context {
	return map[string]context.Context{"the public": public(), "an analyst": as(access.RoleAnalyst, 0), "another member": of(number + 1000)}
}

func ptr[T any](value T) *T { return &value }

func day(text string) *plan.Date { return ptr(plan.Date(text)) }

// register is a register of the test's own, with the first point of a plan.
type register struct {
	db        *db.DB
	members   *member.Service
	alliances *alliance.Service
}

func open(t *testing.T) register {
	t.Helper()
	d := dbtest.New(t)
	ctx := access.System(context.Background())
	if err := d.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into plan_point (number, text, title_en, title_zh) values (1, 'I', 'one', '一')`); err != nil {
			return err
		}
		return ledger.Record(ctx, tx, ledger.Entry{Action: "test", Kind: "test", ID: "1"})
	}); err != nil {
		t.Fatal(err)
	}
	return register{db: d, members: member.New(d, alliance.Reveal), alliances: alliance.New(d)}
}

func (r register) applicant(t *testing.T, name string) ident.Member {
	t.Helper()
	m, err := r.members.Register(staff(), member.Draft{Name: name, Kind: member.Enterprise})
	if err != nil {
		t.Fatalf("register %s: %v", name, err)
	}
	return m.Number
}

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

func (r register) create(t *testing.T, name string) ident.Alliance {
	t.Helper()
	a, err := r.alliances.Create(staff(), alliance.Draft{Name: name})
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	return a.ID
}

func (r register) admit(t *testing.T, id ident.Alliance, draft alliance.MembershipDraft) alliance.Membership {
	t.Helper()
	term, err := r.alliances.Admit(staff(), id, draft)
	if err != nil {
		t.Fatalf("admit %+v: %v", draft, err)
	}
	return term
}

// entry is an entry of the ledger with what it seals.
type entry struct {
	Action  string          `json:"action"`
	ID      string          `json:"id"`
	Content json.RawMessage `json:"content"`
	Sealed  bool            `json:"-"`
}

// entries gives the entries about a kind of thing from behind a change on, in order.
func (r register) entries(t *testing.T, kind string, after ident.Change) []entry {
	t.Helper()
	var rows []struct {
		Content []byte `db:"content"`
		Sealed  []byte `db:"sealed"`
	}
	if err := r.db.Select(context.Background(), &rows, `
		select e.content, s.content as sealed from entry e left join sealed s using (change, seq)
		where coalesce(e.kind, s.kind) = $1 and e.change > $2 order by e.change, e.seq`, kind, after); err != nil {
		t.Fatal(err)
	}
	all := make([]entry, len(rows))
	for i, row := range rows {
		bytes := row.Content
		if row.Sealed != nil {
			bytes, all[i].Sealed = row.Sealed, true
		}
		if err := json.Unmarshal(bytes, &all[i]); err != nil {
			t.Fatal(err)
		}
	}
	return all
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
