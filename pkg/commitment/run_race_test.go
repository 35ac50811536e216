package commitment_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"accord/db"
	"accord/db/dbtest"
	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// twoServers is a register in which some owe a report, seen by two servers.
func twoServers(t *testing.T, owing int) (ran, *commitment.Runs, []commitment.Commitment) {
	t.Helper()
	address := dbtest.URL(t)
	r := in2027On(t, address)
	var promised []commitment.Commitment
	for i := range owing {
		promised = append(promised, r.promised(t, fmt.Sprint("Member ", i)))
	}
	d := dbtest.Open(t, address, dbtest.Options{Now: r.clock.Now})
	return r, commitment.NewRuns(d, member.New(d, commitment.Reveal), plan.Home()), promised
}

// TestTwoRunsAtOnceMoveEachMemberOnce lets two servers run at the same time: one
// works, the other says so and leaves, and each member takes one step.
func TestTwoRunsAtOnceMoveEachMemberOnce(t *testing.T) {
	t.Parallel()
	r, other, promised := twoServers(t, 6)
	r.clock.set("2027-08-01")
	for range 3 { // the second and third have nothing left to do
		var together sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			runs := r.runs
			if i%2 > 0 {
				runs = other
			}
			together.Go(func() { _, errs[i] = runs.Run(system()) })
		}
		together.Wait()
		for _, err := range errs {
			if f, ok := errors.AsType[*fault.Error](err); err != nil && (!ok || f.Code != "run_elsewhere") {
				t.Errorf("a run says %v", err)
			}
		}
	}
	r.steppedOnce(t, promised)
}

func (r ran) steppedOnce(t *testing.T, promised []commitment.Commitment) {
	t.Helper()
	for _, c := range promised {
		steps, err := r.members.Transitions(staff(), c.Member, 0, 100)
		if err != nil || len(steps) != 4 || steps[3].To != member.NonCommunicating { // registered, in_review, active
			t.Errorf("member %s took %d steps, %v", c.Member, len(steps), err)
		}
	}
}

// TestARunLeavesWhileAnotherOneIsAtWork holds the lock that a run works under.
func TestARunLeavesWhileAnotherOneIsAtWork(t *testing.T) {
	t.Parallel()
	r, other, promised := twoServers(t, 1)
	r.clock.set("2027-08-01")
	const runLock = 0x6379636c65
	free, err := r.db.IfFree(context.Background(), runLock, func() error {
		_, err := other.Run(system())
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Kind != fault.Conflict || f.Code != "run_elsewhere" {
			t.Errorf("it says %v", err)
		}
		if round, err := other.Foresee(system(), ""); err != nil || len(round.Silenced) != 1 {
			t.Errorf("to look ahead is refused: %+v, %v", round, err)
		}
		return nil
	})
	if err != nil || !free {
		t.Errorf("the lock was taken: %v, %v", free, err)
	}
	if got := r.status(t, promised[0].Member); got != member.Active {
		t.Errorf("the member is %s", got)
	}
	if _, err := other.Run(system()); err != nil {
		t.Errorf("once the other has ended: %v", err)
	}
	r.steppedOnce(t, promised)
}

// TestARunThatIsKilledIsContinued ends the context of a run in its middle, which
// is when the member that it is on its way to is locked by somebody else.
func TestARunThatIsKilledIsContinued(t *testing.T) {
	t.Parallel()
	r, other, promised := twoServers(t, 3)
	r.clock.set("2027-08-01")
	killed, kill := context.WithCancel(system())
	ended := make(chan error, 1)
	halt := errors.New("halt")
	err := r.whileLocked(promised[1].Member, func(context.Context, *db.Tx) error {
		go func() { _, err := other.Run(killed); ended <- err }()
		r.until(t, func() bool { return r.status(t, promised[0].Member) == member.NonCommunicating && r.waiting(t) })
		kill()
		if err := <-ended; err == nil {
			t.Error("it did not end")
		}
		return halt
	})
	if !errors.Is(err, halt) {
		t.Fatal(err)
	}
	if got := r.status(t, promised[2].Member); got != member.Active {
		t.Errorf("the last member is %s already", got)
	}
	wants(t, "the next run", r.run(t), "silenced Member 1", "silenced Member 2")
	r.steppedOnce(t, promised)
}

// TestWhoSubmitsAtThatMomentIsNotMoved lets a run wait for a member that is
// submitting its report, and find it submitted.
func TestWhoSubmitsAtThatMomentIsNotMoved(t *testing.T) {
	t.Parallel()
	r, other, promised := twoServers(t, 2)
	slow, next := promised[0], promised[1]
	r.clock.set("2027-08-01")
	type outcome struct {
		round commitment.Round
		err   error
	}
	ended := make(chan outcome, 1)
	err := r.whileLocked(slow.Member, func(ctx context.Context, tx *db.Tx) error {
		go func() { round, err := other.Run(system()); ended <- outcome{round, err} }()
		r.until(t, func() bool { return r.waiting(t) })
		if _, err := tx.Exec(ctx, submitted, ident.New[ident.Report](), slow.ID, slow.Member, tx.Now); err != nil {
			return err
		}
		return ledger.Record(ctx, tx, ledger.Entry{Action: "t.d", Kind: "t", ID: "1"})
	})
	if err != nil {
		t.Fatal(err)
	}
	got := <-ended
	if got.err != nil {
		t.Fatal(got.err)
	}
	wants(t, "the run", lines(got.round), "left Member 0: changed", "silenced Member 1")
	if r.status(t, slow.Member) != member.Active || r.status(t, next.Member) != member.NonCommunicating {
		t.Error("the wrong one was moved")
	}
}

// submitted is what a submission writes, under the lock of its member.
const submitted = `
insert into report (id, commitment, member, cycle, version, state, narrative, completion, measured, milestones, content_at, submitted_at)
values ($1, $2, $3, 2027, 1, 'submitted', 'Done', 'limited', '[]', '[]', 1, $4)`

// whileLocked runs work in a transaction that holds the member's lock.
func (r ran) whileLocked(number ident.Member, work func(ctx context.Context, tx *db.Tx) error) error {
	ctx := system()
	return r.db.InTx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		if _, err := member.Lock(ctx, tx, number, access.Scope{All: true}); err != nil {
			return err
		}
		return work(ctx, tx)
	})
}

// waiting tells whether somebody waits for a lock of this register.
func (r ran) waiting(t *testing.T) (waits bool) {
	t.Helper()
	if err := r.db.Get(context.Background(), &waits, `
		select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')`); err != nil {
		t.Fatal(err)
	}
	return waits
}

// until asks the database until it is so.
func (r ran) until(t *testing.T, so func() bool) {
	t.Helper()
	for !so() {
		if t.Context().Err() != nil {
			t.Fatal("it never came to that")
		}
	}
}
