package directory

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// drift is how far the directory's clock may be from ours.
const drift = time.Minute

// mostSubject is how long a directory's name of a person may be, by the standard.
const mostSubject = 255

// signed are the algorithms that are believed: those by which the directory alone
// can sign. With HS256 the client's secret would do, and with none nothing.
func signed() []string {
	return []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}
}

// claims are what is read of an id token.
type claims struct {
	Party    string          `json:"azp"`
	Proved   int64           `json:"auth_time"`
	Email    string          `json:"email"`
	Verified json.RawMessage `json:"email_verified"`
	Name     string          `json:"name"`
}

// read believes the id token or not, and gives the person that it tells of.
func (p *Provider) read(ctx context.Context, f *found, r Round, raw string) (Person, error) {
	config := &oidc.Config{ClientID: p.config.ClientID, SupportedSigningAlgs: signed(), Now: p.config.Now}
	token, err := f.provider.VerifierContext(oidc.ClientContext(ctx, p.client), config).Verify(ctx, raw)
	if err != nil {
		return Person{}, doubtful(fmt.Errorf("the id token is not good: %w", err))
	}
	var said claims
	if err := token.Claims(&said); err != nil {
		return Person{}, doubtful(errors.New("the id token's claims cannot be read"))
	}
	now := p.config.Now()
	proved := time.Time{}
	if said.Proved != 0 {
		proved = time.Unix(said.Proved, 0)
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(r.nonce())) != 1:
		err = errors.New("the id token is of another round")
	case said.Party != "" && said.Party != p.config.ClientID, said.Party == "" && len(token.Audience) > 1:
		err = errors.New("the id token was given to somebody else")
	case token.Subject == "" || len(token.Subject) > mostSubject:
		err = errors.New("the id token names nobody")
	case token.IssuedAt.After(now.Add(drift)) || proved.After(now.Add(drift)):
		err = errors.New("the id token is of the future")
	}
	if err != nil {
		return Person{}, doubtful(err)
	}
	person := Person{Issuer: token.Issuer, Subject: token.Subject, Email: said.Email, Name: said.Name, Proved: proved}
	if person.Role, err = p.role(token); err != nil {
		return Person{}, err
	}
	switch {
	case string(said.Verified) != "true": // "true" is a text that somebody may have typed
		person.Refused = "email_not_verified"
	case !p.ours(said.Email):
		person.Refused = "other_domain"
	case person.Role == "":
		person.Refused = "no_group"
	}
	return person, nil
}

// ours tells whether the address is of a domain that the directory may vouch
// for. What stands behind the last @ is the domain, in letters of mail alone, and
// all of it: neither its end nor its beginning will do.
func (p *Provider) ours(email string) bool {
	local, domain, found := strings.Cut(email, "@")
	return found && local != "" && !strings.Contains(domain, "@") && slices.Contains(p.config.Domains, asciiLower(domain))
}

// strongest is which role somebody has who is in groups of several.
func strongest() []string { return []string{"admin", "staff", "analyst"} }

// role is the strongest that one of the person's groups has, "" for none.
func (p *Provider) role(token *oidc.IDToken) (string, error) {
	var all map[string]json.RawMessage
	if err := token.Claims(&all); err != nil {
		return "", doubtful(errors.New("the id token's claims cannot be read"))
	}
	var groups []string
	if given, ok := all[p.config.GroupsClaim]; ok && json.Unmarshal(given, &groups) != nil {
		var one string // some write a single group so
		if json.Unmarshal(given, &one) != nil {
			return "", doubtful(errors.New("the groups cannot be read"))
		}
		groups = []string{one}
	}
	for _, role := range strongest() {
		if slices.ContainsFunc(groups, func(group string) bool { return p.config.Roles[group] == role }) {
			return role, nil
		}
	}
	return "", nil
}
