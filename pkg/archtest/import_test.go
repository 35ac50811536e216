package archtest

import (
	"go/ast"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Rooms that may be named in the law instead of single packages.
var (
	leaves = []string{"pkg/fault", "pkg/ident", "pkg/plan", "pkg/bound"}
	papers = []string{"pkg/blob", "pkg/document"} // what an uploaded file is, and where it is kept: below the domains, which alone know whose it is
	vault  = append([]string{"db", "pkg/access"}, leaves...)
	office = append([]string{"pkg/ledger"}, vault...)
	post   = []string{"pkg/mail", "pkg/phrase"} // letters to people: below the accounts, which alone know whose they are
	domain = []string{"pkg/member", "pkg/figure", "pkg/alliance", "pkg/commitment", "pkg/statistics", "pkg/account"}
	door   = append(append([]string{"pkg/phrase", "pkg/markdown", "pkg/audit"}, office...), domain...)
)

// mayImport is the import law: what each package of the project may import of
// the others. A package that is not in it has no place in the house yet.
var mayImport = map[string][]string{
	"pkg/fault": nil,
	"pkg/ident": {"pkg/fault"},
	"pkg/plan":  {"pkg/fault"},
	"pkg/bound": {"pkg/fault"},

	"pkg/phrase":   {"pkg/fault"},
	"pkg/markdown": nil,
	"pkg/blob":     nil,
	"pkg/document": {"pkg/fault"},
	"pkg/access":   {"pkg/fault", "pkg/ident"},
	"db":           {"pkg/fault", "pkg/ident"},

	"db/embedded":           nil,
	"db/embedded/throwaway": {"db/embedded"},
	"db/dbtest":             {"db", "db/embedded", "pkg/access", "pkg/ident"}, // who asks, as the register knows it
	"db/seed":               vault,                                            // the shipped register, as data

	"pkg/ledger":     vault,
	"pkg/member":     office,
	"pkg/mail":       with(vault, "pkg/phrase"),
	"pkg/audit":      vault,         // beside the ledger, and no part of it
	"pkg/directory":  {"pkg/fault"}, // whom the association's directory vouches for: below the accounts, which alone know whose they are
	"pkg/account":    append(with(office, "pkg/audit", "pkg/directory"), post...),
	"pkg/figure":     with(office, "pkg/member"),
	"pkg/alliance":   with(office, "pkg/member"),
	"pkg/commitment": append(with(office, "pkg/member"), papers...),
	"pkg/statistics": with(office, "pkg/member"),

	"pkg/intake":  with(door, "db/seed"), // fills the domains through their offices
	"pkg/request": with(office, "pkg/member", "pkg/figure"),

	"api":        with(door, "pkg/request"),
	"pkg/web":    with(door, "pkg/directory"), // it hands on what a browser brings back
	"pkg/server": with(door, "api", "pkg/web"),

	"cmd/accord":    with(door, "api", "pkg/web", "pkg/server", "db/embedded", "db/seed", "pkg/intake", "pkg/request", "pkg/blob", "pkg/mail", "pkg/directory"),
	"scripts/bench": with(door, "api", "pkg/web", "pkg/server", "db/embedded", "db/seed", "pkg/intake", "pkg/request", "pkg/blob"), // it hands the register a folder for its files

	"pkg/registrytest": with(door, "api", "pkg/web", "pkg/server", "db/dbtest", "db/seed", "pkg/intake", "pkg/request", "pkg/blob", "pkg/mail"),
	"pkg/archtest":     nil,
}

func with(list []string, more ...string) []string { return append(slices.Clone(list), more...) }

// walls say who alone may import what is foreign, by the beginning of its path.
var walls = map[string][]string{
	"github.com/gin-gonic/":      {"pkg/server", "api", "pkg/web", "scripts/bench"}, // the bench measures a bare gin beside us
	"github.com/jmoiron/sqlx":    {"db"},
	"github.com/lib/pq":          {"db"},
	"github.com/pressly/goose":   {"db"},
	"database/sql":               {"db"},
	"github.com/golang-jwt/":     {"pkg/account"},
	"github.com/getkin/":         {"api"},
	"github.com/nicksnyder/":     {"pkg/phrase"},
	"github.com/yuin/":           {"pkg/markdown"},
	"github.com/microcosm-cc/":   {"pkg/markdown"},
	"github.com/minio/":          {"pkg/blob"},
	"github.com/wneessen/":       {"pkg/mail"},
	"github.com/gabriel-vasile/": {"pkg/document"},
	"github.com/prometheus/":     {"pkg/server", "cmd/accord", "scripts/bench"},
	"github.com/alecthomas/kong": {"cmd/accord"},
	"github.com/coreos/":         {"pkg/directory"},
	"golang.org/x/oauth2":        {"pkg/directory"},
	"net/http":                   {"api", "pkg/web", "pkg/server", "cmd/accord", "scripts/bench", "pkg/directory"}, // the directory is asked over what cmd hands in
	"testing":                    {"db/dbtest", "pkg/registrytest"},
	"unsafe":                     nil,
	"reflect":                    nil,
}

// imports visits each import of a file.
func imports(f *file, visit func(path string, spec *ast.ImportSpec)) {
	for _, spec := range f.tree.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err == nil {
			visit(name, spec)
		}
	}
}

