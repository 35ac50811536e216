package api_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"accord/api"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/registrytest"
	"accord/pkg/server"
)

// house is a whole register behind its JSON door. Every answer is held against
// the contract.
type house struct {
	*registrytest.Register
	*office
	law    *law
	door   *api.Door
	gate   *server.Gate
	server *server.Server
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return houseOf(t, registrytest.New(t))
}

func houseOf(t *testing.T, r *registrytest.Register) *house {
	t.Helper()
	h := &house{Register: r, law: newLaw(t), office: &office{accounts: r.Accounts, db: r.DB, log: &log{}}}
	h.gate = server.NewGate(func(context.Context) error { return nil })
	var err error
	h.door, err = api.New(api.Options{
		Offices: api.Offices{
			Accounts: r.Accounts, Activities: r.Activities, Alliances: r.Alliances, Amendments: r.Amendments, Audit: r.Audit, Changes: r.Ledger, Commitments: r.Commitments, Cycles: r.Cycles, Evidence: r.Evidence, Reports: r.Reports, Requests: r.Requests, Figures: r.Figures, Members: r.Members, Plans: r.Plans, Proposals: r.Proposals, Statistics: r.Statistics,
		},
		CursorKey: []byte(strings.Repeat("k", 32)), Ready: h.gate.Ready, Now: r.Clock.Now, Version: api.Version{Version: "test", Go: "go"},
	})
	if err != nil {
		t.Fatal(err)
	}
	h.server = h.behind(t, h.door)
	h.handler = h.law.hold(t, h.server.Handler())
	return h
}

// behind gives a server of the register with these doors.
func (h *house) behind(t *testing.T, doors ...server.Door) *server.Server {
	t.Helper()
	s, err := server.New(server.Options{
		Doors: doors, Authenticator: h.Accounts, Gate: h.gate, Audit: h.Audit,
		Logger: slog.New(slog.NewTextHandler(h.log, nil)), Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// staff gives the token of a new account of staff.
func (h *house) staff(t *testing.T) string {
	t.Helper()
	return h.token(t, access.RoleStaff, 0, "")
}

// token gives the token of a new account.
func (h *house) token(t *testing.T, role access.Role, number ident.Member, post access.Post) string {
	t.Helper()
	return h.SignIn(t, h.Account(t, role, number, post)).Access
}
