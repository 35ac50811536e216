package archtest

import (
	"slices"
	"strings"
	"testing"

	"accord/db"
	"accord/db/dbtest"
	private "accord/db/embedded"
)

// decisions say of each table what the roles of the wall may do with it, beyond
// its owner, and whether its rows are kept apart. A history table has its
// table's decision: members' people and staff read it, its trigger alone writes it.
//
// A new table gets a row here, and in its migration, where roles are there
// whatever its number is,
//   - rows that not everybody may see: select wall('t', 'shown to all', 'own rows of $me');
//     before migration 30 by policies of its own
//   - what each class may do: grant select on t to accord_public, accord_member, accord_staff;
//   - a table of accounts: grant select, insert, update, delete on t to accord_keeper;
var decisions = map[string]string{
	"activity":                 "walled; member: insert select update; public: select; staff: insert select update",
	"activity_commitment":      "walled; member: delete insert select; public: select; staff: delete insert select",
	"activity_draft":           "walled; member: delete insert select update; public: select; staff: delete insert select update",
	"activity_winner":          "walled; member: insert select; staff: insert select",
	"alliance":                 "member: select; public: select; staff: insert select update",
	"alliance_membership":      "walled; member: select; public: select; staff: insert select update",
	"amendment":                "walled; member: insert select update; public: select; staff: insert select update",
	"app_user":                 "walled; keeper: delete insert select update",
	"ceremony":                 "walled; member: select update; public: select; staff: insert select update",
	"change":                   "member: insert select; public: select; staff: insert select",
	"account_link":             "keeper: delete insert select update",
	"directory_identity":       "keeper: delete insert select update",
	"directory_round":          "keeper: delete insert select update",
	"passkey":                  "keeper: delete insert select update",
	"passkey_ceremony":         "keeper: delete insert select update",
	"pending_sign_in":          "keeper: delete insert select update",
	"recovery_code":            "keeper: delete insert select update",
	"totp_factor":              "keeper: delete insert select update",
	"api_token":                "keeper: delete insert select update",
	"audit_event":              "keeper: delete insert select",
	"change_request":           "walled; member: insert select update; staff: insert select update",
	"change_request_item":      "walled; member: insert select update; staff: insert select update",
	"change_request_signatory": "walled; member: delete insert select; staff: delete insert select",
	"change_request_step":      "walled; member: insert select; staff: insert select",
	"invitation":               "keeper: delete insert select update",
	"mail":                     "keeper: delete insert select update",
	"requested_link":           "keeper: delete insert select update",
	"commitment":               "walled; member: insert select update; public: select; staff: insert select update",
	"commitment_draft":         "walled; member: delete insert select update; public: select; staff: delete insert select update",
	"commitment_participant":   "walled; member: insert select update; public: select; staff: insert select update",
	"contact":                  "walled; member: delete insert select update; public: select; staff: delete insert select update",
	"cycle":                    "walled; counter: select; member: select update; public: select; staff: insert select update",
	"entry":                    "clerk: select; member: insert select; public: select; staff: insert select",
	"evidence":                 "walled; member: delete insert select update; public: select; staff: delete insert select update",
	"evidence_blob":            "member: insert select update; staff: delete insert select update",
	"evidence_draft":           "walled; member: delete insert select update; public: select; staff: delete insert select update",
	"familiar_address":         "keeper: delete insert select update",
	"figure":                   "walled; member: select; public: select; staff: insert select update",
	"idempotency":              "walled; keeper: delete insert select update; member: insert select update; staff: insert select update",
	"indicator":                "walled; counter: select; member: select update; public: select; staff: insert select update",
	"member":                   "walled; member: select update; public: select; staff: insert select update",
	"member_identifier":        "walled; member: select; public: select; staff: delete insert select update",
	"member_name":              "walled; member: select; public: select; staff: delete insert select update",
	"member_transition":        "walled; member: select; public: select; staff: insert select",
	"membership_term":          "walled; member: select; public: select; staff: insert select update",
	"pending":                  "clerk: delete select; counter: select; member: insert select; public: select; staff: insert select",
	"plan":                     "member: select; public: select; staff: insert select update",
	"plan_point":               "walled; counter: select; member: select update; public: select; staff: insert select update",
	"position":                 "clerk: insert select; counter: select; member: select; public: select; staff: select",
	"proposal":                 "walled; staff: insert select update",
	"refresh_token":            "keeper: delete insert select update",
	"report":                   "walled; member: insert select update; public: select; staff: insert select update",
	"report_draft":             "walled; member: insert select update; public: select; staff: insert select update",
	"sealed":                   "walled; member: insert; staff: insert select",
	"seeding":                  "staff: insert select",
	"server_secret":            "keeper: delete insert select update",
	"session":                  "keeper: delete insert select update",
	"setup_link":               "keeper: delete insert select update",
	"sign_in_attempt":          "keeper: delete insert select update",
	"signatory":                "walled; staff: insert select",
	"signature":                "walled; member: select; public: select; staff: insert select update",
	"signing_key":              "keeper: delete insert select update",
}

