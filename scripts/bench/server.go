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
func serve(ctx context.Context, address, portFile, profile string) error {
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
	d, err := db.Open(ctx, db.Config{URL: address, Reads: db.LocalReads()})
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
	for _, role := range []access.Role{access.RoleStaff, access.RoleAnalyst} {
		_, err := accounts.AddUser(access.System(ctx), account.NewUser{Email: string(role) + "@bench.example", Role: role, Password: password})
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
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

// signIn gets a token for each role.
func (b *bench) signIn(ctx context.Context) error {
	for _, role := range []string{"staff", "analyst"} {
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
