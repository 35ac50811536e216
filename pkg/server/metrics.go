package server

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// meter counts requests. Labels are the route's pattern and what is in the
// program, never what a stranger sends, so that nobody can fill the memory.
type meter struct {
	requests *prometheus.HistogramVec
	events   *prometheus.CounterVec
}

func newMeter(registry *prometheus.Registry) (meter, error) {
	m := meter{
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "accord_http_request_duration_seconds",
			Help:    "How long requests took, by method, route pattern and status.",
			Buckets: []float64{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10},
		}, []string{"method", "route", "status"}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "accord_security_events_total",
			Help: "Requests that were refused as an attack would be, by what it was.",
		}, []string{"event"}),
	}
	return m, errors.Join(registry.Register(m.requests), registry.Register(m.events))
}

func (m meter) count(method, route string, status int, taken time.Duration) {
	known := []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
	if !slices.Contains(known, method) {
		method = "other"
	}
	m.requests.WithLabelValues(method, route, strconv.Itoa(status)).Observe(taken.Seconds())
}

func (m meter) securityEvent(event string) { m.events.WithLabelValues(event).Inc() }

// MetricsHandler answers /metrics, for the listener of its own.
func (s *Server) MetricsHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.registry, promhttp.HandlerOpts{}))
	return mux
}
