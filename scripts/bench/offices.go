package main

import (
	"time"

	"accord/api"
	"accord/db"
	"accord/pkg/account"
	"accord/pkg/alliance"
	"accord/pkg/blob"
	"accord/pkg/commitment"
	"accord/pkg/figure"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
	"accord/pkg/request"
	"accord/pkg/statistics"
)

// offices are the rooms behind the door, as the program opens them, with a folder
// for the files of evidence.
func offices(d *db.DB, accounts *account.Service, evidence string) api.Offices {
	members, figures := member.New(d, figure.Reveal, alliance.Reveal, commitment.Reveal), figure.New(d)
	return api.Offices{
		Accounts:    accounts,
		Activities:  commitment.NewActivities(d),
		Alliances:   alliance.New(d),
		Amendments:  commitment.NewAmendments(d),
		Changes:     ledger.NewReader(d),
		Commitments: commitment.New(d),
		Cycles:      commitment.NewCycles(d),
		Evidence:    commitment.NewEvidenceRoom(d, blob.NewFolder(evidence, time.Now)),
		Figures:     figures,
		Members:     members,
		Plans:       commitment.NewPlans(d),
		Proposals:   commitment.NewProposals(d, members, plan.Home()),
		Reports:     commitment.NewReports(d),
		Requests:    request.New(d, members, figures),
		Statistics:  statistics.New(d),
	}
}
