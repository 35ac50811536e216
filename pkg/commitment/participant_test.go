package commitment_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// joint is a promise with others.
func joint(with ...ident.Member) commitment.Draft {
	draft := training()
	for i, number := range with {
		draft.Participants = append(draft.Participants, commitment.Participant{Member: number, Role: commitment.ParticipantRoles()[i%2]})
	}
	return draft
}

// shown is the participants that a reader is shown.
func (r register) shown(t *testing.T, ctx context.Context, id ident.Commitment) string {
	t.Helper()
	c, err := r.commitments.Read(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return "nothing"
	}
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, p := range c.Participants {
		list = append(list, fmt.Sprintf("%s %s %s", p.Member, p.Role, p.State))
	}
	return strings.Join(list, ", ")
}

// told gives the entries as "action sealed?".
func told(entries []entry) string {
	var list []string
	for _, e := range entries {
		text := e.Action
		if e.Sealed {
			text += " sealed"
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

func TestAJointCommitmentLives(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, lead, partner, stranger := r.published(t, "Jollychic"), r.published(t, "Alibaba"), r.published(t, "Globalegrow"), r.published(t, "Other")
	draft := r.in(t, number, commitment.Drafted, joint(lead, partner))
	look := func(t *testing.T, want map[string]string) {
		t.Helper()
		for name, ctx := range map[string]context.Context{
			"public": public(), "staff": staff(), "own": of(number), "lead": of(lead), "partner": of(partner), "stranger": of(stranger),
		} {
			if got := r.shown(t, ctx, draft.ID); got != want[name] {
				t.Errorf("%s is shown %q, want %q", name, got, want[name])
			}
		}
	}
	t.Run("as a draft it is seen by those who write it", func(t *testing.T) {
		both := fmt.Sprintf("%s lead , %s partner ", lead, partner)
		look(t, map[string]string{"public": "nothing", "staff": both, "own": both, "lead": "nothing", "partner": "nothing", "stranger": "nothing"})
		faulty(t, failure(r.commitments.Accept(of(lead), draft.ID, lead)), fault.NotFound)
	})
	submitted, err := r.commitments.Submit(of(number), draft.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	invited := fmt.Sprintf("%s lead invited, %s partner invited", lead, partner)
	t.Run("submitted it is seen by those who are invited", func(t *testing.T) {
		look(t, map[string]string{
			"public": "nothing", "staff": invited, "own": invited, "stranger": "nothing",
			"lead": fmt.Sprintf("%s lead invited", lead), "partner": fmt.Sprintf("%s partner invited", partner),
		})
	})
	before := r.stamp(t, staff(), lead)
	accepted, err := r.commitments.Accept(of(lead), draft.ID, lead)
	if err != nil || accepted.State != commitment.Accepted || accepted.Version != 2 {
		t.Fatalf("accepted as %+v, %v", accepted, err)
	}
	if after := r.stamp(t, staff(), lead); after.Seen != before.Seen+1 {
		t.Errorf("staff's version of the member is %d, was %d", after.Seen, before.Seen)
	}
	if _, err := r.commitments.Register(staff(), draft.ID, 0); err != nil {
		t.Fatal(err)
	}
	t.Run("registered it is seen by all, with those who accepted", func(t *testing.T) {
		one := fmt.Sprintf("%s lead accepted", lead)
		both := fmt.Sprintf("%s, %s partner invited", one, partner)
		look(t, map[string]string{"public": one, "staff": both, "own": both, "lead": one, "partner": both, "stranger": one})
	})
	if _, err := r.commitments.Decline(of(partner), draft.ID, partner); err != nil {
		t.Fatal(err)
	}
	t.Run("who declined is told to those who asked", func(t *testing.T) {
		one := fmt.Sprintf("%s lead accepted", lead)
		both := fmt.Sprintf("%s, %s partner declined", one, partner)
		look(t, map[string]string{"public": one, "staff": both, "own": both, "lead": one, "partner": both, "stranger": one})
	})
	t.Run("an invitation is answered once", func(t *testing.T) {
		faulty(t, failure(r.commitments.Accept(of(partner), draft.ID, partner)), fault.Conflict)
		faulty(t, failure(r.commitments.Decline(of(lead), draft.ID, lead)), fault.Conflict)
	})
	t.Run("by the member itself or staff", func(t *testing.T) {
		faulty(t, failure(r.commitments.Accept(of(stranger), draft.ID, lead)), fault.Forbidden)
		faulty(t, failure(r.commitments.Accept(of(stranger), draft.ID, partner)), fault.NotFound)
		faulty(t, failure(r.commitments.Decline(of(number), draft.ID, partner)), fault.Forbidden)
		faulty(t, failure(r.commitments.Accept(staff(), draft.ID, stranger)), fault.NotFound)
	})
	t.Run("the ledger has what is public in clear", func(t *testing.T) {
		const want = "commitment.submitted sealed, participant.invited sealed, participant.invited sealed, participant.accepted sealed, " +
			"commitment.registered, participant.accepted, participant.declined sealed"
		if got := told(r.entries(t)); got != want {
			t.Errorf("got %s", got)
		}
	})
	t.Run("and each version is found again with those of its time", func(t *testing.T) {
		if got, err := r.commitments.Original(of(number), draft.ID, submitted.Change); err != nil || !same(got, submitted) {
			t.Errorf("got %+v, %v; want %+v", got, err, submitted)
		}
		for by, want := range map[ident.Member]ident.Member{lead: lead, 0: lead} {
			ctx := staff()
			if by != 0 {
				ctx = of(by)
			}
			if got, err := r.commitments.OriginalParticipant(ctx, draft.ID, want, accepted.Change); err != nil || got != accepted {
				t.Errorf("got %+v, %v", got, err)
			}
		}
		faulty(t, failure(r.commitments.OriginalParticipant(of(partner), draft.ID, lead, accepted.Change)), fault.NotFound)
	})
}

func TestTheListOfAMemberHasWhatItMakesJointly(t *testing.T) {
	t.Parallel()
	r := open(t)
	number, other, stranger := r.published(t, "Jollychic"), r.published(t, "Alibaba"), r.published(t, "Other")
	make := func(state commitment.State, answer func(context.Context, ident.Commitment, ident.Member) (commitment.Participant, error)) commitment.Commitment {
		c := r.in(t, number, commitment.Submitted, joint(other))
		if answer != nil {
			if _, err := answer(of(other), c.ID, other); err != nil {
				t.Fatal(err)
			}
		}
		if state == commitment.Registered {
			if _, err := r.commitments.Register(staff(), c.ID, 0); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	open := make(commitment.Registered, r.commitments.Accept)
	made := map[ident.Commitment]string{
		open.ID: "accepted", make(commitment.Registered, nil).ID: "unanswered", make(commitment.Registered, r.commitments.Decline).ID: "declined",
		make(commitment.Submitted, r.commitments.Accept).ID: "accepted early", make(commitment.Submitted, nil).ID: "asked",
	}
	for name, c := range map[string]struct {
		ctx  context.Context
		want []string
	}{
		"for the public":  {public(), []string{"accepted"}},
		"for a stranger":  {of(stranger), []string{"accepted"}},
		"for the member":  {of(other), []string{"accepted", "unanswered", "accepted early", "asked"}},
		"for staff":       {staff(), []string{"accepted", "unanswered", "accepted early", "asked"}},
		"for who invited": {of(number), []string{"accepted", "unanswered", "accepted early", "asked"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for limit := 1; limit <= 6; limit++ {
				found := map[string]bool{}
				q := commitment.Listing{Limit: limit}
				for pages := 0; pages < 8; pages++ {
					page, err := r.commitments.ListOf(c.ctx, other, q)
					if err != nil {
						t.Fatal(err)
					}
					for _, one := range page {
						found[made[one.ID]] = true
						key := one.Key()
						q.After = &key
					}
				}
				for _, want := range c.want {
					if !found[want] {
						t.Errorf("pages of %d: %s is missing", limit, want)
					}
				}
				if len(found) != len(c.want) {
					t.Errorf("pages of %d: found %v", limit, found)
				}
			}
		})
	}
	t.Run("and keeps to what is asked for", func(t *testing.T) {
		for state, want := range map[commitment.State]int{commitment.Registered: 2, commitment.Submitted: 2, commitment.Closed: 0, commitment.Drafted: 0} {
			if list, err := r.commitments.List(staff(), commitment.Listing{Member: other, State: state, Point: 4, Limit: 10}); err != nil || len(list) != want {
				t.Errorf("%s: %d, %v", state, len(list), err)
			}
		}
	})
}
