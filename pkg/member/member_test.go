package member_test

import (
	"context"
	"testing"
	"time"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func staff() context.Context {
	return access.With(context.Background(), access.Actor{User: ident.New[ident.User](), Role: access.RoleStaff, Fresh: true})
}

func of(number ident.Member) context.Context {
	return access.With(context.Background(), access.Actor{
		User: ident.New[ident.User](), Role: access.RoleMember, Member: number, Post: access.Approver,
	})
}

func public() context.Context { return access.Public(context.Background()) }

func office(t *testing.T) (*member.Service, *db.DB) {
	t.Helper()
	d := dbtest.New(t, dbtest.Options{Now: func() time.Time { return time.Date(2026, 11, 24, 4, 0, 0, 0, time.UTC) }})
	return member.New(d), d
}

func ptr[T any](value T) *T { return &value }

func register(t *testing.T, s *member.Service, draft member.Draft) member.Member {
	t.Helper()
	if draft.Kind == "" {
		draft.Kind = member.Enterprise
	}
	m, err := s.Register(staff(), draft)
	if err != nil {
		t.Fatalf("register %q: %v", draft.Name, err)
	}
	return m
}

// move takes a member along the statuses and gives its last step.
func move(t *testing.T, s *member.Service, number ident.Member, to ...member.Status) {
	t.Helper()
	for _, status := range to {
		stamp, err := s.Stamp(staff(), number)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Transition(staff(), number, stamp.Version, member.Step{To: status, Reason: "test"}); err != nil {
			t.Fatalf("move member %s to %s: %v", number, status, err)
		}
	}
}

func active(t *testing.T, s *member.Service, draft member.Draft) ident.Member {
	t.Helper()
	m := register(t, s, draft)
	move(t, s, m.Number, member.InReview, member.Active)
	return m.Number
}

func wantKind(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("got %v, want a fault of kind %d", err, kind)
	}
}

func wantField(t *testing.T, err error, pointer, code string) {
	t.Helper()
	for _, field := range fault.FieldsOf(err) {
		if field.Pointer == pointer && field.Code == code {
			return
		}
	}
	t.Errorf("got %v, want %s at %s", err, code, pointer)
}

func TestRegister(t *testing.T) {
	t.Parallel()
	s, _ := office(t)

	t.Run("a member keeps all that was said of it", func(t *testing.T) {
		m := register(t, s, member.Draft{
			Names: []member.Name{
				{Text: "环球易购", Lang: "zh", Kind: member.Short, Source: ptr("editor")},
				{Text: "Globalegrow E-Commerce", Lang: "en", Kind: member.Legal, Primary: true},
			},
			Country: ptr("CN"), Sector: ptr("G4791"), City: ptr("Shenzhen"), Founded: ptr(2007),
			Identifiers: []member.Identifier{{Scheme: "lei", Value: "5493001KJTIIGC8Y1R12"}},
			Sources:     member.Sources{"country": "editor"},
		})
		p, err := s.Read(staff(), m.Number)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != "Globalegrow E-Commerce" || p.Status != member.Applied || len(p.Names) != 2 || !p.Names[0].Primary ||
			*p.Names[1].Script != "Hani" && *p.Names[1].Script != "Hans" || *p.Sector != "G4791" || len(p.Identifiers) != 1 || p.Sources["country"] != "editor" {
			t.Errorf("got %+v", p)
		}
	})
	t.Run("a name without a language says so, and can be given back as it was read", func(t *testing.T) {
		m := register(t, s, member.Draft{Name: "Of no stated language"})
		p, err := s.Read(staff(), m.Number)
		if err != nil || p.Names[0].Lang != member.UnknownLang {
			t.Fatalf("got %+v, %v", p.Names, err)
		}
		again, err := s.Amend(staff(), m.Number, p.Version, member.Patch{Names: nullable.NewNullableWithValue([]member.Name(p.Names))})
		if err != nil || again.Version != p.Version {
			t.Errorf("got %+v, %v", again, err)
		}
	})
	t.Run("an applicant is unknown to the public and to other members, and known to itself", func(t *testing.T) {
		m := register(t, s, member.Draft{Name: "Quiet Applicant"})
		_, err := s.Read(public(), m.Number)
		wantKind(t, err, fault.NotFound)
		_, err = s.Read(of(m.Number+1), m.Number)
		wantKind(t, err, fault.NotFound)
		if _, err = s.Read(of(m.Number), m.Number); err != nil {
			t.Error(err)
		}
	})
	t.Run("every fault is told at once", func(t *testing.T) {
		_, err := s.Register(staff(), member.Draft{
			Names: []member.Name{{Text: "", Kind: "odd", Lang: "xx-!!"}}, Kind: "firm", Country: ptr("XK"), Sector: ptr("Z99"),
			Website: ptr("javascript:alert(1)"), Founded: ptr(9999), Identifiers: []member.Identifier{{Scheme: "lei", Value: "5493001KJTIIGC8Y1R13"}},
		})
		for pointer, code := range map[string]string{
			"/names/0/text": "required", "/names/0/kind": "not_in_list", "/names/0/lang": "unknown_language", "/names": "one_primary_name",
			"/kind": "not_in_list", "/country": "unknown_country", "/sector/code": "unknown_sector", "/website": "not_a_web_address",
			"/founded": "out_of_range", "/identifiers/0/value": "lei_check",
		} {
			wantField(t, err, pointer, code)
		}
	})
	t.Run("an equal name in another spelling is refused unless it was found to be another's", func(t *testing.T) {
		m := register(t, s, member.Draft{Name: "Acme Trading Co., Ltd."})
		_, err := s.Register(staff(), member.Draft{Name: "ＡＣＭＥ\u200b trading", Kind: member.Enterprise})
		wantKind(t, err, fault.Conflict)
		wantField(t, err, "/name", "name_taken")
		register(t, s, member.Draft{Name: "acme trading", DistinctFrom: []ident.Member{m.Number}})
	})
	t.Run("an identifier belongs to one member", func(t *testing.T) {
		register(t, s, member.Draft{Name: "One", Identifiers: []member.Identifier{{Scheme: "duns", Value: "1"}}})
		_, err := s.Register(staff(), member.Draft{Name: "Two", Kind: member.Enterprise, Identifiers: []member.Identifier{{Scheme: "duns", Value: "1"}}})
		wantKind(t, err, fault.Conflict)
		wantField(t, err, "/identifiers", "identifier_taken")
	})
}

