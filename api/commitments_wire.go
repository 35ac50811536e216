package api

import (
	"accord/pkg/bound"
	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

func commitmentDraft(b NewCommitment) commitment.Draft {
	return commitment.Draft{
		Point: plan.Point(b.Point), Title: b.Title, Text: b.Text, Strength: commitment.Strength(b.Strength), StartsOn: b.StartsOn, DueOn: b.DueOn,
		MeasureDraft: commitment.MeasureDraft{
			Indicator: b.Indicator, Baseline: translatedIf(b.Baseline, baselineDraft), Target: translatedIf(b.Target, targetDraft),
			Milestones: milestones(b.Milestones), PartnerCountries: countries(b.PartnerCountries),
		},
		Participants: participants(b.Participants),
	}
}

func commitmentPatch(b CommitmentPatch) commitment.Patch {
	return commitment.Patch{
		Point: plan.Point(b.Point), Title: b.Title, Text: b.Text, StartsOn: b.StartsOn, DueOn: b.DueOn,
		Strength:  translated(b.Strength, func(s Strength) commitment.Strength { return commitment.Strength(s) }),
		Indicator: b.Indicator, Baseline: translated(b.Baseline, baselineDraft), Target: translated(b.Target, targetDraft),
		Milestones: translated(b.Milestones, milestones), PartnerCountries: translated(b.PartnerCountries, countries),
		Participants: translated(b.Participants, participants),
	}
}

func closing(b Closing) commitment.Closing {
	return commitment.Closing{Outcome: commitment.Outcome(b.Outcome), Reason: b.Reason}
}

func baselineDraft(b Baseline) commitment.BaselineDraft {
	return commitment.BaselineDraft{Value: b.Value, Unit: b.Unit, On: b.On}
}

func targetDraft(t Target) commitment.TargetDraft {
	return commitment.TargetDraft{Bound: string(t.Bound), Low: t.Low, High: t.High, Unit: t.Unit, On: t.On}
}

// translatedIf gives what an optional object says in the office's words, nil
// where it is absent.
func translatedIf[W comparable, O any](body W, word func(W) O) *O {
	var none W
	if body == none {
		return nil
	}
	said := word(body)
	return &said
}

func milestones(list []Milestone) []commitment.Milestone {
	out := make([]commitment.Milestone, len(list))
	for i, m := range list {
		out[i] = commitment.Milestone{Key: m.Key, Title: m.Title, DueOn: m.DueOn}
	}
	return out
}

func countries(list []Country) []ident.Country {
	out := make([]ident.Country, len(list))
	for i, code := range list {
		out[i] = ident.Country(code)
	}
	return out
}

func participants(list []NewParticipant) []commitment.Participant {
	out := make([]commitment.Participant, len(list))
	for i, p := range list {
		out[i] = commitment.Participant{Member: ident.Member(p.Member), Role: commitment.ParticipantRole(p.Role)}
	}
	return out
}

func commitmentOf(c commitment.Commitment) Commitment {
	body := Commitment{
		Id: Id(c.ID), Member: int64(c.Member), Point: int(c.Point), Title: c.Title, Text: c.Text, State: CommitmentState(c.State),
		Strength: Strength(c.Strength), Outcome: Outcome(c.Outcome), ClosingReason: c.ClosingReason, StartsOn: c.StartsOn, DueOn: c.DueOn,
		Indicator: c.Indicator, Amendments: c.Amendments, AmendedOn: c.AmendedOn, Synthetic: c.Synthetic, Version: c.Version,
	}
	if b := c.Baseline; b != nil {
		body.Baseline = Baseline{Value: bound.Canonical(b.Value), Unit: Unit(c.Unit), On: b.On}
	}
	if t := c.Target; t != nil {
		body.Target = Target{Bound: Bound(t.Interval.Bound()), Low: t.Low(), High: t.High(), Unit: Unit(c.Unit), On: t.On}
	}
	for _, m := range c.Milestones {
		body.Milestones = append(body.Milestones, Milestone{Key: m.Key, Title: m.Title, DueOn: m.DueOn})
	}
	for _, code := range c.PartnerCountries {
		body.PartnerCountries = append(body.PartnerCountries, Country(code))
	}
	for _, p := range c.Participants {
		body.Participants = append(body.Participants, Participant{Member: int64(p.Member), Role: ParticipantRole(p.Role), State: ParticipantState(p.State)})
	}
	if c.Standing != nil {
		body.Progress = progressOf(*c.Standing, c.Reported)
	}
	return body
}

func progressOf(p commitment.Progress, said commitment.Reported) CommitmentProgress {
	body := CommitmentProgress{
		Class: ProgressClass(p.Class), AsOf: p.Day, Reports: said.Reports, Cycle: said.Cycle, Found: Completion(said.Found), From: said.From, To: said.To,
	}
	if said.Value != nil {
		body.Value = extentOf(*said.Value)
	}
	if p.Share != nil {
		body.Share = extentOf(*p.Share)
	}
	if p.Expected != nil {
		body.Expected = bound.Canonical(*p.Expected)
	}
	return body
}

func extentOf(i bound.Interval) Extent {
	c := i.Cell()
	return Extent{
		Low: c.Low, LowBound: ExtentLowBound(c.LowBound), High: c.High, HighBound: ExtentHighBound(c.HighBound), Approximate: c.Approx, About: c.About,
	}
}
