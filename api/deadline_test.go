package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/ident"
	"accord/pkg/registrytest"
)

// deadline is the last hour of a cycle: many people of many members who all
// report at once, over connections of their own, some of which break.
type deadline struct {
	*house
	base   string
	tokens []string // of the members, in turn
	due    []ident.Commitment
	broken atomic.Int64
	status sync.Map // of every answer: *atomic.Int64
}

// lastHour makes a register in which each commitment waits for its report.
func lastHour(t *testing.T, members, submissions int) *deadline {
	t.Helper()
	d := &deadline{house: newHouse(t)}
	staff := registrytest.Staff()
	if _, err := d.Cycles.Open(staff, commitment.CycleDraft{Year: 2026, DueOn: "2026-12-01"}); err != nil {
		t.Fatal(err)
	}
	for n := range members {
		number := d.Member(t, fmt.Sprintf("Member %d", n))
		d.tokens = append(d.tokens, d.token(t, access.RoleMember, number, access.Approver))
		for i := n; i < submissions; i += members {
			c, err := d.Commitments.TakeOn(staff, number, commitment.Draft{Point: 4, Title: "t", Text: "x"})
			if err == nil {
				_, err = d.Commitments.Submit(staff, c.ID, 0)
			}
			if err == nil {
				_, err = d.Commitments.Register(staff, c.ID, 0)
			}
			if err != nil {
				t.Fatal(err)
			}
			d.due = append(d.due, c.ID)
		}
	}
	listener := httptest.NewServer(d.server.Handler())
	t.Cleanup(listener.Close)
	d.base = listener.URL
	return d
}

// client is one person at one computer.
type client struct {
	*deadline
	http   *http.Client
	token  string
	random *rand.Rand
}

// once sends a request. One in eight is broken off by who sent it and does not
// know then what became of it.
func (c *client) once(ctx context.Context, method, target, key, body string) (status int, said map[string]any, err error) {
	if c.random.IntN(8) == 0 {
		c.broken.Add(1)
		short, stop := context.WithTimeout(ctx, time.Duration(c.random.IntN(30))*time.Millisecond)
		defer stop()
		ctx = short
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+target, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if method == http.MethodPatch {
		request.Header.Set("If-Match", "*")
	} else {
		request.Header.Set("Idempotency-Key", key)
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	count, _ := c.status.LoadOrStore(answer.StatusCode, &atomic.Int64{})
	count.(*atomic.Int64).Add(1)
	return answer.StatusCode, said, json.NewDecoder(answer.Body).Decode(&said)
}

// until sends a request again, under its key, until it is answered.
func (c *client) until(ctx context.Context, method, target, key, body string) (map[string]any, error) {
	for range 100 {
		status, said, err := c.once(ctx, method, target, key, body)
		switch {
		case err != nil, said["code"] == "idempotency_key_running":
			continue // nobody answered, or what was broken off still runs
		case status >= http.StatusMultipleChoices:
			return nil, fmt.Errorf("%s %s: %d %v", method, target, status, said)
		default:
			return said, nil
		}
	}
	return nil, fmt.Errorf("%s %s: never answered", method, target)
}

// narrative is what is written of a commitment, long enough to be missed.
func narrative(of ident.Commitment) string {
	return "We did what we promised in " + string(of) + ".\n\n" + strings.Repeat("- 培训了三百人\n", 60)
}

// report writes and submits a report, as a person does at a form.
func (c *client) report(ctx context.Context, of ident.Commitment) error {
	begun, err := c.until(ctx, http.MethodPost, "/api/v1/commitments/"+string(of)+"/reports", "begin-"+string(of), `{"cycle":2026}`)
	if err != nil {
		return err
	}
	at := fmt.Sprintf("/api/v1/reports/%s", begun["id"])
	text, err := json.Marshal(map[string]string{"narrative": narrative(of), "completion": "limited"})
	if err != nil {
		return err
	}
	if _, err := c.until(ctx, http.MethodPatch, at, "", string(text)); err != nil {
		return err
	}
	said, err := c.until(ctx, http.MethodPost, at+"/submit", "submit-"+string(of), "")
	if err == nil && said["state"] != "submitted" {
		err = fmt.Errorf("%s was answered with %v", at, said["state"])
	}
	return err
}

// TestTheLastHourLosesNothing has 200 people report until the last moment. In
// the long form there are 5,000 reports.
func TestTheLastHourLosesNothing(t *testing.T) {
	t.Parallel()
	members, submissions := 200, 5_000
	if testing.Short() {
		members, submissions = 10, 200
	}
	const people = 200
	d := lastHour(t, members, submissions)
	next := make(chan int)
	var crowd sync.WaitGroup
	for n := range people {
		c := &client{deadline: d, http: &http.Client{Transport: &http.Transport{}}, random: rand.New(rand.NewPCG(uint64(n), 5))}
		crowd.Go(func() {
			defer c.http.CloseIdleConnections()
			for i := range next {
				c.token = d.tokens[i*members/submissions]
				if err := c.report(t.Context(), d.due[i]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range submissions {
		next <- i
	}
	close(next)
	crowd.Wait()
	d.status.Range(func(status, count any) bool {
		t.Logf("%d answers with %v", count.(*atomic.Int64).Load(), status)
		if status.(int) >= http.StatusInternalServerError {
			t.Errorf("%d answers with %v", count.(*atomic.Int64).Load(), status)
		}
		return true
	})
	d.allThere(t)
	if broken := d.broken.Load(); broken < int64(submissions)/8 {
		t.Errorf("only %d requests were broken off", broken)
	}
}

// allThere fails for each commitment without exactly the report that was written of it.
func (d *deadline) allThere(t *testing.T) {
	t.Helper()
	for _, id := range d.due {
		reports, err := d.Reports.List(registrytest.Staff(), id, nil, 10)
		if err != nil || len(reports) != 1 || reports[0].State != commitment.ReportSubmitted || reports[0].Statement.Narrative != narrative(id) {
			t.Errorf("of commitment %s there is %+v, %v", id, reports, err)
		}
	}
}
