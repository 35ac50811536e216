package commitment

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"accord/pkg/bound"
	"accord/pkg/fault"
	"accord/pkg/plan"
)

// AmendmentClass is what an amendment makes of a promise. "" is that the terms
// that can be compared stay as they were.
type AmendmentClass string

// The classes of amendments.
const (
	ClassStrengthened AmendmentClass = "strengthened"
	ClassWeakened     AmendmentClass = "weakened"
	ClassClarified    AmendmentClass = "clarified"
	ClassSuperseded   AmendmentClass = "superseded" // by a promise that cannot be set against the one before
)

// AmendmentClasses lists the classes.
func AmendmentClasses() []AmendmentClass {
	return []AmendmentClass{ClassStrengthened, ClassWeakened, ClassClarified, ClassSuperseded}
}

// Comparison is what becomes of the terms of a promise, each named by its
// pointer. A term can be among the weaker and the stronger ones, where part of
// it rises and part falls.
type Comparison struct {
	Weaker   []string
	Stronger []string
	Replaced []string // by what cannot be set against what was there
	Worded   bool     // something that only people can judge is said otherwise
}

// Compare sets new terms against old ones. These are compared, and nothing else:
//
//   - strength: proposed is less than pledged, pledged less than in_strategy, and
//     none at all is least.
//   - due_on, the day of the target (its own, or else due_on) and those of the
//     milestones: a later day is weaker, and none is latest.
//   - indicator: none is weaker than any. Another one replaces what was promised:
//     its baseline and target are not set against those before.
//   - target: none is weaker than any. Both ends count, in the direction of the
//     indicator: the one that is to be reached, and the far one, which is open
//     where a target names none. An end further on is stronger, one further back
//     weaker; "gt" asks for more than "ge" with the same number, "about" for less
//     than the number itself. Where one end rises and the other falls the targets
//     cannot be ordered, and the term is among both.
//   - baseline: none is weaker than any; one nearer to the target makes the promise
//     smaller.
//   - milestones, by their keys, and partner_countries: one that is dropped is
//     weaker, one more is stronger.
//
// Title, text, starts_on, the day of the baseline and how milestones are called
// are for people to judge.
func Compare(before, after Terms) Comparison {
	c := Comparison{Worded: worded(before) != worded(after)}
	c.note("/strength", slices.Index(Strengths(), after.Strength)-slices.Index(Strengths(), before.Strength))
	c.day("/due_on", before.DueOn, after.DueOn)
	c.measure(before, after)
	c.milestones(before.Milestones, after.Milestones)
	list(&c, "/partner_countries", before.PartnerCountries, after.PartnerCountries)
	return c
}

// Class is what the comparison makes of the promise: weakened, where any term
// is weaker, whatever else rises; else superseded, where something is replaced;
// else strengthened, where something is stronger; else "".
func (c Comparison) Class() AmendmentClass {
	switch {
	case len(c.Weaker) > 0:
		return ClassWeakened
	case len(c.Replaced) > 0:
		return ClassSuperseded
	case len(c.Stronger) > 0:
		return ClassStrengthened
	default:
		return ""
	}
}

// settle gives the class that an amendment has when this one is claimed for it,
// "" for none. What is compared cannot be claimed away: where there is a class
// by it, that holds, and a claim may only be harsher, as far as it stands on
// what people judge. Of words alone there is no class but a claimed one.
func (c Comparison) settle(claim AmendmentClass) (AmendmentClass, error) {
	computed := c.Class()
	judged := c.Worded || computed == ClassSuperseded
	switch {
	case computed == "" && claim == "":
		return "", fault.FieldAt("/class", "class_needed")
	case computed == "":
		return claim, nil
	case claim == "", claim == computed,
		claim == ClassWeakened && judged,
		claim == ClassSuperseded && computed == ClassStrengthened && judged:
		return cmp.Or(claim, computed), nil
	}
	why := map[AmendmentClass][]string{ClassWeakened: c.Weaker, ClassSuperseded: c.Replaced, ClassStrengthened: c.Stronger}[computed]
	return "", fault.FieldAt("/class", "class_contradicted", fault.Args{"class": string(computed), "terms": strings.Join(why, ", ")})
}

