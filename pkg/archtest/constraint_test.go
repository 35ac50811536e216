package archtest

import (
	"go/ast"
	"go/token"
	"regexp"
	"strconv"
	"testing"

	"accord/db/dbtest"
)

// unreachable are the constraints that no request can break, by pattern, each
// with what keeps requests away from it. A package that lists its own in a
// test (a table called unreachable) need not be here.
var unreachable = map[string]string{
	`_pkey$`:                "ids are drawn, or written once for a row that is locked",
	`_change_known$`:        "InTx inserts the change that the rows of its transaction name",
	`_history_ended_known$`: "InTx inserts the change that the rows of its transaction name",
	`^(change|entry|sealed|pending|position)_`: "the ledger's own rows are made by the register, and Record bounds their size",
	`^(plan|plan_point)_`:                      "the plan is loaded from a reviewed file, which its own check reads",
	`_salt_size$`:                              "salts are drawn",

	`^member_number_positive$`: "numbers are drawn from a sequence",
	`^member_(city_length|country_form|description_length|founded_range|kind_known|sector_form|website_form)$`: "checked in the draft",
	`^member_(status_known|published_status|merged_pair)$`:                                                     "the pure rule of a transition sets them together",
	`^member_name_(kind_known|text_length|text_plain)$`:                                                        "checked in the draft",
	`^member_name_one_primary$`:                                                                                "checked in the draft: one primary name",
	`^member_identifier_(scheme_form|value_length)$`:                                                           "checked in the draft",
	`^(member_name|member_identifier|member_transition|membership_term|contact|signature)_member_known$`:       "the member's row is locked before",
	`^member_transition_reason_length$`:                                                                        "checked in the step",
	`^membership_term_(open|ordinal_unique|one_open)$`:                                                         "terms are opened and closed under the member's lock",
	`^contact_(email_length|name_length|note_length|phone_length|position_length|reachable)$`:                  "checked in the contact",
	`^ceremony_(batch_length|name_length|place_length|units_range)$`:                                           "checked in the draft",
	`^signature_capacity_known$`:                                                                               "checked in the draft",
	`^signatory_(name_length|title_length)$`:                                                                   "checked in the draft",
	`^signatory_signature_known$`:                                                                              "the signature is inserted in the same transaction",

	`^alliance_(description_length|name_length)$`: "checked in the draft",
	`^alliance_membership_role_known$`:            "checked in the draft",
	`^alliance_membership_alliance_known$`:        "the alliance's row is read under a lock before",
	`^alliance_membership_member_known$`:          "the member's row is locked before",

	`^commitment(_draft)?_(text_length|title_length|strength_known)$`:               "checked in the draft",
	`^commitment(_draft)?_member_known$`:                                            "the member's row is locked before",
	`^commitment_(closing_reason_length|outcome_known|outcome_closed|state_known)$`: "checked in the closing, and set together by its rule",

	`^cycle_(year_range|opens_year|span|end_range|extension_reason_length)$`: "checked in the draft, and in the extension",

	`^report_(draft_)?(narrative_length|completion_known|measured_list|milestones_list)$`:                 "checked in the patch, and in what is submitted",
	`^report_(draft_)?(member_known|commitment_known|cycle_known)$`:                                       "the member's row is locked and the cycle read before; commitments and cycles stay",
	`^evidence(_draft)?_(whole|url_form|name_length|title_length|claim_length|quote_length|page_length)$`: "checked in the link and the words; the office names the file",
	`^evidence(_draft)?_(report|digest)_known$`:                                                           "the report is locked before, and the content held",
	`^evidence_blob_member_known$`:                                                                        "the report is read before, and members are never deleted",
	`^evidence_blob_(digest_form|size_range)$`:                                                            "made by the store, which bounds what it receives",
	`^report_once$`: "a draft is submitted under its own id, and there is one of it",
	`^report_(state|decision|decision_whole|decision_reviewer|found|seconder|complete|reply|decision_reason)_`: "checked in the verdict and the reply, and set together by their rule",
	`^commitment_(amendments_counted|amended_range)$`:                                                          "an approval sets both",
	`^amendment_(class|claimed|computed|reason|terms|state|decided|second|decision|refusal)_`:                  "checked in the draft, the approval and the refusal, and set together by their rule",
	`^amendment_(commitment|member)_known$`:                                                                    "the commitment is read under its member's lock, and stays",
	`^activity(_draft)?_(kind_known|title_length|span|organisers_count)$`:                                      "checked in the draft",
	`^activity_(description_length|city_length|country_form|from_range|until_range)$`:                          "checked in the draft",
	`^activity_(participants|hours|trained|beneficiaries)_stated$`:                                             "checked in the draft, and written in one form",
	`^activity_(competition|training|project)_only$`:                                                           "checked in the draft",
	`^activity_(state_known|reason_given|reason_length|categories_form)$`:                                      "the office sets them, and checks the reason",
	`^activity(_draft)?_member_known$`:                                                                         "the member's row is locked before",
	`^activity_winner_(name_length|activity_known)$`:                                                           "checked in the draft, and inserted behind the activity",
	`^activity_commitment_(activity|commitment)_known$`:                                                        "both are read under locks before",

	`^app_user_(email_length|name_length|role_known|post_known|member_pair|password_hashed)$`:         "checked in the draft, or made by the office",
	`^invitation_(email_length|name_length|role_known|post_known|member_pair|lang_known)$`:            "checked in the draft",
	`^invitation_(state_known|hash_size|open_pair|accepted_pair|sent_range|by_hash)$`:                 "the office sets them together",
	`^invitation_(inviter|user)_known$`:                                                               "the account is the actor's, or inserted in the same transaction",
	`^(requested_link|account_link)_`:                                                                 "made by the office",
	`^mail_`:                                                                                          "letters are written by the register itself",
	`^directory_(identity|round)_`:                                                                    "the provider bounds what it reads of a token; the account is locked, and its link read, before; the rest is made by the office",
	`^(totp_factor|recovery_code|pending_sign_in|passkey_ceremony)_`:                                  "secrets, times and sizes that the office makes",
	`^passkey_(credential_id_size|credential_size|name_length|user_known)$`:                           "made by the library, which bounds them, or checked in the draft",
	`^(session|refresh_token|sign_in_attempt|familiar_address|setup_link|signing_key|server_secret)_`: "secrets, times and sizes that the office makes",

	`^audit_event_`: "ids and codes of the program itself; nobody gives them",
	`^api_token_(hash_size|hash_unique|hint_size|life|name_length|scopes_known|user_known)$`: "made by the office, or checked in the draft; its owner's row is locked before",
}

