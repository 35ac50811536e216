package request_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/registrytest"
	"accord/pkg/request"
)

func TestWhatIsAcceptedIsAppliedAndNamesBothPersons(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	before := d.profile()
	draft := request.Draft{
		Member:     member.Patch{Name: nullable.NewNullableWithValue("Jollychic Group"), Country: nullable.NewNullableWithValue("CN"), City: nullable.NewNullNullable[string]()},
		Figures:    []request.FigureDraft{{Draft: sales("5000000000")}},
		Signatures: []member.SignatureDraft{{Capacity: member.Signer, Signatory: &member.Signatory{Name: "Chen Mei"}}},
		Reason:     " We grew. ", Evidence: []member.Source{{Title: "Annual report", URL: "https://example.org/", Page: "3"}},
	}
	r := d.propose(d.approver, draft)
	if len(r.Items) != 4 || r.Items[0].Subject != "names" || r.Items[1].Subject != "country" || r.Items[1].Old != nil || r.Reason != "We grew." {
		t.Fatalf("proposed is %+v", r)
	}
	if now := d.profile(); now.Seen != before.Seen || now.Name != before.Name {
		t.Errorf("the public is shown %+v", now)
	}
	r = d.decide(d.one, r.ID, request.Ruling{Decisions: []request.Decision{
		{Item: 1, Verdict: request.Reject, Reason: "Not its name."}, {Item: 2, Verdict: request.Accept}, {Item: 4, Verdict: request.Accept},
	}})
	if r.State != request.Open || r.Items[0].State != request.ItemRejected || r.Items[1].State != request.ItemAccepted || r.Items[2].State != request.ItemOpen || r.Items[3].SignatoryName != nil {
		t.Fatalf("decided is %+v", r)
	}
	r = d.decide(d.other, r.ID, ruling(request.Accept, 3))
	now := d.profile()
	if r.State != request.Decided || now.Name != "Jollychic" || *now.Country != "CN" || len(now.Signatures) != 1 || *now.Signatures[0].Name != "Chen Mei" {
		t.Fatalf("%s makes %+v", r.State, now)
	}
	figures, err := figure.FromRows(now.Figures)
	if err != nil || len(figures) != 1 || figures[0].Low() != "5000000000" || figures[0].Currency != "CNY" {
		t.Errorf("the figures are %v, %v", figures, err)
	}
	d.CatchUp(t)
	past, err := d.Ledger.History(registrytest.Public(), d.number, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range past {
		if p.By.Role != access.RoleStaff || p.Proposer.Role != access.RoleMember || p.Proposer.User != "" || p.Alone || p.Reason != "" {
			t.Errorf("everybody is told %+v", p)
		}
	}
	if past, err = d.Ledger.History(d.approver, d.number, 0, 1); err != nil || past[0].Reason != "We grew." {
		t.Errorf("the member is told %+v, %v", past, err)
	}
	steps := make([]string, 0, len(r.Steps))
	for _, s := range r.Steps {
		steps = append(steps, s.Step+" by "+string(s.Role))
	}
	if got := strings.Join(steps, ", "); got != "proposed by member, decided by staff, decided by admin" {
		t.Errorf("the steps are %s", got)
	}
}

func TestFaultsPointToWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	unknown := ident.Ceremony(77)
	_, err := d.Requests.Propose(d.one, d.number, request.Draft{
		Member:  member.Patch{Name: nullable.NewNullableWithValue("Jollychic"), Kind: nullable.NewNullableWithValue(member.Enterprise)},
		Figures: []request.FigureDraft{{Draft: sales("1")}, {Draft: sales("2")}, {Draft: sales("3"), Supersedes: ident.New[ident.Figure]()}},
		Signatures: []member.SignatureDraft{
			{Capacity: member.Signer, Ceremony: &unknown},
		},
		Reason: "r",
	})
	refused(t, err, fault.Invalid, "invalid", "/figures/1", "/figures/2/supersedes", "/signatures/0/ceremony")
	_, err = d.Requests.Propose(d.one, d.number, request.Draft{Reason: "r", Member: member.Patch{Name: nullable.NewNullableWithValue("Jollychic")}})
	refused(t, err, fault.Invalid, "invalid", "")
	taken := request.Draft{Reason: "r", Member: member.Patch{
		Name:        nullable.NewNullableWithValue("Alibaba"),
		Identifiers: nullable.NewNullableWithValue([]member.Identifier{{Scheme: "duns", Value: "123456789"}}),
	}}
	other := d.Member(t, "Alibaba")
	r := d.propose(d.one, taken)
	both := ruling(request.Accept, 2, 1)
	_, err = d.Requests.Decide(d.other, r.ID, 0, both)
	refused(t, err, fault.Conflict, "name_taken", "/decisions/1/new")
	if _, err := d.Members.Amend(registrytest.System(), other, d.Version(t, other), member.Patch{Identifiers: taken.Member.Identifiers}); err != nil {
		t.Fatal(err)
	}
	both.DistinctFrom = []ident.Member{other}
	_, err = d.Requests.Decide(d.other, r.ID, 0, both)
	refused(t, err, fault.Conflict, "identifier_taken", "/decisions/0/new")
	_, err = d.Requests.Decide(d.other, r.ID, 0, ruling(request.Accept, 1, 3))
	refused(t, err, fault.Invalid, "invalid", "/decisions/1/item")
	if d.profile().Name != "Jollychic" {
		t.Error("a part of what was refused was applied")
	}
}

