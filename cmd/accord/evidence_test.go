//go:build unix

package main_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

func TestWhereEvidenceIsKept(t *testing.T) {
	t.Parallel()
	backend := s3mem.New()
	storage := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(storage.Close)
	must(t, backend.CreateBucket("evidence"))
	keys := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(keys, []byte("hunter2\n"), 0o600))
	occupied := filepath.Join(t.TempDir(), "occupied")
	must(t, os.WriteFile(occupied, nil, 0o600))
	at := func(evidence string) place {
		p := private(t)
		p.env = append(p.env, "ACCORD_EVIDENCE="+evidence, "ACCORD_EVIDENCE_ACCESS_KEY=key", "ACCORD_EVIDENCE_SECRET_KEY_FILE="+keys)
		return p
	}
	said := func(p place) string { return p.run(t, "", "doctor").out }
	sound := at("s3://evidence/x?endpoint=" + storage.URL)
	if out := said(sound); !strings.Contains(out, "ok    evidence: bucket evidence") {
		t.Error(out)
	}
	_, data, _ := strings.Cut(sound.env[0], "=")
	if _, err := os.Stat(filepath.Join(data, "evidence")); err == nil {
		t.Error("the doctor made a folder that is the server's to make")
	}
	out := said(at("s3://elsewhere?endpoint=" + storage.URL))
	if !strings.Contains(out, "FAIL  evidence") || !strings.Contains(out, "mend: see that the bucket") || strings.Contains(out, "hunter2") {
		t.Error(out)
	}
	for evidence, words := range map[string][]string{
		"s3://":                                {"ACCORD_EVIDENCE", "s3://bucket/prefix"},
		"S3://bucket":                          {"neither a folder nor a bucket", "S3://bucket"},
		"https://storage.example.org/bucket":   {"neither a folder nor a bucket"},
		"s3://bucket?secret=x":                 {"secret", "s3://bucket/prefix"},
		"s3://bucket?endpoint=ftp://elsewhere": {"endpoint"},
	} {
		at(evidence).refused(t, 2, words, "serve")
	}
	at(occupied).refused(t, 1, []string{"evidence cannot be kept", "ACCORD_EVIDENCE"}, "serve")
	if out := said(at(occupied)); !strings.Contains(out, "FAIL  evidence") || !strings.Contains(out, "mend: give "+occupied) {
		t.Error(out)
	}
}

func TestTheFolderOfEvidenceIsForTheServerAlone(t *testing.T) {
	t.Parallel()
	p := private(t)
	_, data, _ := strings.Cut(p.env[0], "=")
	if out := p.run(t, "", "doctor").out; !strings.Contains(out, "ok    evidence: files will be kept in "+data) {
		t.Error(out)
	}
	if _, err := os.Stat(filepath.Join(data, "evidence")); err == nil {
		t.Error("the doctor made it")
	}
	p.serve(t)
	info, err := os.Stat(filepath.Join(data, "evidence"))
	must(t, err)
	if info.Mode().Perm() != 0o700 {
		t.Errorf("it is %v", info.Mode())
	}
	if out := p.run(t, "", "doctor").out; !strings.Contains(out, "ok    evidence: folder ") {
		t.Error(out)
	}
}