// note notes that a term is weaker (below 0) or stronger (above).
func (c *Comparison) note(term string, by int) {
	list := &c.Stronger
	if by < 0 {
		list = &c.Weaker
	}
	if by != 0 && !slices.Contains(*list, term) {
		*list = append(*list, term)
	}
}

// day notes what became of a day: later is weaker, and none is latest.
func (c *Comparison) day(term string, before, after plan.Date) {
	const never = "9999-12-31" // behind every day of the register
	c.note(term, strings.Compare(string(cmp.Or(before, never)), string(cmp.Or(after, never))))
}

// list notes what stands in a list no more, and what stands there now.
func list[T comparable](c *Comparison, term string, before, after []T) {
	if slices.ContainsFunc(before, func(one T) bool { return !slices.Contains(after, one) }) {
		c.note(term, -1)
	}
	if slices.ContainsFunc(after, func(one T) bool { return !slices.Contains(before, one) }) {
		c.note(term, 1)
	}
}

func (c *Comparison) milestones(before, after []Milestone) {
	then, now := days(before), days(after)
	list(c, "/milestones", slices.Collect(maps.Keys(then)), slices.Collect(maps.Keys(now)))
	for key, day := range then {
		if on, stays := now[key]; stays {
			c.day("/milestones", day, on)
		}
	}
}

// days gives the days of milestones, by their keys.
func days(milestones []Milestone) map[string]plan.Date {
	all := map[string]plan.Date{}
	for _, m := range milestones {
		all[m.Key] = m.DueOn
	}
	return all
}

func (c *Comparison) measure(before, after Terms) {
	same := before.Indicator == after.Indicator
	if !same && before.Indicator != "" && after.Indicator != "" {
		c.Replaced = append(c.Replaced, "/indicator")
	} else {
		c.note("/indicator", one(after.Indicator != "")-one(before.Indicator != ""))
	}
	c.note("/target", one(after.Target != nil)-one(before.Target != nil))
	c.note("/baseline", one(after.Baseline != nil)-one(before.Baseline != nil))
	if before.Target != nil && after.Target != nil {
		if before.Target.On != "" || after.Target.On != "" { // else it is due_on that was compared
			c.day("/target/on", before.day(), after.day())
		}
		if same {
			near, far := before.Target.reach(after.Direction)
			nearer, farther := after.Target.reach(after.Direction)
			c.note("/target", nearer.compare(near))
			c.note("/target", farther.compare(far))
		}
	}
	if same && before.Baseline != nil && after.Baseline != nil {
		from, to := before.Baseline.Value, after.Baseline.Value
		c.note("/baseline", one(after.Direction.further(from, to))-one(after.Direction.further(to, from)))
	}
}

func one(holds bool) int {
	if holds {
		return 1
	}
	return 0
}

// edge is one end of a target on the way that its indicator is to go: of two
// the greater one asks for more.
type edge struct {
	endless int // 1 behind every number, -1 before every one
	number  decimal.Decimal
	beside  int // 1 just behind the number, -1 somewhere about it or just before
}

func (e edge) compare(f edge) int {
	return cmp.Or(cmp.Compare(e.endless, f.endless), e.number.Cmp(f.number), cmp.Compare(e.beside, f.beside))
}

// reach gives the end that is to be reached and the far one. No quantity is
// below zero, so that is where a low end lies which is not stated.
func (t Target) reach(direction Direction) (near, far edge) {
	stated := t.Interval.Bound()
	low, _ := t.Interval.Low()
	near, far = edge{number: low, beside: one(stated == bound.Above)}, edge{endless: 1}
	if high, ok := t.Interval.High(); ok {
		far = edge{number: high, beside: -one(stated == bound.Below)}
	}
	if direction == Decrease { // the other way, from far to near
		turn := func(e edge) edge { return edge{endless: -e.endless, number: e.number.Neg(), beside: -e.beside} }
		near, far = turn(far), turn(near)
	}
	if stated == bound.Approx {
		near.beside, far.beside = -1, -1
	}
	return near, far
}

// worded is what people judge of the terms.
func worded(t Terms) string {
	said := []string{t.Title, t.Text, string(t.StartsOn)}
	if t.Baseline != nil {
		said = append(said, "baseline", string(t.Baseline.On))
	}
	for _, m := range t.Milestones {
		said = append(said, m.Key, m.Title)
	}
	return fmt.Sprintf("%q", said)
}
