package archtest

import (
	"database/sql"
	"go/ast"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	_ "github.com/lib/pq" // the driver itself: what is prepared here is what the server gets

	"accord/db/dbtest"
)

// statement is one SQL text of the program.
type statement struct {
	dir  string // the package it belongs to
	name string // of its constant, or of the function or file that it stands in
	at   string
	text string
}

// verb is how a statement begins. What begins otherwise is a part of one.
var verb = regexp.MustCompile(`(?is)^\s*\(?\s*(--[^\n]*\n\s*)*(select|insert\s+into|update|delete\s+from|with|merge|truncate|copy|lock|set|create|alter|drop|grant|explain)\s`)

// statements gives every constant statement of the project, and the functions
// that compose statements from parts.
func statements(t *testing.T, h *house) (found []statement, composed []statement) {
	t.Helper()
	for _, dir := range h.folders {
		if dir.path == "pkg/archtest" || dir.path == "pkg/registrytest" {
			continue
		}
		for _, f := range dir.production() {
			constants, parts := sqlOf(h, dir, f)
			found, composed = append(found, constants...), append(composed, parts...)
		}
	}
	return append(found, files(t)...), composed
}

// sqlOf gives the statements of a file, and those that stand in a function
// outside a constant and outside the call that runs them: parts of composed
// ones.
func sqlOf(h *house, dir *folder, f *file) (constants, parts []statement) {
	owner := ""
	seen := map[ast.Node]bool{}
	note := func(list *[]statement, name string, e ast.Expr) {
		if text, ok := dir.constantText(e); ok && isSQL(text) {
			*list = append(*list, statement{dir: dir.path, name: name, at: h.at(e), text: text})
			ast.Inspect(e, func(n ast.Node) bool { seen[n] = true; return true })
		}
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch d := n.(type) {
		case *ast.FuncDecl:
			owner = d.Name.Name
		case *ast.GenDecl:
			if d.Tok.String() == "const" {
				for _, spec := range d.Specs {
					v := spec.(*ast.ValueSpec)
					for i, value := range v.Values {
						note(&constants, v.Names[i].Name, value)
					}
				}
			}
		case *ast.CallExpr:
			if _, name := callee(d); slices.Contains([]string{"Get", "Select", "Exec"}, strings.TrimSuffix(name, "Context")) {
				for _, arg := range d.Args {
					if _, named := arg.(*ast.Ident); !named {
						note(&constants, owner, arg)
					}
				}
			}
		case *ast.BasicLit:
			if !seen[n] {
				note(&parts, owner, d)
			}
		}
		return true
	})
	return constants, parts
}

// isSQL leaves out English that begins like SQL ("update of a member …") by
// the words that must follow.
func isSQL(text string) bool {
	found := verb.FindStringSubmatch(text)
	if found == nil {
		return false
	}
	lower := strings.ToLower(text)
	if strings.Contains(lower, ": %w") {
		return false
	}
	switch strings.ToLower(strings.Fields(found[2])[0]) {
	case "update":
		return strings.Contains(lower, " set ") || strings.Contains(lower, "\nset ")
	case "with":
		return regexp.MustCompile(`(?s)\bas (not )?(materialized )?\(`).MatchString(lower)
	case "set", "lock", "copy", "drop", "grant", "create", "alter", "explain", "merge", "truncate":
		return !regexp.MustCompile(`[.!?:]\s*$`).MatchString(lower) && strings.Contains(lower, " ") && len(strings.Fields(lower)) < 12 && sqlObject.MatchString(lower)
	}
	return true
}

var sqlObject = regexp.MustCompile(`^\s*(create|alter|drop|lock|truncate|set|copy|grant|explain|merge)\s+(table|database|role|local|session|into|select|index|view|[a-z_]+\s*=)`)

