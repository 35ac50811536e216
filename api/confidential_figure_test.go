package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"accord/pkg/ident"
)

// What a sealed entry may move for those it is not for. It is one entry of the
// one ledger, so that the ledger is whole for everybody who checks it: the feed
// shows that there is a sealed entry, not about whom or what, and a statistic
// names the last position, which the feed tells anyway. Nothing else may move.
var positioned = []string{"countMembers", "countCommitments", "countActivities", "totalFigures", "totalIndicators", "countReporting", "crossMembers"}

var (
	position = regexp.MustCompile(`"position":\d+`)
	grown    = regexp.MustCompile(`(?m)^(Etag|Content-Length|Link): .*\n`)
)

// grew tells what else than sealed entries lies between two answers, "" for nothing.
func grew(key seen, was, is reply) string {
	switch {
	case is.plain() == was.plain():
		return ""
	case slices.Contains(positioned, key.operation):
		if position.ReplaceAllString(grown.ReplaceAllString(is.plain(), ""), "") == position.ReplaceAllString(grown.ReplaceAllString(was.plain(), ""), "") {
			return ""
		}
	case key.operation == "readChanges" && (key.method == http.MethodHead || is.status == http.StatusOK):
		return sealedAlone(was, is)
	}
	return "it differs"
}

// sealedAlone tells what else than sealed entries is behind those of a page of the feed.
func sealedAlone(was, is reply) string {
	if grown.ReplaceAllString(was.plain(), "") == grown.ReplaceAllString(is.plain(), "") { // of HEAD
		return ""
	}
	var before, after struct{ Items []json.RawMessage }
	if was.text != "" && json.Unmarshal([]byte(was.text), &before) != nil || json.Unmarshal([]byte(is.text), &after) != nil {
		return "it is no page"
	}
	for i, item := range after.Items {
		if i < len(before.Items) {
			if string(item) != string(before.Items[i]) {
				return "an entry differs"
			}
			continue
		}
		var entry map[string]any
		_ = json.Unmarshal(item, &entry)
		if names := slices.Sorted(maps.Keys(entry)); entry["sealed"] != true || fmt.Sprint(names) != "[at digest position seal sealed]" {
			return "more than a sealed entry: " + string(item)
		}
	}
	if len(after.Items) < len(before.Items) {
		return "entries are gone"
	}
	return ""
}

// staysButForSeals fails for all that two walks differ in beyond what sealed
// entries move, and for a reader who held an answer that is still good and was
// not told so.
func staysButForSeals(t *testing.T, before, after map[seen]reply) {
	t.Helper()
	for _, key := range unlike(before, after) {
		was, is := before[key], after[key]
		if key.method == "GET If-None-Match" {
			if is.status == http.StatusNotModified {
				continue
			}
			was = before[seen{key.operation, key.who, key.target, http.MethodGet}]
			if is.plain() == was.plain() {
				t.Errorf("%s as %q: what the reader holds is sent again", key.target, key.who)
			}
		}
		if _, there := before[key]; !there && key.operation == "readChanges" && key.method == http.MethodGet { // a page behind the last
			was = is
			was.text = ""
		}
		if wrong := grew(key, was, is); wrong != "" {
			t.Errorf("%s %s as %q: %s\nbefore %s\nafter %s", key.method, key.target, key.who, wrong, was.plain(), is.plain())
		}
	}
}

// showsNone fails for every answer that holds one of the texts.
func showsNone(t *testing.T, found map[seen]reply, texts []string) {
	t.Helper()
	for key, answer := range found {
		for _, text := range texts {
			if strings.Contains(answer.plain(), text) {
				t.Errorf("%s %s as %q tells %s: %s", key.method, key.target, key.who, text, answer.plain())
			}
		}
	}
}

// corrected states a confidential figure of the discreet member's, corrects it
// twice, states others beside it, and is refused some. It gives what nobody
// else may read.
func (w *world) corrected() []string {
	w.t.Helper()
	w.Clock.Advance(time.Minute)
	at := figuresOf(w.discreet)
	revenue := func(low string) string {
		return strings.Replace(salesOf(2017, low, "confidential"), "sales_volume", "revenue", 1)
	}
	first := w.tell("staff", "POST", at, revenue("815000815000"), http.StatusCreated, "Idempotency-Key", "secret")
	second := w.tell("staff", "POST", first.header.Get("Location")+"/supersede", revenue("815000815001"), http.StatusCreated, "If-Match", first.header.Get("ETag"))
	third := w.tell("staff", "POST", second.header.Get("Location")+"/supersede", revenue("815000815002"), http.StatusCreated)
	undated := w.tell("staff", "POST", at, `{"measure":"export_sales","bound":"ge","low":"815000815003","currency":"USD","confidentiality":"confidential"}`, http.StatusCreated)
	beside := w.tell("staff", "POST", at, salesOf(2016, "815000815004", "confidential"), http.StatusCreated)
	w.tell("staff", "POST", at, revenue("815000815005"), http.StatusConflict)
	w.tell("staff", "POST", first.header.Get("Location")+"/supersede", revenue("815000815006"), http.StatusConflict)
	w.tell("staff", "POST", at, revenue("815000815000"), http.StatusCreated, "Idempotency-Key", "secret")
	w.tell("own approver", "POST", at, revenue("815000815007"), http.StatusForbidden)
	secrets := []string{"81500081500"}
	for _, a := range []answer{first, second, third, undated, beside} {
		secrets = append(secrets, a.field("id"))
		w.tell("own editor", "GET", a.header.Get("Location"), "", http.StatusOK)
	}
	return secrets
}

