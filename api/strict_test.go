package api

import (
	"encoding/json"
	"strings"
	"testing"

	"accord/pkg/fault"
)

func TestStrictBodies(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for name, test := range map[string]struct{ body, want string }{
		"an empty body is refused":              {"", "body_empty"},
		"blanks alone are refused":              {" \n", "body_empty"},
		"a broken object is refused":            {`{"name":`, "body_malformed"},
		"a comment is refused":                  {`{"name":"a"/**/}`, "body_malformed"},
		"a bare value is refused":               {`"name"`, "body_not_an_object"},
		"a list is refused":                     {`[]`, "body_not_an_object"},
		"null is refused":                       {`null`, "body_not_an_object"},
		"a second object is refused":            {`{"name":"a"}{}`, "body_trailing"},
		"a trailing brace is refused":           {`{"name":"a"}}`, "body_trailing"},
		"invalid UTF-8 is refused":              {"{\"name\":\"\xff\"}", "body_not_utf8"},
		"UTF-16 is refused":                     {"\xff\xfe{\x00}\x00", "body_not_utf8"},
		"a NUL is refused":                      {`{"name":"a\u0000"}`, "nul_character\n/name nul_character"},
		"half a surrogate pair is refused":      {`{"name":"\ud800"}`, "nul_character\n/name nul_character"},
		"a whole surrogate pair is taken":       {`{"name":"\ud83d\ude00"}`, "fine"},
		"a replacement character is taken":      {`{"name":"\ufffd"}`, "fine"},
		"a duplicate key is refused":            {`{"name":"a","name":"b"}`, "duplicate_key\n/name duplicate_key"},
		"an escaped duplicate key is refused":   {`{"name":"a","n\u0061me":"b"}`, "duplicate_key\n/name duplicate_key"},
		"a deep duplicate key is refused":       {`{"name":"a","source":{"title":"a","title":"a"}}`, "duplicate_key\n/source/title duplicate_key"},
		"10,000 levels are refused":             {strings.Repeat(`{"a":`, 10000) + "1" + strings.Repeat("}", 10000), "body_too_deep"},
		"a control character is a field's":      {`{"name":"a\u0001"}`, "invalid\n/name control_character"},
		"a fraction is a field's":               {`{"name":"a","initiation_units":1.5}`, "invalid\n/initiation_units wrong_type"},
		"a number in another form is a field's": {`{"name":"a","initiation_units":1e1}`, "invalid\n/initiation_units not_an_integer"},
		"a number beyond all is a field's":      {`{"name":"a","initiation_units":1e400}`, "invalid\n/initiation_units wrong_type"},
		"2^53+1 is a field's":                   {`{"name":"a","initiation_units":9007199254740993}`, "invalid\n/initiation_units out_of_range"},
		"the wrong type is a field's":           {`{"name":5}`, "invalid\n/name wrong_type"},
		"null is a field's":                     {`{"name":null}`, "invalid\n/name null_not_allowed"},
		"a missing property is a field's":       {`{}`, "invalid\n/name required"},
		"an empty text is a field's":            {`{"name":""}`, "invalid\n/name too_short"},
		"a long text is a field's":              {`{"name":"` + strings.Repeat("执", 401) + `"}`, "invalid\n/name too_long"},
		"a text at its limit is taken":          {`{"name":"` + strings.Repeat("执", 400) + `"}`, "fine"},
		"a 30th of February is a field's":       {`{"name":"a","from":"2026-02-30"}`, "invalid\n/from not_a_date"},
		"the year 9999 is a field's":            {`{"name":"a","from":"9999-12-31"}`, "invalid\n/from not_a_date"},
		"the wrong case is an unknown field": {
			`{"name":"a","Name":"b"}`, "invalid\n/Name unknown_field",
		},
		"all faults come at once, with their places": {
			`{"number":1,"a/b~c":1,"from":"x","source":{"url":"ftp://x"},"convenors":["a",1]}`,
			"invalid\n/a~1b~0c unknown_field\n/convenors/1 wrong_type\n/from not_a_date\n/name required\n/number unknown_field\n" +
				"/source/title required\n/source/url wrong_format",
		},
		"domain faults come with the shape's, but not about what is at fault already": {
			`{"name":7,"from":"2026-05-02","until":"2026-05-01","place":5}`,
			"invalid\n/name wrong_type\n/place wrong_type\n/until ends_before_start",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := d.ask(t, "recordCeremony", "/api/v1/ceremonies", test.body)
			_, err := bind(r, func(b NewCeremony) fault.Fields { return ceremonyDraft(b).Check() })
			if got := told(err); got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestPatches(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	bindPatch := func(t *testing.T, body string) (CeremonyPatch, error) {
		t.Helper()
		return bind[CeremonyPatch](d.ask(t, "amendCeremony", "/api/v1/ceremonies/1", body), nil)
	}
	t.Run("null and absent differ", func(t *testing.T) {
		t.Parallel()
		patch, err := bindPatch(t, `{"place":null,"forum":null,"batch":"first batch"}`)
		if err != nil || !patch.Place.IsNull() || !patch.Forum.IsNull() || patch.Batch.MustGet() != "first batch" || patch.Until.IsSpecified() {
			t.Errorf("%+v, %v", patch, err)
		}
	})
	for name, test := range map[string]struct{ body, want string }{
		"a patch of nothing is refused":                         {`{}`, "invalid\n empty_patch"},
		"null is refused where a value is needed":               {`{"name":null}`, "invalid\n/name null_not_allowed"},
		"faults within a nullable object come with their place": {`{"forum":{"name":5,"x":1}}`, "invalid\n/forum/name wrong_type\n/forum/x unknown_field"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := bindPatch(t, test.body)
			if got := told(err); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for _, test := range []struct{ operation, media, encoding, want string }{
		{"recordCeremony", "application/json", "", "fine"},
		{"recordCeremony", "application/json; charset=UTF-8", "", "fine"},
		{"recordCeremony", "application/json", "identity", "fine"},
		{"recordCeremony", "application/json; charset=gb18030", "", "media_type"},
		{"recordCeremony", "application/merge-patch+json", "", "media_type"},
		{"recordCeremony", "text/plain", "", "media_type"},
		{"recordCeremony", "", "", "media_type"},
		{"recordCeremony", "application/json", "gzip", "content_encoding"},
		{"amendCeremony", "application/merge-patch+json", "", "fine"},
		{"amendCeremony", "application/json", "", "fine"},
		{"amendCeremony", "application/json-patch+json", "", "media_type"},
	} {
		t.Run(test.operation+" of "+test.media+" "+test.encoding+" is "+test.want, func(t *testing.T) {
			t.Parallel()
			r := d.ask(t, test.operation, "/x", `{"name":"a"}`, "Content-Type", test.media, "Content-Encoding", test.encoding)
			if _, err := bind[CeremonyPatch](r, nil); told(err) != test.want {
				t.Errorf("got %s", told(err))
			}
		})
	}
}

func TestRoutesWithoutABody(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for body, want := range map[string]string{"": "fine", " {} ": "fine", `{"a":1}`: "body_not_taken", "x": "body_not_taken"} {
		if got := told(bindNothing(d.ask(t, "submitCommitment", "/x", body))); got != want {
			t.Errorf("%q: got %s, want %s", body, got, want)
		}
	}
}

// TestWhatIsBoundIsWhatWasSent decodes a body with every property there is, and
// writes it again.
func TestWhatIsBoundIsWhatWasSent(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	const body = `{"bound":"range","high":"2.5","low":"1","currency":"CNY","measure":"gmv","period":{"from":"2024-01-01","to":"2024-12-31"},` +
		`"basis":"group_net","confidentiality":"confidential","assurance":"audited",` +
		`"source":{"page":"3","quote":"q","retrieved":"2025-01-02","title":"t","url":"https://example.org/x"}}`
	figure, err := bind[NewFigure](d.ask(t, "stateFigure", "/x", body), nil)
	if err != nil {
		t.Fatal(err)
	}
	written, err := json.Marshal(figure)
	if err != nil {
		t.Fatal(err)
	}
	var sent, got map[string]any
	if json.Unmarshal([]byte(body), &sent) != nil || json.Unmarshal(written, &got) != nil {
		t.Fatal("not JSON")
	}
	again, _ := json.Marshal(got)
	first, _ := json.Marshal(sent)
	if string(again) != string(first) {
		t.Errorf("sent %s\ngot %s", first, again)
	}
}

func BenchmarkBody(b *testing.B) {
	d := newDoor(b)
	const body = `{"bound":"gt","low":"10000000000","currency":"CNY","measure":"gmv","source":{"title":"t","url":"https://example.org/x"}}`
	for b.Loop() {
		if _, err := bind[NewFigure](d.ask(b, "stateFigure", "/x", body), nil); err != nil {
			b.Fatal(err)
		}
	}
}
