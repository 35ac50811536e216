//go:build unix

package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestDirectoryConfiguration(t *testing.T) {
	t.Parallel()
	const base = "https://accord.example.org"
	whole := func(change func(c *identityProvider)) *identityProvider {
		c := &identityProvider{
			OIDCIssuer: "https://login.example.org", OIDCClientID: "accord", OIDCClientSecret: "secret",
			OIDCDomains: []string{"example.org"}, OIDCGroups: []string{"cn=staff=staff", "readers = analyst"},
		}
		change(c)
		return c
	}
	t.Run("whole, it is taken, and named for its host", func(t *testing.T) {
		t.Parallel()
		p, err := whole(func(*identityProvider) {}).directory(base)
		if err != nil || p.Name() != "login.example.org" {
			t.Errorf("got %v", err)
		}
		if p, err := (&identityProvider{}).directory(""); p != nil || err != nil {
			t.Errorf("none gives %v, %v", p, err)
		}
		if p, err = whole(func(c *identityProvider) { c.OIDCIssuer, c.OIDCName = "http://127.0.0.1:9/x", "House" }).directory(base); err != nil || p.Name() != "House" {
			t.Errorf("one on this machine gives %v", err)
		}
	})
	for name, change := range map[string]func(c *identityProvider){
		"without its issuer":  func(c *identityProvider) { c.OIDCIssuer = "" },
		"no address":          func(c *identityProvider) { c.OIDCIssuer = "login.example.org" },
		"by https":            func(c *identityProvider) { c.OIDCIssuer = "http://login.example.org" },
		"secret":              func(c *identityProvider) { c.OIDCClientSecret = "" },
		"domains are needed":  func(c *identityProvider) { c.OIDCDomains = nil },
		`"@example.org"`:      func(c *identityProvider) { c.OIDCDomains = []string{"@example.org"} },
		"groups are needed":   func(c *identityProvider) { c.OIDCGroups = nil },
		"group x no role":     func(c *identityProvider) { c.OIDCGroups = []string{"x=member"} },
		"group staff no role": func(c *identityProvider) { c.OIDCGroups = []string{"staff"} },
		"twice":               func(c *identityProvider) { c.OIDCGroups = []string{"a=staff", "a=admin"} },
		"cannot be read":      func(c *identityProvider) { c.OIDCClientSecret, c.OIDCClientSecretFile = "", "/nowhere/at/all" },
	} {
		t.Run("is refused: "+name, func(t *testing.T) {
			t.Parallel()
			_, err := whole(change).directory(base)
			if told, ok := errors.AsType[*trouble](err); !ok || told.code != exitUsage || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("is refused without a base address", func(t *testing.T) {
		t.Parallel()
		_, err := whole(func(*identityProvider) {}).directory("")
		if told, ok := errors.AsType[*trouble](err); !ok || !strings.Contains(told.mend, "ACCORD_BASE_URL") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("the doctor asks whether it answers", func(t *testing.T) {
		t.Parallel()
		issuer := ""
		there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(strings.ReplaceAll(`{"issuer":"@","authorization_endpoint":"@/a","token_endpoint":"@/t","jwks_uri":"@/k"}`, "@", issuer)))
		}))
		defer there.Close()
		issuer = there.URL
		for at, sound := range map[string]bool{issuer: true, issuer + "/": false} {
			var e examination
			whole(func(c *identityProvider) { c.OIDCIssuer = at }).examineDirectory(t.Context(), &e, base)
			if len(e.findings) != 1 || e.findings[0].Sound != sound {
				t.Errorf("%s: %+v", at, e.findings)
			}
		}
	})
}
