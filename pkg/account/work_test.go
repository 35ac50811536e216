package account

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/fault"
)

// work counts what an office has done: the messages that it sends to
// PostgreSQL, by their types, and the password hashes that it computes.
type work struct {
	mu   sync.Mutex // guards done
	done map[string]int
}

func (w *work) did(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.done[what]++
}

// during tells what was done during a call.
func (w *work) during(call func()) string {
	w.mu.Lock()
	w.done = map[string]int{}
	w.mu.Unlock()
	call()
	w.mu.Lock()
	defer w.mu.Unlock()
	var all []string
	for _, what := range slices.Sorted(maps.Keys(w.done)) {
		all = append(all, fmt.Sprintf("%d %s", w.done[what], what))
	}
	return strings.Join(all, ", ")
}

// between puts itself between an office and its database, and gives the
// address under which the office reaches it then.
func (w *work) between(t *testing.T, address string) string {
	t.Helper()
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	socket := ".s.PGSQL." + query.Get("port")
	if query.Get("port") == "" {
		socket = ".s.PGSQL.5432"
	}
	server := filepath.Join(query.Get("host"), socket)
	dir := t.TempDir()
	listener, err := net.Listen("unix", filepath.Join(dir, socket))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go w.relay(client, server)
		}
	}()
	query.Set("host", dir)
	at.RawQuery = query.Encode()
	return at.String()
}

// relay takes messages to the server one by one, and answers back as they come.
func (w *work) relay(client net.Conn, server string) {
	defer func() { _ = client.Close() }()
	up, err := net.Dial("unix", server)
	if err != nil {
		return
	}
	defer func() { _ = up.Close() }()
	go func() { _, _ = io.Copy(client, up) }()
	for first := true; ; first = false {
		head := make([]byte, 5)
		if first { // the start-up message has no type
			head = head[:4]
		}
		if _, err := io.ReadFull(client, head); err != nil {
			return
		}
		if !first {
			w.did("message " + string(head[:1]))
		}
		rest := int64(binary.BigEndian.Uint32(head[len(head)-4:])) - 4
		if _, err := up.Write(head); err != nil {
			return
		}
		if _, err := io.CopyN(up, client, rest); err != nil {
			return
		}
	}
}

// counts has every hash told of: whoever computes one enters the room, in which
// there is nobody but the counter.
func (w *work) counts(t *testing.T, h *hasher) {
	h.room = make(chan struct{})
	go func() {
		for {
			select {
			case <-h.room:
				w.did("password hash")
				h.room <- struct{}{}
			case <-t.Context().Done():
				return
			}
		}
	}()
}

// TestWrongSignInsDoTheSameWork compares what is done for an account that is
// there with what is done for others, and not how long it takes: the database
// is asked the same, and as many passwords are hashed.
func TestWrongSignInsDoTheSameWork(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	counted := &work{done: map[string]int{}}
	d := dbtest.Open(t, counted.between(t, dbtest.URL(t)), dbtest.Options{Now: c.now})
	w := world{d: d, clock: c, log: &journal{}}
	w.Service = w.open(t, testKeys(t, 1))
	counted.counts(t, w.hasher)
	w.add(t, "known@example.org", access.RoleStaff)
	w.add(t, "without@example.org", access.RoleAnalyst)
	shut := w.add(t, "disabled@example.org", access.RoleAnalyst)
	if _, err := w.PatchUser(system(t), shut.ID, 1, UserPatch{Disabled: new(true)}); err != nil {
		t.Fatal(err)
	}
	if err := w.d.Administer(t.Context(), `update app_user set password = null where email_key = 'without@example.org'`); err != nil {
		t.Fatal(err)
	}
	places := 0
	try := func(email string) func() {
		places++
		place := fmt.Sprintf("192.0.2.%d", places)
		return func() {
			_, err := w.SignIn(public(t), Credentials{Email: email, Password: otherPassword, From: from(place)})
			refused(t, err, fault.Unauthenticated, "wrong_credentials")
		}
	}
	for range 4 { // statements are prepared at first use
		try("known@example.org")()
	}
	want := counted.during(try("known@example.org"))
	if !strings.Contains(want, "1 password hash") || !strings.Contains(want, "message") {
		t.Fatalf("nothing is counted: %q", want)
	}
	for _, email := range []string{"nobody@example.org", "without@example.org", "disabled@example.org", "known@example.org"} {
		if got := counted.during(try(email)); got != want {
			t.Errorf("for %s: %s\nfor one that is there: %s", email, got, want)
		}
	}
}
