package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
)

//go:embed promises.sql
var promises string

// listing is one list or lookup whose plan is shown.
type listing struct {
	path string
	role string // whose token it carries, "" for nobody's
	all  bool   // it counts over the whole register by its nature
}

// listings are the lists of the register, as a reader asks for a page that has
// one. Words in capitals stand for ones that have something to list.
func listings() []listing {
	public := []string{
		"members", "members?sort=-name", "members?sort=number", "members?sort=-signed_on", "members?country=DE&sort=name", "members?sector=G47", "members?kind=enterprise",
		"members?status=active", "members?capacity=supporter", "members?ceremony=1", "members?alliance=1", "members?point=4", "members?has_figure=true",
		"members/MEMBER", "members/MEMBER/transitions", "members/MEMBER/terms", "members/MEMBER/history", "members/MEMBER/signatures", "members/MEMBER/figures",
		"members/MEMBER/alliance-memberships", "members/MEMBER/commitments", "members/MEMBER/reports", "members/MEMBER/activities",
		"ceremonies", "ceremonies/1/signatures", "alliances", "alliances/1/memberships", "indicators", "cycles",
		"commitments", "commitments?member=MEMBER", "commitments?point=4", "commitments?state=registered", "commitments?point=4&state=registered",
		"commitments?due_after=2026-06-01&due_before=2026-07-01", "commitments/COMMITMENT", "commitments/COMMITMENT/reports", "commitments/COMMITMENT/activities",
		"commitments/COMMITMENT/amendments",
		"reports/REPORT", "reports/REPORT/review", "reports/REPORT/evidence", "evidence/EVIDENCE", "amendments/AMENDMENT", "activities", "activities?member=MEMBER", "activities?point=4", "activities?kind=training", "activities?country=KE",
		"activities?from=2026-01-01&until=2026-02-01", "activities/ACTIVITY", "changes?after=0", "statistics/matrix", "statistics/matrix?country=DE",
	}
	var all []listing
	for _, path := range public {
		all = append(all, listing{path: path})
	}
	for _, path := range []string{"members?status=applied", "commitments?state=submitted", "commitments?state=draft", "members/MEMBER/contacts", "activities?state=submitted", "proposals", "proposals?state=open&kind=close", "proposals?member=MEMBER"} {
		all = append(all, listing{path: path, role: "staff"})
	}
	for _, path := range []string{
		"statistics/members?by=country", "statistics/figures?by=country&measure=sales_volume", "statistics/commitments?by=point,state", "statistics/commitments?by=progress",
		"statistics/commitments?by=cycle,progress", "statistics/indicators?by=country", "statistics/indicators?by=cycle", "statistics/reporting", "statistics/activities?by=point",
	} {
		all = append(all, listing{path: path, all: true})
	}
	return all
}

// plans fills a register and prints, for every list, how PostgreSQL reads its
// page. It fails where a list takes more than one round trip, or reads a large
// table from end to end.
func (b *bench) plans(ctx context.Context, size int) error {
	return b.fresh(func() error {
		return b.with(ctx, map[string]string{"log_statement": "all", "log_line_prefix": "@@@ ", "log_error_verbosity": "default"}, func() error {
			fmt.Fprintf(os.Stderr, "generating %d members and their commitments\n", size)
			if err := generate(ctx, b.psql, size); err != nil {
				return err
			}
			fill := b.psql(ctx)
			fill.Args = append(fill.Args, "-v", fmt.Sprintf("size=%d", size))
			fill.Stdin = strings.NewReader(promises)
			if out, err := fill.CombinedOutput(); err != nil {
				return fmt.Errorf("generate commitments: %w: %s", err, out)
			}
			return b.explainAll(ctx, size)
		})
	})
}

