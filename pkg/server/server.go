// Package server is the machine around the doors: the gin engine and its
// middleware, the one table from fault to status, metrics, and a shutdown
// that lets every running request end.
//
// What every answer gets, whichever door it comes from: a request id, one line
// in the log without bodies, queries or tokens, the security headers, a body
// limit, and problem documents in the reader's language in place of errors. A
// request that gives a credential gives a good one or is refused, on public
// routes too.
package server

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"accord/pkg/access"
	"accord/pkg/audit"
)

// BodyLimit is how many bytes a request's body may have.
const BodyLimit = 1 << 20

// Authenticator tells who a bearer token belongs to.
type Authenticator interface {
	// Authenticate refuses with Unauthenticated when the token is not a good
	// one, and with Unavailable when that cannot be told now.
	Authenticate(ctx context.Context, token string) (access.Actor, error)
}

// Door is a set of routes.
type Door interface {
	// Mount adds the door's routes: those that anybody may ask whatever
	// credential comes along to open, all others to register.
	Mount(open, register gin.IRouter)
}

// Options is what a server is made of.
type Options struct {
	Doors          []Door
	Authenticator  Authenticator
	Gate           *Gate
	Logger         *slog.Logger
	Metrics        *prometheus.Registry
	TrustedProxies []string // addresses or CIDRs whose X-Forwarded-For is believed; none by default
	HTTPS          bool     // readers reach the server by https alone
	Rates          Rates
	Audit          *audit.Service   // keeps security events; without, the log alone does
	Now            func() time.Time // the clock of the rates; time.Now where it is nil
}

// Server answers requests.
type Server struct {
	engine        *gin.Engine
	authenticator Authenticator
	gate          *Gate
	logger        *slog.Logger
	registry      *prometheus.Registry
	meter         meter
	headers       map[string][]string
	wide          map[string]int64 // see Wide
	rates         rates
	audit         *audit.Service
}

// New makes a server. It refuses trusted proxies that are no addresses and
// metrics that are registered already.
func New(o Options) (*Server, error) {
	gin.SetMode(gin.ReleaseMode)
	s := &Server{
		engine:        gin.New(),
		authenticator: o.Authenticator,
		gate:          o.Gate,
		logger:        o.Logger,
		registry:      o.Metrics,
		headers:       securityHeaders(o.HTTPS),
		wide:          map[string]int64{},
		rates:         newRates(o.Rates, o.Now),
		audit:         o.Audit,
	}
	var err error
	if s.meter, err = newMeter(o.Metrics); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	s.engine.RedirectTrailingSlash = false
	s.engine.RedirectFixedPath = false
	s.engine.HandleMethodNotAllowed = true
	s.engine.RemoteIPHeaders = []string{"X-Forwarded-For"}
	if err := s.engine.SetTrustedProxies(o.TrustedProxies); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	s.engine.Use(s.observe, s.answerFaults, s.guard)
	s.engine.NoRoute(noRoute)
	s.engine.NoMethod(noMethod)
	open := s.engine.Group("", traced)
	register := s.engine.Group("", s.keepPace, s.authenticate)
	for _, door := range o.Doors {
		if wide, ok := door.(Wide); ok {
			maps.Copy(s.wide, wide.Wide())
		}
		door.Mount(open, register)
	}
	return s, nil
}

// Handler gives the server's answers without a listener.
func (s *Server) Handler() http.Handler { return s.engine }

// Routes lists what the server answers to.
func (s *Server) Routes() gin.RoutesInfo { return s.engine.Routes() }

// The limits of a connection. Reading the header is short, since an idle
// stranger costs a goroutine; writing is long enough for a slow reader.
const (
	headerTime  = 5 * time.Second
	readTime    = 30 * time.Second
	writeTime   = 60 * time.Second
	idleTime    = 2 * time.Minute
	headerLimit = 1 << 20
)

func (s *Server) httpServer(handler http.Handler) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       readTime,
		WriteTimeout:      writeTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    headerLimit,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelWarn),
	}
}
