package registrytest

import (
	"context"
	"slices"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// attempt is something that anybody can try: try gives the member that it was
// about, and may tells whose try can go through.
type attempt struct {
	may func(who string, about ident.Member) bool
	try func(ctx context.Context) (ident.Member, error)
}

// stale gives now and then a version that nothing has.
func (c *crowd) stale() int64 {
	if c.draw.IntN(10) == 0 {
		return 999
	}
	return 0
}

// subject is what a step can be about.
type subject[ID ~string] struct {
	ID     ID           `db:"id"`
	Member ident.Member `db:"member"`
	State  string       `db:"state"`
}

// anyOf gives one of the things that a statement lists, mostly one in the state
// in which the step can go through, and now and then one that there is not.
func anyOf[ID ~string](c *crowd, query, state string) (ID, ident.Member) {
	c.t.Helper()
	var rows []subject[ID]
	if err := c.DB.Select(c.t.Context(), &rows, query); err != nil {
		c.t.Fatal(err)
	}
	if c.draw.IntN(4) > 0 {
		if fit := slices.DeleteFunc(slices.Clone(rows), func(s subject[ID]) bool { return s.State != state }); len(fit) > 0 {
			rows = fit
		}
	}
	if len(rows) == 0 || c.draw.IntN(30) == 0 {
		return ident.New[ID](), 0
	}
	row := rows[c.draw.IntN(len(rows))]
	return row.ID, row.Member
}

const (
	allCommitments = `select id, member, 'draft' as state from commitment_draft union all select id, member, state from commitment order by id`
	allReports     = `select d.id, d.member, case when r.state = 'submitted' and r.decision is not null then 'pending' else coalesce(r.state, 'draft') end as state
		from report_draft d left join report r on r.id = d.id order by d.id`
	reportedOn = `select c.id, c.member, case when exists (select from report r where r.commitment = c.id and r.state = 'accepted') then 'reported' else c.state end as state
		from commitment c order by c.id`
	allAmendments = `select id, member, state from amendment order by id`
	allActivities = `select id, member, 'draft' as state from activity_draft union all select id, member, state from activity order by id`
	allProposals  = `select id, member, state from proposal order by id`
)

// about makes an attempt about one of the things that a statement lists.
func about[ID ~string](c *crowd, may func(string, ident.Member) bool, query, state string, do func(ctx context.Context, id ID) error) attempt {
	return attempt{may, func(ctx context.Context) (ident.Member, error) {
		id, number := anyOf[ID](c, query, state)
		return number, do(ctx, id)
	}}
}

// year gives that of a cycle, of the first ones more often.
func (c *crowd) year() int { return 2020 + c.draw.IntN(1+c.draw.IntN(8)) }

func (c *crowd) draft() commitment.Draft {
	draft := commitment.Draft{Point: 4, Title: "Train people", Text: "We train people.", Strength: commitment.Pledged}
	if c.draw.IntN(2) == 0 {
		draft.DueOn = pickOf(c, []plan.Date{"2026-12-31", "2027-06-30", "2028-12-31"})
	}
	if c.draw.IntN(2) == 0 {
		draft.MeasureDraft = commitment.MeasureDraft{Indicator: "people_trained", Target: &commitment.TargetDraft{Bound: "ge", Low: "100"}}
	}
	if c.draw.IntN(3) == 0 {
		draft.Participants = []commitment.Participant{{Member: pickOf(c, c.members), Role: commitment.Partner}}
	}
	return draft
}

func (c *crowd) steps() map[string]attempt {
	all := c.promising()
	for _, more := range []map[string]attempt{c.reportingSteps(), c.activitySteps(), c.calendarSteps(), c.requestSteps()} {
		for name, step := range more {
			all[name] = step
		}
	}
	return all
}

func (c *crowd) promising() map[string]attempt {
	answer := func(do func(context.Context, ident.Commitment, ident.Member) (commitment.Participant, error)) attempt {
		return attempt{speakers, func(ctx context.Context) (ident.Member, error) {
			id, _ := anyOf[ident.Commitment](c, `select commitment as id, member, state from commitment_participant order by 1, 2`, "invited")
			number := pickOf(c, c.members)
			_, err := do(ctx, id, number)
			return number, err
		}}
	}
	return map[string]attempt{
		"take on": {writers, func(ctx context.Context) (ident.Member, error) {
			number := pickOf(c, c.members)
			_, err := c.Commitments.TakeOn(ctx, number, c.draft())
			return number, err
		}},
		"amend draft": about(c, writers, allCommitments, "draft", func(ctx context.Context, id ident.Commitment) error {
			_, err := c.Commitments.AmendDraft(ctx, id, c.stale(), commitment.Patch{Title: "Another title"})
			return err
		}),
		"submit": about(c, speakers, allCommitments, "draft", func(ctx context.Context, id ident.Commitment) error {
			_, err := c.Commitments.Submit(ctx, id, c.stale())
			return err
		}),
		"register": about(c, office, allCommitments, "submitted", func(ctx context.Context, id ident.Commitment) error {
			_, err := c.Commitments.Register(ctx, id, c.stale())
			return err
		}),
		"close": about(c, office, allCommitments, "registered", func(ctx context.Context, id ident.Commitment) error {
			_, err := c.Commitments.Close(ctx, id, c.stale(), commitment.Closing{Outcome: pickOf(c, commitment.Outcomes()), Reason: "r"})
			return err
		}),
		"accept invitation": answer(c.Commitments.Accept), "decline invitation": answer(c.Commitments.Decline),
		"propose amendment": about(c, persons, allCommitments, "registered", func(ctx context.Context, id ident.Commitment) error {
			draft := commitment.AmendmentDraft{Terms: commitment.Patch{Text: pickOf(c, []string{"We train some people.", "We train more people."})}, Reason: "r", Class: commitment.ClassClarified}
			if c.draw.IntN(3) == 0 {
				draft.Terms.DueOn, draft.Class = nullable.NewNullableWithValue(pickOf(c, []plan.Date{"2027-01-31", "2029-12-31"})), pickOf(c, append(commitment.AmendmentClasses(), ""))
			}
			_, err := c.Amendments.Propose(ctx, id, c.stale(), draft)
			return err
		}),
		"approve amendment": about(c, clerks, allAmendments, "proposed", func(ctx context.Context, id ident.Amendment) error {
			_, err := c.Amendments.Approve(ctx, id, c.stale(), commitment.Approval{})
			return err
		}),
		"refuse amendment": about(c, clerks, allAmendments, "proposed", func(ctx context.Context, id ident.Amendment) error {
			_, err := c.Amendments.Refuse(ctx, id, c.stale(), "r")
			return err
		}),
		"withdraw amendment": about(c, persons, allAmendments, "proposed", func(ctx context.Context, id ident.Amendment) error {
			_, err := c.Amendments.Withdraw(ctx, id, c.stale())
			return err
		}),
	}
}

func (c *crowd) reportingSteps() map[string]attempt {
	return map[string]attempt{
		"start report": about(c, writers, allCommitments, "registered", func(ctx context.Context, id ident.Commitment) error {
			_, err := c.Reports.Start(ctx, id, c.year())
			return err
		}),
		"write report": about(c, writers, allReports, "draft", func(ctx context.Context, id ident.Report) error {
			_, err := c.Reports.Amend(ctx, id, c.stale(), sayWhatWasDone(pickOf(c, []string{"We did it.", "We did more.", "We did all."})))
			return err
		}),
		"submit report": about(c, speakers, allReports, "draft", func(ctx context.Context, id ident.Report) error {
			_, err := c.Reports.Submit(ctx, id, c.stale())
			return err
		}),
		"attest": about(c, speakers, reportedOn, "reported", func(ctx context.Context, id ident.Commitment) error {
			_, err := c.Reports.Attest(ctx, id, c.year())
			return err
		}),
		"review": about(c, clerks, allReports, "submitted", func(ctx context.Context, id ident.Report) error {
			_, err := c.Reports.Review(ctx, id, c.stale(), commitment.Verdict{Decision: pickOf(c, commitment.Decisions()), Completion: pickOf(c, append(commitment.Completions(), commitment.Complete, commitment.Complete)), Reason: "r"})
			return err
		}),
		"agree": about(c, clerks, allReports, "pending", func(ctx context.Context, id ident.Report) error {
			_, err := c.Reports.Agree(ctx, id, c.stale())
			return err
		}),
		"reply": about(c, itself, allReports, "accepted", func(ctx context.Context, id ident.Report) error {
			_, err := c.Reports.Reply(ctx, id, c.stale(), pickOf(c, []string{"We see it so.", "We see it otherwise."}))
			return err
		}),
		"give evidence": about(c, writers, allReports, "draft", func(ctx context.Context, id ident.Report) error {
			_, err := c.Evidence.AddLink(ctx, id, commitment.LinkDraft{URL: "https://example.org/", Words: commitment.Words{Title: "t"}})
			return err
		}),
		"remove evidence": about(c, writers, `select e.id, r.member, 'draft' as state from evidence_draft e join report_draft r on r.id = e.report order by 1`, "draft",
			func(ctx context.Context, id ident.Evidence) error { return c.Evidence.Remove(ctx, id, c.stale()) }),
	}
}

func (c *crowd) activitySteps() map[string]attempt {
	return map[string]attempt{
		"draft activity": {writers, func(ctx context.Context) (ident.Member, error) {
			number := pickOf(c, c.members)
			_, err := c.Activities.Draft(ctx, number, anActivity(number))
			return number, err
		}},
		"submit activity": about(c, speakers, allActivities, "draft", func(ctx context.Context, id ident.Activity) error {
			_, err := c.Activities.Submit(ctx, id, c.stale())
			return err
		}),
		"register activity": about(c, office, allActivities, "submitted", func(ctx context.Context, id ident.Activity) error {
			_, err := c.Activities.Register(ctx, id, c.stale())
			return err
		}),
		"refuse activity": about(c, office, allActivities, "submitted", func(ctx context.Context, id ident.Activity) error {
			_, err := c.Activities.Refuse(ctx, id, c.stale(), "r")
			return err
		}),
		"withdraw activity": about(c, office, allActivities, "registered", func(ctx context.Context, id ident.Activity) error {
			_, err := c.Activities.Withdraw(ctx, id, c.stale(), "r")
			return err
		}),
	}
}

func (c *crowd) calendarSteps() map[string]attempt {
	settle := func(do func(ctx context.Context, id ident.Proposal) error) attempt {
		return about(c, clerks, allProposals, "open", do)
	}
	return map[string]attempt{
		"open cycle": {office, func(ctx context.Context) (ident.Member, error) {
			due := plan.Today(c.Clock.Now()).Time().AddDate(0, 0, 20+c.draw.IntN(60))
			_, err := c.Cycles.Open(ctx, commitment.CycleDraft{Year: c.year(), DueOn: plan.DateOf(due), GraceEndsOn: plan.DateOf(due.AddDate(0, 0, 30))})
			return 0, err
		}},
		"extend cycle": {office, func(ctx context.Context) (ident.Member, error) {
			due := plan.Today(c.Clock.Now()).Time().AddDate(0, 0, c.draw.IntN(120))
			_, err := c.Cycles.Extend(ctx, c.year(), c.stale(), commitment.Extension{DueOn: plan.DateOf(due), GraceEndsOn: plan.DateOf(due.AddDate(0, 0, 40)), Reason: "r"})
			return 0, err
		}},
		"run": {command, func(ctx context.Context) (ident.Member, error) {
			_, err := c.Runs.Run(ctx)
			return 0, err
		}},
		"accept proposal": settle(func(ctx context.Context, id ident.Proposal) error {
			_, err := c.Proposals.Accept(ctx, id, c.stale(), commitment.Assent{Reason: "r"})
			return err
		}),
		"dismiss proposal": settle(func(ctx context.Context, id ident.Proposal) error {
			_, err := c.Proposals.Dismiss(ctx, id, c.stale(), "r")
			return err
		}),
		"move member": {office, func(ctx context.Context) (ident.Member, error) {
			number := pickOf(c, c.members)
			_, err := c.Members.Transition(ctx, number, c.Version(c.t, number)+c.stale(), member.Step{To: pickOf(c, []member.Status{member.Active, member.InReview, member.Suspended}), Reason: "r"})
			return number, err
		}},
	}
}
