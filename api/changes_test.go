package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gowebpki/jcs"

	"accord/pkg/access"
)

// items gives the items of a list.
func (a answer) items() []map[string]any {
	var items []map[string]any
	list, _ := a.body["items"].([]any)
	for _, item := range list {
		one, _ := item.(map[string]any)
		items = append(items, one)
	}
	return items
}

// TestWhoReadsTheFeedCanCheckIt makes the bytes of each entry from what the
// contract says of them, and hashes them.
func TestWhoReadsTheFeedCanCheckIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.Seed(t)
	h.Applicant(t, "Hidden & <Company>")
	number := h.Member(t, "Public & <Company>")
	h.ask(t, h.staff(t), "PATCH", "/api/v1/members/"+number.String(), `{"description":"Lines\u2028of <text> & more"}`, "If-Match", "*").is(t, http.StatusOK, "")
	h.CatchUp(t)
	feed := h.ask(t, "", "GET", "/api/v1/changes?limit=200", "").is(t, http.StatusOK, "")
	sealed := 0
	for _, item := range feed.items() {
		entry := map[string]any{"v": 1}
		for _, name := range []string{"action", "kind", "id", "member", "content", "seal"} {
			if value, ok := item[name]; ok {
				entry[name] = value
			}
		}
		if item["sealed"] == true {
			sealed++
			if len(entry) != 2 || len(item) != 5 {
				t.Errorf("more than a seal: %v", item)
			}
			entry["action"] = "sealed"
		}
		plain, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		bytes, err := jcs.Transform(plain)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(bytes); item["digest"] != hex.EncodeToString(sum[:]) {
			t.Errorf("the digest %v is not that of %s", item["digest"], bytes)
		}
	}
	if sealed == 0 || sealed == len(feed.items()) {
		t.Errorf("%d of %d entries are sealed", sealed, len(feed.items()))
	}
}

func TestTheFeedIsOneForAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	number := h.Member(t, "Jollychic")
	h.Applicant(t, "Hidden Company")
	h.CatchUp(t)
	public := h.ask(t, "", "GET", "/api/v1/changes?after=3&limit=5", "").is(t, http.StatusOK, "")
	for _, role := range []access.Role{access.RoleAdmin, access.RoleStaff, access.RoleAnalyst} {
		if a := h.ask(t, h.token(t, role, 0, ""), "GET", "/api/v1/changes?after=3&limit=5", ""); a.text != public.text {
			t.Errorf("%s reads %s", role, a.text)
		}
	}
	if a := h.ask(t, h.token(t, access.RoleMember, number, access.Editor), "GET", "/api/v1/changes?after=3&limit=5", ""); a.text != public.text {
		t.Errorf("a member reads %s", a.text)
	}
	h.ask(t, "", "GET", "/api/v1/changes?after=3&limit=5", "", "If-None-Match", public.header.Get("ETag")).is(t, http.StatusNotModified, "")
	for query, want := range map[string]string{
		"?after=x": "after", "?after=9007199254740993": "after", "?limit=0": "limit", "?limit=201": "limit", "?cursor=x": "cursor", "?after=1&after=2": "after",
	} {
		if a := h.ask(t, "", "GET", "/api/v1/changes"+query, "").is(t, http.StatusBadRequest, "parameters"); !strings.HasPrefix(a.faults(), want+" ") {
			t.Errorf("%s: %s", query, a.faults())
		}
	}
}
