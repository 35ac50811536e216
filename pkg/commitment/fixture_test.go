package commitment_test

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/blob"
	"accord/pkg/commitment"
	"accord/pkg/fault"
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
func system() context.Context                { return access.System(context.Background()) }

// register is a register of the test's own, with a plan. Its clock stands still.
type register struct {
	db          *db.DB
	plans       *commitment.Plans
	members     *member.Service
	commitments *commitment.Service
	cycles      *commitment.Cycles
	reports     *commitment.Reports
	activities  *commitment.Activities
	amendments  *commitment.Amendments
	evidence    *commitment.EvidenceRoom
	store       blob.Store
	clock       *clock
}

type clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(day plan.Date) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = plan.Home().Begins(day)
}

func (c *clock) at(t *testing.T, moment string) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

func open(t *testing.T) register {
	t.Helper()
	return openOn(t, dbtest.URL(t))
}

// openOn opens a register on the database at the address.
func openOn(t *testing.T, address string) register {
	t.Helper()
	c := &clock{}
	c.set("2026-11-24")
	d := dbtest.Open(t, address, dbtest.Options{Now: c.Now})
	shipped := commitment.Published{
		Plan: plan.Plan{Title: "A plan", Edition: "1", Publisher: "test"}, Source: member.Source{Title: "test"}, TimeZone: plan.HomeZone,
	}
	for _, point := range plan.Points() {
		shipped.Points = append(shipped.Points, plan.Text{Point: point, Text: point.Roman(), Title: plan.Title{En: point.Roman(), Zh: point.Roman()}})
	}
	if _, err := commitment.NewPlans(d).Publish(system(), shipped); err != nil {
		t.Fatalf("publish the plan: %v", err)
	}
	store := blob.NewFolder(t.TempDir(), c.Now)
	return register{
		evidence: commitment.NewEvidenceRoom(d, store), store: store,
		db: d, plans: commitment.NewPlans(d), members: member.New(d, commitment.Reveal), commitments: commitment.New(d), cycles: commitment.NewCycles(d),
		reports: commitment.NewReports(d), activities: commitment.NewActivities(d), amendments: commitment.NewAmendments(d), clock: c,
	}
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
	r.move(t, number, member.InReview, member.Active)
	return number
}

func (r register) move(t *testing.T, number ident.Member, to ...member.Status) {
	t.Helper()
	for _, status := range to {
		stamp := r.stamp(t, staff(), number)
		if _, err := r.members.Transition(staff(), number, stamp.Version, member.Step{To: status, Reason: "test"}); err != nil {
			t.Fatalf("move member %s to %s: %v", number, status, err)
		}
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

func training() commitment.Draft {
	return commitment.Draft{
		Point: 4, Title: "Train 1,000 people", Text: "We train 1,000 people\nin cross-border trade.", Strength: commitment.Pledged,
		StartsOn: "2026-01-01", DueOn: "2027-12-31",
	}
}

// in takes a commitment to the state.
func (r register) in(t *testing.T, number ident.Member, state commitment.State, draft commitment.Draft) commitment.Commitment {
	t.Helper()
	c, err := r.commitments.TakeOn(of(number), number, draft)
	if err != nil {
		t.Fatalf("take on %+v: %v", draft, err)
	}
	for _, step := range []struct {
		to   commitment.State
		take func() (commitment.Commitment, error)
	}{
		{commitment.Submitted, func() (commitment.Commitment, error) { return r.commitments.Submit(of(number), c.ID, 0) }},
		{commitment.Registered, func() (commitment.Commitment, error) { return r.commitments.Register(staff(), c.ID, 0) }},
		{commitment.Closed, func() (commitment.Commitment, error) { return r.commitments.Close(staff(), c.ID, 0, withdrawn()) }},
	} {
		if c.State == state {
			break
		}
		if c, err = step.take(); err != nil {
			t.Fatalf("take commitment to %s: %v", step.to, err)
		}
	}
	return c
}

// same tells whether two commitments are the same in every field.
func same(a, b commitment.Commitment) bool { return reflect.DeepEqual(a, b) }

func withdrawn() commitment.Closing {
	return commitment.Closing{Outcome: commitment.Withdrawn, Reason: "the member asked for it"}
}

// entry is an entry of the ledger on a commitment, opened if it is sealed.
type entry struct {
	Action  string          `json:"action"`
	Kind    string          `json:"kind"`
	ID      string          `json:"id"`
	Content json.RawMessage `json:"content"`
	Sealed  bool            `json:"-"`
}

// entries gives what the ledger holds on commitments, in the order of changes.
func (r register) entries(t *testing.T) []entry { return r.entriesOn(t, "commitment") }

// entriesOn gives the entries on the noun; those on commitments with what the
// invited said.
func (r register) entriesOn(t *testing.T, noun string) []entry {
	t.Helper()
	if noun == "commitment" {
		return r.entriesOf(t, "commitment.", "participant.")
	}
	return r.entriesOf(t, noun+".")
}

// entriesOf gives the entries with actions of the prefixes, in the order of changes.
func (r register) entriesOf(t *testing.T, prefixes ...string) []entry {
	t.Helper()
	var rows []struct {
		Content []byte `db:"content"`
		Sealed  bool   `db:"sealed"`
	}
	if err := r.db.Select(context.Background(), &rows, `
		select coalesce(s.content, e.content) as content, s.change is not null as sealed
		from entry e join change c on c.id = e.change left join sealed s on s.change = e.change and s.seq = e.seq
		order by c.ord, e.seq`); err != nil {
		t.Fatal(err)
	}
	var entries []entry
	for _, row := range rows {
		e := entry{Sealed: row.Sealed}
		if err := json.Unmarshal(row.Content, &e); err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(prefixes, func(prefix string) bool { return strings.HasPrefix(e.Action, prefix) }) {
			entries = append(entries, e)
		}
	}
	return entries
}

// faulty checks that the error is of the kind and names exactly the faults.
func faulty(t *testing.T, err error, kind fault.Kind, faults ...string) {
	t.Helper()
	var got []string
	for _, f := range fault.FieldsOf(err) {
		got = append(got, f.Pointer+" "+f.Code)
	}
	if !fault.Is(err, kind) || strings.Join(got, ", ") != strings.Join(faults, ", ") {
		t.Errorf("got %v, want kind %d with %v", err, kind, faults)
	}
}
