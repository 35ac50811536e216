package request_test

import (
	"context"
	"slices"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/member"
	"accord/pkg/registrytest"
	"accord/pkg/request"
)

func TestWhoProposedNeverDecides(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	one, err := d.Accounts.AddUser(registrytest.System(), account.NewUser{Email: "sun@example.org", Role: access.RoleStaff, Password: registrytest.Password})
	if err != nil {
		t.Fatal(err)
	}
	same, err := d.Accounts.AddUser(registrytest.System(), account.NewUser{Email: "Sun+again@Example.org", Role: access.RoleAdmin, Password: registrytest.Password})
	if err != nil {
		t.Fatal(err)
	}
	again := access.With(context.Background(), access.Actor{User: same.ID, Role: access.RoleAdmin})
	r := d.propose(access.With(context.Background(), access.Actor{User: one.ID, Role: access.RoleStaff}), country("SG"))
	_, err = d.Requests.Decide(again, r.ID, 0, ruling(request.Accept, 1))
	refused(t, err, fault.Conflict, "request_proposed_by_you")
	for _, alone := range []*registrytest.Register{d.Register, {DB: d.DB, Requests: request.New(d.DB, member.New(d.DB), figure.New(d.DB))}} {
		_, err = alone.Requests.Decide(access.With(context.Background(), access.Actor{User: one.ID, Role: access.RoleStaff}), r.ID, 0, ruling(request.Reject, 1))
		refused(t, err, fault.Conflict, "request_proposed_by_you")
	}
	promoted := registrytest.Approver(d.number)
	of := d.propose(d.approver, request.Draft{Member: member.Patch{Founded: nullable.NewNullableWithValue(2012)}, Reason: "r"})
	if _, err = d.Requests.Return(d.one, of.ID, 0, "r"); err != nil {
		t.Fatal(err)
	}
	if _, err = d.Requests.Rebase(promoted, of.ID, 0); err != nil {
		t.Fatal(err)
	}
	actor, _ := access.From(promoted)
	_, err = d.Requests.Decide(access.With(context.Background(), access.Actor{User: actor.User, Role: access.RoleStaff}), of.ID, 0, ruling(request.Accept, 1))
	refused(t, err, fault.Conflict, "request_proposed_by_you")
	if r = d.decide(d.other, r.ID, ruling(request.Accept, 1)); r.State != request.Decided {
		t.Errorf("it is %s", r.State)
	}
}

func TestStaffChangesNothingAloneOfWhatIsVouchedFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	patch := member.Patch{
		Country: nullable.NewNullableWithValue("SG"), Website: nullable.NewNullableWithValue("https://example.org/"),
		Names: nullable.NewNullableWithValue([]member.Name{{Text: "J", Lang: "en", Kind: member.Legal, Primary: true}}),
	}
	amend := func(as context.Context) error {
		_, err := d.Members.Amend(as, d.number, d.Version(t, d.number), patch)
		return err
	}
	refused(t, amend(d.one), fault.Conflict, "second_person_needed", "/country", "/names")
	refused(t, amend(d.approver), fault.Forbidden, "guarded_field", "/country", "/names")
	_, err := d.Figures.State(d.one, d.number, sales("1"))
	refused(t, err, fault.Conflict, "second_person_needed", "")
	_, err = d.Members.Sign(d.one, d.number, member.SignatureDraft{Capacity: member.Signer})
	refused(t, err, fault.Conflict, "second_person_needed", "")
	f, err := d.Figures.State(registrytest.System(), d.number, sales("1"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.Figures.Supersede(d.one, f.ID, 0, sales("2"))
	refused(t, err, fault.Conflict, "second_person_needed", "")
	patch = member.Patch{Website: patch.Website}
	if err := amend(d.one); err != nil {
		t.Errorf("what applies at once: %v", err)
	}
	d.number = d.Applicant(t, "Not yet public")
	patch.Country = nullable.NewNullableWithValue("SG")
	if err := amend(d.one); err != nil {
		t.Errorf("what is not public yet: %v", err)
	}
}

func TestWhatOnePersonDidAloneSaysSo(t *testing.T) {
	t.Parallel()
	r := registrytest.New(t) // of an office with one person
	number := r.Member(t, "Jollychic")
	r.Figure(t, number, sales("1"))
	amended := member.Patch{Website: nullable.NewNullableWithValue("https://example.org/")}
	if _, err := r.Members.Amend(registrytest.Staff(), number, r.Version(t, number), amended); err != nil {
		t.Fatal(err)
	}
	amended.City = nullable.NewNullableWithValue("Hangzhou")
	if _, err := r.Members.Amend(registrytest.Staff(), number, r.Version(t, number), amended); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Members.Sign(registrytest.System(), number, member.SignatureDraft{Capacity: member.Signer}); err != nil {
		t.Fatal(err)
	}
	r.CatchUp(t)
	past, err := r.Ledger.History(registrytest.Public(), number, 0, 4)
	if err != nil {
		t.Fatal(err)
	}
	var alone []bool
	for _, p := range past {
		alone = append(alone, p.Alone)
	}
	if !slices.Equal(alone, []bool{false, true, false, true}) {
		t.Errorf("alone are %v", alone)
	}
}
