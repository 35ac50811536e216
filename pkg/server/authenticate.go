package server

import (
	"cmp"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"accord/pkg/access"
	"accord/pkg/audit"
	"accord/pkg/fault"
)

// tokenLimit is far above the length of a token of ours.
const tokenLimit = 4096

// requestTime is how long a request may wait for the database: a server that
// hangs must not hold every request for ever. What is being committed is
// committed all the same.
const requestTime = 30 * time.Second

// The code of a token that is no good, for the challenge of the answer.
const codeTokenInvalid = "token_invalid"

// authenticate puts the caller into the context: the public without an
// Authorization header, else whoever the token belongs to. A bad token is
// refused everywhere, so that nobody believes to be signed in who is not.
func (s *Server) authenticate(c *gin.Context) {
	ctx, cancel := s.bounded(c)
	defer cancel()
	ctx = audit.With(ctx, origin(c))
	given := c.Request.Header["Authorization"]
	if len(given) == 0 {
		c.Request = c.Request.WithContext(access.Public(ctx))
		s.admit(c, s.rates.stranger(c))
		return
	}
	token, err := bearer(given)
	var actor access.Actor
	if err == nil {
		actor, err = s.authenticator.Authenticate(ctx, token)
	}
	if err != nil {
		c.Request = c.Request.WithContext(access.Public(ctx))
		if fault.Is(err, fault.Unauthenticated) { // who tries credentials is as bounded as who has none
			err = cmp.Or(s.rates.stranger(c), err)
		}
		s.admit(c, err)
		return
	}
	c.Request = c.Request.WithContext(access.With(ctx, actor))
	s.admit(c, s.rates.known(c, actor))
}

// admit lets the request in, or refuses it.
func (s *Server) admit(c *gin.Context, err error) {
	if err != nil {
		_ = c.Error(err)
		c.Abort()
		return
	}
	c.Next()
}

// bearer takes the token from the Authorization headers.
func bearer(headers []string) (string, error) {
	if len(headers) != 1 {
		return "", fault.New(fault.Unauthenticated, "authorization_malformed")
	}
	scheme, token, found := strings.Cut(headers[0], " ")
	if !found || !strings.EqualFold(scheme, "Bearer") || token == "" || strings.ContainsAny(token, " \t,") {
		return "", fault.New(fault.Unauthenticated, "authorization_malformed")
	}
	if len(token) > tokenLimit {
		return "", fault.New(fault.Unauthenticated, codeTokenInvalid)
	}
	return token, nil
}