// TestAConfidentialFigureLeavesEveryAnswerAsItWas reads everything there is to
// read, as everybody whom a confidential figure is not for, before it is stated
// and after.
func TestAConfidentialFigureLeavesEveryAnswerAsItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	insiders := []string{"staff", "admin", "own editor"}
	first, held := w.walk(outsiders, nil), map[string]string{}
	for _, who := range insiders {
		for _, target := range []string{memberAt(w.discreet), figuresOf(w.discreet), memberAt(w.discreet) + "/history"} {
			held[who+target] = w.send(who, "GET", target, "").header.Get("ETag")
		}
	}
	secrets := w.corrected()

	t.Run("to the byte, while it has no position yet", func(t *testing.T) {
		pending := w.walk(outsiders, nil)
		for _, key := range unlike(first, pending) {
			t.Errorf("%s %s as %q\nbefore %s\nafter %s", key.method, key.target, key.who, first[key].plain(), pending[key].plain())
		}
	})
	w.CatchUp(t)
	t.Run("and then but for the position of the ledger", func(t *testing.T) {
		after := w.walk(outsiders, first)
		staysButForSeals(t, first, after)
		showsNone(t, after, secrets)
	})
	t.Run("for staff and its own member it is there", func(t *testing.T) {
		for _, who := range insiders {
			for _, target := range []string{memberAt(w.discreet), figuresOf(w.discreet), memberAt(w.discreet) + "/history"} {
				is := w.send(who, "GET", target, "")
				if !strings.Contains(is.text, "815000815002") || is.header.Get("ETag") == held[who+target] {
					t.Errorf("%s is shown %s", who, is.plain())
				}
			}
		}
	})
	t.Run("nor does the log tell it", func(t *testing.T) {
		if w.log.tells("81500081500") {
			t.Error("it does")
		}
	})
}

// TestWhatBecameConfidentialIsLeftOut states a public figure that a confidential
// one supersedes: history and feed keep what was public, as they must, and all
// else is as if it had never been stated.
func TestWhatBecameConfidentialIsLeftOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.walk(outsiders, nil)
	w.Clock.Advance(time.Minute)
	public := w.tell("staff", "POST", figuresOf(w.discreet), salesOf(2017, "4711", "public"), http.StatusCreated)
	where := public.header.Get("Location")
	w.CatchUp(t)
	shown := w.walk(outsiders, nil)
	hidden := w.tell("staff", "POST", where+"/supersede", salesOf(2017, "900000900001", "confidential"), http.StatusCreated)
	w.CatchUp(t)
	retracted := w.walk(outsiders, shown)

	t.Run("all else is as before it was stated", func(t *testing.T) {
		for _, key := range unlike(first, retracted) {
			was, is := first[key], retracted[key]
			switch {
			case key.operation == "readMemberHistory", key.operation == "readChanges": // the record of what was public
			case key.method == "GET If-None-Match": // of the moment in between
			case key.operation == "readMember": // a reader of the moment in between holds an ETag that must not come again
				if tagless(was) != tagless(is) {
					t.Errorf("%s as %q\nbefore %s\nafter %s", key.target, key.who, was.plain(), is.plain())
				}
			case grew(key, was, is) != "":
				t.Errorf("%s %s as %q\nbefore %s\nafter %s", key.method, key.target, key.who, was.plain(), is.plain())
			}
		}
	})
	t.Run("and it is as one that never was, though the reader holds it", func(t *testing.T) {
		for _, who := range outsiders {
			never := w.send(who, "GET", "/api/v1/figures/"+string(ident.New[ident.Figure]()), "")
			if now := w.send(who, "GET", where, "", "If-None-Match", public.header.Get("ETag")+", *"); now.plain() != never.plain() {
				t.Errorf("%s is told %s", who, now.plain())
			}
		}
	})
	t.Run("nor does anything tell by what", func(t *testing.T) {
		showsNone(t, retracted, []string{"900000900001", hidden.field("id")})
		next := w.tell("staff", "POST", hidden.header.Get("Location")+"/supersede", salesOf(2017, "900000900002", "confidential"), http.StatusCreated)
		w.CatchUp(t)
		after := w.walk(outsiders, retracted)
		staysButForSeals(t, withoutConditional(retracted), after)
		showsNone(t, after, []string{"90000090000", hidden.field("id"), next.field("id")})
	})
}

// tagless gives the answer without its ETag.
func tagless(r reply) string {
	return regexp.MustCompile(`(?m)^Etag: .*\n`).ReplaceAllString(r.plain(), "")
}

// withoutConditional leaves out what was asked with an earlier ETag.
func withoutConditional(walk map[seen]reply) map[seen]reply {
	plain := maps.Clone(walk)
	maps.DeleteFunc(plain, func(key seen, _ reply) bool { return key.method == "GET If-None-Match" })
	return plain
}
