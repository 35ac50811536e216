package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"accord/api"
	"accord/db"
	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ledger"
	"accord/pkg/server"
)

// password is that of the accounts of a register which lives for one run.
const password = "synthetic register of one bench run"

// serve is the child process: the register as `accord serve` runs it, with one
// more door that answers a constant, so that what the register adds is told
// apart from what HTTP, gin and the credential check cost.
// With the option "unwalled" it works as the owner of the database, whom no policy binds.
func serve(ctx context.Context, address, portFile, profile string, options ...string) error {
	if profile != "" {
		file, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	config := db.Config{URL: address, Reads: db.LocalReads(), Who: access.Class}
	if slices.Contains(options, unwalled) {
		config.Who = nil
	}
	d, err := db.Open(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	if _, err := d.Migrate(ctx); err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	accounts, err := account.New(ctx, d, account.Config{Log: log})
	if err != nil {
		return err
	}
	if err := addUsers(ctx, accounts); err != nil {
		return err
	}
	s, err := newServer(ctx, d, accounts, filepath.Join(filepath.Dir(portFile), "evidence"), log)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	sequencer := ledger.NewSequencer(d, log)
	go sequencer.Run(ctx)
	if err := os.WriteFile(portFile, []byte("http://"+listener.Addr().String()), 0o600); err != nil {
		return err
	}
	server.CollectSeldom()
	return s.Run(ctx, listener, nil)
}

// addUsers adds an account of each role. There are no members yet when the
// server starts for the first time, so nobody of theirs.
func addUsers(ctx context.Context, accounts *account.Service) error {
	for _, role := range []access.Role{access.RoleStaff, access.RoleAnalyst, access.RoleMember} {
		user := account.NewUser{Email: string(role) + "@bench.example", Role: role, Password: password}
		if role == access.RoleMember {
			user.Member, user.Post = probe, access.Approver // the first of a member is one
		}
		_, err := accounts.AddUser(access.System(ctx), user)
		absent := role == access.RoleMember && fault.Is(err, fault.Invalid)
		if err != nil && !fault.Is(err, fault.Conflict) && !absent {
			return err
		}
	}
	return nil
}

func newServer(ctx context.Context, d *db.DB, accounts *account.Service, evidence string, log *slog.Logger) (*server.Server, error) {
	key, err := accounts.Secret(access.System(ctx), "cursors")
	if err != nil {
		return nil, err
	}
	gate := server.NewGate(d.Ping)
	door, err := api.New(api.Options{Offices: offices(d, accounts, evidence), CursorKey: key, Ready: gate.Ready, Now: time.Now})
	if err != nil {
		return nil, err
	}
	return server.New(server.Options{
		Doors: []server.Door{door, fixed{}}, Authenticator: accounts, Gate: gate, Logger: log, Metrics: prometheus.NewRegistry(),
	})
}

// fixed answers a constant, with and without the credential check.
type fixed struct{}

func (fixed) Mount(open, register gin.IRouter) {
	answer := func(c *gin.Context) {
		c.Data(http.StatusOK, "application/json", []byte(`{"number":3,"name":"Jollychic","kind":"enterprise","country":"CN","status":"active","version":3}`))
	}
	open.GET("/bench/fixed", answer)
	register.GET("/bench/fixed/signed-in", answer)
}

// signIn gets a token for each of the roles.
func (b *bench) signIn(ctx context.Context, roles ...string) error {
	for _, role := range roles {
		text, err := b.do(ctx, "POST", "/api/v1/sessions", fmt.Sprintf(`{"email":"%s@bench.example","password":%q}`, role, password), "")
		if err != nil {
			return err
		}
		var session struct {
			AccessToken string `json:"access_token"`
		}
		if err := json.Unmarshal([]byte(text), &session); err != nil {
			return err
		}
		if session.AccessToken == "" {
			return errors.New("a sign-in gave no token")
		}
		b.tokens[role] = session.AccessToken
	}
	return nil
}
