package api_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"accord/pkg/access"
	"accord/pkg/ident"
)

// crawl is a register of four members, each with things that are for nobody
// else, and the people who read whatever they can learn of.
type crawl struct {
	*world
	random  *rand.Rand
	marks   map[string][]string // what is for one of the people alone, by whom it is for
	found   map[string]bool     // marks that whom they are for have been shown
	numbers map[string]bool     // ids learned from answers, of each form
	uuids   map[string]bool
	codes   map[string]bool
	cursors map[string]map[string]bool // by operation
	asked   map[string]bool
}

// crawlers are the people, who tell each other every id and cursor.
var crawlers = []string{"member 1", "member 2", "member 3", "member 4", "analyst 1", "analyst 2"}

func newCrawl(t *testing.T, seed uint64) *crawl {
	t.Helper()
	h := newHouse(t)
	c := &crawl{
		world:  &world{teller: &teller{house: h, t: t, tokens: map[string]string{"staff": h.staff(t), "admin": h.token(t, access.RoleAdmin, 0, "")}}},
		random: rand.New(rand.NewPCG(seed, 6)), marks: map[string][]string{}, found: map[string]bool{},
		numbers: map[string]bool{"1": true}, uuids: map[string]bool{}, codes: map[string]bool{"people_trained": true}, cursors: map[string]map[string]bool{}, asked: map[string]bool{},
	}
	c.tell("staff", "POST", "/api/v1/indicators", anIndicator("people_trained"), http.StatusCreated)
	c.tell("staff", "POST", "/api/v1/cycles", `{"year":2026,"due_on":"2026-12-15","grace_ends_on":"2026-12-31"}`, http.StatusCreated)
	c.tell("staff", "POST", "/api/v1/alliances", wholeAlliance, http.StatusCreated)
	for _, who := range crawlers {
		if strings.HasPrefix(who, "analyst") {
			c.tokens[who] = h.token(t, access.RoleAnalyst, 0, "")
		}
	}
	for number := ident.Member(1); number <= 4; number++ {
		c.settle(number)
	}
	c.CatchUp(t)
	return c
}

// mark gives a text that stands nowhere else and is for the one member.
func (c *crawl) mark(number ident.Member) string {
	text := fmt.Sprintf("%d%011d", number, c.random.Uint64N(1e11))
	who := fmt.Sprintf("member %d", number)
	c.marks[who] = append(c.marks[who], text)
	return text
}

// settle registers a member and gives it confidential figures, contacts, and
// drafts of all kinds, in an order and a number that chance decides.
func (c *crawl) settle(number ident.Member) {
	c.t.Helper()
	at, _ := c.made("staff", "/api/v1/members", fmt.Sprintf(`{"name":"Company %d","kind":"enterprise","country":"CN","sector":{"scheme":"isic4","code":"G4791"}}`, number))
	for _, to := range []string{"in_review", "active"} {
		c.tell("staff", "POST", at+"/transitions", fmt.Sprintf(`{"to":%q,"reason":"r"}`, to), http.StatusCreated)
	}
	who := fmt.Sprintf("member %d", number)
	c.tokens[who] = c.token(c.t, access.RoleMember, number, access.Approver)
	c.made("staff", "/api/v1/alliances/1/memberships", joining(number, "member", "2018-06-01", ""))
	c.made("staff", at+"/figures", salesOf(2019, fmt.Sprint(1000+number), "public"))
	for year := 2015; year < 2017+c.random.IntN(3); year++ {
		where, _ := c.made("staff", at+"/figures", salesOf(year, c.mark(number), "confidential"))
		if c.random.IntN(2) == 0 {
			c.made("staff", where+"/supersede", salesOf(year, c.mark(number), "confidential"))
		}
	}
	for range 1 + c.random.IntN(2) {
		c.made(who, at+"/contacts", fmt.Sprintf(`{"name":"Contact %s","phone":"+86 755 %s"}`, c.mark(number), c.mark(number)))
	}
	c.made(who, at+"/commitments", fmt.Sprintf(`{"point":2,"title":"Draft %s","text":"x"}`, c.mark(number)))
	c.made(who, at+"/activities", fmt.Sprintf(`{"point":2,"kind":"event","title":"Act %s","from":"2026-03-01","organisers":[%d]}`, c.mark(number), number))
	promise, _ := c.made(who, at+"/commitments", measuredCommitment)
	for _, step := range []string{"submit", "register"} {
		c.tell("staff", "POST", promise+"/"+step, "", http.StatusOK)
	}
	c.made(who, promise+"/amendments", fmt.Sprintf(`{"text":"Amended %s","class":"clarified","reason":"r"}`, c.mark(number)))
	report, _ := c.made(who, promise+"/reports", `{"cycle":2026}`)
	c.tell(who, "PATCH", report, fmt.Sprintf(`{"narrative":"Report %s"}`, c.mark(number)), http.StatusOK, "If-Match", "*")
	c.made(who, report+"/evidence/files", form(filePart("a.pdf", "", aPDF+"% "+c.mark(number)+"\n"), texts("title", "Evidence "+c.mark(number))))
}

