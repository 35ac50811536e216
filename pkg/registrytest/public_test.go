package registrytest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/gowebpki/jcs"

	"accord/pkg/alliance"
	"accord/pkg/bound"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// publicRows gives every thing that the offices of r show to the public, as a
// ledger entry holds a thing, by "kind id". It is written from the form that
// entries are promised to have, not with the code that makes them. What it
// needs beyond the answers (the salts of personal values) it reads from real.
func publicRows(t *testing.T, r, real *Register) map[string]json.RawMessage {
	t.Helper()
	rows := map[string]json.RawMessage{}
	add := func(kind string, id any, content any) {
		rows[fmt.Sprint(kind, " ", id)] = canonical(t, content)
	}
	var last ident.Member
	if err := real.DB.Get(t.Context(), &last, `select coalesce(max(number), 0) from member`); err != nil {
		t.Fatal(err)
	}
	for number := ident.Member(1); number <= last; number++ {
		profile, err := r.Members.Read(Public(), number)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		add("member", number, memberContent(profile.Member))
		addOfMember(t, r, real, number, add)
	}
	for _, c := range must(r.Members.Ceremonies(Public(), 0, 200))(t) {
		add("ceremony", c.ID, c)
	}
	for _, a := range must(r.Alliances.List(Public(), 0, 200))(t) {
		add("alliance", a.ID, a)
		for _, m := range must(r.Alliances.Memberships(Public(), a.ID, alliance.Belonging{Limit: 200}))(t) {
			add("alliance_membership", m.ID, m)
		}
	}
	for _, c := range must(r.Commitments.List(Public(), commitment.Listing{Limit: 200}))(t) {
		add("commitment", c.ID, map[string]any{
			"member": c.Member, "point": c.Point, "title": c.Title, "text": c.Text, "state": c.State, "strength": c.Strength,
			"outcome": c.Outcome, "closing_reason": c.ClosingReason, "starts_on": c.StartsOn, "due_on": c.DueOn,
			"indicator": c.Indicator, "unit": c.Unit, "baseline": baselineContent(c.Baseline), "target": targetContent(c.Target),
			"milestones": c.Milestones, "partner_countries": c.PartnerCountries, "amendments": counted(c.Amendments), "amended_on": c.AmendedOn,
		})
		addAmendments(t, r, c.ID, add)
		for _, p := range c.Participants {
			add("participant", fmt.Sprintf("%s/%s", c.ID, p.Member), map[string]any{
				"commitment": c.ID, "member": p.Member, "role": p.Role, "state": p.State,
			})
		}
	}
	for _, c := range must(r.Cycles.List(Public(), 0, 200))(t) {
		add("cycle", c.Year, map[string]any{
			"year": c.Year, "opens_on": c.OpensOn, "due_on": c.DueOn, "grace_ends_on": c.GraceEndsOn, "extension_reason": c.ExtensionReason,
		})
	}
	addActivities(t, r, real, add)
	addPlan(t, r, add)
	return rows
}

func addPlan(t *testing.T, r *Register, add func(kind string, id, content any)) {
	t.Helper()
	p := must(r.Plans.Read(Public()))(t)
	add("plan", 1, map[string]any{
		"title": p.Title, "edition": p.Edition, "publisher": p.Publisher, "release": p.Release, "source": p.Source, "time_zone": p.TimeZone,
		"period": p.Period,
	})
	for _, i := range must(r.Plans.Indicators(Public(), commitment.IndicatorListing{Limit: 1000}))(t) {
		add("indicator", i.Code, map[string]any{
			"code": i.Code, "point": i.Point, "ordinal": i.Ordinal, "unit": i.Unit, "direction": i.Direction, "aggregation": i.Aggregation,
			"title_en": i.TitleEn, "title_zh": i.TitleZh, "definition_en": i.DefinitionEn, "definition_zh": i.DefinitionZh,
			"counts_en": i.CountsEn, "counts_zh": i.CountsZh, "excludes_en": i.ExcludesEn, "excludes_zh": i.ExcludesZh,
			"source": i.Source, "retired_on": i.RetiredOn, "retired_reason": i.RetiredReason,
		})
	}
	for _, point := range p.Points {
		add("point", int(point.Point), map[string]any{
			"number": int(point.Point), "text": point.Text, "title_en": point.Title.En, "title_zh": point.Title.Zh,
		})
	}
}

func baselineContent(b *commitment.Baseline) map[string]any {
	if b == nil {
		return nil
	}
	return map[string]any{"value": bound.Canonical(b.Value), "on": b.On}
}

func targetContent(t *commitment.Target) map[string]any {
	if t == nil {
		return nil
	}
	return map[string]any{"bound": t.Interval.Bound(), "low": t.Low(), "high": t.High(), "on": t.On}
}