func TestPackagesImportDownwardOnly(t *testing.T) {
	t.Parallel()
	h := code(t)
	for _, dir := range h.folders {
		allowed, known := mayImport[dir.path]
		if !known {
			t.Errorf("%s is in no room of the import law", dir.path)
		}
		for _, f := range dir.production() {
			imports(f, func(name string, spec *ast.ImportSpec) {
				ours, found := strings.CutPrefix(name, module+"/")
				if found && !slices.Contains(allowed, ours) {
					t.Errorf("%s: %s may not import %s", h.at(spec), dir.path, ours)
				}
			})
		}
	}
	for name := range mayImport {
		if !slices.ContainsFunc(h.folders, func(f *folder) bool { return f.path == name }) {
			t.Errorf("the import law knows %s, which is not there", name)
		}
	}
}

func TestForeignPackagesStayBehindTheirWalls(t *testing.T) {
	t.Parallel()
	h := code(t)
	for _, dir := range h.folders {
		for _, f := range dir.production() {
			imports(f, func(name string, spec *ast.ImportSpec) {
				for wall, inside := range walls {
					if (name == strings.TrimSuffix(wall, "/") || strings.HasPrefix(name, strings.TrimSuffix(wall, "/")+"/")) &&
						!slices.Contains(inside, dir.path) {
						t.Errorf("%s: %s may not import %s", h.at(spec), dir.path, name)
					}
				}
			})
		}
	}
}

// calls say who alone may call a function of the standard library.
var calls = map[string][]string{
	"os.Getenv":    {"cmd/accord", "db/dbtest", "scripts/bench"},
	"os.LookupEnv": {"cmd/accord", "db/dbtest", "scripts/bench"},
	"os.Environ":   {"cmd/accord", "db/embedded", "scripts/bench"}, // db/embedded hands it on to PostgreSQL
	"os.Setenv":    nil,
	"os.Exit":      {"cmd/accord", "db/embedded/throwaway", "scripts/bench"},
	"time.Now":     clocks,
	"time.Since":   clocks,
	"time.Until":   clocks,
	"time.Sleep":   nil,
	"log.Print":    nil,
	"fmt.Println":  {"cmd/accord", "db/embedded/throwaway", "scripts/bench"},
	"fmt.Printf":   {"cmd/accord", "db/embedded/throwaway", "scripts/bench"},
}

var clocks = []string{"db", "db/embedded", "pkg/server", "cmd/accord", "scripts/bench"}

func TestTimeAndSurroundingsAreHandedIn(t *testing.T) {
	t.Parallel()
	h := code(t)
	for _, dir := range h.folders {
		for _, f := range dir.production() {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				s, ok := n.(*ast.SelectorExpr)
				if !ok {
					return true
				}
				x, ok := s.X.(*ast.Ident)
				if !ok {
					return true
				}
				if inside, walled := calls[x.Name+"."+s.Sel.Name]; walled && !slices.Contains(inside, dir.path) {
					t.Errorf("%s: %s may not use %s.%s", h.at(n), dir.path, x.Name, s.Sel.Name)
				}
				return true
			})
		}
	}
}

// Password hashes are cheap in tests only: nothing that is shipped may as much
// as name what they cost.
func TestPasswordHashesAreCheapInTestsOnly(t *testing.T) {
	t.Parallel()
	h := code(t)
	met := map[string]bool{}
	for _, dir := range h.folders {
		for _, f := range dir.production() {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				if id, ok := n.(*ast.Ident); ok && id.Name == "HashMemory" {
					met[dir.path] = true
				}
				return true
			})
		}
	}
	if got := slices.Sorted(maps.Keys(met)); !slices.Equal(got, []string{"pkg/account", "pkg/registrytest"}) {
		t.Errorf("the cost of a password hash is named in %v", got)
	}
}

// No test sleeps: what a test waits for, it is told of.
func TestNoTestSleeps(t *testing.T) {
	t.Parallel()
	h := code(t)
	for _, dir := range h.folders {
		for _, f := range dir.files {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				if call, ok := n.(*ast.CallExpr); ok {
					if q, name := callee(call); q == "time" && name == "Sleep" {
						t.Errorf("%s sleeps", h.at(n))
					}
				}
				return true
			})
		}
	}
}
