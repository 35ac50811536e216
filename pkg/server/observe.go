package server

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/audit"
	"accord/pkg/fault"
)

const requestIDHeader = "X-Request-Id"

// observe names the request, and when it is over writes its line in the log
// and counts it. The line holds the route's pattern, never the query or the
// body, which may hold secrets.
func (s *Server) observe(c *gin.Context) {
	start := time.Now()
	asked := c.Request.Context() // the one that ends when the client goes; later ones end with their middleware
	id := c.Request.Header.Get(requestIDHeader)
	if !wellFormed(id) {
		id = newRequestID()
	}
	c.Writer.Header()[requestIDHeader] = []string{id}
	c.Next()
	taken := time.Since(start)
	route := c.FullPath()
	if route == "" {
		route = "unmatched"
	}
	s.meter.count(c.Request.Method, route, c.Writer.Status(), taken)
	s.log(asked, c, id, route, taken)
}

func (s *Server) log(asked context.Context, c *gin.Context, id, route string, taken time.Duration) {
	ctx := c.Request.Context() // knows the actor
	status := c.Writer.Status()
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	if s.logger.Enabled(ctx, level) {
		attrs := make([]slog.Attr, 0, 10)
		attrs = append(attrs,
			slog.String("request_id", id),
			slog.String("method", c.Request.Method),
			slog.String("route", route),
			slog.Int("status", status),
			slog.Int("bytes", max(0, c.Writer.Size())),
			slog.Duration("taken", taken),
			slog.String("address", c.ClientIP()),
		)
		if actor, ok := access.From(ctx); ok && actor.User != "" {
			attrs = append(attrs, slog.String("user", string(actor.User)))
		}
		if last := c.Errors.Last(); last != nil {
			attrs = append(attrs, slog.String("error", cause(asked, last.Err)))
		}
		s.logger.LogAttrs(ctx, level, "request", attrs...)
	}
	if event := eventOf(c); event != "" {
		s.meter.securityEvent(event)
		s.logger.LogAttrs(ctx, slog.LevelWarn, "security event",
			slog.String("event", event), slog.String("request_id", id), slog.String("route", route),
			slog.String("address", c.ClientIP()))
		s.keep(ctx, c, event, route)
	}
}

// told are events that the office of accounts tells the audit record itself,
// which knows of which account they are.
var told = []string{"wrong_credentials", "wrong_password", "refresh_replayed"}

// keep tells the audit record of a refusal.
func (s *Server) keep(ctx context.Context, c *gin.Context, event, route string) {
	if s.audit == nil || slices.Contains(told, event) {
		return
	}
	s.audit.Note(audit.With(ctx, origin(c)), audit.Event{
		Name: event, Outcome: audit.Denied, Details: map[string]string{"method": c.Request.Method, "route": route},
	})
}

// origin is where the request came from.
func origin(c *gin.Context) audit.Origin {
	return audit.Origin{RequestID: requestIDOf(c), Address: c.ClientIP()}
}

// traced has the audit record know where a request came from.
func traced(c *gin.Context) {
	c.Request = c.Request.WithContext(audit.With(c.Request.Context(), origin(c)))
	c.Next()
}

// cause is what the log says of an error. Faults of fields say no more than
// codes and pointers; the error's own text has no values of the request in it.
func cause(ctx context.Context, err error) string {
	if errors.Is(ctx.Err(), context.Canceled) {
		return "client gone: " + err.Error()
	}
	return err.Error()
}

// eventOf names the security event that a request was, or "".
func eventOf(c *gin.Context) string {
	last := c.Errors.Last()
	if last == nil {
		return ""
	}
	f, ok := errors.AsType[*fault.Error](last.Err)
	if !ok {
		return ""
	}
	switch f.Kind {
	case fault.Forbidden:
		return "forbidden"
	case fault.RateLimited:
		return "rate_limited"
	case fault.Unauthenticated:
		// Asked without a credential, a reader who has lost the way; or by somebody
		// who left the session lie for a while.
		if f.Code == "unauthenticated" || f.Code == access.CodeReauthenticate {
			return ""
		}
		return f.Code
	case fault.NotFound:
		if f.Code == "setup_link_invalid" || f.Code == "link_invalid" {
			return f.Code
		}
	default:
	}
	for _, field := range f.Fields {
		switch field.Code {
		case "cursor_invalid", "wrong_password", "wrong_code", // of a session that asks for another one
			"file_type_mismatch", "file_archive_bomb", "file_archive_unsafe", "file_macros", "file_type_refused", "file_name_path":
			return field.Code
		}
	}
	return ""
}

// newRequestID gives a name that no two requests share. It is no secret.
func newRequestID() string {
	var raw [16]byte
	binary.LittleEndian.PutUint64(raw[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(raw[8:], rand.Uint64())
	return hex.EncodeToString(raw[:])
}

// wellFormed tells whether a request id from outside can stand in the log and
// in a header as it is.
func wellFormed(id string) bool {
	if len(id) < 8 || len(id) > 64 {
		return false
	}
	for _, r := range []byte(id) {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
		default:
			return false
		}
	}
	return true
}

func requestIDOf(c *gin.Context) string { return c.Writer.Header().Get(requestIDHeader) }
