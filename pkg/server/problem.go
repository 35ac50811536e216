package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"accord/api"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

// answerFaults turns the error that a handler leaves behind into a problem
// document, and a panic into a bare 500. Once an answer has begun neither can
// be told any more: the connection is broken off, so that half an answer is
// not taken for a whole one.
func (s *Server) answerFaults(c *gin.Context) {
	defer func() {
		thrown := recover()
		switch {
		case thrown == nil:
			return
		case thrown == http.ErrAbortHandler, c.Writer.Written(): //nolint:errorlint // net/http compares it so
			s.logger.ErrorContext(c.Request.Context(), "answer broken off", "request_id", requestIDOf(c), "panic", fmt.Sprint(thrown))
			panic(http.ErrAbortHandler)
		}
		s.logger.ErrorContext(c.Request.Context(), "panic",
			"request_id", requestIDOf(c), "panic", fmt.Sprint(thrown), "stack", string(debug.Stack()))
		s.tell(c, errors.New("panic"))
	}()
	c.Next()
	last := c.Errors.ByType(gin.ErrorTypePrivate).Last()
	switch {
	case last == nil:
	case c.Writer.Written():
		panic(last.Err) // which is logged, above
	default:
		s.tell(c, last.Err)
	}
}

// tell writes the problem document of the error.
func (s *Server) tell(c *gin.Context, err error) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		f = fault.New(fault.Internal, "internal")
	}
	how := answerTo(f.Kind)
	lang := phrase.Match(c.GetHeader("Accept-Language"))
	body, err := json.Marshal(problem(f, how, lang, requestIDOf(c)))
	if err != nil { // nothing but texts are in it
		body = nil
	}
	header := c.Writer.Header()
	for _, name := range []string{"ETag", "Location", "Link", "Content-Disposition"} {
		header.Del(name)
	}
	header.Set("Content-Type", "application/problem+json")
	header.Set("Content-Language", string(lang))
	header.Set("Cache-Control", "no-store")
	header.Set("Vary", "Accept-Language, Authorization")
	switch f.Kind {
	case fault.Unauthenticated:
		header.Set("WWW-Authenticate", challenge(f.Code))
	case fault.RateLimited, fault.Unavailable:
		header.Set("Retry-After", seconds(f.RetryAfter))
	case fault.TooLarge: // what is left of the body is not read
		header.Set("Connection", "close")
	default:
	}
	c.Status(how.status)
	if _, err := c.Writer.Write(body); err != nil {
		s.logger.DebugContext(c.Request.Context(), "problem not sent", "request_id", requestIDOf(c), "error", err.Error())
	}
}

func problem(f *fault.Error, how answer, lang phrase.Lang, requestID string) api.Problem {
	doc := api.Problem{
		Type:      "about:blank",
		Title:     phrase.Text(lang, how.title, nil),
		Status:    how.status,
		Code:      f.Code,
		RequestId: requestID,
	}
	if f.Kind == fault.Internal { // an accident says nothing but the request's id
		doc.Code = "internal"
		return doc
	}
	doc.Detail = phrase.Text(lang, f.Code, f.Args)
	for _, field := range f.Fields {
		doc.Errors = append(doc.Errors, api.FieldProblem{
			Pointer: field.Pointer,
			Code:    field.Code,
			Detail:  phrase.Text(lang, field.Code, field.Args),
		})
	}
	for _, clash := range f.Clashes {
		doc.Conflicts = append(doc.Conflicts, api.ConflictingValue{Pointer: clash.Pointer, Yours: clash.Yours, Current: clash.Current})
	}
	return doc
}

func challenge(code string) string {
	switch code {
	case codeTokenInvalid:
		return `Bearer realm="accord", error="invalid_token"`
	case access.CodeReauthenticate: // RFC 9470
		return `Bearer realm="accord", error="insufficient_user_authentication"`
	}
	return `Bearer realm="accord"`
}

func seconds(wait time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
}

func noRoute(c *gin.Context) {
	_ = c.Error(fault.New(fault.NotFound, "not_found"))
}

func noMethod(c *gin.Context) {
	_ = c.Error(fault.New(fault.MethodNotAllowed, "method_not_allowed"))
}
