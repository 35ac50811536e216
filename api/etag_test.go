package api

import (
	"slices"
	"strings"
	"testing"

	"accord/pkg/fault"
	"accord/pkg/ident"
)

func TestIfMatch(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	present := func() (int64, error) { return 9, nil }
	for header, want := range map[string]string{
		`"3-abc"`: "fine 3", `"3"`: "fine 3", `"3-"`: "fine 3", "*": "fine 9",
		"": "etag_malformed", "3": "etag_malformed", `"x"`: "etag_malformed", `"03-a"`: "etag_malformed", `"-3"`: "etag_malformed",
		`"0-a"`: "etag_malformed", `"3-a", "4-b"`: "etag_malformed", `"99999999999999999999"`: "etag_malformed", `W/"3-abc"`: "stale",
	} {
		version, err := d.ask(t, "amendCeremony", "/x", "", "If-Match", header).expected(present)
		got, _, _ := strings.Cut(told(err), "\n")
		if got == "fine" {
			got += " " + ident.Position(version).String()
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", header, got, want)
		}
	}
	if _, err := d.ask(t, "amendCeremony", "/x", "").expected(present); !fault.Is(err, fault.PreconditionRequired) {
		t.Errorf("without If-Match: %v", err)
	}
	if version, err := d.ask(t, "supersedeFigure", "/x", "").expectedIfGiven(present); err != nil || version != 9 {
		t.Errorf("an action without If-Match: %d, %v", version, err)
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	r := d.ask(t, "readCeremony", "/x", "")
	chinese := d.ask(t, "readCeremony", "/x", "", "Accept-Language", "zh")
	tags := []string{r.tag(3, "public", 1), r.tag(3, "staff", 1), r.tag(3, "public", 2), r.tag(4, "public", 1), r.tag(3, "public"), chinese.tag(3, "public", 1)}
	if len(slices.Compact(slices.Sorted(slices.Values(tags)))) != len(tags) {
		t.Errorf("two of them are equal: %v", tags)
	}
	if tags[0] != r.tag(3, "public", 1) || !strings.HasPrefix(tags[0], `"3-`) {
		t.Errorf("the tag of the same thing: %s, %s", tags[0], r.tag(3, "public", 1))
	}
	for header, want := range map[string]bool{
		tags[0]: true, `"x", ` + tags[0]: true, "W/" + tags[0]: true, "*": true, `"x"`: false, strings.Trim(tags[0], `"`): false, "": false,
	} {
		if got := d.ask(t, "readCeremony", "/x", "", "If-None-Match", header).holds(tags[0]); got != want {
			t.Errorf("If-None-Match %s: %v", header, got)
		}
	}
}
