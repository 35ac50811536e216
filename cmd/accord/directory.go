//go:build unix

package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"accord/pkg/access"
	"accord/pkg/directory"
)

// identityProvider says which directory people may sign in by.
type identityProvider struct {
	OIDCIssuer           string   `name:"oidc-issuer" env:"ACCORD_OIDC_ISSUER" placeholder:"URL" help:"The association's directory, an OpenID Connect provider: its issuer, as it names itself (default: none)."`
	OIDCClientID         string   `name:"oidc-client-id" env:"ACCORD_OIDC_CLIENT_ID" placeholder:"ID" help:"The register's client id at the directory."`
	OIDCClientSecret     string   `name:"oidc-client-secret" env:"ACCORD_OIDC_CLIENT_SECRET" placeholder:"SECRET" help:"The client's secret."`
	OIDCClientSecretFile string   `name:"oidc-client-secret-file" env:"ACCORD_OIDC_CLIENT_SECRET_FILE" placeholder:"FILE" help:"A file with the client's secret."`
	OIDCDomains          []string `name:"oidc-domains" env:"ACCORD_OIDC_DOMAINS" placeholder:"DOMAIN" help:"Domains whose e-mail addresses the directory vouches for, such as example.org; all others are refused."`
	OIDCGroups           []string `name:"oidc-groups" env:"ACCORD_OIDC_GROUPS" placeholder:"GROUP=ROLE" help:"Which groups of the directory may sign in, and as what: admin, staff or analyst. Who is in several has the strongest."`
	OIDCGroupsClaim      string   `name:"oidc-groups-claim" env:"ACCORD_OIDC_GROUPS_CLAIM" default:"groups" placeholder:"CLAIM" help:"The claim of the ID token that holds a person's groups."`
	OIDCName             string   `name:"oidc-name" env:"ACCORD_OIDC_NAME" placeholder:"NAME" help:"What people call the directory, for its button (default: the issuer's host)."`
}

// callbackPath is where the directory sends people back to.
const callbackPath = "/sign-in/directory/callback"

// directory reads how the directory is reached, nil where there is none; nobody
// is asked.
func (c *identityProvider) directory(base string) (*directory.Provider, error) {
	if err := fromFile(&c.OIDCClientSecret, c.OIDCClientSecretFile); err != nil {
		return nil, err
	}
	if c.OIDCIssuer == "" {
		if c.OIDCClientID != "" || c.OIDCClientSecret != "" || len(c.OIDCDomains) > 0 || len(c.OIDCGroups) > 0 {
			return nil, &trouble{
				code: exitUsage, what: "a directory is configured without its issuer",
				mend: "set ACCORD_OIDC_ISSUER, or take the other ACCORD_OIDC_ settings away",
			}
		}
		return nil, nil //nolint:nilnil // no directory is no fault
	}
	if base == "" {
		return nil, &trouble{
			code: exitUsage, what: "the directory cannot send people back: the register has no base address",
			mend: "set ACCORD_BASE_URL to what readers type, such as https://accord.example.org",
		}
	}
	roles, err := c.roles()
	if err != nil {
		return nil, err
	}
	name := c.OIDCName
	if issuer, err := url.Parse(c.OIDCIssuer); name == "" && err == nil {
		name = issuer.Host
	}
	provider, err := directory.New(directory.Config{
		Issuer: c.OIDCIssuer, ClientID: c.OIDCClientID, ClientSecret: c.OIDCClientSecret,
		Redirect: strings.TrimRight(base, "/") + callbackPath, Domains: c.OIDCDomains, Roles: roles, GroupsClaim: c.OIDCGroupsClaim, Name: name,
		Transport: http.DefaultTransport, Now: time.Now,
	})
	if err != nil {
		return nil, &trouble{
			code: exitUsage, what: "the directory of ACCORD_OIDC_ISSUER cannot be used", err: err,
			mend: "set ACCORD_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET, _DOMAINS and _GROUPS; accord doctor tells whether it answers",
		}
	}
	return provider, nil
}

// roles reads which role each group has. A group's name may hold "=" itself.
func (c *identityProvider) roles() (map[string]string, error) {
	roles := make(map[string]string)
	for _, pair := range c.OIDCGroups {
		at := strings.LastIndex(pair, "=")
		group, role := pair, ""
		if at > 0 {
			group, role = strings.TrimSpace(pair[:at]), strings.TrimSpace(pair[at+1:])
		}
		switch access.Role(role) {
		case access.RoleAdmin, access.RoleStaff, access.RoleAnalyst:
		default:
			return nil, &trouble{
				code: exitUsage, what: "ACCORD_OIDC_GROUPS gives the group " + group + " no role that a directory can give",
				mend: "write group=admin, group=staff or group=analyst, with commas between; people of members are invited by the register itself",
			}
		}
		if _, twice := roles[group]; twice {
			return nil, &trouble{code: exitUsage, what: "ACCORD_OIDC_GROUPS names the group " + group + " twice", mend: "give each group one role"}
		}
		roles[group] = role
	}
	return roles, nil
}

// examineDirectory asks the directory for its addresses.
func (c *identityProvider) examineDirectory(ctx context.Context, e *examination, base string) {
	const check = "directory"
	provider, err := c.directory(base)
	if e.failed(check, err, "") {
		return
	}
	if provider == nil {
		e.sound(check, "none is configured; people sign in with what the register knows them by")
		return
	}
	if !e.failed(check, provider.Discover(ctx), "see that ACCORD_OIDC_ISSUER is what the directory calls itself, to the last slash, and that this machine reaches it") {
		e.sound(check, "%s answers; it must send people back to %s", c.OIDCIssuer, strings.TrimRight(base, "/")+callbackPath)
	}
}
