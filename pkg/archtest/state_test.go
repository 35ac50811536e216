package archtest

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// kept are package-level variables that hold state on purpose.
var kept = map[string]string{
	"db/dbtest.migratedTemplate": "the template is made once for all tests of a process",
	"db/dbtest.private":          "all tests of a process share one server",
	"cmd/accord.version":         "set by the linker",
	"cmd/accord.commit":          "set by the linker",
	"cmd/accord.built":           "set by the linker",
}

// makers are foreign functions whose result is never changed by anybody.
var makers = []string{
	"errors.New", "fault.New", "regexp.MustCompile", "sync.OnceValue", "sync.OnceValues", "strings.NewReplacer", "strings.Fields",
	"template.Must", "language.NewMatcher", "big.NewInt", "decimal.NewFromInt", "decimal.New", "time.Date", "netip.MustParsePrefix",
}

func TestNothingMutableIsGlobal(t *testing.T) {
	t.Parallel()
	h := code(t)
	met := map[string]bool{}
	for _, dir := range h.folders {
		for _, f := range dir.production() {
			for _, decl := range f.tree.Decls {
				if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
					for _, spec := range g.Specs {
						checkGlobal(t, h, dir, g, spec.(*ast.ValueSpec), met)
					}
				}
			}
			checkWrites(t, h, dir, f, met)
		}
	}
	unused(t, kept, met)
}

func checkGlobal(t *testing.T, h *house, dir *folder, decl *ast.GenDecl, spec *ast.ValueSpec, met map[string]bool) {
	for i, name := range spec.Names {
		full := dir.path + "." + name.Name
		if name.Name == "_" {
			continue
		}
		if _, ok := kept[full]; ok {
			met[full] = true
			continue
		}
		if i >= len(spec.Values) {
			if !embedded(decl) && !embeddedSpec(spec) {
				t.Errorf("%s: %s is a variable without a value, so somebody writes it", h.at(name), full)
			}
			continue
		}
		if !immutable(dir, spec.Values[i]) {
			t.Errorf("%s: what %s holds may change", h.at(name), full)
		}
	}
}

func embedded(decl *ast.GenDecl) bool       { return embeds(decl.Doc) }
func embeddedSpec(spec *ast.ValueSpec) bool { return embeds(spec.Doc) }

func embeds(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

// immutable tells whether a value is a table, or made by something whose
// results do not change.
func immutable(dir *folder, value ast.Expr) bool {
	switch v := value.(type) {
	case *ast.CompositeLit:
		s, ok := v.Type.(*ast.SelectorExpr)
		return !ok || !slices.Contains([]string{"sync", "atomic"}, s.X.(*ast.Ident).Name)
	case *ast.BasicLit:
		return true
	case *ast.CallExpr:
		qualifier, name := callee(v)
		if qualifier == "" {
			return dir.pkg.Scope().Lookup(name) != nil || name == "append" || name == "len"
		}
		return slices.Contains(makers, qualifier+"."+name)
	}
	return false
}

// checkWrites finds what is written to a variable of the package, or to an
// element of it, and addresses of it that are handed on.
func checkWrites(t *testing.T, h *house, dir *folder, f *file, met map[string]bool) {
	written := func(e ast.Expr, how string) {
		name := root0(e)
		if name == nil {
			return
		}
		if v, ok := dir.global(name); ok {
			if _, ok := kept[dir.path+"."+v.Name()]; ok {
				met[dir.path+"."+v.Name()] = true
				return
			}
			t.Errorf("%s: %s.%s is %s", h.at(e), dir.path, v.Name(), how)
		}
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		switch s := n.(type) {
		case *ast.AssignStmt:
			if s.Tok != token.DEFINE {
				for _, e := range s.Lhs {
					written(e, "assigned")
				}
			}
		case *ast.IncDecStmt:
			written(s.X, "counted")
		case *ast.RangeStmt:
			if s.Tok == token.ASSIGN {
				written(s.Key, "assigned")
				written(s.Value, "assigned")
			}
		case *ast.UnaryExpr:
			if s.Op == token.AND {
				written(s.X, "handed on by its address")
			}
		case *ast.CallExpr:
			qualifier, name := callee(s)
			inPlace := qualifier == "" && (name == "delete" || name == "clear" || name == "copy") ||
				qualifier == "slices" && (strings.HasPrefix(name, "Sort") || name == "Reverse") ||
				qualifier == "maps" && (name == "Copy" || name == "DeleteFunc") || qualifier == "sort"
			if inPlace && len(s.Args) > 0 {
				written(s.Args[0], "changed in place")
			}
		}
		return true
	})
}

// root0 gives the variable at the bottom of x, x.f, x[i], *x.
func root0(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// thrown are the calls of panic that have a reason.
var thrown = map[string]string{
	"pkg/server.answerFaults": "net/http breaks off an answer that has begun when a handler panics with ErrAbortHandler",
}

func TestNothingRunsBeforeMainAndNothingPanics(t *testing.T) {
	t.Parallel()
	h := code(t)
	met := map[string]bool{}
	for _, dir := range h.folders {
		dir.functions(func(_ *file, fn *ast.FuncDecl) {
			if fn.Name.Name == "init" && fn.Recv == nil {
				t.Errorf("%s: an init runs before anybody can say whether it should", h.at(fn))
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				qualifier, name := callee(call)
				if qualifier == "" && name == "panic" || qualifier == "log" && strings.HasPrefix(name, "Fatal") {
					where := dir.path + "." + fn.Name.Name
					if _, ok := thrown[where]; !ok {
						t.Errorf("%s: %s panics", h.at(call), where)
					}
					met[where] = true
				}
				return true
			})
		})
	}
	unused(t, thrown, met)
}
