package api

import (
	"net/http"
	"strings"
	"testing"
)

func TestIdempotencyKeys(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for key, want := range map[string]string{
		"a": "fine", strings.Repeat("k", 255): "fine", "8e03978e-40d5-43e8-bc93-6894a57f9324": "fine",
		strings.Repeat("k", 256): "idempotency_key_malformed", "has blank": "idempotency_key_malformed", "": "idempotency_key_malformed",
		"键": "idempotency_key_malformed", "a\x00": "idempotency_key_malformed",
	} {
		got, _, _ := strings.Cut(told(d.ask(t, "recordCeremony", "/x", "", "Idempotency-Key", key).checkKey()), "\n")
		if got != want {
			t.Errorf("%q: got %s, want %s", key, got, want)
		}
	}
	r := d.ask(t, "signIn", "/x", "", "Idempotency-Key", "a")
	r.route.secret = true
	if got := told(r.checkKey()); got != "idempotency_key_refused\nIdempotency-Key idempotency_key_refused" {
		t.Errorf("on a route with a secret: %s", got)
	}
}

func TestTheSameBodyInAnotherFormHasTheSameDigest(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	digest := func(body string) string {
		r := d.ask(t, "recordCeremony", "/api/v1/ceremonies", body)
		r.key = "a"
		doc, err := r.readBody()
		if err != nil {
			t.Fatal(err)
		}
		claim, err := r.claimOf("u", doc.tree)
		if err != nil || claim.User != "u" || claim.Key != "a" || claim.Route != "POST /api/v1/ceremonies" || claim.Status != http.StatusCreated {
			t.Fatalf("claim: %+v, %v", claim, err)
		}
		return string(claim.Digest)
	}
	one := digest(`{"name":"é","batch":"b"}`)
	if one != digest("{ \"batch\": \"b\",\n\"name\": \"\\u00e9\" }") {
		t.Error("order, blanks and escapes changed the digest")
	}
	if one == digest(`{"name":"é","batch":"c"}`) {
		t.Error("another body has the same digest")
	}
	if digest(`{"name":"é","password":"four ferries"}`) != digest(`{"name":"é","password":"five ferries"}`) {
		t.Error("the digest tells one password from another, so that it can be guessed from")
	}
}
