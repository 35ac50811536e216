package phrase_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"accord/pkg/fault"
	"accord/pkg/phrase"
)

func catalogue(t *testing.T, lang phrase.Lang) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("locales", string(lang)+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var texts map[string]string
	if err := json.Unmarshal(raw, &texts); err != nil {
		t.Fatal(err)
	}
	return texts
}

var placeholder = regexp.MustCompile(`\.[a-z_]+\b`)

func placeholders(text string) []string {
	var found []string
	for _, part := range regexp.MustCompile(`\{\{.*?\}\}`).FindAllString(text, -1) {
		found = append(found, placeholder.FindAllString(part, -1)...)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	t.Parallel()
	en, zh := catalogue(t, phrase.English), catalogue(t, phrase.Chinese)
	for _, code := range slices.Sorted(maps.Keys(en)) {
		if _, ok := zh[code]; !ok {
			t.Errorf("%s: not in zh.json", code)
			continue
		}
		if !slices.Equal(placeholders(en[code]), placeholders(zh[code])) {
			t.Errorf("%s: placeholders %v in English, %v in Chinese", code, placeholders(en[code]), placeholders(zh[code]))
		}
	}
	for code := range zh {
		if _, ok := en[code]; !ok {
			t.Errorf("%s: not in en.json", code)
		}
	}
}

func TestEverySentenceCanBeSaid(t *testing.T) {
	t.Parallel()
	for _, lang := range []phrase.Lang{phrase.English, phrase.Chinese} {
		for code, text := range catalogue(t, lang) {
			args := fault.Args{}
			for _, name := range placeholders(text) {
				args[strings.TrimPrefix(name, ".")] = "§"
			}
			if said := phrase.Text(lang, code, args); said == code || strings.Contains(said, "<no value>") {
				t.Errorf("%s in %s: says %q", code, lang, said)
			}
		}
	}
}

func TestUnknownCodeIsGivenBack(t *testing.T) {
	t.Parallel()
	if got := phrase.Text(phrase.Chinese, "no_such_code", nil); got != "no_such_code" {
		t.Errorf("got %q", got)
	}
}

// TestEveryCodeOfTheProjectHasASentence reads the project's source for codes
// that are given to pkg/fault as literals.
func TestEveryCodeOfTheProjectHasASentence(t *testing.T) {
	t.Parallel()
	texts := catalogue(t, phrase.English)
	files := token.NewFileSet()
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && strings.HasPrefix(entry.Name(), ".") && len(entry.Name()) > 2 {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if code, ok := codeIn(n); ok && texts[code] == "" {
				t.Errorf("%s: no sentence for %q", files.Position(n.Pos()), code)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// codeIn gives the code of a call such as fault.New(kind, code), of
// fields.Add(pointer, code), or of a literal with a Code.
func codeIn(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.CallExpr:
		callee, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || len(n.Args) < 2 {
			return "", false
		}
		pkg, _ := callee.X.(*ast.Ident)
		switch callee.Sel.Name {
		case "New", "Wrap", "FieldAt", "ConflictAt":
			if pkg != nil && pkg.Name == "fault" {
				return literal(n.Args[1])
			}
		case "Add":
			return literal(n.Args[1])
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Code" {
			return literal(n.Value)
		}
	}
	return "", false
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil && regexp.MustCompile(`^[a-z][a-z0-9_]+$`).MatchString(text)
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]phrase.Lang{
		"":                                phrase.English,
		"*":                               phrase.English,
		"en-GB":                           phrase.English,
		"zh-TW, en;q=0.5":                 phrase.Chinese,
		"en;q=0.4, zh-Hant;q=0.9":         phrase.Chinese,
		"fr, de;q=0.8, zh;q=0.2":          phrase.Chinese,
		"fr, de;q=0.8":                    phrase.English,
		"\x00;;;q=,":                      phrase.English,
		"zh-CN,zh;q=0.9,en-US;q=0.8,en;q": phrase.English,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			if got := phrase.Match(header); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
