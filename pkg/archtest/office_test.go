package archtest

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// office is one exported method that takes a context, of a type that holds
// the database.
type officeMethod struct {
	dir  *folder
	name string // pkg/member.Service.Read
	fn   *ast.FuncDecl
}

// offices gives the types of the folder that hold the database.
func offices(dir *folder) map[string]bool {
	found := map[string]bool{}
	for _, f := range dir.production() {
		ast.Inspect(f.tree, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			body, ok := spec.Type.(*ast.StructType)
			if !ok {
				return true
			}
			for _, field := range body.Fields.List {
				if star, ok := field.Type.(*ast.StarExpr); ok && isSelector(star.X, "db", "DB") {
					found[spec.Name.Name] = true
				}
			}
			return true
		})
	}
	return found
}

func isSelector(e ast.Expr, x, name string) bool {
	s, ok := e.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := s.X.(*ast.Ident)
	return ok && id.Name == x && s.Sel.Name == name
}

// officeMethods visits the exported methods of the offices of all domains.
func officeMethods(h *house, visit func(officeMethod)) {
	for _, dir := range h.folders {
		if !strings.HasPrefix(dir.path, "pkg/") || dir.path == "pkg/registrytest" {
			continue
		}
		held := offices(dir)
		dir.functions(func(_ *file, fn *ast.FuncDecl) {
			of := receiver(fn)
			if held[of] && fn.Name.IsExported() && takesContext(fn) {
				visit(officeMethod{dir: dir, name: dir.path + "." + of + "." + fn.Name.Name, fn: fn})
			}
		})
	}
}

func takesContext(fn *ast.FuncDecl) bool {
	params := fn.Type.Params.List
	return len(params) > 0 && isSelector(params[0].Type, "context", "Context")
}

// unguarded are office methods that do not ask for a role on their first line.
var unguarded = map[string]string{
	"pkg/ledger.Sequencer.Run":     "run by the server itself, on nobody's behalf",
	"pkg/ledger.Sequencer.CatchUp": "run by the server itself, on nobody's behalf",

	"pkg/account.Service.Authenticate":       "is how an actor comes about",
	"pkg/account.Service.AuthenticateCookie": "is how an actor comes about",
	"pkg/audit.Service.Record":               "what happened is kept, whoever caused it",
	"pkg/audit.Service.Note":                 "what happened is kept, whoever caused it",
}

func TestEveryOfficeAsksForTheRoleFirst(t *testing.T) {
	t.Parallel()
	h := code(t)
	met := map[string]bool{}
	officeMethods(h, func(m officeMethod) {
		if asks(m.dir, m.fn, 3) {
			return
		}
		met[m.name] = true
		if _, ok := unguarded[m.name]; !ok {
			t.Errorf("%s: the first line of %s does not ask for the role", h.at(m.fn), m.name)
		}
	})
	unused(t, unguarded, met)
}

// The permission accounting of pkg/registrytest goes over the fields of its
// Register; an office that is none of them would not be accounted for.
func TestEveryOfficeIsAccountedFor(t *testing.T) {
	t.Parallel()
	h := code(t)
	held := map[string]bool{}
	for _, dir := range h.folders {
		if dir.path != "pkg/registrytest" {
			continue
		}
		for _, f := range dir.production() {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				if field, ok := n.(*ast.Field); ok {
					if star, ok := field.Type.(*ast.StarExpr); ok {
						if s, ok := star.X.(*ast.SelectorExpr); ok {
							held["pkg/"+s.X.(*ast.Ident).Name+"."+s.Sel.Name] = true
						}
					}
				}
				return true
			})
		}
	}
	officeMethods(h, func(m officeMethod) {
		if of := m.dir.path + "." + receiver(m.fn); !held[of] && m.dir.path != "pkg/intake" {
			t.Errorf("%s: %s is no field of registrytest.Register", h.at(m.fn), of)
		}
	})
}

// asks tells whether the first statement of fn calls access.Require, or a
// function of the same package that asks so itself.
func asks(dir *folder, fn *ast.FuncDecl, depth int) bool {
	if fn == nil || depth == 0 || len(fn.Body.List) == 0 {
		return false
	}
	found := false
	first := ast.Node(fn.Body.List[0])
	if branch, ok := first.(*ast.IfStmt); ok && branch.Init != nil {
		first = branch.Init
	}
	ast.Inspect(first, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || found {
			return !found
		}
		qualifier, name := callee(call)
		found = qualifier == "access" && name == "Require" || asks(dir, dir.function(name), depth-1)
		return false // what is handed to the call runs before it, or is a function that runs inside it
	})
	return found
}