var (
	uuidForm   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	numberForm = regexp.MustCompile(`"(?:id|number|member|year|cycle|ceremony|alliance)":(\d{1,6})\b`)
	codeForm   = regexp.MustCompile(`"(?:code|indicator)":"([a-z_]+)"`)
	cursorForm = regexp.MustCompile(`"next_cursor":"([^"]+)"`)
)

// learn notes all that an answer leads to.
func (c *crawl) learn(operation string, r reply) {
	text := r.plain()
	for _, id := range uuidForm.FindAllString(text, -1) {
		c.uuids[id] = true
	}
	for form, known := range map[*regexp.Regexp]map[string]bool{numberForm: c.numbers, codeForm: c.codes} {
		for _, found := range form.FindAllStringSubmatch(text, -1) {
			known[found[1]] = true
		}
	}
	for _, found := range cursorForm.FindAllStringSubmatch(text, -1) {
		if c.cursors[operation] == nil {
			c.cursors[operation] = map[string]bool{}
		}
		c.cursors[operation][found[1]] = true
	}
}

// questions gives what can be asked by now and was not: each address that
// reads, of each thing of its form, from the start and from each cursor.
func (c *crawl) questions() []seen {
	var all []seen
	for path, item := range c.law.doc.Paths.Map() {
		if item.Get == nil {
			continue
		}
		targets, cursored := []string{path}, false
		for _, ref := range slices.Concat(item.Parameters, item.Get.Parameters) {
			if cursored = cursored || ref.Value.Name == "cursor"; ref.Value.In != openapi3.ParameterInPath {
				continue
			}
			var named []string
			for _, thing := range c.formed(ref.Value.Schema.Value) {
				for _, target := range targets {
					named = append(named, strings.Replace(target, "{"+ref.Value.Name+"}", thing, 1))
				}
			}
			targets = named
		}
		for _, target := range targets {
			queries := []string{target}
			if cursored {
				queries = append(queries, target+"?limit=1")
				for cursor := range c.cursors[item.Get.OperationID] {
					queries = append(queries, target+"?limit=1&cursor="+url.QueryEscape(cursor))
				}
			}
			for _, query := range queries {
				for _, who := range crawlers {
					if !c.asked[who+" "+query] {
						all = append(all, seen{item.Get.OperationID, who, query, http.MethodGet})
					}
				}
			}
		}
	}
	slices.SortFunc(all, func(a, b seen) int { return cmp.Compare(a.target+a.who, b.target+b.who) })
	return all
}

// formed gives the things that were learned of and have the form that a parameter takes.
func (c *crawl) formed(schema *openapi3.Schema) []string {
	known := c.codes
	switch {
	case schema.Type.Is(openapi3.TypeInteger):
		known = c.numbers
	case schema.Format == "uuid":
		known = c.uuids
	}
	return slices.Sorted(maps.Keys(known))
}

// ask asks one question and looks for what is for another in all of the answer.
func (c *crawl) ask(q seen) {
	c.asked[q.who+" "+q.target] = true
	r := c.send(q.who, q.method, q.target, "")
	text := r.plain()
	for whose, marks := range c.marks {
		for _, mark := range marks {
			switch {
			case !strings.Contains(text, mark):
			case whose == q.who:
				c.found[mark] = true
			default:
				c.t.Errorf("%s is shown %s of %s at %s: %s", q.who, mark, whose, q.target, text)
			}
		}
	}
	c.learn(q.operation, r)
}

// TestNoCrawlFindsWhatIsAnothers has four members and two analysts ask every
// address that reads with every id and cursor that any of them has learned: no
// byte of what is another's is in an answer, and all of their own is found.
func TestNoCrawlFindsWhatIsAnothers(t *testing.T) {
	t.Parallel()
	seeds, most := uint64(4), 20_000
	if testing.Short() {
		seeds, most = 1, 800
	}
	for seed := range seeds {
		c := newCrawl(t, seed)
		for range 4 {
			questions := c.questions()
			c.random.Shuffle(len(questions), func(i, j int) { questions[i], questions[j] = questions[j], questions[i] })
			for _, q := range questions[:min(len(questions), most/4)] {
				c.ask(q)
			}
		}
		total := 0
		for _, marks := range c.marks {
			total += len(marks)
		}
		if len(c.found) < total/4 || !testing.Short() && len(c.found) < total {
			t.Errorf("seed %d: of %d hidden texts only %d were found by whom they are for", seed, total, len(c.found))
		}
		t.Logf("seed %d: %d questions, %d ids, %d of %d hidden texts met by their own", seed, len(c.asked), len(c.uuids)+len(c.numbers), len(c.found), total)
	}
}
