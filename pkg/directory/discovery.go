package directory

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"accord/pkg/fault"
)

// askAgain is how long a directory that did not answer is left alone.
const askAgain = 5 * time.Second

// Discover asks the directory for its addresses, unless it is known. What it
// said is kept as long as the server runs.
//
// It refuses with Unavailable when it does not answer, or with what cannot be
// followed.
func (p *Provider) Discover(ctx context.Context) error {
	_, err := p.discover(ctx)
	return err
}

func (p *Provider) discover(ctx context.Context) (*found, error) {
	if known := p.found.Load(); known != nil {
		return known, nil
	}
	select {
	case p.asking <- struct{}{}:
		defer func() { <-p.asking }()
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	if known := p.found.Load(); known != nil {
		return known, nil
	}
	if last := p.failed.Load(); last != 0 && p.config.Now().Sub(time.Unix(0, last)) < askAgain {
		return nil, unavailable(errors.New("it did not answer a moment ago"))
	}
	known, err := p.ask(ctx)
	if err != nil {
		p.failed.Store(p.config.Now().UnixNano())
		return nil, unavailable(err)
	}
	p.found.Store(known)
	return known, nil
}

func (p *Provider) ask(ctx context.Context) (*found, error) {
	provider, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.config.Issuer)
	if err != nil {
		return nil, fmt.Errorf("discover: %w", err)
	}
	var said struct {
		Authorization string   `json:"authorization_endpoint"`
		Token         string   `json:"token_endpoint"`
		Keys          string   `json:"jwks_uri"`
		Methods       []string `json:"token_endpoint_auth_methods_supported"`
		Challenges    []string `json:"code_challenge_methods_supported"`
		Scopes        []string `json:"scopes_supported"`
		TellsFrom     bool     `json:"authorization_response_iss_parameter_supported"`
	}
	if err := provider.Claims(&said); err != nil {
		return nil, fmt.Errorf("read the discovery: %w", err)
	}
	for _, address := range []string{said.Authorization, said.Token, said.Keys} {
		if at, err := url.Parse(address); err != nil || at.Host == "" || !guarded(at) {
			return nil, errors.New("the discovery names an address without https")
		}
	}
	// Some say nothing of PKCE and do it all the same; one that does something
	// else cannot be followed.
	if len(said.Challenges) > 0 && !slices.Contains(said.Challenges, "S256") {
		return nil, errors.New("the directory does no PKCE with S256")
	}
	endpoint := provider.Endpoint()
	// How basic authentication writes odd characters of a secret is read
	// differently everywhere; a form is not.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if slices.Contains(said.Methods, "client_secret_post") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &found{provider: provider, tellsFrom: said.TellsFrom, oauth: oauth2.Config{
		ClientID: p.config.ClientID, ClientSecret: p.config.ClientSecret, RedirectURL: p.config.Redirect, Endpoint: endpoint,
		Scopes: scopes(said.Scopes),
	}}, nil
}

// scopes are what is asked for. The standard knows none for groups; directories
// that have one call it so, and others may refuse what they do not know.
func scopes(known []string) []string {
	asked := []string{oidc.ScopeOpenID, "email", "profile"}
	if slices.Contains(known, "groups") {
		asked = append(asked, "groups")
	}
	return asked
}

func unavailable(err error) error {
	return &fault.Error{Kind: fault.Unavailable, Code: "directory_unavailable", RetryAfter: askAgain, Err: err}
}
