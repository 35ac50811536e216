//go:build unix

package main

import (
	"accord/api"
	"accord/db"
	"accord/pkg/account"
	"accord/pkg/alliance"
	"accord/pkg/audit"
	"accord/pkg/commitment"
	"accord/pkg/figure"
	"accord/pkg/intake"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
	"accord/pkg/request"
	"accord/pkg/statistics"
)

// offices are the rooms behind the doors.
type offices struct {
	db      *db.DB
	plans   *commitment.Plans
	members *member.Service
	figures *figure.Service
	runs    *commitment.Runs
}

// newOffices opens the rooms. What a member has of theirs becomes public with
// it, so each tells the office of members how.
func newOffices(d *db.DB) offices {
	members := member.New(d, figure.Reveal, alliance.Reveal, commitment.Reveal)
	return offices{
		db:      d,
		plans:   commitment.NewPlans(d),
		members: members,
		figures: figure.New(d),
		runs:    commitment.NewRuns(d, members, plan.Home()),
	}
}

// eyes gives the rooms of a register whose staff changes what it vouches for by
// two people, or by one.
func (o offices) eyes(four bool) offices {
	if four {
		o.members, o.figures = o.members.FourEyes(), o.figures.FourEyes()
	}
	return o
}

// api is the offices that the JSON door asks.
func (o offices) api(accounts *account.Service, record *audit.Service, evidence *commitment.EvidenceRoom) api.Offices {
	return api.Offices{
		Accounts:    accounts,
		Activities:  commitment.NewActivities(o.db),
		Alliances:   alliance.New(o.db),
		Audit:       record,
		Amendments:  commitment.NewAmendments(o.db),
		Changes:     ledger.NewReader(o.db),
		Commitments: commitment.New(o.db),
		Cycles:      commitment.NewCycles(o.db),
		Evidence:    evidence,
		Figures:     o.figures,
		Members:     o.members,
		Plans:       o.plans,
		Proposals:   commitment.NewProposals(o.db, o.members, plan.Home()),
		Reports:     commitment.NewReports(o.db),
		Requests:    request.New(o.db, o.members, o.figures),
		Statistics:  statistics.New(o.db),
	}
}

// intake is the offices that loaded data goes to.
func (o offices) intake() intake.Offices {
	return intake.Offices{DB: o.db, Plans: o.plans, Members: o.members, Figures: o.figures}
}
