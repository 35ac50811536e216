package request_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/registrytest"
	"accord/pkg/request"
)

// desk is a register that takes four eyes, with a member, its approver and two
// of the staff, each of whom is the same person throughout.
type desk struct {
	*registrytest.Register
	t          *testing.T
	number     ident.Member
	approver   context.Context
	one, other context.Context
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	r := registrytest.New(t)
	number := r.Member(t, "Jollychic")
	return &desk{r.FourEyes(), t, number, registrytest.Approver(number), registrytest.Staff(), registrytest.Admin()}
}

func country(code string) request.Draft {
	return request.Draft{Member: member.Patch{Country: nullable.NewNullableWithValue(code)}, Reason: "It moved."}
}

func sales(low string) figure.Draft {
	return figure.Draft{Measure: figure.SalesVolume, Bound: "gt", Low: low, Currency: "RMB"}
}

func stating(low string) request.Draft {
	return request.Draft{Figures: []request.FigureDraft{{Draft: sales(low)}}, Reason: "It sold."}
}

func (d *desk) propose(as context.Context, draft request.Draft) request.Request {
	d.t.Helper()
	r, err := d.Requests.Propose(as, d.number, draft)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

func ruling(verdict request.Verdict, items ...int) request.Ruling {
	var r request.Ruling
	for _, item := range items {
		r.Decisions = append(r.Decisions, request.Decision{Item: item, Verdict: verdict, Reason: "seen"})
	}
	return r
}

func (d *desk) decide(as context.Context, id ident.Request, by request.Ruling) request.Request {
	d.t.Helper()
	r, err := d.Requests.Decide(as, id, 0, by)
	if err != nil {
		d.t.Fatal(err)
	}
	return r
}

// profile is the member as everybody sees it, without what counts its versions.
func (d *desk) profile() member.Profile {
	d.t.Helper()
	p, err := d.Members.Read(registrytest.Public(), d.number)
	if err != nil {
		d.t.Fatal(err)
	}
	return p
}

// refused makes sure of the code of a refusal, and of where it points.
func refused(t *testing.T, err error, kind fault.Kind, code string, pointers ...string) {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	if !ok || e.Kind != kind || e.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	var at []string
	for _, f := range e.Fields {
		at = append(at, f.Pointer)
	}
	slices.Sort(at)
	if !slices.Equal(at, pointers) {
		t.Errorf("it points to %v, want %v", at, pointers)
	}
}