func TestTransition(t *testing.T) {
	t.Parallel()
	s, _ := office(t)

	t.Run("the first active status publishes a member and opens its term; leaving closes it", func(t *testing.T) {
		number := active(t, s, member.Draft{Name: "Jollychic"})
		if _, err := s.Read(public(), number); err != nil {
			t.Fatal(err)
		}
		move(t, s, number, member.Suspended, member.Delisted, member.Active)
		terms, err := s.Terms(public(), number, 0, 10)
		if err != nil || len(terms) != 2 || terms[0].Open || *terms[0].EndedAs != member.Delisted || !terms[1].Open {
			t.Errorf("got %+v, %v", terms, err)
		}
	})
	t.Run("a step that the lifecycle does not know is refused", func(t *testing.T) {
		m := register(t, s, member.Draft{Name: "Hasty"})
		_, err := s.Transition(staff(), m.Number, 1, member.Step{To: member.Active, Reason: "now"})
		wantKind(t, err, fault.Conflict)
		wantField(t, err, "/to", "transition_refused")
	})
	t.Run("a day in the future or before the last step is refused", func(t *testing.T) {
		m := register(t, s, member.Draft{Name: "Dated"})
		_, err := s.Transition(staff(), m.Number, 1, member.Step{To: member.InReview, Reason: "r", EffectiveOn: ptr(plan.Date("2026-11-25"))})
		wantField(t, err, "/effective_on", "in_the_future")
		if _, err = s.Transition(staff(), m.Number, 1, member.Step{To: member.InReview, Reason: "r", EffectiveOn: ptr(plan.Date("2026-11-24"))}); err != nil {
			t.Fatal(err)
		}
		_, err = s.Transition(staff(), m.Number, 2, member.Step{To: member.Active, Reason: "r", EffectiveOn: ptr(plan.Date("2026-11-23"))})
		wantField(t, err, "/effective_on", "before_last_step")
	})
	t.Run("a merge leads to the survivor and can be undone", func(t *testing.T) {
		survivor, double := active(t, s, member.Draft{Name: "Survivor"}), active(t, s, member.Draft{Name: "Double"})
		stamp, _ := s.Stamp(staff(), double)
		if _, err := s.Transition(staff(), double, stamp.Version, member.Step{To: member.Merged, Reason: "same", Survivor: &survivor}); err != nil {
			t.Fatal(err)
		}
		stamp, err := s.Stamp(public(), double)
		if err != nil || stamp.MergedInto == nil || *stamp.MergedInto != survivor {
			t.Fatalf("got %+v, %v", stamp, err)
		}
		_, err = s.Transition(staff(), double, stamp.Version, member.Step{To: member.Suspended, Reason: "no"})
		wantKind(t, err, fault.Conflict)
		if _, err = s.Transition(staff(), double, stamp.Version, member.Step{To: member.Active, Reason: "not the same after all"}); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("what led to the publication stays with staff", func(t *testing.T) {
		number := active(t, s, member.Draft{Name: "Discreet"})
		open, err := s.Transitions(public(), number, 0, 10)
		if err != nil || len(open) != 1 || open[0].To != member.Active {
			t.Errorf("got %+v, %v", open, err)
		}
		all, err := s.Transitions(of(number), number, 0, 10)
		if err != nil || len(all) != 3 {
			t.Errorf("got %+v, %v", all, err)
		}
	})
}

func date(text string) *plan.Date { return ptr(plan.Date(text)) }