// function gives the folder's function or method of the name; nil when there
// is none, or several.
func (f *folder) function(name string) *ast.FuncDecl {
	var found *ast.FuncDecl
	n := 0
	f.functions(func(_ *file, fn *ast.FuncDecl) {
		if fn.Name.Name == name {
			found, n = fn, n+1
		}
	})
	if n != 1 {
		return nil
	}
	return found
}

// openers open a transaction though they are no exported method of an office.
var openers = map[string]string{
	"pkg/ledger.step":          "one batch of the sequencer, which works through as many as there are",
	"pkg/commitment.survey":    "what a run, and whoever looks ahead, sees of the register",
	"pkg/commitment.settle":    "one member of a run, which works through as many as there are",
	"pkg/member.writeContact":  "the one frame of what is done to a contact: role, lock, write, seal",
	"pkg/mail.deliverOne":      "each letter is taken and settled by itself, with the mail server between the two",
	"pkg/account.see":          "when a session was used, whatever becomes of the request that used it",
	"pkg/account.charge":       "an attempt counts, whatever becomes of the sign-in that follows",
	"pkg/account.keptKeys":     "part of opening the office, before anybody asks",
	"pkg/account.serverSecret": "part of opening the office, before anybody asks",
}

func TestTransactionsAreOpenedInExportedMethodsOnly(t *testing.T) {
	t.Parallel()
	h := code(t)
	met := map[string]bool{}
	for _, dir := range h.folders {
		if !strings.HasPrefix(dir.path, "pkg/") && dir.path != "api" {
			continue
		}
		dir.functions(func(_ *file, fn *ast.FuncDecl) {
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if _, name := callee(call); name != "InTx" && name != "Snapshot" {
					return true
				}
				where := dir.path + "." + fn.Name.Name
				if fn.Name.IsExported() && receiver(fn) != "" {
					return true
				}
				met[where] = true
				if _, ok := openers[where]; !ok {
					t.Errorf("%s: %s opens a transaction and is no exported method", h.at(call), where)
				}
				return true
			})
		})
	}
	unused(t, openers, met)
}

// keepers keep a context, and end with it.
var keepers = map[string]string{"api.request": "made for one request, gone with its handler"}

// A context is handed on, never kept: what is kept outlives the request.
func TestContextsAreNotStored(t *testing.T) {
	t.Parallel()
	h := code(t)
	met := map[string]bool{}
	for _, dir := range h.folders {
		for _, f := range dir.production() {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				spec, ok := n.(*ast.TypeSpec)
				if !ok {
					return true
				}
				name := dir.path + "." + spec.Name.Name
				ast.Inspect(spec.Type, func(n ast.Node) bool {
					field, ok := n.(*ast.Field)
					if _, excepted := keepers[name]; ok && isSelector(field.Type, "context", "Context") {
						met[name] = true
						if !excepted {
							t.Errorf("%s: %s keeps a context", h.at(field), name)
						}
					}
					_, signature := n.(*ast.FuncType)
					return !signature
				})
				return false
			})
		}
	}
	unused(t, keepers, met)
}

// Errors are compared by what they are, never by what they say.
func TestErrorsAreNotReadAsText(t *testing.T) {
	t.Parallel()
	h := code(t)
	for _, dir := range h.folders {
		for _, f := range dir.production() {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				switch e := n.(type) {
				case *ast.BinaryExpr:
					if (e.Op == token.EQL || e.Op == token.NEQ) && (saysError(e.X) || saysError(e.Y)) {
						t.Errorf("%s: an error's text is compared", h.at(e))
					}
				case *ast.CallExpr:
					if q, _ := callee(e); q == "strings" && len(e.Args) > 0 && saysError(e.Args[0]) {
						t.Errorf("%s: an error's text is searched", h.at(e))
					}
				}
				return true
			})
		}
	}
}

func saysError(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) != 0 {
		return false
	}
	qualifier, name := callee(call)
	return name == "Error" && qualifier != ""
}