func (b *bench) explainAll(ctx context.Context, size int) error {
	known, err := b.things(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("| At %d members | rows | ms | how it is read |\n| --- | --- | --- | --- |\n", size)
	var faults []string
	for _, l := range listings() {
		path := known.Replace(l.path)
		load := &load{role: l.role, ask: func(*bench, int) (string, string, string) { return "GET", "/api/v1/" + path, "" }}
		statements, err := b.capture(ctx, load)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if l.role != "" {
			statements = statements[1:] // the credential check
		}
		if len(statements) != 1 {
			faults = append(faults, fmt.Sprintf("%s: %d round trips", l.path, len(statements)))
		}
		for _, s := range statements {
			p, err := b.explain(ctx, s)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			fmt.Printf("| `%s` | %.0f | %.2f | %s |\n", l.path, p.Plan.Rows, p.Milliseconds, strings.Join(p.Plan.how(), ", "))
			for _, whole := range p.Plan.whole() {
				if !l.all {
					faults = append(faults, l.path+": reads "+whole)
				}
			}
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("lists that are not served by an index:\n%s", strings.Join(faults, "\n"))
	}
	return nil
}

// things finds what the listings are about.
func (b *bench) things(ctx context.Context) (*strings.Replacer, error) {
	pairs := []string{"MEMBER", fmt.Sprint(probe)}
	for name, query := range map[string]string{
		"COMMITMENT": "select l.commitment from activity_commitment l join activity a on a.id = l.activity where a.member = %d", "REPORT": "select id from report where member = %d order by id limit 1",
		"ACTIVITY": "select id from activity where member = %d", "AMENDMENT": "select id from amendment where member = %d order by id limit 1",
		"EVIDENCE": "select e.id from evidence e join report r on r.id = e.report where r.member = %d order by e.id limit 1",
	} {
		cmd := b.psql(ctx)
		cmd.Args = append(cmd.Args, "-A", "-t", "-c", fmt.Sprintf(query, probe))
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("find a %s: %w", name, err)
		}
		pairs = append(pairs, name, strings.TrimSpace(string(out)))
	}
	return strings.NewReplacer(pairs...), nil
}

// node is one of what EXPLAIN prints, as far as it is looked at.
type node struct {
	Kind    string  `json:"Node Type"`
	Table   string  `json:"Relation Name"`
	Index   string  `json:"Index Name"`
	Rows    float64 `json:"Actual Rows"`
	Loops   float64 `json:"Actual Loops"`
	Removed float64 `json:"Rows Removed by Filter"`
	Plans   []node  `json:"Plans"`
}

type explained struct {
	Plan         node    `json:"Plan"`
	Milliseconds float64 `json:"Execution Time"`
}

// explain runs the statement as the server prepares it, and gives its plan.
func (b *bench) explain(ctx context.Context, s statement) (explained, error) {
	args := make([]string, len(s.args))
	for i, arg := range s.args {
		if args[i] = "null"; arg != "NULL" {
			args[i] = "'" + strings.ReplaceAll(arg, "'", "''") + "'"
		}
	}
	call := "listed"
	if len(args) > 0 {
		call += "(" + strings.Join(args, ", ") + ")"
	}
	sql := strings.TrimSuffix(strings.TrimSpace(s.sql), ";")
	cmd := b.psql(ctx)
	cmd.Args = append(cmd.Args, "-A", "-t")
	// The first run reads what lies on the disk into memory.
	cmd.Stdin = strings.NewReader("prepare listed as " + sql + ";\n\\o /dev/null\nexecute " + call + ";\n\\o\nexplain (analyze, format json) execute " + call + ";\n")
	out, err := cmd.Output()
	if err != nil {
		if failed, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("%w: %s\n%s", err, failed.Stderr, sql)
		}
		return explained{}, err
	}
	var found []explained
	if err := json.NewDecoder(bytes.NewReader(out)).Decode(&found); err != nil {
		return explained{}, fmt.Errorf("read the plan: %w", err)
	}
	return found[0], nil
}

// how names the indexes and tables that were read, each once.
func (n node) how() []string {
	var found []string
	n.each(func(one node) {
		switch {
		case one.Loops == 0:
		case one.Index != "":
			found = append(found, one.Index)
		case one.Table != "" && one.Kind == "Seq Scan":
			found = append(found, "all of "+one.Table)
		}
	})
	slices.Sort(found)
	return slices.Compact(found)
}

// much is how many rows of a table are too many to be read for one page.
const much = 5_000

// whole names what was read in much larger parts than a page has.
func (n node) whole() []string {
	var found []string
	n.each(func(one node) {
		if read := (one.Rows + one.Removed) * one.Loops; one.Table != "" && read > much {
			found = append(found, fmt.Sprintf("%.0f rows of %s", read, one.Table))
		}
	})
	return found
}

func (n node) each(look func(node)) {
	look(n)
	for _, below := range n.Plans {
		below.each(look)
	}
}
