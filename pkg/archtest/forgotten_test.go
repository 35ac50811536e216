package archtest

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"accord/db/dbtest"
)

// looker is one who looks for what is not theirs.
type looker struct {
	name   string
	role   string // of PostgreSQL; empty for the owner, who sees all
	member string
}

// lookers are a foreign member's people, one who belongs to no member, and the
// public, as which analysts read too.
var lookers = []looker{{"member 3", "accord_member", "3"}, {"nobody's member", "accord_member", ""}, {"the public", "accord_public", ""}, {"statistics", "accord_counter", ""}}

// sight runs statements as a looker and tells which of them show the marker.
type sight struct {
	conn *sql.Conn
	looker
}

func (l looker) look(t *testing.T, address string) sight {
	t.Helper()
	if l.role != "" {
		address += "&role=" + l.role
	}
	server, err := sql.Open("postgres", address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := server.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = conn.Close(), server.Close() })
	return sight{conn, l}
}

// shows tells whether the statement shows the marker. A statement that is
// refused shows nothing; the error tells why.
func (s sight) shows(ctx context.Context, statement string) (bool, error) {
	begin := fmt.Sprintf("begin; set local statement_timeout = 5000; set local accord.member = '%s'", s.member)
	if _, err := s.conn.ExecContext(ctx, begin); err != nil {
		return false, err
	}
	defer func() { _, _ = s.conn.ExecContext(context.WithoutCancel(ctx), "rollback") }()
	rows, err := s.conn.QueryContext(ctx, statement)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return false, err
	}
	cells, into := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	found := false
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return false, err
		}
		for _, cell := range cells {
			found = found || strings.Contains(string(cell), marker)
		}
	}
	return found, rows.Err()
}

// everyTable selects each table and view whole, as far as the asker may.
const everyTable = `
select c.relname, 'select concat_ws('' '', ' || string_agg(quote_ident(a.attname)
    || case when a.atttypid = 'bytea'::regtype then '::text, encode(' || quote_ident(a.attname) || ', ''escape'')' else '' end, ', ') || ') from ' || quote_ident(c.relname)
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and has_column_privilege(c.oid, a.attnum, 'select')
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
group by c.relname, c.oid order by 1`

// whole gives the statements that select tables whole, by table.
func (s sight) whole(t *testing.T) map[string]string {
	t.Helper()
	rows, err := s.conn.QueryContext(t.Context(), everyTable)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := map[string]string{}
	for rows.Next() {
		var table, statement string
		if err := rows.Scan(&table, &statement); err != nil {
			t.Fatal(err)
		}
		found[table] = statement
	}
	return found
}

