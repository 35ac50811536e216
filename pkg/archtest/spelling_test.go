package archtest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// unspeakable are places that exist on the machine of a writer only, and
// names that say nothing to a reader.
var unspeakable = map[string]*regexp.Regexp{
	"a folder of somebody's machine":   regexp.MustCompile(`/` + `work/|/` + `home/[a-z]+/|\.\./` + `shared`),
	"a mirror of somebody's":           regexp.MustCompile(`GO` + `PROXY=https?|artifact` + `ory|nex` + `us\.|registry` + `\.internal`),
	"work that is not done":            regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`),
	"a language model":                 regexp.MustCompile(`(?i)\b(chat` + `gpt|cla` + `ude|co` + `pilot|anthr` + `opic|open` + `ai)\b`),
	"an address that is not example's": regexp.MustCompile(`@(gm` + `ail|out` + `look|q` + `q|1` + `63)\.com`),
}

// vendored are files that others wrote.
var vendored = regexp.MustCompile(`(^|/)(go\.sum|han\.txt|han\.LICENSE|common\.txt)$|/static/|/assets/|/vendor/|/docs/.*\.(js|css)$`)

func TestNoFileNamesWhatIsNotItsReaders(t *testing.T) {
	t.Parallel()
	err := walk(func(name string) error {
		if vendored.MatchString(name) {
			return nil
		}
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil || !utf8.Valid(text) || strings.ContainsRune(string(text), 0) {
			return err
		}
		for i, line := range strings.Split(string(text), "\n") {
			for what, pattern := range unspeakable {
				if found := pattern.FindString(line); found != "" {
					t.Errorf("%s:%d names %s: %q", name, i+1, what, found)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
