package registrytest

import (
	"context"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/request"
)

// requesting are the steps of change requests.
func (l *life) requesting() map[string]func() error {
	return map[string]func() error{
		"propose change": l.proposeChange, "decide change": l.decideChange, "return change": l.returnChange, "rebase change": l.rebaseChange,
		"withdraw change": l.withdrawChange,
	}
}

// wanted is what somebody wants to be changed of the member.
func (l *life) wanted(number ident.Member) request.Draft {
	draft := request.Draft{Reason: l.text("the reason of a request"), Evidence: []member.Source{{Title: l.text("what shows it")}}}
	if l.draw.IntN(2) == 0 {
		draft.Member.City = nullable.NewNullableWithValue(l.text("a proposed city"))
		draft.Member.Founded = nullable.NewNullableWithValue(1990 + l.draw.IntN(3))
	}
	if l.draw.IntN(3) == 0 {
		draft.Member.Name = nullable.NewNullableWithValue(l.text("a proposed name"))
		draft.Member.Identifiers = nullable.NewNullNullable[[]member.Identifier]()
	}
	if l.draw.IntN(2) == 0 {
		f := request.FigureDraft{Draft: l.draft()}
		own := slices.DeleteFunc(slices.Clone(l.figures), func(f figure.Figure) bool { return f.Member != number })
		if len(own) > 0 && l.draw.IntN(2) == 0 {
			old := pick(l, own)
			f.Supersedes, f.Measure = old.ID, old.Measure
		}
		draft.Figures = append(draft.Figures, f)
	}
	if l.draw.IntN(3) == 0 {
		g := member.SignatureDraft{Capacity: pick(l, member.Capacities()), Signatory: &member.Signatory{Name: l.private("a proposed signatory")}}
		if len(l.ceremonies) > 0 {
			g.Ceremony = ptr(pick(l, l.ceremonies))
		}
		draft.Signatures = append(draft.Signatures, g)
	}
	return draft
}

func (l *life) proposeChange() error {
	number := pick(l, l.members)
	draft := l.wanted(number)
	l.refuses("propose a change", []context.Context{System(), Editor(number), Analyst(), Public(), Nobody()}, func(ctx context.Context) error {
		_, err := l.Requests.Propose(ctx, number, draft)
		return err
	})
	who := pick(l, []context.Context{Approver(number), Approver(number), Staff(), Admin()})
	r, err := l.Requests.Propose(who, number, draft)
	if err == nil {
		l.requests, l.askers[r.ID] = append(l.requests, r.ID), who
	}
	return err
}

// onRequest runs a step on a request, of one that is open if one is found soon.
// Another member's people are told that there is none.
func (l *life) onRequest(do func(r request.Request) error) error {
	var r request.Request
	for range 10 {
		if len(l.requests) == 0 {
			return l.proposeChange()
		}
		if r = must(l.Requests.Read(Staff(), pick(l, l.requests)))(l.t); r.State == request.Open {
			break
		}
	}
	if _, err := l.Requests.Read(Approver(r.Member+1), r.ID); !fault.Is(err, fault.NotFound) {
		l.t.Fatalf("another member's approver is told %v", err)
	}
	return do(r)
}

const countChanges = `select count(*) from change`

// decideChange decides on some of the items, and holds the register to what was
// decided: what was accepted stands there, and without that nothing changed.
func (l *life) decideChange() error {
	return l.onRequest(func(r request.Request) error {
		ruling, accepted := l.rule(r)
		before := must(l.Members.Read(Staff(), r.Member))(l.t)
		changes := scalar[int](l, countChanges)
		l.refuses("decide on a change", []context.Context{System(), Approver(r.Member), Editor(r.Member), Analyst(), Public(), Nobody()}, func(ctx context.Context) error {
			_, err := l.Requests.Decide(ctx, r.ID, 0, ruling)
			return err
		})
		if _, err := l.Requests.Decide(l.askers[r.ID], r.ID, 0, ruling); err == nil {
			l.t.Fatal("who proposed it decided on it")
		}
		_, err := l.Requests.Decide(pick(l, []context.Context{Staff(), Admin()}), r.ID, r.Version, ruling)
		after := must(l.Members.Read(Staff(), r.Member))(l.t)
		if err != nil || len(accepted) == 0 {
			if !reflect.DeepEqual(before, after) || scalar[int](l, countChanges) != changes {
				l.t.Fatalf("%v: %+v was, and is %+v", err, before, after)
			}
			return err
		}
		for _, item := range accepted {
			l.stands(after, item)
		}
		return nil
	})
}

// rule draws what is decided on the items of a request.
func (l *life) rule(r request.Request) (ruling request.Ruling, accepted []request.Item) {
	for _, item := range r.Items {
		if l.draw.IntN(4) == 0 && len(ruling.Decisions) > 0 {
			continue
		}
		d := request.Decision{Item: item.Number, Verdict: request.Accept}
		if l.draw.IntN(3) == 0 {
			d.Verdict, d.Reason = request.Reject, l.text("why an item is rejected")
		} else {
			accepted = append(accepted, item)
		}
		ruling.Decisions = append(ruling.Decisions, d)
	}
	return ruling, accepted
}

