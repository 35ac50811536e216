package statistics_test

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/plan"
	"accord/pkg/statistics"
)

// fact is one combination of values that a member, or a commitment, stands under.
type fact map[statistics.Dimension]string

// part is what one row of a member adds to its facts.
type part struct {
	fact
	fits bool // with the filters
}

func or[T any](p *T, form func(T) string) string {
	if p == nil {
		return ""
	}
	return form(*p)
}

func same(text string) string { return text }

func wants[T comparable](filter, value T) bool {
	var none T
	return filter == none || filter == value
}

func profile(m knownMember) fact {
	sector := or(m.Sector, same)
	division := ""
	if len(sector) >= 3 {
		division = sector[:3]
	}
	return fact{
		statistics.Country: or(m.Country, same), statistics.Sector: division,
		statistics.Kind: m.Kind, statistics.Status: m.Status,
	}
}

func (m knownMember) counted(country, sector, kind string) bool {
	return m.Published && m.Status != "merged" && wants(country, or(m.Country, same)) &&
		strings.HasPrefix(or(m.Sector, same), sector) && wants(kind, m.Kind)
}

func (k *known) signing(m knownMember, q statistics.Query) []part {
	var parts []part
	for _, s := range k.signatures[m.Number] {
		year := or(s.SignedOn, func(d plan.Date) string { return string(d)[:4] })
		ceremony := or(s.Ceremony, strconv.Itoa)
		parts = append(parts, part{
			fact{statistics.Capacity: s.Capacity, statistics.Ceremony: ceremony, statistics.Year: year},
			wants(string(q.Capacity), s.Capacity) && (q.Ceremony == 0 || q.Ceremony.String() == ceremony) &&
				(q.Year == 0 || strconv.Itoa(q.Year) == year),
		})
	}
	return parts
}

func (k *known) belonging(m knownMember, q statistics.Query, day plan.Date) []part {
	var parts []part
	for _, a := range k.alliances[m.Number] {
		if a.FromOn != nil && *a.FromOn > day || a.UntilOn != nil && *a.UntilOn < day {
			continue
		}
		parts = append(parts, part{
			fact{statistics.Alliance: strconv.Itoa(a.Alliance)},
			wants(q.Alliance, ident.Alliance(a.Alliance)),
		})
	}
	return parts
}

func (k *known) promising(m knownMember, q statistics.Query) []part {
	var parts []part
	for _, c := range k.commitments[m.Number] {
		if c.State == "registered" || c.State == "closed" {
			parts = append(parts, part{fact{statistics.Point: strconv.Itoa(c.Point)}, wants(int(q.Point), c.Point)})
		}
	}
	return parts
}

// cross spreads facts over the parts that fit; without any they stay as they
// are, unless the filters ask for one.
func cross(facts []fact, parts []part, filtered bool) []fact {
	parts = slices.DeleteFunc(slices.Clone(parts), func(p part) bool { return !p.fits })
	if len(parts) == 0 && !filtered {
		return facts
	}
	var spread []fact
	for _, f := range facts {
		for _, p := range parts {
			both := maps.Clone(f)
			maps.Copy(both, p.fact)
			spread = append(spread, both)
		}
	}
	return spread
}

// under gives the cells that the member stands in, each once, as the values
// of the dimensions joined by a bar.
func (k *known) under(m knownMember, q statistics.Query, day plan.Date) []string {
	if !m.counted(q.Country, q.Sector, string(q.Kind)) || !wants(string(q.Status), m.Status) {
		return nil
	}
	facts := []fact{profile(m)}
	facts = cross(facts, k.signing(m, q), q.Capacity != "" || q.Ceremony != 0 || q.Year != 0)
	facts = cross(facts, k.belonging(m, q, day), q.Alliance != 0)
	facts = cross(facts, k.promising(m, q), q.Point != 0)
	places := map[string]bool{}
	for _, f := range facts {
		places[f.place(q.By)] = true
	}
	return slices.Sorted(maps.Keys(places))
}

func (f fact) place(by []statistics.Dimension) string {
	values := make([]string, len(by))
	for i, d := range by {
		values[i] = f[d]
	}
	return strings.Join(values, "|")
}

func (k *known) countMembers(q statistics.Query, day plan.Date) map[string]int64 {
	counts := map[string]int64{}
	for _, m := range k.members {
		for _, place := range k.under(m, q, day) {
			counts[place]++
		}
	}
	return atLeastOne(counts, q.By)
}

func atLeastOne(counts map[string]int64, by []statistics.Dimension) map[string]int64 {
	if len(by) == 0 && len(counts) == 0 {
		counts[""] = 0
	}
	return counts
}

func (f knownFigure) basis() string {
	return strings.Trim(or(f.Scope, same)+"_"+or(f.Netting, same), "_")
}

// current gives the member's figure of each kind that counts, by what it may be added up with.
func (k *known) current(m ident.Member, q statistics.FigureQuery) map[string]knownFigure {
	best := map[string]knownFigure{}
	for _, f := range k.figures[m] {
		if f.Confidentiality != "public" || f.SupersededBy != nil || !wants(q.Measure, f.Measure) || !wants(q.Basis, f.basis()) ||
			!wants(strings.ReplaceAll(q.Currency, "RMB", "CNY"), f.Currency) {
			continue
		}
		if q.From != "" && (f.From == nil || *f.From != q.From || *f.To != q.To) {
			continue
		}
		alike := strings.Join([]string{f.Measure, f.Currency, f.basis(), strconv.FormatBool(f.From == nil)}, "|")
		if other, ok := best[alike]; !ok || f.From != nil && cmp.Or(cmp.Compare(*f.To, *other.To), cmp.Compare(*other.From, *f.From)) > 0 {
			best[alike] = f
		}
	}
	return best
}

// addFigures gives the totals by place and by what was added up, as text.
func (k *known) addFigures(t testing.TB, q statistics.FigureQuery, day plan.Date) map[string]string {
	count := k.countMembers(q.Query, day)
	totals := map[string]*bound.Total{}
	stated := map[string]bool{}
	for _, m := range k.members {
		for _, place := range k.under(m, q.Query, day) {
			for alike, f := range k.current(m.Number, q) {
				interval, err := bound.Stored(f.Bound, or(f.Low, same), or(f.High, same))
				if err != nil {
					t.Fatal(err)
				}
				key := place + "#" + alike
				if totals[key] == nil {
					totals[key] = &bound.Total{}
				}
				totals[key].Add(interval)
				stated[place] = true
			}
		}
	}
	found := map[string]string{}
	for key, total := range totals {
		place, _, _ := strings.Cut(key, "#")
		sum, _ := total.Sum()
		found[key] = tell(count[place], int64(total.Stated()), sum.Cell())
	}
	for place, n := range count {
		if !stated[place] {
			asked := []string{q.Measure, strings.ReplaceAll(q.Currency, "RMB", "CNY"), q.Basis, "false"}
			found[place+"#"+strings.Join(asked, "|")] = tell(n, 0, bound.Cell{})
		}
	}
	return found
}