// mapped gives the constraints that some office turns into a field.
func mapped(t *testing.T, h *house) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, dir := range h.folders {
		for _, f := range dir.production() {
			ast.Inspect(f.tree, func(n ast.Node) bool {
				lit, ok := n.(*ast.CompositeLit)
				if !ok {
					return true
				}
				m, ok := lit.Type.(*ast.MapType)
				if !ok || !isSelector(m.Value, "fault", "Field") {
					return true
				}
				for name, at := range keys(h, lit) {
					found[name] = at
				}
				return true
			})
		}
	}
	return found
}

// keys gives the text keys of a map.
func keys(h *house, lit *ast.CompositeLit) map[string]string {
	found := map[string]string{}
	for _, e := range lit.Elts {
		pair, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		if key, ok := pair.Key.(*ast.BasicLit); ok && key.Kind == token.STRING {
			if text, err := strconv.Unquote(key.Value); err == nil {
				found[text] = h.at(key)
			}
		}
	}
	return found
}

// listedByPackages gives what the packages' own tests call unreachable.
func listedByPackages(h *house) map[string]string {
	found := map[string]string{}
	for _, dir := range h.folders {
		if dir.path == "pkg/archtest" {
			continue
		}
		for _, f := range dir.files {
			if !f.test {
				continue
			}
			ast.Inspect(f.tree, func(n ast.Node) bool {
				spec, ok := n.(*ast.ValueSpec)
				if !ok || len(spec.Names) != 1 || spec.Names[0].Name != "unreachable" || len(spec.Values) != 1 {
					return true
				}
				if lit, ok := spec.Values[0].(*ast.CompositeLit); ok {
					for name, at := range keys(h, lit) {
						found[name] = at
					}
				}
				return true
			})
		}
	}
	return found
}

func TestEveryConstraintLeadsToAFieldOrCannotBeBroken(t *testing.T) {
	t.Parallel()
	h := code(t)
	places, listed := mapped(t, h), listedByPackages(h)
	patterns := map[string]*regexp.Regexp{}
	for pattern := range unreachable {
		patterns[pattern] = regexp.MustCompile(pattern)
	}
	met, exist := map[string]bool{}, map[string]bool{}
	for _, c := range rows[constraint](t, dbtest.New(t), listConstraints) {
		exist[c.Name] = true
		if c.Kind == "i" {
			continue
		}
		_, ok := places[c.Name]
		if _, own := listed[c.Name]; own {
			ok = true
		}
		for pattern, re := range patterns {
			if re.MatchString(c.Name) {
				met[pattern], ok = true, true
			}
		}
		if !ok {
			t.Errorf("who breaks %s of %s is told of no field", c.Name, c.Table)
		}
	}
	unused(t, unreachable, met)
	for name, at := range places {
		if !exist[name] {
			t.Errorf("%s: there is no constraint %s", at, name)
		}
	}
}
