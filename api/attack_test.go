package api_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"

	"accord/pkg/web"
)

// attack is one line of the list that the register is held against. The list
// is a floor: what is found beside it stands in the table of bad input.
type attack struct {
	line  int
	name  string
	asks  []badInput     // each refused as it says
	tries func(s *siege) // what takes more than one request
}

// attackList is the whole list, one file for each kind.
func attackList() []attack {
	return slices.Concat(tokenAttacks, loginAttacks, objectAttacks, valueAttacks, fileAttacks, flowAttacks)
}

// attackLines is how many lines the list has.
const attackLines = 76

// siege is the whole server with all its doors, asked over a socket by clients
// of any address of this machine.
type siege struct {
	*world
	t     *testing.T // of the line that is tried
	base  string
	from  string   // the client's address
	met   int      // security events that were to be noted
	grows []string // tables that the line may change
	words *strings.Replacer
}

func newSiege(t *testing.T) *siege {
	t.Helper()
	s := &siege{world: newWorld(t), t: t, from: "127.0.0.1"}
	secret, _ := s.made("staff", figuresOf(s.discreet), strings.Replace(salesOf(2014, "815000815002", "confidential"), "sales_volume", "revenue", 1))
	s.things["secret"] = []string{"81500081500", last(secret)}
	s.words = strings.NewReplacer(append([]string{"{secret figure}", last(secret)}, s.world.words()...)...)
	s.CatchUp(t)
	pages, err := web.New(s.Accounts, "")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.base = listener.Addr().String()
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error)
	whole := s.behind(t, s.door, pages)
	go func() { stopped <- whole.Run(ctx, listener, nil) }()
	t.Cleanup(func() {
		stop()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
	s.handler = http.HandlerFunc(s.carry)
	return s
}

// carry takes a request to the server over the socket, and its answer back.
func (s *siege) carry(w http.ResponseWriter, r *http.Request) {
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(s.from)}}
	line := &http.Transport{
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, s.base)
		},
		DisableKeepAlives: true, DisableCompression: true,
	}
	out := r.Clone(r.Context())
	out.URL.Scheme, out.URL.Host, out.RequestURI = "http", s.base, ""
	if r.ContentLength > 1<<20 || r.ContentLength < 0 {
		s.flood(w, out)
		return
	}
	answer, err := line.RoundTrip(out)
	if err != nil {
		s.t.Errorf("%s %s: %v", r.Method, r.URL, err)
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = answer.Body.Close() }()
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	if _, err := io.Copy(w, answer.Body); err != nil {
		s.t.Errorf("%s %s: %v", r.Method, r.URL, err)
	}
}

// flood sends a body that the server may not read to its end.
func (s *siege) flood(w http.ResponseWriter, r *http.Request) {
	var raw strings.Builder
	if err := r.Write(&raw); err != nil {
		s.t.Fatal(err)
	}
	answer, text := exchange(s.t, s.address(), raw.String())
	for name, values := range answer.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.WriteString(w, text)
}

// changes says which tables a line may change, with those that go along with
// every change of the register.
func (s *siege) changes(tables ...string) {
	s.grows = append(tables, "member", "member_history", "change", "entry", "pending", "position", "sealed", "idempotency", "audit_event")
	for _, table := range tables {
		s.grows = append(s.grows, table+"_history")
	}
}

// refused asks, fails unless it is refused so, and expects the security event
// where that is due.
func (s *siege) refused(bad badInput) {
	s.t.Helper()
	bad.asks, bad.body = s.words.Replace(bad.asks), s.words.Replace(bad.body)
	bad.with = slices.Clone(bad.with)
	for i := range bad.with {
		bad.with[i] = s.words.Replace(bad.with[i])
	}
	s.met += bad.events()
	s.refuses(s.t, bad)
}

// asked asks and gives the answer, which is none of a refusal with an event.
func (s *siege) asked(who, method, target, body string, headers ...string) reply {
	s.t.Helper()
	return s.send(who, method, s.words.Replace(target), s.words.Replace(body), headers...)
}

// is fails unless the answer has the status.
func (s *siege) is(r reply, status int) reply {
	s.t.Helper()
	if r.status != status {
		s.t.Errorf("got %d, want %d: %s", r.status, status, r.text)
	}
	return r
}

// TestAttacks tries the list line by line: each attack is answered with a
// problem that tells of nothing inside, changes no row but those that it says,
// and is noted once.
func TestAttacks(t *testing.T) {
	t.Parallel()
	s := newSiege(t)
	digests := s.digests(t)
	before := s.rows(t, digests)
	for _, a := range attackList() {
		t.Run(fmt.Sprintf("%02d %s", a.line, a.name), func(t *testing.T) {
			s.t, s.world.t, s.met, s.grows, s.from = t, t, 0, nil, fmt.Sprintf("127.0.1.%d", a.line)
			noted := s.log.events()
			for _, bad := range a.asks {
				s.refused(bad)
			}
			if a.tries != nil {
				a.tries(s)
			}
			if noted = s.log.events() - noted; noted != s.met {
				t.Errorf("%d security events, want %d", noted, s.met)
			}
			after := s.rows(t, digests)
			for table, rows := range after {
				if rows != before[table] && !slices.Contains(s.grows, table) {
					t.Errorf("%s was %s and is %s", table, before[table], rows)
				}
			}
			before = after
		})
	}
}

// TestNoAttackIsLeftOut holds the list to its numbers.
func TestNoAttackIsLeftOut(t *testing.T) {
	t.Parallel()
	tried := map[int]string{}
	for _, a := range attackList() {
		if before := tried[a.line]; before != "" {
			t.Errorf("%d is %q and %q", a.line, before, a.name)
		}
		if tried[a.line] = a.name; len(a.asks) == 0 && a.tries == nil {
			t.Errorf("%d %s does nothing", a.line, a.name)
		}
	}
	for line := 1; line <= attackLines; line++ {
		if tried[line] == "" {
			t.Errorf("%d is not tried", line)
		}
	}
}
