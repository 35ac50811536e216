package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/ident"
)

const wholeFigure = `{"measure":"sales_volume","period":{"from":"2016-02-29","to":"2017-02-28"},"bound":"gt","low":"10000000000.50","currency":"RMB",
	"basis":"group_gross","assurance":"audited","source":{"title":"A page","url":"https://example.org/","page":"3","quote":"so it was","retrieved":"2026-01-02"}}`

// salesOf is the body of a year's sales.
func salesOf(year int, low, confidentiality string) string {
	return fmt.Sprintf(`{"measure":"sales_volume","period":{"from":"%d-01-01","to":"%d-12-31"},"bound":"exact","low":%q,"currency":"CNY","confidentiality":%q}`,
		year, year, low, confidentiality)
}

func figuresOf(number ident.Member) string { return fmt.Sprintf("/api/v1/members/%s/figures", number) }

func TestFigures(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff, number := h.staff(t), h.Member(t, "Jollychic")
	at := figuresOf(number)
	made := h.ask(t, staff, "POST", at, wholeFigure).is(t, http.StatusCreated, "")
	where := made.header.Get("Location")

	t.Run("are read as they were stated, by everybody", func(t *testing.T) {
		read := h.ask(t, "", "GET", where, "").is(t, http.StatusOK, "")
		if where != "/api/v1/figures/"+made.field("id") || read.text != made.text {
			t.Errorf("stated %s at %s\nread %s", made.text, where, read.text)
		}
		for _, part := range []string{
			`"low":"10000000000.5"`, `"bound":"gt"`, `"currency":"CNY"`, `"basis":"group_gross"`, `"period":{"from":"2016-02-29","to":"2017-02-28"}`,
			`"confidentiality":"public"`, `"quote":"so it was"`, `"stated_at":"2026-11-24T04:00:00Z"`, `"version":1`,
		} {
			if !strings.Contains(read.text, part) {
				t.Errorf("no %s in %s", part, read.text)
			}
		}
		tag := read.header.Get("ETag")
		h.ask(t, "", "GET", where, "", "If-None-Match", tag).is(t, http.StatusNotModified, "")
		if head := h.ask(t, "", "HEAD", where, "").is(t, http.StatusOK, ""); head.header.Get("ETag") != tag {
			t.Errorf("got %v", head.header)
		}
		for _, elsewhere := range []string{at, "/api/v1/members/" + number.String()} {
			if list := h.ask(t, "", "GET", elsewhere, "").is(t, http.StatusOK, ""); !strings.Contains(list.text, strings.TrimSpace(made.text)) {
				t.Errorf("%s has no such figure: %s", elsewhere, list.text)
			}
		}
	})
	t.Run("what is not stated is absent", func(t *testing.T) {
		bare := h.ask(t, staff, "POST", at, `{"measure":"gmv","bound":"le","high":"7","currency":"JPY"}`).is(t, http.StatusCreated, "")
		if strings.Contains(bare.text, "null") || len(bare.body) != 9 || bare.body["low"] != nil {
			t.Errorf("got %s", bare.text)
		}
	})
	t.Run("all faults are told at once", func(t *testing.T) {
		a := h.ask(t, staff, "POST", at, `{"measure":"profit","bound":"range","low":"2","high":"1","currency":"ABC","confidential":true,
			"period":{"from":"2017-02-29"},"basis":"gross_group","source":{"url":"ftp://x"}}`).is(t, http.StatusUnprocessableEntity, "invalid")
		for _, want := range []string{
			"/measure not_in_list", "/low low_above_high", "/currency currency_unknown", "/confidential unknown_field", "/period/from not_a_date",
			"/period/to required", "/basis not_in_list", "/source/title required", "/source/url wrong_format",
		} {
			if !strings.Contains(a.faults(), want) {
				t.Errorf("no %s in %s", want, a.faults())
			}
		}
	})
	t.Run("45 to 51 bad values are refused with the field at fault", func(t *testing.T) {
		for body, want := range map[string]string{
			`"low":"-1"`: "/low wrong_format", `"low":"NaN"`: "/low wrong_format", `"low":"1e400"`: "/low wrong_format", `"low":"1.005"`: "/low decimal_too_precise",
			`"low":9007199254740993`: "/low wrong_type", `"low":null`: "/low null_not_allowed", `"low":"1","high":"2"`: "/high ends_differ",
			`"low":"1","period":{"from":"2017-01-01","to":"2016-01-01"}`: "/period/to ends_before_start",
			`"low":"1","period":{"from":"0000-01-01","to":"9999-12-31"}`: "/period/from not_a_date, /period/to not_a_date",
		} {
			a := h.ask(t, staff, "POST", at, `{"measure":"revenue","bound":"exact","currency":"CNY",`+body+`}`).is(t, http.StatusUnprocessableEntity, "invalid")
			if a.faults() != want {
				t.Errorf("%s: got %s, want %s", body, a.faults(), want)
			}
		}
	})
	t.Run("52 the same year twice is refused", func(t *testing.T) {
		a := h.ask(t, staff, "POST", at, wholeFigure).is(t, http.StatusConflict, "figure_exists")
		if a.faults() != "/period figure_exists" {
			t.Errorf("got %s", a.faults())
		}
	})
	t.Run("35 are stated by staff alone", func(t *testing.T) {
		h.ask(t, "", "POST", at, wholeFigure).is(t, http.StatusUnauthorized, "unauthenticated")
		for _, token := range []string{h.token(t, access.RoleMember, number, access.Approver), h.token(t, access.RoleAnalyst, 0, "")} {
			h.ask(t, token, "POST", at, wholeFigure).is(t, http.StatusForbidden, "forbidden")
			h.ask(t, token, "POST", where+"/supersede", wholeFigure).is(t, http.StatusForbidden, "forbidden")
		}
		h.ask(t, staff, "POST", figuresOf(4711), wholeFigure).is(t, http.StatusNotFound, "not_found")
	})
}

func TestFiguresAreListedInPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff, number := h.staff(t), h.Member(t, "Jollychic")
	for year := 2011; year <= 2015; year++ {
		h.Clock.Advance(time.Second)
		h.ask(t, staff, "POST", figuresOf(number), salesOf(year, fmt.Sprint(year), "public")).is(t, http.StatusCreated, "")
	}
	h.ask(t, staff, "POST", figuresOf(number), `{"measure":"gmv","bound":"gt","low":"1","currency":"CNY"}`).is(t, http.StatusCreated, "")

	var years []string
	next := figuresOf(number) + "?measure=sales_volume&limit=2"
	for pages := 0; next != "" && pages < 9; pages++ {
		page := h.ask(t, "", "GET", next, "").is(t, http.StatusOK, "")
		items, _ := page.body["items"].([]any)
		for _, item := range items {
			one, _ := item.(map[string]any)
			years = append(years, fmt.Sprint(one["low"]))
		}
		next, _, _ = strings.Cut(strings.TrimPrefix(page.header.Get("Link"), "<"), ">")
		if (next == "") != (page.field("next_cursor") == "") {
			t.Errorf("Link %q and cursor %q", next, page.field("next_cursor"))
		}
	}
	if got := strings.Join(years, " "); got != "2015 2014 2013 2012 2011" {
		t.Errorf("got %s", got)
	}
	t.Run("72 a cursor is for its reader and its query", func(t *testing.T) {
		cursor := h.ask(t, "", "GET", figuresOf(number)+"?limit=1", "").field("next_cursor")
		h.ask(t, "", "GET", figuresOf(number)+"?limit=1&cursor="+cursor, "").is(t, http.StatusOK, "")
		h.ask(t, staff, "GET", figuresOf(number)+"?limit=1&cursor="+cursor, "").is(t, http.StatusBadRequest, "parameters")
		h.ask(t, "", "GET", figuresOf(h.Member(t, "Another"))+"?limit=1&cursor="+cursor, "").is(t, http.StatusBadRequest, "parameters")
	})
	t.Run("unknown and wrong parameters are refused", func(t *testing.T) {
		for query, want := range map[string]string{
			"limit=0": "limit out_of_range", "limit=-1": "limit out_of_range", "limit=1000000000": "limit out_of_range", "measure=profit": "measure not_in_list",
			"current=yes": "current wrong_type", "confidentiality=confidential": "confidentiality unknown_parameter",
		} {
			if a := h.ask(t, "", "GET", figuresOf(number)+"?"+query, "").is(t, http.StatusBadRequest, "parameters"); a.faults() != want {
				t.Errorf("%s: got %s", query, a.faults())
			}
		}
	})
	t.Run("a member without figures has an empty list", func(t *testing.T) {
		if a := h.ask(t, "", "GET", figuresOf(h.Member(t, "Silent")), "").is(t, http.StatusOK, ""); strings.TrimSpace(a.text) != `{"items":[]}` {
			t.Errorf("got %s", a.text)
		}
		h.ask(t, "", "GET", figuresOf(h.Applicant(t, "Applicant")), "").is(t, http.StatusNotFound, "not_found")
	})
}

