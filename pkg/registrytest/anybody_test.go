package registrytest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accord/pkg/fault"
	"accord/pkg/ident"
)

// person is somebody who tries things.
type person struct {
	name string
	ctx  context.Context
}

// crowd is a register in which anybody tries anything, in any order, and after
// each try the laws of its lifecycles, its history and its ledger are held
// against what became of its rows.
type crowd struct {
	*Register
	t       *testing.T
	draw    *rand.Rand
	members []ident.Member
	people  []person
	rows    map[string]row // as the last step left them
	changes int64
	passed  map[string]int // steps that went through
	refused map[string]int // and that did not, by kind of failure
}

func newCrowd(t *testing.T, seed uint64) *crowd {
	t.Helper()
	c := &crowd{Register: New(t), t: t, draw: rand.New(rand.NewPCG(seed, 21)), passed: map[string]int{}, refused: map[string]int{}}
	indicator := anIndicator(4)
	indicator.Code = "people_trained"
	must(c.Plans.AddIndicator(Staff(), indicator))(t)
	c.members = []ident.Member{c.Member(t, "One"), c.Member(t, "Two"), c.Applicant(t, "Three")}
	c.people = []person{
		{"staff", Staff()}, {"staff", Staff()}, {"admin", Admin()}, {"analyst", Analyst()}, {"public", Public()}, {"nobody", Nobody()}, {"system", System()},
	}
	for _, number := range c.members {
		c.people = append(c.people, person{"editor of " + number.String(), Editor(number)}, person{"approver of " + number.String(), Approver(number)})
	}
	c.rows, c.changes = c.snapshot()
	return c
}

// row is a row of the register whose life has laws.
type row struct {
	Kind    string `db:"kind"`
	ID      string `db:"id"`
	Member  int64  `db:"member"`
	State   string `db:"state"`
	Version int64  `db:"version"`
	Change  int64  `db:"change"` // 0 for what has no place in the ledger
	History int64  `db:"history"`
	Entries int64  `db:"entries"` // of Change, about it
	Digest  string `db:"digest"`
}

// entriesOf counts the entries of a row's change about it, open and sealed.
const entriesOf = `(select count(*) from entry e left join sealed s on s.change = e.change and s.seq = e.seq
        where e.change = t.change and coalesce(e.kind, s.kind) in (%[1]s) and coalesce(e.subject, s.subject) = %[2]s)`

// snapshot is every row whose life has laws, and how many changes there were.
func (c *crowd) snapshot() (rows map[string]row, changes int64) {
	c.t.Helper()
	var parts []string
	part := func(kind, table, id, member, state, key string, kept bool) {
		change, history, entries := "0", "0", "0"
		if kept {
			change = "t.change"
			history = "(select count(*) from " + table + "_history h where " + key + ")"
			entries = fmt.Sprintf(entriesOf, map[string]string{"report": "'report', 'review'"}[kind]+map[bool]string{true: "'" + kind + "'"}[kind != "report"], id)
		}
		parts = append(parts, fmt.Sprintf(`select '%s' as kind, %s as id, %s as member, %s as state, t.version, %s as change, %s as history, %s as entries,
			md5(t::text) as digest from %s t`, kind, id, member, state, change, history, entries, table))
	}
	part("commitment", "commitment", "t.id::text", "t.member", "t.state", "h.id = t.id", true)
	part("report", "report", "t.id::text", "t.member", "t.state", "h.id = t.id", true)
	part("amendment", "amendment", "t.id::text", "t.member", "t.state", "h.id = t.id", true)
	part("activity", "activity", "t.id::text", "t.member", "t.state", "h.id = t.id", true)
	part("cycle", "cycle", "t.year::text", "0", "'open'", "h.year = t.year", true)
	part("member", "member", "t.number::text", "t.number", "t.status", "h.number = t.number", true)
	part("proposal", "proposal", "t.id::text", "t.member", "t.state", "", false)
	part("change request", "change_request", "t.id::text", "t.member", "t.state", "", false)
	part("change request item", "(select *, 1 as version from change_request_item)", "t.id::text", "t.member", "t.state", "", false)
	part("commitment draft", "commitment_draft", "t.id::text", "t.member", "'draft'", "", false)
	part("report draft", "report_draft", "t.id::text", "t.member", "'draft'", "", false)
	part("activity draft", "activity_draft", "t.id::text", "t.member", "'draft'", "", false)
	part("evidence draft", "evidence_draft", "t.id::text", "0", "'draft'", "", false)
	var list []row
	if err := c.DB.Select(c.t.Context(), &list, strings.Join(parts, " union all ")); err != nil {
		c.t.Fatal(err)
	}
	rows = map[string]row{}
	for _, r := range list {
		rows[r.Kind+" "+r.ID] = r
	}
	if err := c.DB.Get(c.t.Context(), &changes, `select count(*) from change`); err != nil {
		c.t.Fatal(err)
	}
	return rows, changes
}