// A request that is rebased and accepted makes the same of the member as
// writing the new values at once.
func TestAcceptedIsAsWritten(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	patch := member.Patch{
		Names:       nullable.NewNullableWithValue([]member.Name{{Text: " 执御 ", Lang: "zh", Kind: member.Brand, Primary: true}, {Text: "Zhiyu", Lang: "en", Kind: member.Former}}),
		Kind:        nullable.NewNullableWithValue(member.Association),
		Country:     nullable.NewNullableWithValue("CN"),
		City:        nullable.NewNullableWithValue("Hangzhou"),
		Sector:      nullable.NewNullableWithValue("G4791"),
		Founded:     nullable.NewNullableWithValue(2012),
		Identifiers: nullable.NewNullableWithValue([]member.Identifier{{Scheme: "duns", Value: "123456789"}}),
		Sources:     nullable.NewNullableWithValue(member.Sources{"country": "editor"}),
	}
	r := d.propose(d.approver, request.Draft{Member: patch, Reason: "r"})
	if len(r.Items) != len(member.GuardedFields()) {
		t.Fatalf("there are %d items", len(r.Items))
	}
	d.decide(d.one, r.ID, ruling(request.Accept, 1, 2, 3, 4, 5, 6, 7, 8))
	accepted := d.profile()
	taken := member.Patch{Country: nullable.NewNullNullable[string](), City: nullable.NewNullNullable[string](), Sector: nullable.NewNullNullable[string](), Founded: nullable.NewNullNullable[int](), Identifiers: nullable.NewNullNullable[[]member.Identifier](), Sources: nullable.NewNullNullable[member.Sources]()}
	r = d.propose(d.approver, request.Draft{Member: taken, Reason: "r"})
	d.decide(d.one, r.ID, ruling(request.Accept, 1, 2, 3, 4, 5, 6))
	if now := d.profile(); now.Country != nil || now.City != nil || now.Sector != nil || now.Founded != nil || len(now.Identifiers) > 0 || len(now.Sources) > 0 {
		t.Errorf("there is left %+v", now.Member)
	}
	if _, err := d.Members.Amend(registrytest.System(), d.number, d.Version(t, d.number), patch); err != nil {
		t.Fatal(err)
	}
	written := d.profile()
	written.Version, written.Seen = accepted.Version, accepted.Seen
	one, _ := json.Marshal(accepted)
	two, _ := json.Marshal(written)
	if string(one) != string(two) {
		t.Errorf("accepted it is %s\nwritten %s", one, two)
	}
}

func TestRequestsAreShownToStaffAndTheirMemberAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.propose(d.one, country("SG"))
	d.Clock.Advance(time.Minute)
	later := d.propose(d.approver, stating("5"))
	for _, who := range []context.Context{d.one, d.approver, registrytest.Editor(d.number), registrytest.System()} {
		queue, err := d.Requests.Of(who, d.number, request.Listing{Limit: 9})
		if err != nil || len(queue.Lines) != 2 || queue.Lines[0].ID != r.ID || queue.Lines[1].Subjects[0] != "sales_volume CNY undated" || queue.Counts[request.Open] != 2 {
			t.Errorf("got %+v, %v", queue, err)
		}
	}
	foreign := registrytest.Approver(d.Member(t, "Another"))
	for _, who := range []context.Context{foreign, registrytest.Analyst()} {
		if _, err := d.Requests.Read(who, later.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("got %v", err)
		}
	}
	queue, err := d.Requests.Queue(d.one, request.Listing{Kind: request.OfFigure, Limit: 9})
	if err != nil || len(queue.Lines) != 1 || queue.Lines[0].ID != later.ID || queue.Lines[0].OpenItems != 1 || queue.Counts[request.Open] != 1 {
		t.Errorf("got %+v, %v", queue, err)
	}
}
