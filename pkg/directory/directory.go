// Package directory asks the association's own directory who somebody is, by
// OpenID Connect: the code flow with PKCE, discovery and keys that rotate.
//
// What it gives is a [Person] whom the directory vouches for and who may come
// from it: of a domain that is allowed, with an address that is verified. What
// becomes of them here is for pkg/account.
//
// A directory may be down for as long as it likes: it is asked when somebody
// signs in and not before, every question has its time, and one that has just
// failed is not asked again at once.
package directory

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Config says which directory is asked, and whom it may vouch for.
type Config struct {
	Issuer       string // its address, https but for one on this machine
	ClientID     string
	ClientSecret string
	Redirect     string            // where it sends people back to
	Domains      []string          // of the e-mail addresses that it may vouch for
	Roles        map[string]string // of groups
	GroupsClaim  string            // the claim that holds a person's groups; default "groups"
	Name         string            // what people call it

	Transport http.RoundTripper // by which it is asked
	Now       func() time.Time
}

// mostIssuer is how long an issuer may be, so that it can be kept.
const mostIssuer = 500

// Provider is the directory. It is safe for use by many at once.
type Provider struct {
	config Config
	client *http.Client

	asking chan struct{}         // holds whoever asks for the discovery, so that one asks for all
	found  atomic.Pointer[found] // nil until the discovery has answered
	failed atomic.Int64          // when the discovery failed last, in Unix nanoseconds
}

// found is what the discovery said.
type found struct {
	provider  *oidc.Provider
	oauth     oauth2.Config
	tellsFrom bool // answers name their issuer, always
}

// New makes the provider. Nobody is asked yet.
//
// It refuses, with a sentence for whoever configures it, an issuer or a redirect
// that is no address, one without https that is not on this machine, and what
// is missing.
func New(config Config) (*Provider, error) {
	if config.GroupsClaim == "" {
		config.GroupsClaim = "groups"
	}
	issuer, err := url.Parse(config.Issuer)
	switch {
	case err != nil || len(config.Issuer) > mostIssuer || issuer.Host == "" || issuer.User != nil || issuer.RawQuery != "" || issuer.Fragment != "":
		return nil, errors.New("the issuer is no address such as https://login.example.org")
	case !guarded(issuer):
		return nil, errors.New("the issuer must be reached by https: whoever is on the way could sign in as anybody")
	case config.ClientID == "" || config.ClientSecret == "":
		return nil, errors.New("the client's id and its secret are needed, as the directory gave them")
	case len(config.Domains) == 0:
		return nil, errors.New("the domains are needed whose addresses the directory vouches for, such as example.org")
	case len(config.Roles) == 0:
		return nil, errors.New("the groups are needed that may sign in, such as register-staff=staff")
	}
	for i, domain := range config.Domains {
		if config.Domains[i] = asciiLower(domain); !domainLike(domain) {
			return nil, fmt.Errorf("%q is no domain such as example.org", domain)
		}
	}
	return &Provider{config: config, client: newClient(config.Transport), asking: make(chan struct{}, 1)}, nil
}

// Name is what people call the directory.
func (p *Provider) Name() string { return p.config.Name }

// Issuer is the directory's own name for itself.
func (p *Provider) Issuer() string { return p.config.Issuer }

// guarded tells whether nobody on the way can change what is said at the
// address: by https, or on this very machine.
func guarded(address *url.URL) bool {
	if address.Scheme == "https" {
		return true
	}
	host := address.Hostname()
	ip := net.ParseIP(host)
	return address.Scheme == "http" && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// domainLike tells whether the text can be a domain, in the letters that mail uses.
func domainLike(domain string) bool {
	odd := func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '.'
	}
	return strings.Contains(domain, ".") && !strings.HasPrefix(domain, ".") && !strings.HasSuffix(domain, ".") && !strings.ContainsFunc(domain, odd)
}

// asciiLower lowers A to Z and nothing else: other letters that become a to z,
// such as the Kelvin sign, would make another's domain look like ours.
func asciiLower(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}