// paths are the steps of each life: from a state, "" for none, to those that may follow.
var paths = map[string]map[string][]string{
	"commitment": {"": {"submitted"}, "submitted": {"registered"}, "registered": {"registered", "closed"}},
	"report": {
		"": {"submitted"}, "submitted": {"submitted", "accepted", "returned"}, "returned": {"submitted", "returned"}, "accepted": {"accepted"}, // with a reply
	},
	"amendment": {"": {"proposed"}, "proposed": {"approved", "refused", "withdrawn"}},
	"activity": {
		"": {"submitted", "registered"}, "submitted": {"submitted", "registered", "refused", "withdrawn"}, "registered": {"registered", "withdrawn"},
	},
	"cycle": {"": {"open"}, "open": {"open"}},
	"member": {
		"active": {"non_communicating", "suspended", "withdrawn", "delisted"}, "non_communicating": {"active", "suspended", "withdrawn", "delisted"},
		"suspended": {"active", "non_communicating", "withdrawn", "delisted"}, "applied": {"in_review", "rejected", "withdrawn"}, "in_review": {"active", "rejected", "withdrawn"},
		"delisted": {"active"}, "withdrawn": {"active"},
	},
	"proposal":            {"": {"open"}, "open": {"accepted", "dismissed", "withdrawn"}},
	"change request":      {"": {"open"}, "open": {"open", "returned", "decided", "withdrawn"}, "returned": {"open", "decided", "withdrawn"}},
	"change request item": {"": {"open"}, "open": {"open", "accepted", "rejected", "overtaken", "withdrawn"}},
	"commitment draft":    {"": {"draft"}, "draft": {"draft", ""}},
	"report draft":        {"": {"draft"}, "draft": {"draft"}},
	"activity draft":      {"": {"draft"}, "draft": {"draft", ""}},
	"evidence draft":      {"": {"draft"}, "draft": {"draft", ""}},
}

// holds fails where a step broke a law: what was refused changed nothing; what
// went through led along a path, made one version more (a report counts those of
// its draft too), kept the one before in the history, and is in the ledger.
func (c *crowd) holds(step, who string, err error) {
	c.t.Helper()
	before, changesBefore := c.rows, c.changes
	after, changes := c.snapshot()
	c.rows, c.changes = after, changes
	if err != nil {
		if changes != changesBefore || !maps.Equal(before, after) {
			c.t.Fatalf("%s by %s was refused (%v) and changed the register", step, who, err)
		}
		return
	}
	keys := slices.Sorted(maps.Keys(after))
	for key := range before {
		if _, there := after[key]; !there {
			keys = append(keys, key)
		}
	}
	for _, key := range keys {
		was, is := before[key], after[key]
		if was.Digest == is.Digest || is.Kind == "member" && was.State == is.State {
			continue // what a member shows beside its own row moves counters of its
		}
		kind := is.Kind + map[bool]string{true: was.Kind}[is.Kind == ""]
		if !slices.Contains(paths[kind][was.State], is.State) {
			c.t.Fatalf("%s by %s led %s from %q to %q", step, who, key, was.State, is.State)
		}
		if is.State == "" || is.Change == 0 {
			continue
		}
		switch {
		case was.State != "" && (is.Version <= was.Version || is.Kind != "report" && is.Version != was.Version+1 || is.History != was.History+1):
			c.t.Fatalf("%s by %s made version %d and %d of the history of %s of version %d and %d", step, who, is.Version, is.History, key, was.Version, was.History)
		case is.Change == was.Change || is.Entries == 0:
			c.t.Fatalf("%s by %s is not in the ledger: %s has change %d, before %d, with %d entries", step, who, key, is.Change, was.Change, is.Entries)
		}
	}
}

