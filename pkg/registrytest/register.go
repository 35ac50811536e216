// Package registrytest makes registers for tests, by the offices that make the
// real one, so that no test stands on rows that could not be there.
//
// A [Register] is empty but for the plan, on a database of the test's own; its
// clock stands still until it is moved.
package registrytest

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"accord/db"
	"accord/db/dbtest"
	"accord/db/seed"
	"accord/pkg/account"
	"accord/pkg/alliance"
	"accord/pkg/audit"
	"accord/pkg/blob"
	"accord/pkg/commitment"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/intake"
	"accord/pkg/ledger"
	"accord/pkg/mail"
	"accord/pkg/member"
	"accord/pkg/plan"
	"accord/pkg/request"
	"accord/pkg/statistics"
)

// Clock is a clock that stands still until it is moved.
type Clock struct {
	mu  sync.Mutex
	now time.Time // guarded by mu
}

// Now gives the time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock on.
func (c *Clock) Advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(by)
}

// Register is a register with all its offices.
type Register struct {
	address string // of its database

	DB          *db.DB
	Clock       *Clock
	Plans       *commitment.Plans
	Members     *member.Service
	Figures     *figure.Service
	Alliances   *alliance.Service
	Requests    *request.Service
	Statistics  *statistics.Service
	Commitments *commitment.Service
	Cycles      *commitment.Cycles
	Reports     *commitment.Reports
	Activities  *commitment.Activities
	Amendments  *commitment.Amendments
	Runs        *commitment.Runs
	Proposals   *commitment.Proposals
	Evidence    *commitment.EvidenceRoom
	Accounts    *account.Service
	Mail        *mail.Office // without a mail server: letters are shown
	Audit       *audit.Service
	Ledger      *ledger.Reader
	Sequencer   *ledger.Sequencer
}

// New makes a register with its plan. Its day is 24 November 2026.
func New(t testing.TB) *Register {
	t.Helper()
	return At(t, dbtest.URL(t))
}

// At makes what New makes, in the empty register at the address.
func At(t testing.TB, address string) *Register {
	t.Helper()
	r := openAt(t, address, &Clock{now: time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC)})
	if _, err := r.Plans.Publish(System(), published()); err != nil {
		t.Fatalf("publish the plan: %v", err)
	}
	return r
}

// openAt opens the offices over the database at the address.
func openAt(t testing.TB, address string, clock *Clock) *Register {
	t.Helper()
	d := dbtest.Open(t, address, dbtest.Options{Now: clock.Now})
	record := audit.New(d, 0, slog.New(slog.DiscardHandler))
	accounts, err := account.New(t.Context(), d, account.Config{HashMemory: HashMemory, Mail: mail.NewDesk("https://accord.example.org"), Audit: record, Base: "https://accord.example"})
	if err != nil {
		t.Fatalf("open the office of accounts: %v", err)
	}
	members := member.New(d, figure.Reveal, alliance.Reveal, commitment.Reveal)
	figures := figure.New(d)
	return &Register{
		address: address, DB: d, Clock: clock, Accounts: accounts, Audit: record, Mail: mail.New(d, nil, slog.New(slog.DiscardHandler)),
		Plans: commitment.NewPlans(d), Commitments: commitment.New(d), Cycles: commitment.NewCycles(d), Reports: commitment.NewReports(d), Activities: commitment.NewActivities(d),
		Evidence:   commitment.NewEvidenceRoom(d, blob.NewFolder(t.TempDir(), clock.Now)),
		Amendments: commitment.NewAmendments(d),
		Members:    members, Runs: commitment.NewRuns(d, members, plan.Home()), Proposals: commitment.NewProposals(d, members, plan.Home()),
		Figures: figures, Requests: request.New(d, members, figures), Alliances: alliance.New(d), Statistics: statistics.New(d),
		Ledger: ledger.NewReader(d), Sequencer: ledger.NewSequencer(d, slog.New(slog.DiscardHandler)),
	}
}

