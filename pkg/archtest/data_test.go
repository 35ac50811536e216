package archtest

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// owner says which package writes a table. A history table is written by its
// table's trigger alone.
var owner = map[string]string{
	"change": "db", "entry": "db", "sealed": "db", "idempotency": "db",
	"pending":  "db", // and cleared by the ledger, see below
	"position": "pkg/ledger",

	"plan": "pkg/commitment", "plan_point": "pkg/commitment", "indicator": "pkg/commitment",

	"member": "pkg/member", "member_name": "pkg/member", "member_identifier": "pkg/member", "member_transition": "pkg/member",
	"membership_term": "pkg/member", "contact": "pkg/member", "ceremony": "pkg/member", "signature": "pkg/member", "signatory": "pkg/member",

	"figure":   "pkg/figure",
	"alliance": "pkg/alliance", "alliance_membership": "pkg/alliance",
	"commitment": "pkg/commitment", "commitment_draft": "pkg/commitment", "commitment_participant": "pkg/commitment",
	"cycle": "pkg/commitment", "report": "pkg/commitment", "report_draft": "pkg/commitment",
	"proposal": "pkg/commitment",
	"evidence": "pkg/commitment", "evidence_draft": "pkg/commitment", "evidence_blob": "pkg/commitment",
	"activity": "pkg/commitment", "activity_draft": "pkg/commitment", "activity_winner": "pkg/commitment", "activity_commitment": "pkg/commitment",

	"amendment": "pkg/commitment",

	"app_user": "pkg/account", "session": "pkg/account", "refresh_token": "pkg/account", "sign_in_attempt": "pkg/account",
	"totp_factor": "pkg/account", "recovery_code": "pkg/account", "pending_sign_in": "pkg/account", "passkey": "pkg/account", "passkey_ceremony": "pkg/account",
	"familiar_address": "pkg/account", "setup_link": "pkg/account", "signing_key": "pkg/account", "server_secret": "pkg/account",
	"directory_identity": "pkg/account", "directory_round": "pkg/account",
	"invitation": "pkg/account", "requested_link": "pkg/account", "account_link": "pkg/account",

	"mail": "pkg/mail",

	"change_request": "pkg/request", "change_request_item": "pkg/request", "change_request_signatory": "pkg/request", "change_request_step": "pkg/request",
	"api_token": "pkg/account", "audit_event": "pkg/audit",

	"seeding": "pkg/intake",
}

// trespasses are writes to another's table, each with its reason.
var trespasses = map[string]string{
	"pkg/ledger deletes from pending": "numbering a change takes it off the list of those to be numbered",
}

var written = regexp.MustCompile(`(?i)\b(insert\s+into|update|delete\s+from|merge\s+into|truncate(?:\s+table)?)\s+(?:only\s+)?([a-z_][a-z0-9_]*)`)

// writes gives what a statement does to which table: "deletes from pending".
func writes(text string) []string {
	var found []string
	text = regexp.MustCompile(`(?i)\bfor\s+(no\s+key\s+)?update\b|\bdo\s+update\s+set\b`).ReplaceAllString(stripped(text), " ")
	for _, match := range written.FindAllStringSubmatch(text, -1) {
		does := map[string]string{"i": "inserts into", "u": "updates", "d": "deletes from", "m": "merges into", "t": "truncates"}[strings.ToLower(match[1][:1])]
		found = append(found, does+" "+strings.ToLower(match[2]))
	}
	return found
}

// stripped takes comments and quoted text out of a statement.
func stripped(text string) string {
	return regexp.MustCompile(`--[^\n]*|'(?:[^']|'')*'`).ReplaceAllString(text, " ")
}

func TestEachTableIsWrittenByItsOwnerOnly(t *testing.T) {
	t.Parallel()
	constants, composed := statements(t, code(t))
	met := map[string]bool{}
	for _, s := range append(constants, composed...) {
		if strings.HasPrefix(s.dir, "scripts/") {
			continue // makes synthetic data for a benchmark, in a database of its own
		}
		for _, what := range writes(s.text) {
			table := what[strings.LastIndex(what, " ")+1:]
			does := s.dir + " " + what
			switch _, excepted := trespasses[does]; {
			case excepted:
				met[does] = true
			case owner[table] == "":
				t.Errorf("%s: %s.%s %s, which nobody owns", s.at, s.dir, s.name, what)
			case owner[table] != s.dir:
				t.Errorf("%s: %s.%s %s, which is %s's", s.at, s.dir, s.name, what, owner[table])
			}
		}
	}
	unused(t, trespasses, met)
}

// The ledger's own tables are only ever inserted into.
func TestTheLedgerIsOnlyInsertedInto(t *testing.T) {
	t.Parallel()
	constants, composed := statements(t, code(t))
	for _, s := range append(constants, composed...) {
		for _, what := range writes(s.text) {
			does, table, _ := strings.Cut(what, "o ")
			if slices.Contains([]string{"change", "entry", "position"}, strings.TrimPrefix(what[strings.LastIndex(what, " "):], " ")) && !strings.HasPrefix(what, "inserts") {
				t.Errorf("%s: %s %s%s", s.at, s.name, does, table)
			}
		}
	}
}

// unveiled statements read the table of figures itself, not what figure_seen
// shows of it.
var unveiled = map[string]string{
	"pkg/figure.originalFigure": "what one change made, for the answer to whoever asked for that change again",
	"pkg/figure.currentRow":     "what a statement would stand beside, under the member's lock; it is shown to nobody",
}

var readsFigures = regexp.MustCompile(`(?i)\b(from|join)\s+(figure|figure_history)\b`)

func TestFiguresAreShownThroughTheirViewOnly(t *testing.T) {
	t.Parallel()
	constants, composed := statements(t, code(t))
	met := map[string]bool{}
	for _, s := range append(constants, composed...) {
		if strings.HasPrefix(s.dir, "scripts/") || !readsFigures.MatchString(deleted(stripped(s.text))) {
			continue
		}
		name := s.dir + "." + s.name
		met[name] = true
		if _, ok := unveiled[name]; !ok {
			t.Errorf("%s: %s reads figures past figure_seen", s.at, name)
		}
	}
	unused(t, unveiled, met)
}

// deleted takes "delete from" out of a statement, which reads nothing.
func deleted(text string) string {
	return regexp.MustCompile(`(?i)\bdelete\s+from\b`).ReplaceAllString(text, " ")
}
