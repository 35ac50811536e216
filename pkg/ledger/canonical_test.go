package ledger

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"accord/pkg/fault"
)

// TestCanonicalIsTheFormOfTheStandard holds the bytes to the examples of RFC 8785.
func TestCanonicalIsTheFormOfTheStandard(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, want string }{
		"numbers are written as ECMAScript writes them": {
			`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001, -0, 9007199254740991]}`,
			`{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27,0,9007199254740991]}`,
		},
		"characters are escaped only where they must be": {
			`{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/<&>\u2028"}`,
			"{\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/<&>\u2028\"}",
		},
		"names are ordered by UTF-16 units": {
			`{"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}`,
			"{\"\\r\":2,\"1\":4,\"\u0080\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\ufb33\":3}",
		},
		"literals stay": {`[null, true, false, {}, []]`, `[null,true,false,{},[]]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := canonical(json.RawMessage(c.in))
			if err != nil || string(got) != c.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

func TestEntriesKeepTheirForm(t *testing.T) {
	t.Parallel()
	salt := bytes.Repeat([]byte{7}, SaltSize)
	hidden, err := Hide(salt, map[string]any{"name": "王小明", "title": "CEO"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in   envelope
		want string
	}{
		"an open entry": {
			envelope{Version: 1, Action: "figure.stated", Kind: "figure", ID: "0b9f", Member: 3, Content: map[string]any{
				"low": "5000000000", "bound": "gt", "名": "执御", "source": map[string]any{"url": "https://example.org/?a=1&b=<2>"},
			}},
			`{"action":"figure.stated","content":{"bound":"gt","low":"5000000000","source":{"url":"https://example.org/?a=1&b=<2>"},` +
				`"名":"执御"},"id":"0b9f","kind":"figure","member":3,"v":1}`,
		},
		"an entry of a thing that is gone": {
			envelope{Version: 1, Action: "contact.removed", Kind: "contact", ID: "0b9f"},
			`{"action":"contact.removed","id":"0b9f","kind":"contact","v":1}`,
		},
		"a sealed entry": {
			envelope{Version: 1, Action: ActionSealed, Seal: digest(salt, []byte(`{}`))},
			`{"action":"sealed","seal":"605dcbfd3c387c45b6db7e7b1fb961bdd75d762260c4879b3c3b4f15edacad42","v":1}`,
		},
		"a hidden value": {
			envelope{Version: 1, Action: "signature.recorded", Kind: "signature", ID: "0b9f", Member: 3, Content: map[string]any{"signatory": hidden}},
			`{"action":"signature.recorded","content":{"signatory":{"sha256":"4d4bddbe9316a8fee744e891c57cc5e3d67e0afd6b797d858867c1822c6d131f"}},` +
				`"id":"0b9f","kind":"signature","member":3,"v":1}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := canonical(c.in)
			if err != nil || string(got) != c.want {
				t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

// anything makes a random JSON value; encoding/json writes its names in
// another order than RFC 8785 and its characters in other escapes.
func anything(r *rand.Rand, depth int) any {
	texts := []string{"", "a", "10", "€", "😀", "\ufb33", "\u0000", "\u2028", "执御", "<&>", "\"\\/", "\x7f", "z\u0301"}
	if depth == 0 {
		return texts[r.IntN(len(texts))]
	}
	switch r.IntN(7) {
	case 0:
		return nil
	case 1:
		return r.IntN(2) == 0
	case 2:
		return r.Int64N(1 << 53)
	case 3:
		return r.NormFloat64() * float64(uint64(1)<<r.IntN(63))
	case 4:
		list := make([]any, r.IntN(4))
		for i := range list {
			list[i] = anything(r, depth-1)
		}
		return list
	case 5:
		object := map[string]any{}
		for range r.IntN(6) {
			object[texts[r.IntN(len(texts))]+texts[r.IntN(len(texts))]] = anything(r, depth-1)
		}
		return object
	default:
		return texts[r.IntN(len(texts))]
	}
}

// shuffled writes the value with the names of its objects in a random order
// and blanks between its tokens.
func shuffled(r *rand.Rand, value any) string {
	blank := func() string { return strings.Repeat(" ", r.IntN(3)) + strings.Repeat("\n", r.IntN(2)) }
	switch v := value.(type) {
	case map[string]any:
		parts := make([]string, 0, len(v))
		for name, part := range v { // Go's order of a map is random already
			parts = append(parts, shuffled(r, name)+blank()+":"+blank()+shuffled(r, part))
		}
		return "{" + blank() + strings.Join(parts, blank()+","+blank()) + blank() + "}"
	case []any:
		parts := make([]string, 0, len(v))
		for _, part := range v {
			parts = append(parts, shuffled(r, part))
		}
		return "[" + blank() + strings.Join(parts, blank()+","+blank()) + blank() + "]"
	default:
		bytes, _ := json.Marshal(v)
		return string(bytes)
	}
}

func TestCanonicalBytesAreOneForEachValue(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		value := anything(r, 4)
		once, err := canonical(value)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := canonical(json.RawMessage(once))
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("not a fixpoint: %s became %s, %v", once, twice, err)
		}
		other := shuffled(r, value)
		again, err := canonical(json.RawMessage(other))
		if err != nil || !bytes.Equal(once, again) {
			t.Fatalf("%s gives %s, and written otherwise %s, %v", other, once, again, err)
		}
		var left, right any
		if json.Unmarshal(once, &left) != nil || json.Unmarshal([]byte(other), &right) != nil {
			t.Fatalf("%s is not JSON", once)
		}
		a, _ := json.Marshal(left)
		b, _ := json.Marshal(right)
		if !bytes.Equal(a, b) {
			t.Fatalf("%s does not mean %s", once, other)
		}
	}
}

func TestContentIsLimited(t *testing.T) {
	t.Parallel()
	fits := strings.Repeat("a", MaxContent-2)
	if got, err := canonical(fits); err != nil || len(got) != MaxContent {
		t.Errorf("%d octets: %v", len(got), err)
	}
	if _, err := canonical(fits + "a"); !fault.Is(err, fault.TooLarge) {
		t.Errorf("one octet too many: %v", err)
	}
}

func TestDifference(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, after, want string }{
		"nothing where nothing changed": {`{"a":1,"b":[1,2]}`, `{"a":1,"b":[1,2]}`, ``},
		"nothing where nothing was":     {``, ``, ``},
		"every field of a new thing":    {``, `{"a":1,"b":{"c":2}}`, `/a  > 1; /b  > {"c":2}`},
		"every field of a lost thing":   {`{"a":1,"b":null}`, ``, `/a 1 > ; /b null > `},
		"fields come, go and change":    {`{"a":1,"b":2,"c":3}`, `{"b":3,"c":3,"d":4}`, `/a 1 > ; /b 2 > 3; /d  > 4`},
		"an object field by field":      {`{"s":{"t":"x","u":1}}`, `{"s":{"t":"y","u":1}}`, `/s/t "x" > "y"`},
		"an array as a value":           {`{"n":[{"t":"x"},{"t":"y"}]}`, `{"n":[{"t":"x"}]}`, `/n [{"t":"x"},{"t":"y"}] > [{"t":"x"}]`},
		"a hidden value as a value":     {`{"p":{"sha256":"aa"}}`, `{"p":{"sha256":"bb"}}`, `/p {"sha256":"aa"} > {"sha256":"bb"}`},
		"an object for a value":         {`{"p":1}`, `{"p":{"q":1}}`, `/p 1 > {"q":1}`},
		"null is a value":               {`{"p":null}`, `{}`, `/p null > `},
		"pointers are escaped":          {`{"a/b":1,"m~n":1}`, `{"a/b":2,"m~n":2}`, `/a~1b 1 > 2; /m~0n 1 > 2`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, f := range Difference(json.RawMessage(c.before), json.RawMessage(c.after)) {
				got = append(got, f.Pointer+" "+string(f.Before)+" > "+string(f.After))
			}
			if strings.Join(got, "; ") != c.want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), c.want)
			}
		})
	}
}
