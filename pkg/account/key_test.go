package account

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
	"testing"

	"accord/db/dbtest"
)

func pemOf(t *testing.T, key any) string {
	t.Helper()
	kind := "PRIVATE KEY"
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if public, ok := key.(ed25519.PublicKey); ok {
		kind = "PUBLIC KEY"
		der, err = x509.MarshalPKIXPublicKey(public)
	}
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestParseKeys(t *testing.T) {
	t.Parallel()
	seeds := [][]byte{bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)}
	one, two := ed25519.NewKeyFromSeed(seeds[0]), ed25519.NewKeyFromSeed(seeds[1])
	text := func(seed []byte) string { return base64.StdEncoding.EncodeToString(seed) }
	want := testKeys(t, 1, 2)

	for name, config := range map[string]string{
		"seeds, comma":        text(seeds[0]) + "," + text(seeds[1]),
		"seeds, lines":        "\n" + text(seeds[0]) + "\r\n" + text(seeds[1]) + "\n",
		"seeds without =":     base64.RawURLEncoding.EncodeToString(seeds[0]) + " " + base64.RawStdEncoding.EncodeToString(seeds[1]),
		"PEM":                 pemOf(t, one) + pemOf(t, two),
		"PEM, the old public": pemOf(t, one) + pemOf(t, two.Public()),
		"PEM and a seed":      pemOf(t, one) + text(seeds[1]),
	} {
		t.Run("reads "+name, func(t *testing.T) {
			t.Parallel()
			keys, err := ParseKeys(config)
			if err != nil {
				t.Fatal(err)
			}
			if keys.Signing() != want.Signing() || len(keys.public) != 2 {
				t.Errorf("got %s of %d, want %s of 2", keys.Signing(), len(keys.public), want.Signing())
			}
		})
	}

	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, config := range map[string]string{
		"a short seed":     text(seeds[0][:31]),
		"another curve":    pemOf(t, ec),
		"a public first":   pemOf(t, one.Public()) + pemOf(t, two),
		"a public only":    pemOf(t, one.Public()),
		"one key twice":    text(seeds[0]) + "," + text(seeds[0]),
		"a path":           "/etc/accord/key.pem",
		"a broken PEM":     "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"a foreign PEM":    string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: seeds[0]})),
		"half a PEM":       pemOf(t, one)[:60],
		"something else 1": text(seeds[0]) + ",x",
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			keys, err := ParseKeys(config)
			if err == nil {
				t.Fatalf("took it as %s", keys)
			}
			if strings.Contains(err.Error(), text(seeds[0])) || strings.Contains(err.Error(), "AQEBAQEB") {
				t.Errorf("the error shows a key: %v", err)
			}
		})
	}
	t.Run("blank is an empty ring", func(t *testing.T) {
		t.Parallel()
		if keys, err := ParseKeys(" \n"); err != nil || !keys.Empty() {
			t.Errorf("got %s, %v", keys, err)
		}
	})
	t.Run("printing shows no key", func(t *testing.T) {
		t.Parallel()
		for _, form := range []string{"%v", "%+v", "%s", "%#v"} {
			if got := fmt.Sprintf(form, want); got != "2 signing keys" {
				t.Errorf("%s: %s", form, got)
			}
		}
	})
	t.Run("a kid is the thumbprint of RFC 8037", func(t *testing.T) {
		t.Parallel()
		public, err := base64.RawURLEncoding.DecodeString("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
		if err != nil {
			t.Fatal(err)
		}
		if kid := kidOf(public); kid != "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k" {
			t.Errorf("got %s", kid)
		}
	})
}

func TestKeptKeys(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	kids := make([]string, 4)
	var servers sync.WaitGroup
	for i := range kids {
		servers.Go(func() {
			keys, err := keptKeys(t.Context(), d)
			if err != nil {
				t.Error(err)
				return
			}
			kids[i] = keys.Signing()
		})
	}
	servers.Wait()
	for _, kid := range kids {
		if kid == "" || kid != kids[0] {
			t.Errorf("servers that start at once sign with %v", kids)
		}
	}
}
