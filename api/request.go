package api

import (
	"context"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/phrase"
)

// request is one request of an operation, as handlers see it. It belongs to
// one goroutine and ends with the handler.
type request struct {
	ctx   context.Context //nolint:containedctx // lives as long as the request does
	gin   *gin.Context
	door  *Door
	route *route
	op    *operation
	query query
	key   string // Idempotency-Key, "" without one
}

// handler answers an operation: it decodes, calls the office, encodes, and
// returns the office's error as it is.
type handler func(*request) error

// adapt makes a gin handler of a route's: what the contract says of the
// request is checked before, and an error is left for the server to tell.
func (d *Door) adapt(line *route, op *operation) gin.HandlerFunc {
	return func(c *gin.Context) {
		r := &request{ctx: c.Request.Context(), gin: c, door: d, route: line, op: op}
		if err := r.run(); err != nil {
			_ = c.Error(err)
		}
	}
}

func (r *request) run() error {
	var err error
	if r.query, err = r.op.readQuery(r.gin.Request.URL.RawQuery); err != nil {
		return err
	}
	if err := r.checkKey(); err != nil {
		return err
	}
	return r.route.handle(r)
}

// note leaves an error for the log alone: the answer is what it is.
func (r *request) note(err error) {
	if err != nil {
		_ = r.gin.Error(err).SetType(gin.ErrorTypePublic)
	}
}

// actor gives who is asking.
func (r *request) actor() access.Actor {
	actor, _ := access.From(r.ctx)
	return actor
}

// lang gives the language that is answered in.
func (r *request) lang() phrase.Lang {
	return phrase.Match(r.gin.Request.Header.Get("Accept-Language"))
}

// number reads a number from the path. What is no number names nothing.
func number[T ~int64](r *request, name string) (T, error) {
	n, ok := ident.ParseNumber[T](r.gin.Param(name))
	if !ok {
		return 0, fault.New(fault.NotFound, "not_found")
	}
	return n, nil
}

// id reads an id from the path. What is no id names nothing.
func id[T ~string](r *request, name string) (T, error) {
	text, ok := ident.Parse[T](r.gin.Param(name))
	if !ok {
		return "", fault.New(fault.NotFound, "not_found")
	}
	return text, nil
}
