package web

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"accord/pkg/account"
)

// requestTime is how long a page may wait for the database.
const requestTime = 30 * time.Second

// Door is the HTML door.
type Door struct {
	accounts *account.Service
	pages    pages
	guard    *http.CrossOriginProtection
	base     string
	hosts    []string // that requests must be sent to, with the port of the scheme and without; none for any
	secure   bool     // readers reach the server by https
}

// New makes the door. Base is the address under which readers reach the
// server, such as https://accord.example.org, and then pages answer under no
// other; without, forms are taken from the host that they are sent to.
//
// It refuses a base that is no address of a server.
func New(accounts *account.Service, base string) (*Door, error) {
	d := &Door{accounts: accounts, base: strings.TrimSuffix(base, "/")}
	origin := ""
	if d.base != "" {
		address, err := url.Parse(d.base)
		if err != nil {
			return nil, errors.New("the base address is no URL")
		}
		origin = address.Scheme + "://" + address.Host
		d.secure = address.Scheme == "https"
		d.hosts = []string{strings.ToLower(address.Host)}
		if port := map[string]string{"https": ":443", "http": ":80"}[address.Scheme]; address.Port() == "" {
			d.hosts = append(d.hosts, d.hosts[0]+port)
		}
	}
	var err error
	if d.guard, err = crossOrigin(origin); err != nil {
		return nil, err
	}
	d.pages, err = newPages()
	return d, err
}

// Mount adds the routes of the door. Its pages know people by their cookie
// alone, so a token that comes along is nothing to them.
func (d *Door) Mount(open, _ gin.IRouter) {
	door := open.Group("", d.atHome, bounded)
	for path, page := range map[string]gin.HandlerFunc{
		"/setup":          d.showSetup,
		"/invitation":     d.showInvitation,
		"/password-reset": d.showReset,
		"/sign-in/link":   d.showLink,
		"/sign-in":        d.showSignIn,
		"/account":        d.signedIn(d.showAccount),
		"/account/proof":  d.signedIn(d.showProof),
		"/passkey.js":     d.showScript,
	} {
		door.GET(path, page)
		door.HEAD(path, page)
	}
	door.GET("/sign-in/directory/callback", d.arrive) // uses the round up, so nothing may ask for its head
	forms := door.Group("", d.sameSite)
	for path, act := range map[string]gin.HandlerFunc{
		"/setup":                     d.setUp,
		"/invitation":                d.acceptInvitation,
		"/password-reset":            d.resetPassword,
		"/sign-in/link":              d.followLink,
		"/sign-in":                   d.signIn,
		"/sign-in/factor":            d.giveFactor,
		"/sign-in/passkey":           d.givePasskey,
		"/sign-in/letter":            d.askLetter,
		"/sign-in/directory":         d.goToDirectory,
		"/account/proof/directory":   d.signedIn(d.proveAtDirectory),
		"/sign-in/ceremony":          d.askPasskey,
		"/sign-out":                  d.signOut,
		"/account/proof":             d.signedIn(d.prove),
		"/account/sessions":          d.signedIn(d.endSession),
		"/account/totp":              d.signedIn(d.enrol),
		"/account/totp/confirm":      d.signedIn(d.confirm),
		"/account/totp/remove":       d.signedIn(d.removeApp),
		"/account/codes":             d.signedIn(d.renewCodes),
		"/account/passkeys":          d.signedIn(d.addPasskey),
		"/account/passkeys/ceremony": d.signedIn(d.beginPasskey),
		"/account/passkeys/remove":   d.signedIn(d.removePasskey),
	} {
		forms.POST(path, act)
	}
}

// from is where the request came from: the address that the connection has,
// or what a proxy that is trusted says.
func from(c *gin.Context) netip.Addr {
	address, err := netip.ParseAddr(c.ClientIP())
	if err != nil {
		return netip.Addr{}
	}
	return address
}