// shown gives the names of the statements that show the marker.
func (s sight) shown(t *testing.T, statements map[string]string) []string {
	t.Helper()
	var found []string
	for name, statement := range statements {
		if yes, err := s.shows(t.Context(), statement); err != nil {
			t.Errorf("%s: %s: %v", s.name, name, err)
		} else if yes {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

func TestNoTableShowsWhatIsAnothers(t *testing.T) {
	t.Parallel()
	address := dbtest.URL(t)
	r := planted(t, address)
	owner := looker{name: "the owner"}.look(t, address)
	if all := owner.shown(t, owner.whole(t)); len(all) < 35 {
		t.Fatalf("only %d tables and views hold what is looked for: %s", len(all), all)
	}
	seen := map[string]sight{}
	for _, l := range lookers {
		s := l.look(t, address)
		seen[l.name] = s
		if found := s.shown(t, s.whole(t)); len(found) > 0 {
			t.Errorf("%s is shown what is another's by: %s", l.name, found)
		}
	}

	t.Run("and would, without the wall", func(t *testing.T) {
		for table, breach := range map[string]string{
			"contact":          `alter policy contact_seen on contact using (true)`,
			"commitment_draft": `alter table commitment_draft disable row level security`,
			"figure":           `alter policy figure_open on figure using (true); alter policy figure_seen on figure using (true)`,
		} {
			if err := r.DB.Administer(t.Context(), breach); err != nil {
				t.Fatal(err)
			}
			if s := seen["member 3"]; !slices.Contains(s.shown(t, s.whole(t)), table) {
				t.Errorf("after %q nothing of %s was found: the search for leaks is broken", breach, table)
			}
		}
	})
}

// forget takes the conditions out of a statement, as if whoever wrote it had
// forgotten them, and every value: all conditions, or those that a value of the
// asker's stands in, which leaves those that join what belongs together.
func forget(statement string, all bool) string {
	text := regexp.MustCompile(`--[^\n]*`).ReplaceAllString(statement, "")
	var out, condition strings.Builder
	depth, within := 0, -1 // the depth of the WHERE whose condition is read
	end := func() {
		switch kept := condition.String(); {
		case within < 0:
		case all || strings.Contains(kept, "$"):
			out.WriteString(" true ")
		default:
			out.WriteString(kept)
		}
		condition.Reset()
		within = -1
	}
	for _, token := range sqlToken.FindAllString(text, -1) {
		word := strings.ToLower(token)
		if depth == within && (word == ")" || slices.Contains(afterWhere, word)) {
			end()
		}
		switch {
		case within >= 0:
			condition.WriteString(token)
		case strings.HasPrefix(token, "$"):
			out.WriteString("null")
		default:
			out.WriteString(token)
		}
		switch {
		case word == "(":
			depth++
		case word == ")":
			depth--
		case word == "where" && within < 0:
			within = depth
		}
	}
	end()
	return out.String()
}

var (
	sqlToken   = regexp.MustCompile(`'(?:[^']|'')*'|"[^"]*"|\$[0-9]+|[A-Za-z_][A-Za-z_0-9]*|\s+|.`)
	afterWhere = []string{"group", "order", "limit", "for", "union", "window", "having", "offset", "intersect", "except", "returning", ";"}
)

func TestForgettingConditions(t *testing.T) {
	t.Parallel()
	statement := "select a, (select 'where' from b where c = $1 and (d or e) order by f) from g where exists (select from h where i = j) for update limit $3"
	for all, want := range map[bool]string{
		true:  "select a, (select 'where' from b where true order by f) from g where true for update limit null",
		false: "select a, (select 'where' from b where true order by f) from g where exists (select from h where i = j) for update limit null",
	} {
		if got := strings.Join(strings.Fields(forget(statement, all)), " "); got != want {
			t.Errorf("got %s", got)
		}
	}
}

// stubborn statements do not run without their conditions.
var stubborn = map[string]string{
	"pkg/commitment.originalCommitment": "a scalar subquery of it then finds several rows; the table that it reads is looked at whole",
}

// Every statement of the project that reads is run by those who look for what
// is not theirs, without any of its conditions. As the owner many of them show
// it: so it is the wall that keeps it from the others.
func TestNoStatementShowsWhatIsAnothersWithoutItsConditions(t *testing.T) {
	t.Parallel()
	found, _ := statements(t, code(t))
	address := dbtest.URL(t)
	planted(t, address)
	owner := looker{name: "the owner"}.look(t, address)
	var others []sight
	for _, l := range lookers {
		others = append(others, l.look(t, address))
	}
	read, shown, met := 0, 0, map[string]bool{}
	for _, s := range found {
		begins := strings.ToLower(strings.Fields(stripped(s.text))[0])
		if begins != "select" && begins != "with" || len(writes(s.text)) > 0 || strings.HasPrefix(s.dir, "scripts/") || strings.HasPrefix(s.dir, "db/") {
			continue
		}
		read++
		runs := false
		for _, all := range []bool{true, false} {
			statement := forget(s.text, all)
			yes, err := owner.shows(t.Context(), statement)
			runs = runs || err == nil
			if !yes {
				continue
			}
			shown++
			for _, o := range others {
				if yes, _ := o.shows(t.Context(), statement); yes { // refused is not shown
					t.Errorf("%s: %s.%s without its conditions shows %s what is another's", s.at, s.dir, s.name, o.name)
				}
			}
		}
		switch name := s.dir + "." + s.name; {
		case runs:
		case stubborn[name] != "":
			met[name] = true
		default:
			t.Errorf("%s: %s does not run without its conditions", s.at, name)
		}
	}
	if shown < 80 {
		t.Errorf("of %d statements %d show anything at all: the search for leaks is broken", read, shown)
	}
	unused(t, stubborn, met)
}