func published() commitment.Published {
	p := commitment.Published{
		Plan:   plan.Plan{Title: "A plan for tests", Edition: "1", Publisher: "registrytest", Release: "a test"},
		Source: member.Source{Title: "registrytest"}, TimeZone: plan.HomeZone,
	}
	for _, point := range plan.Points() {
		title := plan.Title{En: "Point " + point.Roman(), Zh: "第" + point.Roman() + "点"}
		p.Points = append(p.Points, plan.Text{Point: point, Text: title.En, Title: title})
	}
	return p
}

// FourEyes opens the register again, as one whose staff changes nothing alone of
// what it vouches for.
func (r *Register) FourEyes() *Register {
	two := *r
	two.Members, two.Figures = r.Members.FourEyes(), r.Figures.FourEyes()
	two.Requests = request.New(r.DB, two.Members, two.Figures)
	return &two
}

// Seed loads the shipped register.
func (r *Register) Seed(t testing.TB) {
	t.Helper()
	shipped, err := seed.Load()
	if err != nil {
		t.Fatalf("read the shipped register: %v", err)
	}
	offices := intake.Offices{DB: r.DB, Plans: r.Plans, Members: r.Members, Figures: r.Figures}
	if _, err := offices.Seed(System(), shipped); err != nil {
		t.Fatalf("load the shipped register: %v", err)
	}
}

// CatchUp gives every change its positions.
func (r *Register) CatchUp(t testing.TB) {
	t.Helper()
	if err := r.Sequencer.CatchUp(context.Background()); err != nil {
		t.Fatalf("number the changes: %v", err)
	}
}

// Applicant registers a member that has not been looked at yet.
func (r *Register) Applicant(t testing.TB, name string) ident.Member {
	t.Helper()
	m, err := r.Members.Register(Staff(), member.Draft{Name: name, Kind: member.Enterprise})
	if err != nil {
		t.Fatalf("register %s: %v", name, err)
	}
	return m.Number
}

// Member registers a member and takes it to good standing.
func (r *Register) Member(t testing.TB, name string) ident.Member {
	t.Helper()
	number := r.Applicant(t, name)
	r.Move(t, number, member.InReview, member.Active)
	return number
}

// Move takes a member along the statuses.
func (r *Register) Move(t testing.TB, number ident.Member, to ...member.Status) {
	t.Helper()
	for _, status := range to {
		r.Step(t, number, member.Step{To: status, Reason: "test"})
	}
}

// Step takes one step of a member through its lifecycle.
func (r *Register) Step(t testing.TB, number ident.Member, step member.Step) {
	t.Helper()
	if _, err := r.Members.Transition(Staff(), number, r.Version(t, number), step); err != nil {
		t.Fatalf("move member %s to %s: %v", number, step.To, err)
	}
}

// Version gives the version of a member.
func (r *Register) Version(t testing.TB, number ident.Member) int64 {
	t.Helper()
	stamp, err := r.Members.Stamp(Staff(), number)
	if err != nil {
		t.Fatalf("read the version of member %s: %v", number, err)
	}
	return stamp.Version
}

// Figure states a figure of a member.
func (r *Register) Figure(t testing.TB, number ident.Member, draft figure.Draft) figure.Figure {
	t.Helper()
	f, err := r.Figures.State(Staff(), number, draft)
	if err != nil {
		t.Fatalf("state a figure of member %s: %v", number, err)
	}
	return f
}

// Ceremony records a ceremony of no stated day.
func (r *Register) Ceremony(t testing.TB, name string) ident.Ceremony {
	t.Helper()
	c, err := r.Members.RecordCeremony(Staff(), member.CeremonyDraft{Name: name})
	if err != nil {
		t.Fatalf("record %s: %v", name, err)
	}
	return c.ID
}

// Alliance founds an alliance.
func (r *Register) Alliance(t testing.TB, name string) ident.Alliance {
	t.Helper()
	a, err := r.Alliances.Create(Staff(), alliance.Draft{Name: name})
	if err != nil {
		t.Fatalf("create %s: %v", name, err)
	}
	return a.ID
}
