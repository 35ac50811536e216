//go:build unix

// Package embedded runs the private PostgreSQL that serves a data folder when
// no database of the users' own is configured.
//
// It listens on a socket in a folder of mode 0700 and nowhere else, it belongs
// to an ordinary user even when root starts it, and it outlives a process that
// was killed: the next one takes it over. Whoever uses it holds a share in it,
// and the last to leave stops it, so that `accord user add` works beside a
// running `accord serve` as well as alone.
//
// The kernel keeps the account of who lives, by locks that end with their
// process. Numbers in pid files are read for hints only: they may have been
// recycled, may name a zombie, or may belong to another container.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Database is the database that the private PostgreSQL holds, and Role its
// owner: no superuser, but it may create further databases. Login is who
// serves: it owns nothing and may nothing but work under one of [Roles].
const (
	Database = "accord"
	Role     = "accord"
	Login    = "accord_login"
)

// Roles gives the roles that the register works under; db has what each is for.
func Roles() []string {
	return []string{"accord_public", "accord_member", "accord_staff", "accord_keeper", "accord_counter", "accord_clerk"}
}

// Config says where a private PostgreSQL lives and how it runs.
type Config struct {
	Data     string            // the data folder; it is made if it is missing
	Bin      string            // the folder of postgres and initdb; empty: the usual places
	Address  string            // what Start tells others about itself, such as ":8080"
	Settings map[string]string // further PostgreSQL settings, if this process is the one that starts it
	Log      *slog.Logger      // nil: silent
}

func (c Config) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
}

// Server is one process's share in a running private PostgreSQL.
type Server struct {
	cfg     Config
	place   place
	holder  *lock // for Start: refuses a second one; nil for Join
	share   *lock // held by everyone who uses the server
	url     string
	adopted bool
	keeper  func() // ends the watch over the postmaster; nil for Join

	stop    sync.Once
	stopErr error
}

// Start starts the private PostgreSQL of a data folder for the one process
// that serves it, or takes over the one that still runs there. Until Stop it
// also starts it again if it dies.
//
// It refuses with *Held when another process serves the folder, and with
// *Trouble when something stands in the way that a person can mend: no
// PostgreSQL of the right version, a folder that is somebody else's.
func Start(ctx context.Context, cfg Config) (*Server, error) {
	return enter(ctx, cfg, true)
}

// Join gives a share in the private PostgreSQL that runs on the data folder,
// and starts it when none does. It refuses with *Trouble as Start does.
func Join(ctx context.Context, cfg Config) (*Server, error) {
	return enter(ctx, cfg, false)
}

func enter(ctx context.Context, cfg Config, serve bool) (*Server, error) {
	p, err := settle(cfg)
	if err != nil {
		return nil, fmt.Errorf("open data folder %s: %w", cfg.Data, err)
	}
	s := &Server{cfg: cfg, place: p}
	if err := s.enter(ctx, serve); err != nil {
		s.holder.release()
		s.share.release()
		return nil, fmt.Errorf("private PostgreSQL in %s: %w", p.home, err)
	}
	return s, nil
}

func (s *Server) enter(ctx context.Context, serve bool) error {
	var err error
	if serve {
		if s.holder, err = s.place.hold(s.cfg.Address); err != nil {
			return err
		}
	}
	if s.share, err = s.place.open("share.lock"); err != nil {
		return err
	}
	err = s.place.gated(ctx, func() error {
		// Only those who pass the gate ask for the whole share, so this is free.
		if ok, err := s.share.patient(shared); err != nil || !ok {
			return errors.Join(err, errors.New("share.lock is held by a stranger"))
		}
		s.adopted, err = s.place.run(ctx, s.cfg)
		return err
	})
	if err != nil {
		return err
	}
	post, err := s.place.postmaster()
	if err != nil {
		return err
	}
	s.url = post.url()
	if serve {
		s.keeper = keep(s.place, s.cfg)
	}
	return nil
}

// URL is where the database answers its owner, in lib/pq's form.
func (s *Server) URL() string { return s.url }

// LoginURL is where it answers who serves.
func (s *Server) LoginURL() string { return strings.Replace(s.url, "user="+Role, "user="+Login, 1) }

// Adopted tells whether the server ran already when this process came.
func (s *Server) Adopted() bool { return s.adopted }

// Home is the folder that holds the cluster and its log: the data folder, or
// the one that took its place because the server's user cannot reach it.
func (s *Server) Home() string { return s.place.home }

// Stop gives the share back, and stops the server if it was the last one. When
// ctx ends before a stop in good order, the server is stopped at once and
// recovers at its next start.
func (s *Server) Stop(ctx context.Context) error {
	s.stop.Do(func() {
		if s.keeper != nil {
			s.keeper()
		}
		defer s.holder.release()
		defer s.share.release()
		// Somebody in a hurry must pass the gate too, but need not wait for
		// another's recovery: whoever holds the gate will be the last one.
		atGate, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		s.stopErr = s.place.gated(atGate, func() error {
			last, err := s.share.patient(exclusive)
			if err != nil || !last {
				return err
			}
			return s.place.halt(ctx)
		})
	})
	if s.stopErr != nil {
		return fmt.Errorf("stop private PostgreSQL in %s: %w", s.place.home, s.stopErr)
	}
	return nil
}

// Stop ends the private PostgreSQL that a killed process left behind on the
// data folder, and tells whether there was one. It refuses with *Held while a
// process serves the folder, and with *Trouble while another command uses it.
func Stop(ctx context.Context, data string) (bool, error) {
	p, err := find(data)
	if err != nil {
		return false, fmt.Errorf("open data folder %s: %w", data, err)
	}
	if !p.made() {
		return false, nil
	}
	stopped := false
	holder, err := p.hold("")
	if err != nil {
		return false, err
	}
	defer holder.release()
	err = p.gated(ctx, func() error {
		share, err := p.open("share.lock")
		if err != nil {
			return err
		}
		defer share.release()
		if last, err := share.patient(exclusive); err != nil || !last {
			return errors.Join(err, &Trouble{What: "another accord command is using it", Mend: "wait until it has ended"})
		}
		state, err := p.state()
		if err != nil || state == dead {
			return err
		}
		stopped = true
		return p.halt(ctx)
	})
	if err != nil {
		return false, fmt.Errorf("stop private PostgreSQL in %s: %w", p.home, err)
	}
	return stopped, nil
}

// url is the address in lib/pq's form: a socket folder goes into the query.
func (m postmaster) url() string {
	query := url.Values{"host": {m.socket}, "port": {m.port}, "user": {Role}, "sslmode": {"disable"}}
	return "postgres:///" + Database + "?" + query.Encode()
}
