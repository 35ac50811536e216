package api

import (
	"slices"
	"strings"
	"testing"
)

func TestQueries(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for name, test := range map[string]struct{ query, want string }{
		"nothing is fine":                     {"", "fine"},
		"what is known is fine":               {"q=%E7%8E%AF&country=CN&sort=-name&has_figure=true&limit=200&ceremony=7", "fine"},
		"an unknown parameter is named":       {"token=x", "parameters\ntoken unknown_parameter"},
		"a repeated parameter is named":       {"limit=1&limit=2", "parameters\nlimit repeated_parameter"},
		"a negative limit is named":           {"limit=-1", "parameters\nlimit out_of_range"},
		"a huge limit is named":               {"limit=1000000000", "parameters\nlimit out_of_range"},
		"an endless limit is named":           {"limit=99999999999999999999999", "parameters\nlimit out_of_range"},
		"a limit of words is named":           {"limit=ten", "parameters\nlimit wrong_type"},
		"a limit with a zero before is named": {"limit=010", "parameters\nlimit wrong_type"},
		"an empty limit is named":             {"limit=", "parameters\nlimit wrong_type"},
		"a value not in the list is named":    {"status=secret", "parameters\nstatus not_in_list"},
		"a value of the wrong form is named":  {"country=cn", "parameters\ncountry wrong_format"},
		"an empty search is named":            {"q=", "parameters\nq too_short"},
		"a long search is named":              {"q=" + strings.Repeat("a", 201), "parameters\nq too_long"},
		"a NUL is named":                      {"q=a%00", "parameters\nq wrong_format"},
		"broken UTF-8 is named":               {"q=%ff", "parameters\nq wrong_format"},
		"broken escapes are named":            {"q=%zz", "parameters\nq wrong_format"},
		"a boolean of numbers is named":       {"has_figure=1", "parameters\nhas_figure wrong_type"},
		"all faults come at once":             {"limit=0&x=1&status=&q=a", "parameters\nlimit out_of_range\nstatus not_in_list\nx unknown_parameter"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := d.contract.operations["listMembers"].readQuery(test.query); told(err) != test.want {
				t.Errorf("got %s\nwant %s", told(err), test.want)
			}
		})
	}
	t.Run("lists have two different dimensions at most", func(t *testing.T) {
		t.Parallel()
		for query, want := range map[string]string{
			"by=country,status":      "fine",
			"by=country":             "fine",
			"by=country,country":     "parameters\nby repeated_items",
			"by=country,status,kind": "parameters\nby too_many_items",
			"by=country,":            "parameters\nby not_in_list",
			"by=country&by=status":   "parameters\nby repeated_parameter",
		} {
			if _, err := d.contract.operations["countMembers"].readQuery(query); told(err) != want {
				t.Errorf("%s: got %s", query, told(err))
			}
		}
	})
	t.Run("values come as they were sent", func(t *testing.T) {
		t.Parallel()
		q, err := d.contract.operations["listMembers"].readQuery("q=a%26b+c&limit=7&has_figure=false")
		if err != nil || q.text("q") != "a&b c" || q.number("limit") != 7 || *q.flag("has_figure") || q.flag("x") != nil || q.number("point") != 0 {
			t.Errorf("%+v, %v", q, err)
		}
	})
}

func TestPagesLinkToTheNext(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	r := d.ask(t, "listMembers", "/api/v1/members?limit=2&q=a", "")
	r.query, _ = r.op.readQuery("limit=2&q=a")
	items, cursor, err := turn(r, []int{1, 2, 3}, func(n int) int { return n })
	if err != nil || !slices.Equal(items, []int{1, 2}) || cursor == "" {
		t.Errorf("%v, %q, %v", items, cursor, err)
	}
	link := r.gin.Writer.Header().Get("Link")
	if !strings.HasPrefix(link, "</api/v1/members?cursor="+cursor) || !strings.HasSuffix(link, `&limit=2&q=a>; rel="next"`) {
		t.Errorf("Link: %s", link)
	}
	last := d.ask(t, "listMembers", "/api/v1/members?limit=2", "")
	last.query, _ = last.op.readQuery("limit=2")
	if items, cursor, err = turn(last, []int{4, 5}, func(n int) int { return n }); err != nil || len(items) != 2 || cursor != "" || last.gin.Writer.Header().Get("Link") != "" {
		t.Errorf("the last page: %v, %q, %v", items, cursor, err)
	}
}

func BenchmarkQuery(b *testing.B) {
	op := newDoor(b).contract.operations["listMembers"]
	for b.Loop() {
		if _, err := op.readQuery("country=CN&sector=G47&limit=50"); err != nil {
			b.Fatal(err)
		}
	}
}
