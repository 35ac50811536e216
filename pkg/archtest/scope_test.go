package archtest

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
	"accord/pkg/registrytest"
)

// reading is a question to an office, of those whose statements are composed
// and of some whose are not.
type reading struct {
	name string
	ask  func(ctx context.Context, d *db.DB) (any, error)
}

var readings = []reading{
	{"members", func(ctx context.Context, d *db.DB) (any, error) {
		return member.New(d).List(ctx, member.Listing{Limit: 200})
	}},
	{"members by name", func(ctx context.Context, d *db.DB) (any, error) {
		return member.New(d).List(ctx, member.Listing{Text: strings.ToLower(marker), Sort: member.ByRelevance, Limit: 200})
	}},
	{"an applicant", func(ctx context.Context, d *db.DB) (any, error) { return member.New(d).Read(ctx, 2) }},
	{"contacts", func(ctx context.Context, d *db.DB) (any, error) { return member.New(d).Contacts(ctx, 1, "", 200) }},
	{"figures", func(ctx context.Context, d *db.DB) (any, error) {
		return figure.New(d).List(ctx, 1, figure.Listing{Limit: 200})
	}},
	{"commitments", func(ctx context.Context, d *db.DB) (any, error) {
		return commitment.New(d).List(ctx, commitment.Listing{Limit: 200})
	}},
	{"commitments of a member", func(ctx context.Context, d *db.DB) (any, error) {
		return commitment.New(d).ListOf(ctx, 1, commitment.Listing{Limit: 200})
	}},
	{"activities", func(ctx context.Context, d *db.DB) (any, error) {
		return commitment.NewActivities(d).List(ctx, commitment.ActivityListing{Limit: 200})
	}},
	{"activities of a member", func(ctx context.Context, d *db.DB) (any, error) {
		return commitment.NewActivities(d).ListOf(ctx, 1, commitment.ActivityListing{Limit: 200})
	}},
	{"reports", func(ctx context.Context, d *db.DB) (any, error) {
		return commitment.NewReports(d).ListOf(ctx, 1, nil, 200)
	}},
	{"proposals", func(ctx context.Context, d *db.DB) (any, error) {
		return commitment.NewProposals(d, member.New(d), plan.Home()).List(ctx, commitment.ProposalListing{Limit: 200})
	}},
	{"history", func(ctx context.Context, d *db.DB) (any, error) { return ledger.NewReader(d).History(ctx, 2, 0, 200) }},
}

// The offices are asked as staff, to whom they show everything, by somebody
// whom the database knows for another: as if the scope had been forgotten in
// every statement that an office composes.
func TestNoOfficeShowsWhatIsAnothersWithoutItsScope(t *testing.T) {
	t.Parallel()
	address := dbtest.URL(t)
	planted(t, address)
	as := func(class db.Class, number ident.Member) *db.DB {
		return dbtest.Open(t, address, dbtest.Options{Who: func(context.Context) (string, ident.Member, ident.User) { return string(class), number, "" }})
	}
	shows := func(d *db.DB, r reading) bool {
		answer, err := r.ask(registrytest.Staff(), d)
		text, jsonErr := json.Marshal(answer)
		return err == nil && jsonErr == nil && strings.Contains(string(text), marker)
	}
	staff, foreign, public := as(db.Staff, 0), as(db.Member, 3), as(db.Public, 0)
	for _, r := range readings {
		if !shows(staff, r) {
			t.Errorf("%s: staff is not shown what is looked for", r.name)
		}
		for name, d := range map[string]*db.DB{"another member": foreign, "the public": public} {
			if shows(d, r) {
				t.Errorf("%s: without the scope %s is shown what is another's", r.name, name)
			}
		}
	}
}

// What the two sides call a class is the same.
func TestActorsHaveAClassOfTheDatabase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ctx    context.Context
		class  db.Class
		member ident.Member
	}{
		{registrytest.Nobody(), db.Public, 0},
		{registrytest.Public(), db.Public, 0},
		{registrytest.Analyst(), db.Public, 0},
		{registrytest.Editor(7), db.Member, 7},
		{registrytest.Approver(7), db.Member, 7},
		{registrytest.Staff(), db.Staff, 0},
		{registrytest.Admin(), db.Staff, 0},
		{registrytest.System(), db.Staff, 0},
	} {
		actor, _ := access.From(c.ctx)
		class, member, user := access.Class(c.ctx)
		if class != string(c.class) || member != c.member || (user != "") != (c.class == db.Member) {
			t.Errorf("%+v has the class %s of member %s and account %q", actor, class, member, user)
		}
	}
}