func TestFiguresAreSuperseded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff, number := h.staff(t), h.Member(t, "Jollychic")
	at := figuresOf(number)
	old := h.ask(t, staff, "POST", at, salesOf(2017, "1", "public"), "Idempotency-Key", "first").is(t, http.StatusCreated, "")
	where := old.header.Get("Location")

	h.ask(t, staff, "POST", where+"/supersede", salesOf(2017, "2", "public"), "If-Match", `"2"`).is(t, http.StatusPreconditionFailed, "stale")
	a := h.ask(t, staff, "POST", where+"/supersede", strings.Replace(salesOf(2017, "2", "public"), "sales_volume", "gmv", 1))
	if a.is(t, http.StatusUnprocessableEntity, "invalid").faults() != "/measure measure_stays" {
		t.Errorf("got %s", a.faults())
	}
	next := h.ask(t, staff, "POST", where+"/supersede", salesOf(2017, "2", "public"), "If-Match", old.header.Get("ETag"), "Idempotency-Key", "second")
	next.is(t, http.StatusCreated, "")
	ended := h.ask(t, "", "GET", where, "").is(t, http.StatusOK, "")
	if ended.field("superseded_by") != next.field("id") || ended.field("low") != "1" || ended.body["version"] != 2.0 {
		t.Errorf("got %s", ended.text)
	}
	if list := h.ask(t, "", "GET", at+"?current=true", ""); strings.Contains(list.text, old.field("id")+`","m`) || !strings.Contains(list.text, next.field("id")) {
		t.Errorf("got %s", list.text)
	}
	h.ask(t, staff, "POST", where+"/supersede", salesOf(2017, "3", "public")).is(t, http.StatusConflict, "figure_superseded")

	t.Run("a key answers again with what it made, as it was then", func(t *testing.T) {
		for key, c := range map[string]struct {
			at, low string
			first   answer
		}{"first": {at, "1", old}, "second": {where + "/supersede", "2", next}} {
			again := h.ask(t, staff, "POST", c.at, salesOf(2017, c.low, "public"), "Idempotency-Key", key).is(t, http.StatusCreated, "")
			if again.text != c.first.text || again.header.Get("ETag") != c.first.header.Get("ETag") || again.header.Get("Location") != c.first.header.Get("Location") {
				t.Errorf("first %s\nagain %s", c.first.text, again.text)
			}
		}
		h.ask(t, staff, "POST", at, salesOf(2017, "9", "public"), "Idempotency-Key", "first").is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	})
}