// open tables show all of their rows to everybody who may select from them.
var openTables = map[string]string{
	"plan":          "the plan is public",
	"alliance":      "alliances are public; who belongs to them is walled",
	"change":        "when and as what somebody changed something is public; the reason stands beside it, and the offices show it to staff and the member itself",
	"entry":         "holds only what anybody may see",
	"position":      "the order of the ledger is public",
	"pending":       "numbers of changes, without content",
	"evidence_blob": "the digest and size of a file; who uploads a content that is there takes turns at its row, whose member it may be",
}

// ownerViews show with the owner's rights, each for its reason; all others look
// with the asker's, so that policies hold for them. CREATE OR REPLACE VIEW takes
// security_invoker off: say it again there.
var ownerViews = map[string]string{
	"member_name_found":           "names are found by indexes that policies forbid; its condition is the wall",
	"commitment_participant_seen": "who has declined sees that it did and not the commitment; its condition is the wall",
	"activity_known":              "statistics are the same for everybody", "alliance_membership_known": "as activity_known",
	"commitment_known": "as activity_known", "commitment_version_known": "as activity_known", "cycle_known": "as activity_known",
	"figure_known": "as activity_known", "member_known": "as activity_known", "report_known": "as activity_known",
	"signature_known": "as activity_known", "standing_known": "as activity_known", "value_known": "as activity_known",
}

const reach = `
select c.relname as name, c.relkind = 'v' as view, c.relrowsecurity as walled,
    coalesce('security_invoker=true' = any (c.reloptions), false) as asks,
    coalesce((
        select string_agg(g.role || ': ' || g.rights, '; ' order by g.role) from (
            select replace(a.grantee::regrole::text, 'accord_', '') as role, string_agg(lower(a.privilege_type), ' ' order by a.privilege_type) as rights
            from aclexplode(c.relacl) a where a.grantee <> 0 and a.grantee <> c.relowner group by 1
        ) g), '') as rights
from pg_class c
where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'v') and c.relname <> 'goose_db_version'
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
order by 1`

// reached is what the roles may do with a table or a view.
type reached struct {
	Name   string
	View   bool
	Walled bool // its policies are in force
	Asks   bool // a view that looks with the asker's rights
	Rights string
}

func (r reached) String() string {
	if r.Walled {
		return "walled; " + r.Rights
	}
	return r.Rights
}

func TestEveryTableHasItsPlaceBehindTheWall(t *testing.T) {
	t.Parallel()
	met, metOpen, metView := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, r := range rows[reached](t, dbtest.New(t), reach) {
		base, past := strings.CutSuffix(r.Name, "_history")
		decision, decided := decisions[base]
		switch others := strings.Contains(r.Rights, "public: ") || strings.Contains(r.Rights, "member: "); {
		case r.View && !r.Asks && ownerViews[r.Name] == "" && r.Rights != "":
			t.Errorf("view %s shows with its owner's rights: set security_invoker, or say here why not", r.Name)
		case r.View:
			metView[r.Name] = !r.Asks
		case !decided:
			t.Errorf("table %s has no decision: say in decisions, and grant in its migration, who reaches it", r.Name)
		case past:
			if r.Rights != "member: select; staff: select" || !r.Walled && openTables[base] == "" && !reference(base) {
				t.Errorf("%s is reached thus: %s", r.Name, r)
			}
		case r.String() != decision:
			t.Errorf("%s is reached thus: %s\nand decided is:    %s", r.Name, r, decision)
		case others && !r.Walled && openTables[r.Name] == "":
			t.Errorf("%s shows all of its rows to members' people or the public, and nobody says why", r.Name)
		}
		met[base] = met[base] || decided
		metOpen[r.Name] = !r.Walled
	}
	unused(t, decisions, met)
	unused(t, openTables, metOpen)
	unused(t, ownerViews, metView)
}