// files gives the embedded statements: every .sql file that is no migration.
func files(t *testing.T) []statement {
	t.Helper()
	var found []statement
	err := walk(func(name string) error {
		if path.Ext(name) != ".sql" || strings.HasPrefix(name, "db/migrations/") || strings.HasPrefix(name, "scripts/") {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		found = append(found, statement{dir: packageOf(name), name: path.Base(name), at: name, text: string(text)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// packageOf gives the package that a file belongs to: its folder, or the first
// above it that is known to the import law.
func packageOf(name string) string {
	dir := path.Dir(name)
	for dir != "." {
		if _, ok := mayImport[dir]; ok {
			return dir
		}
		dir = path.Dir(dir)
	}
	return path.Dir(name)
}

// administrative statements are not prepared: PostgreSQL prepares neither
// CREATE DATABASE nor what runs on a database that is not migrated yet.
var administrative = map[string]string{}

func TestEveryStatementFitsTheSchema(t *testing.T) {
	t.Parallel()
	found, _ := statements(t, code(t))
	if len(found) < 50 {
		t.Fatalf("only %d statements were found: the search for them is broken", len(found))
	}
	server, err := sql.Open("postgres", dbtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	met := map[string]bool{}
	for _, s := range found {
		if strings.HasPrefix(s.dir, "db/embedded") || strings.HasPrefix(s.dir, "scripts/") || strings.HasPrefix(s.dir, "db/dbtest") {
			continue // theirs is a server, not a register
		}
		name := s.dir + "." + s.name
		if _, ok := administrative[name]; ok {
			met[name] = true
			continue
		}
		prepared, err := server.PrepareContext(t.Context(), s.text)
		if err != nil {
			t.Errorf("%s: %s does not fit the schema: %v", s.at, name, err)
			continue
		}
		_ = prepared.Close()
	}
	unused(t, administrative, met)
}

// composers make statements from parts; the tests named run all they can make.
var composers = map[string]string{
	"pkg/member.compose":               "TestEveryListOfMembersRuns",
	"pkg/member.search":                "TestEveryListOfMembersRuns",
	"pkg/figure.compose":               "TestEveryListOfFiguresRuns",
	"pkg/alliance.compose":             "TestEveryListOfMembershipsRuns",
	"pkg/commitment.compose":           "TestListsShowEachReaderItsOwn",
	"pkg/commitment.composeActivities": "TestEveryListOfActivitiesRuns",
	"pkg/commitment.composeProposals":  "TestEveryListOfProposalsRuns",
	"pkg/request.compose":              "TestEveryListOfRequestsRuns",
	"pkg/request.composeCounts":        "TestEveryListOfRequestsRuns",
	"pkg/audit.Events":                 "TestTheRecordIsFiltered",
	"pkg/account.Users":                "TestEveryListOfAccountsRuns",
	"pkg/account.Invitations":          "TestEveryListOfInvitationsRuns",
	"db.Mend":                          "TestAGapInTheWallIsTold",
}

func TestComposedStatementsAreKnown(t *testing.T) {
	t.Parallel()
	h := code(t)
	_, composed := statements(t, h)
	for name, test := range composers {
		if !h.hasTest(test) {
			t.Errorf("there is no %s that runs what %s composes", test, name)
		}
	}
	met := map[string]bool{}
	for _, s := range composed {
		if strings.HasPrefix(s.dir, "scripts/") || strings.HasPrefix(s.dir, "db/") {
			continue
		}
		name := s.dir + "." + s.name
		met[name] = true
		if _, ok := composers[name]; !ok {
			t.Errorf("%s: %s composes a statement that no test is known to run: %.60q", s.at, name, s.text)
		}
	}
	unused(t, composers, met)
}

// hasTest tells whether there is a test function of the name.
func (h *house) hasTest(name string) bool {
	for _, dir := range h.folders {
		for _, f := range dir.files {
			for _, decl := range f.tree.Decls {
				if fn, ok := decl.(*ast.FuncDecl); ok && f.test && fn.Name.Name == name {
					return true
				}
			}
		}
	}
	return false
}
