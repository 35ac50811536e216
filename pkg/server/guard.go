package server

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"accord/pkg/fault"
)

// securityHeaders are set on every answer; a door that needs a wider policy,
// such as one with pages, sets its own over it. The slices are shared by all
// answers and never appended to.
func securityHeaders(https bool) map[string][]string {
	headers := map[string][]string{
		"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Referrer-Policy":              {"no-referrer"},
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"},
	}
	if https {
		headers["Strict-Transport-Security"] = []string{"max-age=31536000"}
	}
	return headers
}

// guard sets the security headers, bounds the body (see [Wide]) and refuses addresses that
// would mean one thing to us and another to a proxy before us.
func (s *Server) guard(c *gin.Context) {
	header := c.Writer.Header()
	for name, value := range s.headers {
		header[name] = value
	}
	if ambiguous(c.Request.URL) {
		_ = c.Error(fault.New(fault.NotFound, "not_found"))
		c.Abort()
		return
	}
	limit, _ := s.limit(c)
	if c.Request.ContentLength > limit {
		_ = c.Error(fault.New(fault.TooLarge, "body_too_large", fault.Args{"max": strconv.FormatInt(limit, 10)}))
		c.Abort()
		return
	}
	if c.Request.Body != nil && c.Request.Body != http.NoBody {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	}
	c.Next()
}

// ambiguous tells whether an address hides a separator, or holds what no
// address of ours does.
func ambiguous(u *url.URL) bool {
	if strings.ContainsFunc(u.Path, func(r rune) bool { return r < ' ' || r == '\\' || r == 0x7f || r == utf8.RuneError }) {
		return true
	}
	if u.RawPath == "" { // kept only when the address is escaped in an unusual way
		return false
	}
	raw := strings.ToLower(u.RawPath)
	return strings.Contains(raw, "%2f") || strings.Contains(raw, "%2e")
}
