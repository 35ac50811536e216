package api

import (
	"accord/pkg/commitment"
	"accord/pkg/markdown"
)

// reportOf puts a report on the wire.
func reportOf(r commitment.Report) Report {
	body := Report{
		Id: Id(r.ID), Commitment: Id(r.Commitment), Member: int64(r.Member), Cycle: r.Cycle, State: ReportState(r.State),
		Narrative: r.Statement.Narrative, NarrativeHtml: markdown.Render(r.Statement.Narrative), Completion: Completion(r.Statement.Completion),
		Values: each(r.Statement.Measured, measuredOf), Milestones: each(r.Statement.Milestones, milestoneOf),
		Evidence: each(r.Statement.Evidence, pieceOf), Attested: r.Attested, Synthetic: r.Synthetic, Version: r.Version,
	}
	if r.SubmittedAt != nil {
		body.SubmittedAt = r.SubmittedAt.UTC()
	}
	if r.Review != nil {
		body.Review = reviewOf(*r.Review)
	}
	if r.Working != nil {
		body.Draft = ReportDraft{
			Version: r.Version, Narrative: r.Working.Narrative, Completion: Completion(r.Working.Completion),
			Values: each(r.Working.Measured, measuredOf), Milestones: each(r.Working.Milestones, milestoneOf),
			Evidence: each(r.Working.Evidence, pieceOf),
		}
	}
	return body
}

// lineOf is a report in a list.
func lineOf(r commitment.Report) ReportLine {
	body := ReportLine{
		Id: Id(r.ID), Commitment: Id(r.Commitment), Member: int64(r.Member), Cycle: r.Cycle, State: ReportState(r.State),
		Completion: Completion(r.Statement.Completion), Attested: r.Attested, Synthetic: r.Synthetic, Version: r.Version,
	}
	if r.SubmittedAt != nil {
		body.SubmittedAt = r.SubmittedAt.UTC()
	}
	if r.Review != nil {
		body.Found = Completion(r.Review.Completion)
	}
	return body
}

func reviewOf(v commitment.Review) Review {
	return Review{
		Decision: Decision(v.Decision), Reason: v.Reason, Completion: Completion(v.Completion), Pending: v.Pending(), Seconded: v.Seconded(), Reply: v.Reply,
	}
}

func measuredOf(m commitment.Measured) MeasuredValue {
	d := m.Draft()
	return MeasuredValue{Indicator: d.Indicator, Bound: Bound(d.Bound), Low: d.Low, High: d.High, From: d.From, To: d.To}
}

func milestoneOf(m commitment.Met) MilestoneMet { return MilestoneMet{Key: m.Key, On: m.On} }

func reportPatch(b ReportPatch) commitment.ReportPatch {
	return commitment.ReportPatch{
		Narrative:  b.Narrative,
		Completion: translated(b.Completion, func(c Completion) commitment.Completion { return commitment.Completion(c) }),
		Measured: translated(b.Values, func(list []MeasuredValue) []commitment.MeasuredDraft {
			return each(list, func(m MeasuredValue) commitment.MeasuredDraft {
				return commitment.MeasuredDraft{Indicator: m.Indicator, Bound: string(m.Bound), Low: m.Low, High: m.High, From: m.From, To: m.To}
			})
		}),
		Milestones: translated(b.Milestones, func(list []MilestoneMet) []commitment.Met {
			return each(list, func(m MilestoneMet) commitment.Met { return commitment.Met{Key: m.Key, On: m.On} })
		}),
	}
}
