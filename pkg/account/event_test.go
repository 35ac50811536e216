package account

import (
	"testing"

	"accord/pkg/audit"
	"accord/pkg/ident"
)

// An event that is about no account names none: the record takes a subject and
// its kind together, or neither.
func TestEventsAreAboutAnAccountOrNone(t *testing.T) {
	t.Parallel()
	by := ident.New[ident.User]()
	if e := eventOf("invitation_revoked", "", by, "invitation", "x"); e.Kind != "" || e.Subject != "" || e.By != by || e.Details["invitation"] != "x" {
		t.Errorf("got %+v", e)
	}
	if e := eventOf("account_added", by, ""); e.Kind != "user" || e.Subject != string(by) || e.Outcome != "" && e.Outcome != audit.Done {
		t.Errorf("got %+v", e)
	}
}