// reference tables are walled only so that a row can be locked: all is shown.
func reference(table string) bool {
	return slices.Contains([]string{"plan_point", "indicator", "cycle", "ceremony"}, table)
}

// grantedColumns are of tables that a role may not select whole.
const grantedColumns = `
select c.relname || ' ' || replace(a.grantee::regrole::text, 'accord_', '') || ': ' || string_agg(t.attname, ' ' order by t.attname)
from pg_attribute t join pg_class c on c.oid = t.attrelid cross join aclexplode(t.attacl) a
where c.relnamespace = 'public'::regnamespace group by c.relname, a.grantee order by 1`

func TestSomeColumnsAreForSomeOnly(t *testing.T) {
	t.Parallel()
	want := []string{ // salts, hashes of passwords and addresses are in none of them
		"activity_winner public: activity change id name",
		"app_user member: id name",
		"app_user public: id name",
		"app_user staff: id name",
		"member keeper: name number status",
		"member_history counter: change country ended_by kind name number published sector status synthetic",
		"member counter: change country kind name number published sector status synthetic",
		"sealed member: change content kind member seq subject",
		"sealed public: change content kind member seq subject",
		"signatory member: change name signature title",
		"signatory public: change name signature title",
	}
	got := rows[string](t, dbtest.New(t), grantedColumns)
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("columns are granted thus:\n%s", strings.Join(got, "\n"))
	}
}

const looseRoles = `
select r.rolname from pg_roles r where r.rolname = any ($1) and (r.rolsuper or r.rolbypassrls or r.rolcreaterole or r.rolcreatedb or r.rolcanlogin or r.rolreplication
    or has_schema_privilege(r.oid, 'public', 'create') or has_database_privilege(r.oid, current_database(), 'create')
    or exists (select from pg_shdepend d where d.refobjid = r.oid and d.deptype = 'o' and d.dbid = (select oid from pg_database where datname = current_database()))
    or exists (select from pg_auth_members m where m.member = r.oid))`

const looseFunctions = `
select p.proname from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prosecdef
    and not coalesce('search_path=pg_catalog, pg_temp' = any (p.proconfig), false)`

// Nobody whom the server works as could change the schema or take the wall down.
func TestTheRolesOwnNothing(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	var names db.Texts
	for _, class := range db.Classes() {
		names = append(names, class.Role())
	}
	if !slices.Equal([]string(names), private.Roles()) {
		t.Errorf("the private PostgreSQL makes the roles %s, and the register works under %s", private.Roles(), names)
	}
	if loose := rows[string](t, d, looseRoles, names); len(loose) > 0 {
		t.Errorf("these roles may do more than a server needs: %s", loose)
	}
	if loose := rows[string](t, d, looseFunctions); len(loose) > 0 {
		t.Errorf("these functions run as their owner and look names up where the caller says: %s", loose)
	}
}

// What is in the ledger stays, whoever writes the SQL: the roles may not even try.
func TestNoRoleRewritesTheLedger(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	for _, class := range db.Classes() {
		for _, table := range []string{"change", "entry", "sealed", "position", "pending"} {
			column := "change"
			if table == "change" {
				column = "id"
			}
			for _, statement := range []string{"truncate " + table + " cascade", "delete from " + table, "update " + table + " set " + column + " = 0"} {
				_, err := tried(t, d.As(class), statement)
				if cleared := class == db.Clerk && statement == "delete from pending"; cleared != (err == nil) {
					t.Errorf("%s as %s: %v", statement, class, err)
				}
			}
		}
	}
}

func tried(t *testing.T, d *db.DB, statement string) (n int64, err error) {
	t.Helper()
	err = d.InTx(t.Context(), func(tx *db.Tx) error {
		n, err = tx.Exec(t.Context(), statement)
		return err
	})
	if err != nil && !strings.Contains(err.Error(), "42501") {
		t.Errorf("%s was refused for another reason: %v", statement, err)
	}
	return n, err
}
