package api

import "accord/pkg/commitment"

func amendmentDraft(b NewAmendment) commitment.AmendmentDraft {
	return commitment.AmendmentDraft{
		Terms: commitmentPatch(CommitmentPatch{
			Title: b.Title, Text: b.Text, Strength: b.Strength, StartsOn: b.StartsOn, DueOn: b.DueOn, Indicator: b.Indicator, Baseline: b.Baseline,
			Target: b.Target, Milestones: b.Milestones, PartnerCountries: b.PartnerCountries,
		}),
		Class: commitment.AmendmentClass(b.Class), Reason: b.Reason,
	}
}

func approval(b Approval) commitment.Approval {
	return commitment.Approval{Class: commitment.AmendmentClass(b.Class), Reason: b.Reason}
}

// amendmentOf puts an amendment on the wire.
func amendmentOf(a commitment.Amendment) (Amendment, error) {
	changes, err := a.Changes()
	if err != nil {
		return Amendment{}, err
	}
	body := Amendment{
		Id: Id(a.ID), Commitment: Id(a.Commitment), Member: int64(a.Member), State: AmendmentState(a.State), Class: AmendmentClass(a.Class),
		ClaimedClass: AmendmentClass(a.Claimed), ComputedClass: AmendmentClass(a.Computed), Reason: a.Reason, Changes: each(changes, fieldOf),
		ProposedAt: a.ProposedAt, DecisionReason: a.DecisionReason, Synthetic: a.Synthetic, Version: a.Version,
	}
	if a.DecidedAt != nil {
		body.DecidedAt = *a.DecidedAt
	}
	return body, nil
}

// amendmentLineOf is an amendment in a list.
func amendmentLineOf(a commitment.Amendment) AmendmentLine {
	body := AmendmentLine{
		Id: Id(a.ID), Commitment: Id(a.Commitment), Member: int64(a.Member), State: AmendmentState(a.State), Class: AmendmentClass(a.Class),
		Reason: a.Reason, ProposedAt: a.ProposedAt, Synthetic: a.Synthetic, Version: a.Version,
	}
	if a.DecidedAt != nil {
		body.DecidedAt = *a.DecidedAt
	}
	return body
}