// try lets somebody try something.
func (c *crowd) try() {
	c.t.Helper()
	if c.draw.IntN(10) == 0 {
		c.Clock.Advance(time.Duration(c.draw.Int64N(int64(6 * 24 * time.Hour))))
	}
	steps := c.steps()
	name := pickOf(c, slices.Sorted(maps.Keys(steps)))
	if c.draw.IntN(2) == 0 { // what most else stands on
		name = pickOf(c, []string{"take on", "submit", "register", "open cycle", "start report", "write report", "submit report", "review"})
	}
	who := pickOf(c, c.people)
	if c.draw.IntN(2) == 0 { // half of the time somebody who may do it about some member
		who = pickOf(c, slices.DeleteFunc(slices.Clone(c.people), func(p person) bool {
			return !slices.ContainsFunc(c.members, func(about ident.Member) bool { return steps[name].may(p.name, about) })
		}))
	}
	about, err := steps[name].try(who.ctx)
	c.holds(name, who.name, err)
	switch kind := fault.KindOf(err); {
	case err == nil:
		c.passed[name]++
		if !steps[name].may(who.name, about) {
			c.t.Fatalf("%s about member %s went through by %s", name, about, who.name)
		}
	case kind == fault.Internal, kind == fault.Unavailable, kind == fault.Malformed:
		c.t.Fatalf("%s by %s: %v", name, who.name, err)
	default:
		c.refused[fmt.Sprint(kind)]++
	}
}

func pickOf[T any](c *crowd, all []T) T {
	if len(all) == 0 {
		var none T
		return none
	}
	return all[c.draw.IntN(len(all))]
}

// Who may take a step about a member. The register itself is "system".
func office(who string, _ ident.Member) bool {
	return who == "staff" || who == "admin" || who == "system"
}

func clerks(who string, _ ident.Member) bool { return who == "staff" || who == "admin" }

func command(who string, _ ident.Member) bool { return who == "system" }

func writers(who string, about ident.Member) bool {
	return office(who, about) || who == "editor of "+about.String() || who == "approver of "+about.String()
}

func speakers(who string, about ident.Member) bool {
	return office(who, about) || who == "approver of "+about.String()
}

func persons(who string, about ident.Member) bool {
	return clerks(who, about) || who == "approver of "+about.String()
}

func itself(who string, about ident.Member) bool { return who == "approver of "+about.String() }

// TestAnybodyTriesAnythingAndTheLawsHold draws who tries what about which
// thing, legal or not. The long form has more and longer lives.
func TestAnybodyTriesAnythingAndTheLawsHold(t *testing.T) {
	t.Parallel()
	seeds, tries := 8, 1_500
	if testing.Short() {
		seeds, tries = 1, 350
	}
	var mu sync.Mutex
	passed := map[string]int{}
	t.Run("lives", func(t *testing.T) {
		for seed := range seeds {
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				c := newCrowd(t, uint64(seed))
				for range tries {
					c.try()
				}
				if len(c.passed) < 15 || len(c.refused) < 4 {
					t.Errorf("went through: %v\nrefused: %v", c.passed, c.refused)
				}
				mu.Lock()
				defer mu.Unlock()
				for name := range c.steps() {
					passed[name] += c.passed[name]
				}
			})
		}
	})
	for name, times := range passed {
		if times == 0 && !testing.Short() {
			t.Errorf("%s never went through", name)
		}
	}
}