// Attacks 34, 39, 40, 43 and 44: a confidential figure, and that there is one,
// shows in no answer, header, count or entry to whom it is not for.
func TestConfidentialFiguresShowNowhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff, number, other := h.staff(t), h.Member(t, "Discreet"), h.Member(t, "Curious")
	at, profile := figuresOf(number), "/api/v1/members/"+number.String()
	once := h.ask(t, staff, "POST", at, salesOf(2016, "4711", "public")).is(t, http.StatusCreated, "")
	outsiders := map[string]string{
		"the public": "", "an analyst": h.token(t, access.RoleAnalyst, 0, ""), "another member": h.token(t, access.RoleMember, other, access.Approver),
	}
	views := []string{at, at + "?current=true", profile, "/api/v1/members?has_figure=true", "/api/v1/members", once.header.Get("Location")}
	before := map[string]answer{}
	for who, token := range outsiders {
		for _, view := range views {
			before[who+view] = h.ask(t, token, "GET", view, "").is(t, http.StatusOK, "")
		}
	}
	secret := h.ask(t, staff, "POST", at, salesOf(2017, "815000", "confidential")).is(t, http.StatusCreated, "")
	where := secret.header.Get("Location")
	secret = h.ask(t, staff, "POST", where+"/supersede", salesOf(2017, "815001", "confidential")).is(t, http.StatusCreated, "")

	t.Run("what others see stays the same to the byte", func(t *testing.T) {
		for who, token := range outsiders {
			for _, view := range views {
				was, is := before[who+view], h.ask(t, token, "GET", view, "").is(t, http.StatusOK, "")
				if is.text != was.text || is.header.Get("ETag") != was.header.Get("ETag") || is.header.Get("Content-Length") != was.header.Get("Content-Length") {
					t.Errorf("%s: %s went from %s %v to %s %v", who, view, was.text, was.header, is.text, is.header)
				}
			}
		}
	})
	t.Run("and it is no other than a figure that was never stated", func(t *testing.T) {
		for _, token := range outsiders {
			real := h.ask(t, token, "GET", where, "").is(t, http.StatusNotFound, "not_found")
			none := h.ask(t, token, "GET", "/api/v1/figures/"+string(ident.New[ident.Figure]()), "").is(t, http.StatusNotFound, "not_found")
			delete(real.body, "request_id")
			delete(none.body, "request_id")
			if fmt.Sprint(real.body) != fmt.Sprint(none.body) || len(real.header) != len(none.header) {
				t.Errorf("%v %v is not %v %v", real.body, real.header, none.body, none.header)
			}
		}
	})
	t.Run("staff and its own people see it", func(t *testing.T) {
		for _, token := range []string{staff, h.token(t, access.RoleMember, number, access.Editor)} {
			h.ask(t, token, "GET", where, "").is(t, http.StatusOK, "")
			for _, view := range []string{at, profile} {
				if list := h.ask(t, token, "GET", view, "").is(t, http.StatusOK, ""); !strings.Contains(list.text, secret.field("id")) || list.header.Get("Cache-Control") != "private, no-cache" {
					t.Errorf("not in %s: %s", view, list.text)
				}
			}
		}
	})
	t.Run("44 one made confidential is left out from then on", func(t *testing.T) {
		hidden := h.ask(t, staff, "POST", once.header.Get("Location")+"/supersede", salesOf(2016, "900001", "confidential")).is(t, http.StatusCreated, "")
		for who, token := range outsiders {
			h.ask(t, token, "GET", once.header.Get("Location"), "", "If-None-Match", before[who+once.header.Get("Location")].header.Get("ETag")).is(t, http.StatusNotFound, "not_found")
			for _, view := range []string{at, profile} {
				shown := h.ask(t, token, "GET", view, "", "If-None-Match", before[who+view].header.Get("ETag")).is(t, http.StatusOK, "")
				if strings.Contains(shown.text, "4711") || strings.Contains(shown.text, hidden.field("id")) {
					t.Errorf("%s finds it in %s: %s", who, view, shown.text)
				}
			}
		}
		h.CatchUp(t)
		feed := h.ask(t, "", "GET", "/api/v1/changes?limit=200", "").is(t, http.StatusOK, "")
		if !strings.Contains(feed.text, `"figure.retracted"`) || !strings.Contains(feed.text, "4711") {
			t.Errorf("the record does not hold what was public: %s", feed.text)
		}
		for _, kept := range []string{"815000", "815001", "900001", hidden.field("id"), secret.field("id"), strings.TrimPrefix(where, "/api/v1/figures/")} {
			if strings.Contains(feed.text, kept) {
				t.Errorf("the feed tells %s", kept)
			}
		}
	})
	for _, kept := range []string{"815000", "815001", "900001"} {
		if h.log.tells(kept) {
			t.Errorf("the log tells %s", kept)
		}
	}
}

// tells finds a text in what the server logged.
func (l *log) tells(text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), text)
}
