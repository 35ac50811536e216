package account

import (
	"maps"
	"regexp"
	"slices"
	"testing"
)

// Every constraint names a field, or is of a rule that is kept before a row
// comes to the database.
func TestConstraints(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var names []string
	if err := w.d.Select(t.Context(), &names, `select n.name from (select t.relname, c.conname::text as name from pg_constraint c join pg_class t on t.oid = c.conrelid
			union select t.relname, i.relname::text from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class t on t.oid = x.indrelid where x.indisunique) n
		where n.relname in ('app_user', 'session', 'api_token', 'refresh_token', 'sign_in_attempt', 'familiar_address', 'setup_link', 'signing_key', 'server_secret',
		'invitation', 'requested_link', 'account_link',
		'totp_factor', 'recovery_code', 'pending_sign_in', 'passkey', 'passkey_ceremony', 'directory_identity', 'directory_round')`); err != nil {
		t.Fatal(err)
	}
	// Random ids, hashes and kids do not meet; times, hashes and sizes are made
	// here; the rest is checked by checkEmail, checkName, checkRole and NewToken.check.
	ours := regexp.MustCompile(`_pkey$|_size$|_hashed$|_length$|^session_|^api_token_|^refresh_token_|^sign_in_attempt_|^totp_factor_|^recovery_code_|^pending_sign_in_|^passkey_(ceremony_|name_|user_known)|^directory_(identity|round)_|^familiar_address_|_role_known$|_post_known$|_member_pair$|_lang_known$|_state_known$|_open_pair$|_accepted_pair$|_sent_range$|_by_hash$|_inviter_known$|_user_known$|_purpose_known$|_one_current$`)
	mapped := maps.Clone(constraints)
	maps.Copy(mapped, keyConstraints)
	for _, name := range names {
		if _, mapped := mapped[name]; !mapped && !ours.MatchString(name) {
			t.Errorf("no field is named for %s", name)
		}
	}
	for name := range mapped {
		if !slices.Contains(names, name) {
			t.Errorf("there is no constraint %s", name)
		}
	}
}
