package server

import (
	"math"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/time/rate"

	"accord/pkg/access"
	"accord/pkg/fault"
)

// Rates are how many requests a minute this process answers; 0 is without a
// bound. A minute's worth may come at once, and fills up again evenly. Several
// servers each have budgets of their own.
type Rates struct {
	Public  int // to one address, an IPv6 network of 64 bits, without a credential or with a bad one
	Account int // to the sessions of one account
	Token   int // to one API token
}

// rates holds the budgets; nil is without a bound.
type rates struct {
	public, account, token *budget
	now                    func() time.Time
}

func newRates(r Rates, now func() time.Time) rates {
	if now == nil {
		now = time.Now
	}
	return rates{
		public: newBudget("public", r.Public, maxPayers), account: newBudget("account", r.Account, maxPayers),
		token: newBudget("token", r.Token, maxPayers), now: now,
	}
}

// maxPayers is of how many a budget keeps account: some 8 MB.
const maxPayers = 1 << 15

// payer is whose budget a request is charged to.
type payer struct {
	address netip.Addr
	id      string
}

// budget is what many payers may ask, each for itself.
//
// It keeps account of so many payers and no more. Once they are that many, a
// newcomer takes the place of the one that has most left among a few, with what
// is left in it: so nobody who spent a budget gets a fresh one by having
// thousands of addresses push it out, and memory does not grow.
type budget struct {
	perMinute int
	most      int
	policy    []string // shared by all answers, never appended to
	name      string   // quoted, as a structured field has it

	mu     sync.Mutex // guards places; each limiter guards itself
	places map[payer]*rate.Limiter
}

func newBudget(name string, perMinute, most int) *budget {
	if perMinute <= 0 {
		return nil
	}
	quoted := strconv.Quote(name)
	return &budget{
		perMinute: perMinute, most: most, name: quoted, places: make(map[payer]*rate.Limiter),
		policy: []string{quoted + ";q=" + strconv.Itoa(perMinute) + ";w=60"},
	}
}

// sampled is how many places a newcomer looks at. The map's order is random
// enough: who is looked at is nobody's choice.
const sampled = 8

func (b *budget) place(who payer, now time.Time) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if place, ok := b.places[who]; ok {
		return place
	}
	if len(b.places) < b.most {
		place := rate.NewLimiter(rate.Limit(float64(b.perMinute)/60), b.perMinute)
		b.places[who] = place
		return place
	}
	var out payer
	var place *rate.Limiter
	looked, fullest := 0, math.Inf(-1)
	for other, has := range b.places {
		if left := has.TokensAt(now); left > fullest {
			out, place, fullest = other, has, left
		}
		if looked++; looked == sampled {
			break
		}
	}
	delete(b.places, out)
	b.places[who] = place
	return place
}

// take charges one request. It gives what is left, how long until all of it is
// there again, and how long to wait where there was nothing left.
func (b *budget) take(who payer, now time.Time) (left int, full, wait time.Duration) {
	place := b.place(who, now)
	reserved := place.ReserveN(now, 1)
	if wait = reserved.DelayFrom(now); wait > 0 {
		reserved.CancelAt(now)
	}
	tokens := place.TokensAt(now)
	missing := (float64(b.perMinute) - tokens) * 60 / float64(b.perMinute)
	return max(0, int(tokens)), time.Duration(missing * float64(time.Second)), wait
}

// admit charges the request to the payer and says in the answer's headers what
// is left (draft-ietf-httpapi-ratelimit-headers). Where nothing is, it refuses.
func (r *rates) admit(c *gin.Context, b *budget, who payer) error {
	if b == nil {
		return nil
	}
	left, full, wait := b.take(who, r.now())
	header := c.Writer.Header()
	header["Ratelimit-Policy"] = b.policy
	text := make([]byte, 0, 40)
	text = append(append(text, b.name...), ";r="...)
	text = append(strconv.AppendInt(text, int64(left), 10), ";t="...)
	text = strconv.AppendInt(text, int64(math.Ceil(full.Seconds())), 10)
	header["Ratelimit"] = []string{string(text)}
	if wait > 0 {
		return &fault.Error{Kind: fault.RateLimited, Code: "rate_limited", RetryAfter: wait}
	}
	return nil
}

// stranger charges the request to its address.
func (r *rates) stranger(c *gin.Context) error {
	if r.public == nil {
		return nil
	}
	return r.admit(c, r.public, payer{address: network(c.ClientIP())})
}

// known charges the request to whoever the credential belongs to.
func (r *rates) known(c *gin.Context, actor access.Actor) error {
	if actor.Token != "" {
		return r.admit(c, r.token, payer{id: string(actor.Token)})
	}
	return r.admit(c, r.account, payer{id: string(actor.User)})
}

// network is whom an address belongs to: IPv6 hands out networks of 64 bits.
func network(text string) netip.Addr {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	address = address.Unmap().WithZone("")
	if prefix, err := address.Prefix(64); err == nil && address.Is6() {
		return prefix.Addr()
	}
	return address
}
