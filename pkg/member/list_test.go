package member_test

import (
	"context"
	"testing"

	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func names(t *testing.T, s *member.Service, ctx context.Context, q member.Listing) []string {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 50
	}
	items, err := s.List(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	found := []string{}
	for _, item := range items {
		found = append(found, item.Name)
	}
	return found
}

func want(t *testing.T, got []string, wanted ...string) {
	t.Helper()
	if len(got) != len(wanted) {
		t.Fatalf("got %q, want %q", got, wanted)
	}
	for i := range got {
		if got[i] != wanted[i] {
			t.Fatalf("got %q, want %q", got, wanted)
		}
	}
}

func TestNamesAreOrderedWithoutTheirAccents(t *testing.T) {
	t.Parallel()
	s, _ := office(t)
	for _, name := range []string{"Zeta", "Äpfel", "beta", "Ｂravo", "Élan", "执御"} {
		active(t, s, member.Draft{Name: name})
	}
	want(t, names(t, s, public(), member.Listing{Sort: member.ByName}), "Äpfel", "beta", "Ｂravo", "Élan", "Zeta", "执御")
}

func TestList(t *testing.T) {
	t.Parallel()
	s, _ := office(t)
	chinese := func(text string) member.Name { return member.Name{Text: text, Lang: "zh", Kind: member.Short} }
	active(t, s, member.Draft{Name: "Alibaba", Names: []member.Name{chinese("阿里巴巴")}, Country: ptr("CN"), Sector: ptr("G4791")})
	active(t, s, member.Draft{Name: "Globalegrow E-Commerce", Names: []member.Name{chinese("深圳市环球易购电子商务有限公司")}, Country: ptr("CN"), Sector: ptr("G4791")})
	jollychic := active(t, s, member.Draft{Name: "Jollychic", Names: []member.Name{chinese("执御")}, Country: ptr("CN"), Sector: ptr("G47")})
	active(t, s, member.Draft{Name: "Nordic Rail", Country: ptr("SE"), Sector: ptr("H4911")})
	hidden := register(t, s, member.Draft{Name: "Hidden", Country: ptr("CN")})

	t.Run("the public sees no applicant, the applicant itself does", func(t *testing.T) {
		want(t, names(t, s, public(), member.Listing{}), "Alibaba", "Globalegrow E-Commerce", "Jollychic", "Nordic Rail")
		want(t, names(t, s, of(hidden.Number), member.Listing{Status: member.Applied}), "Hidden")
	})
	for title, c := range map[string]struct {
		text string
		want string
	}{
		"Chinese of two characters":              {"执御", "Jollychic"},
		"a part of a long Chinese name":          {"环球易购", "Globalegrow E-Commerce"},
		"traditional characters find simplified": {"環球易購", "Globalegrow E-Commerce"},
		"one Chinese character":                  {"巴", "Alibaba"},
		"a part of a Latin name in any case":     {"EGROW", "Globalegrow E-Commerce"},
		"a typo":                                 {"jollychick", "Jollychic"},
		"another typo":                           {"Allibaba", "Alibaba"},
		"a wrong letter":                         {"alibeba", "Alibaba"},
		"a letter too few":                       {"alibba", "Alibaba"},
		"two letters that changed places":        {"alibaab", "Alibaba"},
		"a wrong letter of a short name's two":   {"nordic reil", "Nordic Rail"},
		"a wrong Chinese character":              {"环球易够", "Globalegrow E-Commerce"},
		"a wrong one in the middle":              {"环求易購", "Globalegrow E-Commerce"},
		"a Chinese character too many":           {"阿里里巴巴", "Alibaba"},
		"a Chinese character too few":            {"阿里巴", "Alibaba"},
		"one too few in the middle":              {"环易购", "Globalegrow E-Commerce"},
		"two Chinese characters exchanged":       {"球环易购", "Globalegrow E-Commerce"},
		"the beginning, of two letters":          {"no", "Nordic Rail"},
	} {
		t.Run("found by "+title, func(t *testing.T) {
			want(t, names(t, s, public(), member.Listing{Text: c.text, Sort: member.ByRelevance}), c.want)
		})
	}
	t.Run("a name that one may not know of does not hold back names that are alike", func(t *testing.T) {
		register(t, s, member.Draft{Name: "Nordik Rail"})
		want(t, names(t, s, public(), member.Listing{Text: "nordik rail", Sort: member.ByRelevance}), "Nordic Rail")
		want(t, names(t, s, staff(), member.Listing{Text: "nordik rail", Sort: member.ByRelevance}), "Nordik Rail")
	})
	t.Run("more than a slip is not found", func(t *testing.T) {
		for _, text := range []string{"环秋易够", "购易球环", "执预", "jxllxchxc", "(.*)"} {
			want(t, names(t, s, public(), member.Listing{Text: text, Sort: member.ByRelevance}))
		}
	})
	t.Run("the answer says which name matched", func(t *testing.T) {
		items, err := s.List(public(), member.Listing{Text: "执御", Sort: member.ByRelevance, Limit: 5})
		if err != nil || len(items) != 1 || *items[0].Matched != "执御" {
			t.Errorf("got %+v, %v", items, err)
		}
	})
	t.Run("filters narrow and combine", func(t *testing.T) {
		want(t, names(t, s, public(), member.Listing{Sector: "G47"}), "Alibaba", "Globalegrow E-Commerce", "Jollychic")
		want(t, names(t, s, public(), member.Listing{Country: "CN", Sector: "G4791", Sort: member.ByName, Descending: true}), "Globalegrow E-Commerce", "Alibaba")
		want(t, names(t, s, public(), member.Listing{HasFigure: ptr(true)}))
	})
	t.Run("pages follow each other without gap or repeat in every order", func(t *testing.T) {
		sign(t, s, jollychic, "2018-05-29")
		for _, q := range []member.Listing{
			{Sort: member.ByNumber},
			{Sort: member.ByName},
			{Sort: member.BySigning},
			{Sort: member.ByNumber, Descending: true},
			{Sort: member.ByName, Descending: true},
			{Sort: member.BySigning, Descending: true},
		} {
			whole := names(t, s, public(), q)
			var paged []string
			for q.Limit = 1; ; {
				items, err := s.List(public(), q)
				if err != nil {
					t.Fatal(err)
				}
				if len(items) == 0 {
					break
				}
				paged = append(paged, items[0].Name)
				q.After = &items[0]
			}
			want(t, paged, whole...)
			if q.Sort == member.BySigning && whole[0] != "Jollychic" {
				t.Errorf("%+v does not put the one known day first: %q", q, whole)
			}
		}
	})
}

func sign(t *testing.T, s *member.Service, number ident.Member, day plan.Date) {
	t.Helper()
	if _, err := s.Sign(staff(), number, member.SignatureDraft{Capacity: member.Signer, SignedOn: &day}); err != nil {
		t.Fatal(err)
	}
}
