package registrytest

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/statistics"
)

// makePast makes a schema whose views hide the tables of the same names and
// hold what was known at one position: the rows whose making change has a
// position up to it, and whose ending change has none or a later one. Offices
// that find the schema before the tables answer from the past and do not know
// it; a function of the database that reads a table of itself has a double there. The view everything
// has each row of each table, there and here, without what is derived. Every class
// may read it all: there is no wall in the past, and it is not the wall that is
// looked at there.
//
// Not hidden, nor in everything, is what has no place in the order of changes,
// and is never public: contacts, which are erased without a trace, drafts and
// accounts.
const makePast = `
create schema past;
create table past.moment (last bigint not null);
insert into past.moment values (0);
create view past.known as select change from public.change_position, past.moment where position <= last;
create view past.position as select p.* from public.position p, past.moment where p.position <= last;
create view past.pending as select * from public.pending where false;
do $$
declare
    readers text[] := array(select format('create view %I as %s', relname, pg_get_viewdef(oid))
        from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v' order by oid);
    name text;
    columns text;
    versions text;
    everything text;
begin
    for name, columns in
        select c.relname, string_agg(quote_ident(a.attname), ', ' order by a.attnum)
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not like '%\_history'
            and c.relname not in ('entry', 'sealed', 'pending', 'position', 'idempotency', 'contact')
        group by c.relname having bool_or(a.attname = 'change')
    loop
        versions := format('select %s, null::bigint as ended_by from public.%I', columns, name);
        if to_regclass('public.' || name || '_history') is not null then
            versions := versions || format(' union all select %s, ended_by from public.%I', columns, name || '_history');
        end if;
        execute format('create view past.%I as select %s from (%s) version
            where exists (select from past.known k where k.change = version.change)
                and not exists (select from past.known k where k.change = version.ended_by)', name, columns, versions);
        everything := concat_ws(' union all ', everything, format(
            'select %L as name, (to_jsonb(t) - array[''first_signed_on'', ''seen_public'', ''seen_own''])::text as row from %I t', name, name));
    end loop;
    execute 'create view everything as ' || everything;
    set local search_path = past, public;
    foreach name in array readers || ('create view everything as ' || everything) loop
        execute name;
    end loop;
    create function past.activities_of(organiser bigint) returns setof uuid language sql stable as
        'select a.id from past.activity a where a.organisers @> array[$1]';
    for name in select quote_ident(rolname) from pg_roles where rolname like 'accord\_%' loop
        execute format('grant usage on schema past to %s', name);
        execute format('grant select on all tables in schema past to %s', name);
    end loop;
end $$`

// past is a register whose offices answer as they did at a position.
type past struct {
	*Register
	present *Register
}

func openPast(t *testing.T, present *Register) past {
	t.Helper()
	if err := present.DB.Administer(t.Context(), makePast); err != nil {
		t.Fatalf("make the past: %v", err)
	}
	return past{Register: openAt(t, present.address+"&search_path=past,public", present.Clock), present: present}
}

// at goes to the position.
func (p past) at(t *testing.T, position ident.Position) {
	t.Helper()
	if err := p.present.DB.Administer(t.Context(), fmt.Sprintf(`update past.moment set last = %d`, position)); err != nil {
		t.Fatal(err)
	}
}

// known gives every row of the register, and what its offices make of them for
// the public.
func known(t *testing.T, r, real *Register) map[string]json.RawMessage {
	t.Helper()
	found := publicRows(t, r, real)
	var rows []struct{ Name, Row string }
	if err := r.DB.Select(t.Context(), &rows, `select name, row from everything`); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		found["row of "+row.Name+" "+row.Row] = json.RawMessage("there")
	}
	return found
}

// answer is what a question was answered, at the position that the answer named.
type answer struct {
	at   time.Time
	ask  func(r *Register) (ident.Position, string)
	said string
}