func memberContent(m member.Member) map[string]any {
	return map[string]any{
		"number": m.Number, "status": m.Status, "status_since": m.StatusSince, "merged_into": m.MergedInto, "name": m.Name, "names": m.Names,
		"kind": m.Kind, "country": m.Country, "city": m.City, "sector": m.Sector, "description": m.Description, "website": m.Website,
		"founded": m.Founded, "identifiers": m.Identifiers, "sources": m.Sources,
	}
}

func addOfMember(t *testing.T, r, real *Register, number ident.Member, add func(kind string, id, content any)) {
	t.Helper()
	for _, s := range must(r.Members.Transitions(Public(), number, 0, 200))(t) {
		add("transition", s.ID, map[string]any{
			"from": s.From, "to": s.To, "effective_on": s.EffectiveOn, "reason": s.Reason, "survivor": s.Survivor,
		})
	}
	for _, term := range must(r.Members.Terms(Public(), number, 0, 200))(t) {
		add("term", fmt.Sprintf("%d of %s", term.Ordinal, number), term)
	}
	for _, g := range must(r.Members.Signatures(Public(), number, "", 200))(t) {
		content := map[string]any{"member": g.Member, "ceremony": g.Ceremony, "capacity": g.Capacity, "signed_on": g.SignedOn}
		if g.Name != nil {
			content["signatory"] = map[string]any{"sha256": hiddenSignatory(t, real, g)}
		}
		add("signature", g.ID, content)
	}
	for _, f := range must(r.Figures.List(Public(), number, figure.Listing{Limit: 200}))(t) {
		add("figure", f.ID, map[string]any{
			"member": f.Member, "measure": f.Measure, "period": f.Period, "bound": f.Interval.Bound(), "low": f.Low(), "high": f.High(),
			"currency": f.Currency, "basis": f.Basis, "assurance": f.Assurance, "confidentiality": f.Confidentiality, "source": f.Source,
			"superseded_by": f.SupersededBy, "stated_at": f.StatedAt.Format(time.RFC3339Nano),
		})
	}
	addReports(t, r, real, number, add)
}

func addReports(t *testing.T, r, real *Register, number ident.Member, add func(kind string, id, content any)) {
	t.Helper()
	for _, report := range must(r.Reports.ListOf(Public(), number, nil, 200))(t) {
		p, v := report.Statement, report.Review
		add("report", report.ID, map[string]any{
			"commitment": report.Commitment, "member": report.Member, "cycle": report.Cycle, "state": report.State, "narrative": p.Narrative,
			"completion": p.Completion, "values": p.Measured, "milestones": p.Milestones, "attested": told(report.Attested), "submitted_at": report.SubmittedAt.Format(time.RFC3339Nano),
		})
		content := map[string]any{"report": report.ID, "decision": v.Decision, "reason": v.Reason, "completion": v.Completion, "reply": v.Reply}
		content["seconded"] = told(v.Seconded())
		add("review", report.ID, content)
		addEvidence(t, r, real, report.ID, add)
	}
}

// told gives what an entry says of a flag: nothing where it is not so.
func told(flag bool) any {
	if flag {
		return true
	}
	return nil
}

// hiddenSignatory gives what stands for a person in the ledger: the hash of
// the salt and the person's canonical bytes.
func hiddenSignatory(t *testing.T, r *Register, g member.Signature) string {
	t.Helper()
	return hidden(t, r, `select salt from signatory where signature = $1`, g.ID, map[string]any{"name": g.Name, "title": g.Title})
}

// hidden gives the hash of the salt that the query reads and the value's
// canonical bytes.
func hidden(t *testing.T, r *Register, query string, id, value any) string {
	t.Helper()
	var salt []byte
	if err := r.DB.Get(context.Background(), &salt, query, id); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(append(salt, canonical(t, value)...))
	return hex.EncodeToString(sum[:])
}

// canonical gives the RFC 8785 bytes of a value without what is absent: null,
// the empty text and the empty list say the same, that nothing is stated.
func canonical(t *testing.T, value any) json.RawMessage {
	t.Helper()
	plain, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(plain, &tree); err != nil {
		t.Fatal(err)
	}
	if plain, err = json.Marshal(stated(tree)); err != nil {
		t.Fatal(err)
	}
	bytes, err := jcs.Transform(plain)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func stated(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for key, one := range v {
			if one = stated(one); one == nil {
				delete(v, key)
			} else {
				v[key] = one
			}
		}
		if len(v) == 0 {
			return nil
		}
		return v
	case []any:
		for i := range v {
			v[i] = stated(v[i])
		}
		if len(v) == 0 {
			return nil
		}
		return v
	case string:
		if v == "" {
			return nil
		}
	}
	return value
}
