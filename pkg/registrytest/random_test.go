package registrytest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"accord/pkg/alliance"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// life drives all offices at random. Every text that it writes holds a mark of
// its own, so that it can be told where which text has come to.
type life struct {
	*Register
	t    *testing.T
	draw *rand.Rand

	members     []ident.Member
	ceremonies  []ident.Ceremony
	alliances   []ident.Alliance
	figures     []figure.Figure
	terms       []alliance.Membership
	contacts    []member.Contact
	commitments []ident.Commitment
	indicators  []commitment.Indicator
	reports     []ident.Report
	activities  []ident.Activity
	amendments  []ident.Amendment
	requests    []ident.Request

	proposers map[ident.Amendment]context.Context // who proposed which amendment

	askers map[ident.Request]context.Context // who made which request

	marks    map[string]string // what each mark stands in, by the mark
	personal map[string]bool   // marks of what may be erased one day, so that no entry may hold it in clear
	shown    map[string]bool   // marks that the public was shown
	done     map[string]int    // how often each step went through
	refused  map[string]int    // and how often it was refused
}

func newLife(t *testing.T, seed uint64) *life {
	t.Helper()
	l := &life{
		Register: New(t), t: t, draw: rand.New(rand.NewPCG(seed, 7)),
		marks: map[string]string{}, personal: map[string]bool{}, proposers: map[ident.Amendment]context.Context{}, askers: map[ident.Request]context.Context{}, shown: map[string]bool{}, done: map[string]int{}, refused: map[string]int{},
	}
	for range 2 { // so that the first steps have something to work on
		l.steps()["register"]()
	}
	return l
}

// text gives a text of no more than the mark.
func (l *life) text(about string) string {
	const letters = "bcdfghjklmnpqrstvwxz"
	var b strings.Builder
	b.WriteString("Q")
	for range 11 {
		b.WriteByte(letters[l.draw.IntN(len(letters))])
	}
	l.marks[b.String()] = about
	return b.String()
}

// private gives a text that names a person.
func (l *life) private(about string) string {
	text := l.text(about)
	l.personal[text] = true
	return text
}

func (l *life) maybe(text string) *string {
	if l.draw.IntN(2) == 0 {
		return nil
	}
	return &text
}

func pick[T any](l *life, all []T) T {
	if len(all) == 0 {
		var none T
		return none
	}
	return all[l.draw.IntN(len(all))]
}

// amount gives a number that stands nowhere else, and its mark.
func (l *life) amount(about string) string {
	number := fmt.Sprintf("%d", 100_000_000_000+l.draw.Int64N(899_999_999_999))
	l.marks[number] = about
	return number
}

// live takes one step at random and gives its name.
func (l *life) live() string {
	l.t.Helper()
	return l.take(pick(l, []string{
		"register", "amend", "amend", "describe", "move", "move", "move", "move", "merge", "sign", "sign", "state", "state", "state",
		"supersede", "supersede", "add contact", "amend contact", "remove contact", "record ceremony", "amend ceremony",
		"create alliance", "amend alliance", "admit", "admit", "date membership", "take on", "take on", "amend draft", "submit", "submit",
		"register commitment", "register commitment", "close", "add indicator", "amend indicator", "retire indicator", "amend plan", "accept", "accept", "decline",
		"open cycle", "extend cycle", "start report", "start report", "write report", "write report", "submit report", "submit report",
		"review", "review", "agree", "reply", "attest",
		"propose amendment", "propose amendment", "propose amendment", "approve amendment", "approve amendment", "refuse amendment", "withdraw amendment",
		"give link", "give file", "give file", "amend evidence", "remove evidence", "sweep files",
		"draft activity", "record activity", "amend activity", "amend activity", "step of activity", "step of activity",
		"link", "link", "unlink",
		"run cycle", "run cycle", "open near cycle", "accept proposal", "dismiss proposal",
		"propose change", "propose change", "decide change", "decide change", "return change", "rebase change", "withdraw change",
	}))
}

// take takes the step and gives its name.
func (l *life) take(name string) string {
	l.t.Helper()
	if l.draw.IntN(4) == 0 {
		l.Clock.Advance(time.Duration(l.draw.Int64N(int64(72 * time.Hour))))
	}
	l.note(name, l.steps()[name]())
	return name
}

// note counts what became of a step; nothing else becomes of one.
func (l *life) note(name string, err error) {
	l.t.Helper()
	switch kind := fault.KindOf(err); {
	case err == nil:
		l.done[name]++
	case kind == fault.Internal, kind == fault.Unavailable, kind == fault.Malformed, kind == fault.Forbidden:
		l.t.Fatalf("%s: %v", name, err)
	default:
		l.refused[name]++
	}
}

// steps are what can happen to a register.
func (l *life) steps() map[string]func() error {
	all := map[string]func() error{
		"register": l.register, "amend": l.amend, "describe": l.describe, "move": l.move, "merge": l.merge, "sign": l.sign,
		"state": l.state, "supersede": l.supersede,
		"record ceremony": l.recordCeremony, "amend ceremony": l.amendCeremony,
		"create alliance": l.createAlliance, "amend alliance": l.amendAlliance, "admit": l.admit, "date membership": l.dateMembership,
		"add contact": l.addContact, "amend contact": l.amendContact, "remove contact": l.removeContact,
		"take on": l.takeOn, "amend draft": l.amendDraft, "submit": l.submit, "register commitment": l.registerCommitment, "close": l.closeCommitment,
		"add indicator": l.addIndicator, "amend indicator": l.amendIndicator, "retire indicator": l.retireIndicator, "amend plan": l.amendPlan,
		"accept": l.accept, "decline": l.decline,
		"draft activity": l.draftActivity, "record activity": l.recordActivity, "amend activity": l.amendActivity, "step of activity": l.stepActivity,
		"link": l.link, "unlink": l.unlink,
	}
	maps.Copy(all, l.reporting())
	maps.Copy(all, l.amending())
	maps.Copy(all, l.runs())
	maps.Copy(all, l.evidencing())
	maps.Copy(all, l.requesting())
	return all
}

// look marks what the public is shown now.
func (l *life) look() map[string]json.RawMessage {
	l.t.Helper()
	rows := publicRows(l.t, l.Register, l.Register)
	var all strings.Builder
	for _, row := range rows {
		all.Write(row)
	}
	for mark := range l.marks {
		if !l.shown[mark] && strings.Contains(all.String(), mark) {
			l.shown[mark] = true
		}
	}
	return rows
}