// askStatistics asks one question of each kind by random dimensions.
func (l *life) askStatistics(answers map[ident.Position][]answer) {
	l.t.Helper()
	by := pick(l, combinations(statistics.Dimensions()))
	promised := pick(l, combinations(statistics.CommitmentDimensions()))
	held := pick(l, combinations(statistics.ActivityDimensions()))
	measured := pick(l, combinations(statistics.IndicatorDimensions()))
	answering := pick(l, combinations(statistics.ReportingDimensions()))
	for _, ask := range []func(r *Register) (ident.Position, string){
		func(r *Register) (ident.Position, string) {
			a := must(r.Statistics.Members(Public(), statistics.Query{By: by}))(l.t)
			return a.Position, fmt.Sprintf("members by %s: %+v", by, a)
		},
		func(r *Register) (ident.Position, string) {
			a := must(r.Statistics.Figures(Public(), statistics.FigureQuery{Query: statistics.Query{By: by}}))(l.t)
			return a.Position, fmt.Sprintf("figures by %s: %+v", by, a)
		},
		func(r *Register) (ident.Position, string) {
			a := must(r.Statistics.Commitments(Public(), statistics.CommitmentQuery{By: promised}))(l.t)
			return a.Position, fmt.Sprintf("commitments by %s: %+v", promised, a)
		},
		func(r *Register) (ident.Position, string) {
			a := must(r.Statistics.Activities(Public(), statistics.ActivityQuery{By: held}))(l.t)
			return a.Position, fmt.Sprintf("activities by %s: %+v", held, a)
		},
		func(r *Register) (ident.Position, string) {
			a := must(r.Statistics.Indicators(Public(), statistics.IndicatorQuery{By: measured}))(l.t)
			return a.Position, fmt.Sprintf("indicators by %s: %+v", measured, a)
		},
		func(r *Register) (ident.Position, string) {
			a := must(r.Statistics.Reporting(Public(), statistics.ReportingQuery{By: answering}))(l.t)
			return a.Position, fmt.Sprintf("who reported by %s: %+v", answering, a)
		},
		func(r *Register) (ident.Position, string) {
			a := must(r.Statistics.Matrix(Public(), statistics.MatrixQuery{Limit: 200}))(l.t)
			return a.Position, fmt.Sprintf("members against points: %+v", a)
		},
	} {
		position, said := ask(l.Register)
		answers[position] = append(answers[position], answer{at: l.Clock.Now(), ask: ask, said: said})
	}
}

const lastChange = `select id from change order by ord desc limit 1`

// Of a position inside a change, the last change up to it is the one before.
const changeAt = `select change from change_position where position <= $1 order by position desc limit 1`

func TestTheRegisterIsKnownAtEveryPositionAsItWasThen(t *testing.T) {
	t.Parallel()
	for seed := range uint64(length(2, 6)) {
		t.Run(fmt.Sprint("of life ", seed), func(t *testing.T) {
			t.Parallel()
			l := newLife(t, 100+seed)
			l.Move(t, l.members[0], member.InReview, member.Active) // so that there is something to count
			p := openPast(t, l.Register)
			states := map[ident.Change]map[string]json.RawMessage{}
			answers := map[ident.Position][]answer{}
			for range length(50, 300) {
				l.live()
				var last ident.Change
				if err := l.DB.Get(t.Context(), &last, lastChange); err != nil {
					t.Fatal(err)
				}
				states[last] = known(t, l.Register, l.Register)
				if l.draw.IntN(3) == 0 {
					l.CatchUp(t) // else what is asked next does not know of the last changes yet
				}
				l.askStatistics(answers)
			}
			l.CatchUp(t)
			p.compare(t, states, answers)
		})
	}
}

// compare goes to every position and asks again.
func (p past) compare(t *testing.T, states map[ident.Change]map[string]json.RawMessage, answers map[ident.Position][]answer) {
	t.Helper()
	last := must(p.present.Ledger.LastPosition(Public()))(t)
	compared := map[ident.Change]bool{}
	for position := range last + 1 {
		p.at(t, position)
		what := fmt.Sprintf("as known at %d", position)
		var changes []ident.Change
		if err := p.present.DB.Select(t.Context(), &changes, changeAt, position); err != nil {
			t.Fatal(err)
		}
		if len(changes) > 0 && states[changes[0]] != nil {
			compared[changes[0]] = true
			sameRows(t, what, known(t, p.Register, p.present), states[changes[0]])
		}
		for _, then := range answers[position] {
			p.Clock.Advance(then.at.Sub(p.Clock.Now()))
			if _, said := then.ask(p.Register); said != then.said {
				t.Errorf("%s:\n%s, was then\n%s", what, said, then.said)
			}
		}
		if t.Failed() {
			t.FailNow() // what is wrong at one position is wrong at the next ones too
		}
	}
	if len(compared) != len(states) {
		t.Errorf("%d of %d states were compared", len(compared), len(states))
	}
	t.Logf("%d positions, %d states, answers at %d positions", last, len(states), len(answers))
}
