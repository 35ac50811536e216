package archtest

import (
	"context"
	"slices"
	"strings"
	"testing"

	"accord/db"
	"accord/db/dbtest"
)

func rows[T any](t *testing.T, d *db.DB, query string, args ...any) []T {
	t.Helper()
	var found []T
	if err := d.Select(context.Background(), &found, query, args...); err != nil {
		t.Fatal(err)
	}
	return found
}

const listTables = `
select c.relname as name, c.relkind = 'v' as view, coalesce(obj_description(c.oid, 'pg_class'), '') as comment
from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
    and c.relname <> 'goose_db_version' and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
order by 1`

func TestEveryTableIsExplainedAndOwned(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, table := range rows[struct {
		Name    string
		View    bool
		Comment string
	}](t, dbtest.New(t), listTables) {
		names[table.Name] = true
		if len(table.Comment) < 10 {
			t.Errorf("%s has no comment that says what it is", table.Name)
		}
		base, past := strings.CutSuffix(table.Name, "_history")
		switch {
		case table.View:
		case owner[table.Name] != "":
		case past && owner[base] != "": // written by the trigger alone
		default:
			t.Errorf("%s is owned by no package", table.Name)
		}
	}
	for name := range owner {
		if !names[name] {
			t.Errorf("%s is owned and does not exist", name)
		}
	}
}

const listConstraints = `
select c.relname as table_name, k.conname as name, k.contype::text as kind, k.condeferrable and k.condeferred as deferred,
    case when k.contype = 'f' then k.confrelid::regclass::text else '' end as target
from pg_constraint k join pg_class c on c.oid = k.conrelid
where c.relnamespace = 'public'::regnamespace and c.relname <> 'goose_db_version' and k.contype in ('p', 'u', 'c', 'f', 'x')
union all
select t.relname, c.relname, case when i.indisunique then 'u' else 'i' end, false, ''
from pg_index i join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
where c.relnamespace = 'public'::regnamespace and t.relname <> 'goose_db_version'
    and not exists (select from pg_constraint k where k.conindid = c.oid)
order by 1, 2`

// constraint is a constraint of the schema, or an index that is none's: kind u
// when it is unique, else i.
type constraint struct {
	Table    string `db:"table_name"`
	Name     string
	Kind     string
	Deferred bool
	Target   string
}

func TestEveryConstraintIsNamedForItsTable(t *testing.T) {
	t.Parallel()
	for _, c := range rows[constraint](t, dbtest.New(t), listConstraints) {
		if !strings.HasPrefix(c.Name, c.Table+"_") {
			t.Errorf("%s of table %s is not named for it", c.Name, c.Table)
		}
		if c.Kind == "p" && c.Name != c.Table+"_pkey" {
			t.Errorf("the primary key of %s is called %s", c.Table, c.Name)
		}
		if c.Kind == "f" && !strings.HasSuffix(c.Name, "_known") {
			t.Errorf("the foreign key %s does not end in _known", c.Name)
		}
		if c.Kind == "f" && c.Target == "change" && !c.Deferred {
			t.Errorf("%s is checked before the change is inserted", c.Name)
		}
	}
}

// stamped is a table whose rows name the change that made them.
type stamped struct {
	Name  string
	Args  int    // of the trigger: with one, the table keeps no history
	Only  bool   // rows are only ever inserted
	Kinds string // of writes that the trigger runs on
}

const listStamped = `
select c.relname as name, coalesce(max(t.tgnargs) filter (where p.proname = 'stamp'), -1) as args,
    coalesce(bool_or(p.proname = 'refuse_rewrite'), false) as only,
    coalesce(string_agg(case when p.proname = 'stamp' then t.tgtype::text end, ','), '') as kinds
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'change' and not a.attisdropped
left join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal left join pg_proc p on p.oid = t.tgfoid
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like '%\_history'
group by 1 order by 1`

const listColumns = `
select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`

// unstamped tables name a change and are no content of the register.
var unstamped = []string{"entry", "sealed", "pending", "position", "idempotency"}

func TestEveryChangedRowKeepsItsPast(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	names := rows[string](t, d, `select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'`)
	histories := 0
	for _, table := range rows[stamped](t, d, listStamped) {
		history := table.Name + "_history"
		keeps := slices.Contains(names, history)
		switch {
		case slices.Contains(unstamped, table.Name):
		case table.Args < 0:
			t.Errorf("%s names a change and is not stamped", table.Name)
		case table.Args > 0 && keeps:
			t.Errorf("%s is erasable and keeps a history", table.Name)
		case table.Args == 0 && table.Only == keeps:
			t.Errorf("%s is insert-only: %v, and keeps a history: %v", table.Name, table.Only, keeps)
		case keeps:
			histories++
			now, past := rows[string](t, d, listColumns, table.Name), rows[string](t, d, listColumns, history)
			if want := append([]string{"ended_by bigint not null"}, now...); !slices.Equal(past, want) {
				t.Errorf("%s has columns %q, want %q", history, past, want)
			}
		}
	}
	if histories < 8 {
		t.Errorf("only %d histories were found", histories)
	}
}

const listInexact = `
select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname <> 'goose_db_version'
    and format_type(a.atttypid, null) in ('real', 'double precision', 'money', 'timestamp without time zone', 'time without time zone', 'character', 'xml', 'oid', 'json')
order by 1`

func TestNoColumnIsInexact(t *testing.T) {
	t.Parallel()
	allowed := []string{"sign_in_attempt.level double precision"} // how full a bucket is: nobody adds it up
	for _, column := range rows[string](t, dbtest.New(t), listInexact) {
		if !slices.Contains(allowed, column) {
			t.Errorf("%s: keep decimals as numeric and times with their zone", column)
		}
	}
}

// The ledger is insert-only for everybody who writes SQL, not only for us.
func TestTheDatabaseRefusesToRewriteTheLedger(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	for _, table := range []string{"change", "entry", "position", "member_transition"} {
		for _, statement := range []string{"truncate %s cascade", "delete from %s", "update %s set change = 0"} {
			statement = strings.Replace(statement, "%s", table, 1)
			if table == "change" {
				statement = strings.Replace(statement, "change = 0", "id = 0", 1)
			}
			if err := d.Administer(context.Background(), statement); err == nil {
				t.Errorf("%s went through", statement)
			}
		}
	}
}
