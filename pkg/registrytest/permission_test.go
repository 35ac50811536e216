package registrytest

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"accord/pkg/fault"
	"accord/pkg/ident"
)

// callers are who asks, in the order in which a probe says what becomes of
// each; own and foreign are seen from the member that the thing belongs to.
func callers(own, foreign ident.Member) []caller {
	return []caller{
		{"the system", System()},
		{"an administrator", Admin()},
		{"staff", Staff()},
		{"the member's editor", Editor(own)},
		{"the member's approver", Approver(own)},
		{"another member's editor", Editor(foreign)},
		{"another member's approver", Approver(foreign)},
		{"an analyst", Analyst()},
		{"the public", Public()},
		{"nobody", Nobody()},
	}
}

type caller struct {
	name string
	ctx  context.Context
}

// call does what an office method does, on behalf of whoever the context names.
type call func(ctx context.Context) error

// probe is the case of one office method: what becomes of each caller, on a
// thing of a public member and on the same of an applicant.
//
// The signs stand for the callers in their order, blanks are for the eye: + is
// let through, u refused as unauthenticated, f as forbidden, n as not found.
type probe struct {
	public string
	hidden string // "" where the thing belongs to no member
	writes bool   // so that each caller who is let through gets a thing of its own
	make   func(t *testing.T, r *Register, number ident.Member) call
}

// The answers that many methods share.
const (
	everybody   = "+++ ++ ++ ++u"
	whoMayKnow  = "+++ ++ nn nnu" // of an applicant
	staffOnly   = "+++ ff ff fuu"
	ownReads    = "+++ ++ nn fuu" // what is never public
	ownWrites   = "+++ ++ ff fuu" // of a public member
	ownHidden   = "+++ ++ nn fuu" // of an applicant
	systemAlone = "+ff ff ff fuu"
)

// read is the case of a method that shows what belongs to a member.
func read(do func(t *testing.T, r *Register, number ident.Member) call) probe {
	return probe{public: everybody, hidden: whoMayKnow, make: do}
}

// open is the case of a method that shows what belongs to no member.
func open(do func(t *testing.T, r *Register, number ident.Member) call) probe {
	return probe{public: everybody, make: do}
}

// staffWrite is the case of a method that staff alone may use.
func staffWrite(do func(t *testing.T, r *Register, number ident.Member) call) probe {
	return probe{public: staffOnly, hidden: staffOnly, writes: true, make: do}
}

// probes is the accounting: each office method, by the register's field and
// its name, with a word behind it where one method has several cases.
func probes() map[string]probe {
	all := map[string]probe{}
	for _, part := range []map[string]probe{
		memberProbes(), belongingProbes(), ceremonyProbes(), figureProbes(), allianceProbes(), commitmentProbes(), participantProbes(), amendmentProbes(), planProbes(), cycleProbes(), reportProbes(), activityProbes(), evidenceProbes(), runProbes(), requestProbes(), appliedProbes(), publicProbes(),
	} {
		maps.Copy(all, part)
	}
	return all
}

func TestEveryOfficeMethodIsAccountedFor(t *testing.T) {
	t.Parallel()
	cases := map[string]bool{}
	for name := range probes() {
		method, _, _ := strings.Cut(name, " ")
		cases[method] = true
	}
	for name := range accountProbes() {
		method, _, _ := strings.Cut(name, " ")
		cases[method] = true
	}
	methods := officeMethods()
	for _, name := range methods {
		if _, known := unasked[name]; !cases[name] && !known {
			t.Errorf("%s has no case for any role", name)
		}
	}
	for name := range cases {
		if !slices.Contains(methods, name) {
			t.Errorf("there is no office method %s", name)
		}
	}
}

// unasked are methods that ask for no role.
var unasked = map[string]string{
	"Sequencer.Run":               "run by the server itself, on nobody's behalf",
	"Sequencer.CatchUp":           "run by the server itself, on nobody's behalf",
	"Accounts.Authenticate":       "is how an actor comes about",
	"Accounts.AuthenticateCookie": "is how an actor comes about",
	"Audit.Record":                "what happened is kept, whoever caused it",
	"Audit.Note":                  "what happened is kept, whoever caused it",
}

// officeMethods gives the exported methods with a context of all offices.
func officeMethods() []string {
	var names []string
	register := reflect.TypeFor[Register]()
	for field := range register.Fields() {
		if field.Type.Kind() != reflect.Pointer || field.Name == "DB" {
			continue
		}
		for method := range field.Type.Methods() {
			if method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[context.Context]() {
				names = append(names, field.Name+"."+method.Name)
			}
		}
	}
	return names
}

func TestEachRoleMayDoWhatItMayAndNoMore(t *testing.T) {
	t.Parallel()
	byOffice := map[string]map[string]probe{}
	for name, p := range probes() {
		office, _, _ := strings.Cut(name, ".")
		if byOffice[office] == nil {
			byOffice[office] = map[string]probe{}
		}
		byOffice[office][name] = p
	}
	for office, methods := range byOffice {
		t.Run(office, func(t *testing.T) {
			t.Parallel()
			r := New(t)
			foreign := r.Member(t, "Another Member")
			for name, p := range methods {
				t.Run(name, func(t *testing.T) {
					drive(t, r, p, p.public, foreign, func(name string) ident.Member { return r.Member(t, name) })
					if p.hidden != "" {
						drive(t, r, p, p.hidden, foreign, func(name string) ident.Member { return r.Applicant(t, name) })
					}
				})
			}
		})
	}
}

// drive lets every caller try, and compares what becomes of each with the signs.
func drive(t *testing.T, r *Register, p probe, signs string, foreign ident.Member, target func(name string) ident.Member) {
	t.Helper()
	signs = strings.ReplaceAll(signs, " ", "")
	fresh := func() (ident.Member, call) {
		number := target("Target " + string(ident.New[ident.Figure]()))
		return number, p.make(t, r, number)
	}
	own, do := fresh()
	who := callers(own, foreign)
	if len(signs) != len(who) {
		t.Fatalf("%q has not one sign for each of %d callers", signs, len(who))
	}
	compare(t, p, signs, who, do, func() ([]caller, call) {
		own, do := fresh()
		return callers(own, foreign), do
	})
}

// compare lets every caller try; where one was let through, the next gets a
// fresh thing to write to.
func compare(t *testing.T, p probe, signs string, who []caller, do call, fresh func() ([]caller, call)) {
	t.Helper()
	used := false
	for i := range who {
		if used && p.writes && signs[i] == '+' {
			who, do = fresh()
		}
		if got := sign(do(who[i].ctx)); got != string(signs[i]) {
			t.Errorf("%s: %s, want %c", who[i].name, got, signs[i])
		}
		used = used || signs[i] == '+'
	}
	compareTokens(t, who, do)
}

// sign gives the sign of an outcome; what none stands for is told in full.
func sign(err error) string {
	switch fault.KindOf(err) {
	case fault.Unauthenticated:
		return "u"
	case fault.Forbidden:
		return "f"
	case fault.NotFound:
		return "n"
	default:
		if err != nil {
			return fmt.Sprintf("refused otherwise (%v)", err)
		}
		return "+"
	}
}
