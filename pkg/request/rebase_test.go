package request_test

import (
	"sync"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/member"
	"accord/pkg/registrytest"
	"accord/pkg/request"
)

func TestAStaleItemIsNotAcceptedUntilItIsRebased(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	draft := country("SG")
	draft.Figures = []request.FigureDraft{{Draft: sales("5")}}
	r := d.propose(d.approver, draft)
	system := registrytest.System()
	if _, err := d.Members.Amend(system, d.number, d.Version(t, d.number), member.Patch{Country: nullable.NewNullableWithValue("HK")}); err != nil {
		t.Fatal(err)
	}
	stood, err := d.Figures.State(system, d.number, sales("4"))
	if err != nil {
		t.Fatal(err)
	}
	if r, err = d.Requests.Read(d.approver, r.ID); err != nil || !r.Items[0].Stale || string(r.Items[0].Current) != `"HK"` || !r.Items[1].Stale {
		t.Fatalf("it reads %+v, %v", r.Items, err)
	}
	_, err = d.Requests.Decide(d.one, r.ID, 0, ruling(request.Accept, 1, 2))
	refused(t, err, fault.Conflict, "base_changed", "/decisions/0/item", "/decisions/1/item")
	if _, err = d.Requests.Rebase(registrytest.Staff(), r.ID, 0); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff rebases what the member proposed: %v", err)
	}
	if r, err = d.Requests.Rebase(d.approver, r.ID, r.Version); err != nil || string(r.Items[0].Old) != `"HK"` || r.Items[1].Figure != stood.ID || r.Items[0].Stale || len(r.Steps[1].Moved) != 2 {
		t.Fatalf("rebased it is %+v, %v", r, err)
	}
	_, err = d.Requests.Rebase(d.approver, r.ID, 0)
	refused(t, err, fault.Conflict, "request_up_to_date")
	d.decide(d.one, r.ID, ruling(request.Accept, 1, 2))
	figures, err := d.Figures.List(registrytest.Staff(), d.number, figure.Listing{Limit: 9})
	if err != nil || len(figures) != 2 || *d.profile().Country != "SG" {
		t.Errorf("it is in %s, with %v, %v", *d.profile().Country, figures, err)
	}
}

func TestWhatTheRegisterCameToSayIsOvertaken(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.propose(d.one, country("SG"))
	if _, err := d.Members.Amend(registrytest.System(), d.number, d.Version(t, d.number), member.Patch{Country: nullable.NewNullableWithValue("SG")}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Requests.Rebase(d.other, r.ID, 0); !fault.Is(err, fault.Forbidden) {
		t.Errorf("another of the staff rebases it: %v", err)
	}
	r, err := d.Requests.Rebase(d.one, r.ID, 0)
	if err != nil || r.State != request.Decided || r.Items[0].State != request.ItemOvertaken {
		t.Errorf("it is %+v, %v", r, err)
	}
}

func TestAReturnedRequestWaitsForWhoProposedIt(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.propose(d.approver, country("SG"))
	r, err := d.Requests.Return(d.one, r.ID, r.Version, "Which city?")
	if err != nil || r.State != request.Returned || r.Steps[1].Reason != "Which city?" {
		t.Fatalf("it is %+v, %v", r, err)
	}
	_, err = d.Requests.Decide(d.one, r.ID, 0, ruling(request.Accept, 1))
	refused(t, err, fault.Conflict, "request_returned")
	_, err = d.Requests.Rebase(d.approver, r.ID, 1)
	refused(t, err, fault.Stale, "stale")
	if r, err = d.Requests.Rebase(d.approver, r.ID, 0); err != nil || r.State != request.Open {
		t.Fatalf("it is %+v, %v", r, err)
	}
	_, err = d.Requests.Propose(registrytest.Staff(), d.number, country("HK"))
	refused(t, err, fault.Conflict, "change_requested", "/member/country")
	if r, err = d.Requests.Withdraw(registrytest.Approver(d.number), r.ID, 0); err != nil || r.State != request.Withdrawn || r.Items[0].State != request.ItemWithdrawn {
		t.Fatalf("it is %+v, %v", r, err)
	}
	_, err = d.Requests.Return(d.one, r.ID, 0, "r")
	refused(t, err, fault.Conflict, "request_withdrawn")
	if r = d.propose(registrytest.Staff(), country("HK")); r.State != request.Open {
		t.Errorf("it is %+v", r)
	}
	_, err = d.Requests.Withdraw(d.approver, r.ID, 0)
	refused(t, err, fault.Forbidden, "not_your_request")
	if _, err = d.Requests.Withdraw(d.other, r.ID, 0); err != nil {
		t.Error(err)
	}
}

func TestDecisionsAtOnceTakeTurns(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.propose(d.approver, country("SG"))
	errs := make([]error, 6)
	var together sync.WaitGroup
	for i := range errs {
		together.Go(func() {
			if i == 5 { // and a direct writing, which either is seen or comes later
				_, errs[i] = d.Members.Amend(registrytest.System(), d.number, d.Version(t, d.number), member.Patch{Country: nullable.NewNullableWithValue("HK")})
				return
			}
			_, errs[i] = d.Requests.Decide(registrytest.Staff(), r.ID, 0, ruling(request.Accept, 1))
		})
	}
	together.Wait()
	won := 0
	for _, err := range errs[:5] {
		if err == nil {
			won++
		} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Stale) {
			t.Errorf("got %v", err)
		}
	}
	r, err := d.Requests.Read(d.one, r.ID)
	if err != nil || won > 1 || won == 1 != (r.State == request.Decided) {
		t.Errorf("%d won, and it is %+v, %v", won, r, err)
	}
	if won == 0 && !r.Items[0].Stale {
		t.Error("nobody won, and nothing stood against it")
	}
}

func TestOfAMergedMemberNothingIsAccepted(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.propose(d.approver, country("SG"))
	survivor := d.Member(t, "Another")
	d.Step(t, d.number, member.Step{To: member.Merged, Survivor: &survivor, Reason: "twice"})
	_, err := d.Requests.Decide(d.one, r.ID, 0, ruling(request.Accept, 1))
	refused(t, err, fault.Conflict, "member_merged")
	if r, err = d.Requests.Decide(d.one, r.ID, 0, ruling(request.Reject, 1)); err != nil || r.State != request.Decided {
		t.Errorf("it is %+v, %v", r, err)
	}
}
