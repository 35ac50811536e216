package server_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"

	"accord/pkg/fault"
	"accord/pkg/server"
)

func TestStopLetsRunningRequestsEnd(t *testing.T) {
	t.Parallel()
	gate := server.NewGate(func(context.Context) error { return nil })
	h := build(t, func(o *server.Options) { o.Gate = gate })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	go func() { stopped <- h.Run(ctx, listener, nil) }()
	answered := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + listener.Addr().String() + "/slow")
		if err != nil {
			answered <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		body, _ := io.ReadAll(res.Body)
		answered <- string(body)
	}()
	<-h.room.entered
	if err := gate.Ready(t.Context()); err != nil {
		t.Errorf("not ready while serving: %v", err)
	}
	stop()
	for gate.Ready(context.Background()) == nil { // until the server has heard of it
		continue
	}
	close(h.room.leave)
	if got := <-answered; got != "whole" {
		t.Errorf("the running request got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	away := server.NewGate(func(context.Context) error { return errors.New("connection refused") })
	if err := away.Ready(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("ready without a database: %v", err)
	}
}
