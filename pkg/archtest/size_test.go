package archtest

import (
	"go/ast"
	"path"
	"strconv"
	"strings"
	"testing"
)

func itoa(n int) string { return strconv.Itoa(n) }

const (
	longestFile     = 300 // lines, fewer than
	longestFunction = 60
)

func TestFilesAndFunctionsAreShort(t *testing.T) {
	t.Parallel()
	h := code(t)
	for _, dir := range h.folders {
		for _, f := range dir.files {
			if n := strings.Count(f.text, "\n"); n >= longestFile && !f.generated {
				t.Errorf("%s has %d lines", f.name, n)
			}
		}
		dir.functions(func(f *file, fn *ast.FuncDecl) {
			lines := h.set.Position(fn.End()).Line - h.set.Position(fn.Pos()).Line + 1
			if lines >= longestFunction && !f.generated {
				t.Errorf("%s: %s has %d lines", h.at(fn), fn.Name.Name, lines)
			}
		})
	}
}

func TestPackagesAreNounsOfTheTrade(t *testing.T) {
	t.Parallel()
	for _, dir := range code(t).folders {
		switch base := path.Base(dir.path); base {
		case "util", "utils", "common", "model", "models", "helper", "helpers", "types", "misc", "base", "shared", "internal":
			t.Errorf("%s: a package is named for what it is, and %q says nothing", dir.path, base)
		}
		documented := len(dir.production()) == 0
		for _, f := range dir.production() {
			documented = documented || f.tree.Doc != nil
		}
		if !documented {
			t.Errorf("%s has no package comment", dir.path)
		}
	}
}

// Test code that is compiled into a production package would be there in
// production too.
func TestNoTestCodeIsInProductionPackages(t *testing.T) {
	t.Parallel()
	h := code(t)
	for _, dir := range h.folders {
		dir.functions(func(_ *file, fn *ast.FuncDecl) {
			name := fn.Name.Name
			if strings.HasSuffix(name, "ForTest") || strings.HasSuffix(name, "ForTesting") || strings.HasPrefix(name, "Mock") || strings.HasPrefix(name, "Fake") {
				t.Errorf("%s: %s is there for tests only", h.at(fn), name)
			}
		})
	}
}
