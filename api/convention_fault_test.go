package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestAMegabyteOfFaultsIsAnsweredWithAHundred sends, without an account, as many
// faults as fit. The work and the answer for them must not grow with their
// number, or their square.
func TestAMegabyteOfFaultsIsAnsweredWithAHundred(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := &world{teller: &teller{house: h, t: t}}
	fill := func(open, one, closing string) string {
		var body strings.Builder
		body.WriteString(open)
		for i := 0; body.Len() < 1<<20-100; i++ {
			body.WriteString(strings.ReplaceAll(one, "#", fmt.Sprint(i)))
		}
		return body.String() + closing
	}
	for name, body := range map[string]string{
		"unknown properties":         fill(`{"kind":"other"`, `,"#":1`, `}`),
		"unknown properties of them": fill(`{"kind":"other","sector":{"code":"G"`, `,"#":1`, `}}`),
		"control characters":         fill(`{"kind":"other"`, `,"\u0001#":"\u0001"`, `}`),
		"fractions":                  fill(`{"kind":"other","names":[1.5`, `,#.5`, `]}`),
		"empty items":                fill(`{"kind":"other","names":[{}`, `,{}`, `]}`),
		"bad identifiers":            fill(`{"kind":"other","identifiers":[{}`, `,{"scheme":"lei","value":"#"}`, `]}`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hundred(t, w.send("", "POST", "/api/v1/members", body), http.StatusUnprocessableEntity)
		})
	}
	t.Run("parameters", func(t *testing.T) {
		t.Parallel()
		hundred(t, w.send("", "GET", "/api/v1/members?"+fill("", "a#&", ""), ""), http.StatusBadRequest)
		hundred(t, w.send("", "GET", "/api/v1/members?"+fill("q=a&", "q=#&", ""), ""), http.StatusBadRequest)
	})
}

func hundred(t *testing.T, r reply, status int) {
	t.Helper()
	var doc struct{ Errors []map[string]string }
	err := json.Unmarshal([]byte(r.text), &doc)
	if err != nil || r.status != status || len(doc.Errors) == 0 || len(doc.Errors) > 100 || len(r.text) > 64<<10 {
		t.Errorf("%d, %d faults in %d octets, %v", r.status, len(doc.Errors), len(r.text), err)
	}
}
