package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"time"
)

// drainTime is how long running requests may take to end once the server stops.
const drainTime = 20 * time.Second

// The heap of a server is small, so that the collector's default would have it
// run many times a second; at four times the live heap it is still small.
const (
	defaultCollection = 100
	serverCollection  = 400
)

// CollectSeldom lets the process collect garbage four times more seldom, unless
// GOGC says otherwise. It is for programs that do nothing but serve.
func CollectSeldom() {
	if before := debug.SetGCPercent(serverCollection); before != defaultCollection {
		debug.SetGCPercent(before)
	}
}

// Run serves the register on listener, and metrics on metrics unless that is
// nil, until the context ends. Then it says that it is not ready any more,
// takes no new connection, and returns when every running request has been
// answered, or after 20 seconds. It closes both listeners.
func (s *Server) Run(ctx context.Context, listener, metrics net.Listener) error {
	servers := map[net.Listener]*http.Server{listener: s.httpServer(s.engine)}
	if metrics != nil {
		servers[metrics] = s.httpServer(s.MetricsHandler())
	}
	ended := make(chan error, len(servers))
	for l, server := range servers {
		go func() { ended <- server.Serve(l) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-ended:
		err = fmt.Errorf("serve: %w", err)
	}
	s.gate.draining.Store(true)
	drained, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	for _, server := range servers {
		if stopErr := server.Shutdown(drained); stopErr != nil {
			err = errors.Join(err, fmt.Errorf("drain: %w", stopErr), server.Close())
		}
	}
	return err
}
