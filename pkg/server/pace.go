package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// Wide is a [Door] with routes of which the bodies or the answers are larger
// than elsewhere.
type Wide interface {
	// Wide gives how many octets a body may have, by gin's pattern of the route; 0
	// is [BodyLimit].
	Wide() map[string]int64
}

// How slow a line may be that carries what is large: what comes in time is let
// through, and who sends an octet now and then holds a place no longer than
// somebody who sends none.
const (
	paceGrace = 30 * time.Second
	paceRate  = 24 << 10 // octets a second: what a line of 256 kbit/s carries, with what stands around it on the way
)

// limit gives how many octets the body of the request may have, and whether its
// route is a wide one.
func (s *Server) limit(c *gin.Context) (octets int64, wide bool) {
	octets, wide = s.wide[c.FullPath()]
	if octets == 0 {
		octets = BodyLimit
	}
	return octets, wide
}

// pace is the time that one request of a wide route has: for its body and its
// answer as long as they take on the slowest line, and for all else as long as
// other requests have, from the last octet on. It belongs to the goroutine of
// the request.
type pace struct {
	control *http.ResponseController
	idle    *time.Timer // ends the request's context

	received, sent int64
	begun, answers time.Time // zero while nothing was sent
}

// bounded gives the context of a request with the time that it has: a wide one
// has its own from keepPace already.
func (s *Server) bounded(c *gin.Context) (context.Context, context.CancelFunc) {
	if _, wide := s.limit(c); wide {
		return c.Request.Context(), func() {}
	}
	return context.WithTimeout(c.Request.Context(), requestTime)
}

// keepPace gives a request of a wide route its time.
func (s *Server) keepPace(c *gin.Context) {
	if _, wide := s.limit(c); !wide {
		c.Next()
		return
	}
	ctx, cancel := context.WithCancelCause(c.Request.Context())
	defer cancel(nil)
	p := &pace{control: http.NewResponseController(c.Writer), begun: time.Now()}
	p.idle = time.AfterFunc(requestTime, func() { cancel(context.DeadlineExceeded) })
	defer p.idle.Stop()
	c.Request = c.Request.WithContext(ctx)
	if c.Request.Body == nil || c.Request.Body == http.NoBody {
		// Nothing is read but whether the client is still there, and that ends with
		// the writing; at the usual deadline it would be taken for gone.
		_ = set(p.control.SetReadDeadline, time.Time{})
	} else {
		c.Request.Body = &pacedBody{c.Request.Body, p}
	}
	c.Writer = &pacedWriter{c.Writer, p}
	c.Next()
}

// by is when that many octets must have passed since the start.
func by(start time.Time, octets int64) time.Time {
	return start.Add(paceGrace + time.Duration(octets)*time.Second/paceRate)
}

// sooner gives the earlier of two times: who was fast has no more time to be
// silent than others.
func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// set sets a deadline of the connection; a test's recorder has none.
func set(deadline func(time.Time) error, at time.Time) error {
	if err := deadline(at); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	return nil
}

type pacedBody struct {
	io.ReadCloser
	pace *pace
}

func (b *pacedBody) Read(p []byte) (int, error) {
	end := sooner(by(b.pace.begun, b.pace.received), time.Now().Add(readTime))
	if err := errors.Join(set(b.pace.control.SetReadDeadline, end), set(b.pace.control.SetWriteDeadline, end.Add(writeTime))); err != nil {
		return 0, err
	}
	n, err := b.ReadCloser.Read(p)
	b.pace.received += int64(n)
	b.pace.idle.Reset(requestTime)
	return n, err
}

type pacedWriter struct {
	gin.ResponseWriter
	pace *pace
}

func (w *pacedWriter) Write(p []byte) (int, error) {
	now := time.Now()
	if w.pace.answers.IsZero() {
		w.pace.answers = now
	}
	end := sooner(by(w.pace.answers, w.pace.sent), now)
	if err := set(w.pace.control.SetWriteDeadline, end.Add(writeTime)); err != nil {
		return 0, err
	}
	n, err := w.ResponseWriter.Write(p)
	w.pace.sent += int64(n)
	w.pace.idle.Reset(requestTime)
	return n, err
}

// Unwrap gives the writer below to [http.ResponseController].
func (w *pacedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
