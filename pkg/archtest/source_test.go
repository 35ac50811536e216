package archtest

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// root is the checkout, seen from this package.
const root = "../.."

// module is the first element of the import path of every package of ours.
const module = "accord"

// file is one file of Go.
type file struct {
	name      string // path from the root, with slashes
	test      bool   // by its name; compiled into tests only
	generated bool
	text      string
	tree      *ast.File
}

// folder is one package's folder.
type folder struct {
	path  string // from the root, with slashes
	files []*file
	pkg   *types.Package // of the files that are no tests; imports are not resolved
	info  *types.Info
}

// production gives the folder's files that are no tests.
func (f *folder) production() []*file {
	return slices.DeleteFunc(slices.Clone(f.files), func(one *file) bool { return one.test })
}

// house is all the Go of the project.
type house struct {
	set     *token.FileSet
	folders []*folder
}

func (h *house) at(node ast.Node) string {
	p := h.set.Position(node.Pos())
	return strings.TrimPrefix(filepath.ToSlash(p.Filename), root+"/") + ":" + itoa(p.Line)
}

// code gives the project's Go, read once for all tests.
func code(t *testing.T) *house {
	t.Helper()
	h, err := read()
	if err != nil {
		t.Fatalf("read the project's Go: %v", err)
	}
	return h
}

var read = sync.OnceValues(func() (*house, error) {
	h := &house{set: token.NewFileSet()}
	byPath := map[string]*folder{}
	err := walk(func(name string) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		f, err := h.parse(name)
		if err != nil {
			return err
		}
		dir := path.Dir(name)
		if byPath[dir] == nil {
			byPath[dir] = &folder{path: dir}
			h.folders = append(h.folders, byPath[dir])
		}
		byPath[dir].files = append(byPath[dir].files, f)
		return nil
	})
	for _, f := range h.folders {
		h.resolve(f)
	}
	return h, err
})

// walk visits every file of the project; scripts/tools is a module of its own,
// and bin and var hold what was made.
func walk(visit func(name string) error) error {
	return filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		switch {
		case rel == ".git" && !entry.IsDir(): // of a worktree: where its history is
			return nil
		case !entry.IsDir():
			return visit(rel)
		case slices.Contains([]string{".git", "bin", "var", "scripts/tools"}, rel):
			return fs.SkipDir
		default:
			return nil
		}
	})
}

func (h *house) parse(name string) (*file, error) {
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	tree, err := parser.ParseFile(h.set, root+"/"+name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &file{
		name: name, test: strings.HasSuffix(name, "_test.go"), generated: ast.IsGenerated(tree), text: string(text), tree: tree,
	}, nil
}

// resolve finds out what each name means within its package and the value of
// each constant. What is imported stays unknown: that would need everything to
// be compiled, and no law here asks for it.
func (h *house) resolve(f *folder) {
	f.info = &types.Info{
		Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}, Types: map[ast.Expr]types.TypeAndValue{},
	}
	var trees []*ast.File
	for _, one := range f.production() {
		if !strings.HasSuffix(one.name, "_other.go") { // the twin for other systems of a file for this one
			trees = append(trees, one.tree)
		}
	}
	config := types.Config{Importer: strangers{}, Error: func(error) {}}
	f.pkg, _ = config.Check(f.path, h.set, trees, f.info)
}

// strangers imports every package as an empty one.
type strangers struct{}

func (strangers) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}

// constantText gives the value of an expression that is constant text.
func (f *folder) constantText(e ast.Expr) (string, bool) {
	value := f.info.Types[e].Value
	if value == nil || value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(value), true
}

// global tells whether the name means a variable of the package itself.
func (f *folder) global(name *ast.Ident) (*types.Var, bool) {
	v, ok := f.info.Uses[name].(*types.Var)
	return v, ok && f.pkg != nil && v.Parent() == f.pkg.Scope()
}

// functions visits every function and method of the folder's production files.
func (f *folder) functions(visit func(*file, *ast.FuncDecl)) {
	for _, one := range f.production() {
		for _, decl := range one.tree.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Body != nil {
				visit(one, fn)
			}
		}
	}
}

// receiver gives the name of a method's type, or "".
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	e := fn.Recv.List[0].Type
	if star, ok := e.(*ast.StarExpr); ok {
		e = star.X
	}
	if index, ok := e.(*ast.IndexExpr); ok {
		e = index.X
	}
	if name, ok := e.(*ast.Ident); ok {
		return name.Name
	}
	return ""
}

// callee gives the qualifier and the name of what is called: ("access",
// "Require"), ("s", "Read"), ("", "panic").
func callee(call *ast.CallExpr) (qualifier, name string) {
	fun := call.Fun
	if index, ok := fun.(*ast.IndexExpr); ok {
		fun = index.X
	}
	switch f := fun.(type) {
	case *ast.Ident:
		return "", f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok {
			return x.Name, f.Sel.Name
		}
		if x, ok := f.X.(*ast.SelectorExpr); ok {
			return x.Sel.Name, f.Sel.Name
		}
		return "?", f.Sel.Name
	}
	return "?", "?"
}

// unused fails for each exception of a law that no code needs any more.
func unused[T any](t *testing.T, exceptions map[string]T, met map[string]bool) {
	t.Helper()
	for name := range exceptions {
		if !met[name] {
			t.Errorf("the exception for %s is not needed any more", name)
		}
	}
}