// stands fails where the member is not as an item would have it.
func (l *life) stands(p member.Profile, item request.Item) {
	l.t.Helper()
	var found []any
	switch item.Kind {
	case request.OfField:
		found = append(found, decoded(l, must(p.Value(member.Field(item.Subject)))(l.t)))
	case request.OfFigure:
		for _, f := range must(figure.FromRows(p.Figures))(l.t) {
			found = append(found, decoded(l, must(json.Marshal(f.Draft()))(l.t)))
		}
	case request.OfSignature:
		for _, g := range p.Signatures {
			found = append(found, decoded(l, must(json.Marshal(member.SignatureDraft{Ceremony: g.Ceremony, Capacity: g.Capacity, SignedOn: g.SignedOn}))(l.t)))
		}
	}
	want := decoded(l, item.New)
	if !slices.ContainsFunc(found, func(one any) bool { return reflect.DeepEqual(one, want) }) {
		l.t.Fatalf("%s was accepted as %s, and there stands %v", item.Subject, item.New, found)
	}
}

func decoded(l *life, raw []byte) (value any) {
	l.t.Helper()
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, &value); err != nil {
		l.t.Fatal(err)
	}
	return value
}

func scalar[T any](l *life, query string) (value T) {
	l.t.Helper()
	if err := l.DB.Get(l.t.Context(), &value, query); err != nil {
		l.t.Fatal(err)
	}
	return value
}

func (l *life) returnChange() error {
	return l.onRequest(func(r request.Request) error {
		_, err := l.Requests.Return(Staff(), r.ID, r.Version, l.text("why a request is returned"))
		return err
	})
}

func (l *life) rebaseChange() error {
	return l.onRequest(func(r request.Request) error {
		next, err := l.Requests.Rebase(l.askers[r.ID], r.ID, r.Version)
		for _, item := range next.Items {
			if item.Stale {
				l.t.Fatalf("rebased, and stale is %+v", item)
			}
		}
		return err
	})
}

func (l *life) withdrawChange() error {
	return l.onRequest(func(r request.Request) error {
		if l.draw.IntN(2) == 0 { // mostly it is left to be decided
			return nil
		}
		_, err := l.Requests.Withdraw(l.askers[r.ID], r.ID, r.Version)
		return err
	})
}

// Of what the register vouches for, and everybody sees, no person of staff
// changed anything unless somebody else proposed it, or the change says so.
const unseconded = `
select count(*) from change c
where c.role in ('admin', 'staff') and c.proposer is null and not c.alone
    and exists (select from entry e where e.change = c.id and e.action in
        ('member.amended', 'figure.stated', 'figure.superseded', 'figure.retracted', 'signature.recorded'))
    and not exists (select from entry e where e.change = c.id and e.action = 'member.moved')`

const (
	countAlone    = `select count(*) from change where alone`
	countSeconded = `select count(*) from change where proposer is not null`
	selfAccepted  = `
select count(*) from change_request_item i join change_request r on r.id = i.request where i.state = 'accepted' and i.decided_by = r.proposer`
)

// TestTwoPeopleStandBehindEveryChange lives lives in which changes are proposed
// and decided all the time, of a register that takes four eyes and of one that
// takes two.
func TestTwoPeopleStandBehindEveryChange(t *testing.T) {
	t.Parallel()
	done := map[string]int{}
	for seed := range uint64(length(2, 10)) {
		l := newLife(t, 500+seed)
		four := seed%2 == 0
		if four {
			l.Register = l.FourEyes()
		}
		for range length(100, 500) {
			l.take(pick(l, []string{
				"register", "move", "move", "move", "merge", "record ceremony", "amend", "state", "supersede", "sign", "describe",
				"propose change", "propose change", "propose change", "propose change", "propose change", "decide change", "decide change", "decide change",
				"decide change", "return change", "rebase change", "rebase change", "withdraw change",
			}))
		}
		if n := scalar[int](l, unseconded); n > 0 {
			t.Errorf("%d changes have one person behind them and do not say so", n)
		}
		if n := scalar[int](l, selfAccepted); n > 0 {
			t.Errorf("%d items were accepted by who proposed them", n)
		}
		if alone := scalar[int](l, countAlone); four != (alone == 0) {
			t.Errorf("four eyes: %t, and %d changes were made alone", four, alone)
		}
		done["seconded"] += scalar[int](l, countSeconded)
		for what, n := range l.done {
			done[what] += n
		}
	}
	t.Logf("done: %v", done)
	for what := range (&life{}).requesting() {
		if done[what] == 0 {
			t.Errorf("%s: never", what)
		}
	}
	if done["seconded"] == 0 {
		t.Error("nothing was accepted")
	}
}
