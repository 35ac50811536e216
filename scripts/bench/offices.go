package main

import (
	"accord/api"
	"accord/db"
	"accord/pkg/account"
	"accord/pkg/commitment"
	"accord/pkg/figure"
	"accord/pkg/member"
)

func offices(d *db.DB, accounts *account.Service) api.Offices {
	return api.Offices{
		Accounts: accounts, Members: member.New(d, figure.Reveal), Figures: figure.New(d), Plans: commitment.NewPlans(d),
	}
}
