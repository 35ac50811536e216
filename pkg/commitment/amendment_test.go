package commitment_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/access"
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// lowered asks for fewer people than [measured] does, and says so otherwise.
func lowered() commitment.AmendmentDraft {
	return commitment.AmendmentDraft{
		Terms:  commitment.Patch{Text: "We train 800 people.", Target: to(commitment.TargetDraft{Bound: "ge", Low: "800", On: "2027-06-30"})},
		Reason: "The school in Karachi was closed.",
	}
}

// reworded changes words alone.
func reworded(text string) commitment.AmendmentDraft {
	return commitment.AmendmentDraft{Terms: commitment.Patch{Text: text}, Class: commitment.ClassClarified, Reason: "It was not clear."}
}

// promised gives a register with a registered commitment that is measured.
func promised(t *testing.T) (register, ident.Member, commitment.Commitment) {
	t.Helper()
	r := open(t)
	r.add(t, indicator("people_trained", 4))
	r.add(t, indicator("courses_held", 4))
	number := r.published(t, "Jollychic")
	return r, number, r.in(t, number, commitment.Registered, measured())
}

func (r register) proposed(t *testing.T, c commitment.Commitment, draft commitment.AmendmentDraft) commitment.Amendment {
	t.Helper()
	a, err := r.amendments.Propose(of(c.Member), c.ID, 0, draft)
	if err != nil {
		t.Fatalf("propose an amendment: %v", err)
	}
	return a
}

func (r register) approved(t *testing.T, c commitment.Commitment, draft commitment.AmendmentDraft) commitment.Amendment {
	t.Helper()
	a, err := r.amendments.Approve(staff(), r.proposed(t, c, draft).ID, 0, commitment.Approval{})
	if err != nil {
		t.Fatalf("approve an amendment: %v", err)
	}
	return a
}

// diff tells what an amendment changes.
func diff(t *testing.T, a commitment.Amendment) string {
	t.Helper()
	changes, err := a.Changes()
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, c := range changes {
		told = append(told, fmt.Sprintf("%s %s>%s", c.Pointer, c.Before, c.After))
	}
	return strings.Join(told, "; ")
}

func TestACommitmentIsAmendedAndItsOldTermsStay(t *testing.T) {
	t.Parallel()
	r, number, c := promised(t)
	seen := r.stamp(t, public(), number).Seen
	a, err := r.amendments.Propose(of(number), c.ID, c.Version, lowered())
	if err != nil || a.State != commitment.AmendmentProposed || a.Version != 1 || a.Class != commitment.ClassWeakened || a.Computed != a.Class || a.Claimed != "" {
		t.Fatalf("proposed %+v, %v", a, err)
	}
	if now, err := r.commitments.Read(staff(), c.ID); err != nil || !same(now, c) || r.stamp(t, public(), number).Seen != seen {
		t.Errorf("a proposal changed %+v, %v", now, err)
	}
	r.clock.set("2026-11-26")
	approved, err := r.amendments.Approve(staff(), a.ID, 1, commitment.Approval{})
	if err != nil || approved.State != commitment.AmendmentApproved || approved.Version != 2 || approved.Class != commitment.ClassWeakened {
		t.Fatalf("approved %+v, %v", approved, err)
	}
	now, err := r.commitments.Read(public(), c.ID)
	if err != nil || now.Text != "We train 800 people." || now.Target.Low() != "800" || now.Target.On != "2027-06-30" || now.Version != c.Version+1 ||
		now.Amendments != 1 || now.AmendedOn != "2026-11-26" || now.State != commitment.Registered || now.Title != c.Title || len(now.Milestones) != 2 {
		t.Errorf("it reads as %+v, %v", now, err)
	}
	const want = `/target/low "1000">"800"; /text "We train 1,000 people\nin cross-border trade.">"We train 800 people."`
	for _, ctx := range []context.Context{public(), of(number), staff(), of(r.published(t, "Alibaba"))} {
		got, err := r.amendments.Read(ctx, a.ID)
		if err != nil || diff(t, got) != want || got.Reason != lowered().Reason || !got.ProposedAt.Equal(a.ProposedAt) || got.DecidedAt == nil {
			t.Errorf("the amendment reads as %+v, %v: %s", got, err, diff(t, got))
		}
	}
	t.Run("as it was at each step", func(t *testing.T) {
		for _, then := range []commitment.Amendment{a, approved} {
			change := then.Change
			if change == 0 {
				change = r.madeBy(t, then.ID)
			}
			got, err := r.amendments.Original(of(number), a.ID, change)
			if err != nil || got.State != then.State || got.Version != then.Version {
				t.Errorf("got %+v, %v, want %+v", got, err, then)
			}
		}
		if then, err := r.commitments.Original(of(number), c.ID, c.Change); err != nil || then.Text != c.Text || then.Amendments != 0 {
			t.Errorf("got %+v, %v", then, err)
		}
	})
	t.Run("and told in the ledger, sealed until it is approved", func(t *testing.T) {
		var told []string
		entries := r.entriesOf(t, "amendment.", "commitment.")
		for _, e := range entries {
			told = append(told, fmt.Sprintf("%s %v", e.Action, e.Sealed))
		}
		if got := strings.Join(told, ", "); got != "commitment.submitted true, commitment.registered false, amendment.proposed true, amendment.approved false, commitment.amended false" {
			t.Fatalf("the ledger has %s", got)
		}
		for i, parts := range [][]string{3: {
			`{"after":"800","before":"1000","pointer":"/target/low"}`, `"class":"weakened"`, `"computed_class":"weakened"`, `"state":"approved"`,
			`"reason":"The school in Karachi was closed."`, `{"after":"We train 800 people.","before":"We train 1,000 people\nin cross-border trade.","pointer":"/text"}`,
		}, 4: {`"text":"We train 800 people."`, `"amendments":1`, `"amended_on":"2026-11-26"`, `"state":"registered"`}} {
			for _, part := range parts {
				if !strings.Contains(string(entries[i].Content), part) {
					t.Errorf("%s is not in %s", part, entries[i].Content)
				}
			}
		}
	})
	t.Run("and again", func(t *testing.T) {
		r.approved(t, c, commitment.AmendmentDraft{Terms: commitment.Patch{DueOn: to[plan.Date]("2027-11-30")}, Reason: "sooner"})
		got, err := r.commitments.Read(public(), c.ID)
		if err != nil || got.Amendments != 2 || got.DueOn != "2027-11-30" || got.Text != "We train 800 people." {
			t.Errorf("it reads as %+v, %v", got, err)
		}
		list, err := r.commitments.List(public(), commitment.Listing{DueBefore: "2027-12-01", Limit: 10})
		if err != nil || len(list) != 1 || !same(list[0], got) {
			t.Errorf("listed are %+v, %v", list, err)
		}
		if closed, err := r.commitments.Close(staff(), c.ID, got.Version, withdrawn()); err != nil || closed.Amendments != 2 {
			t.Errorf("closed as %+v, %v", closed, err)
		}
	})
}

// madeBy gives the change that made the first version of an amendment.
func (r register) madeBy(t *testing.T, id ident.Amendment) (change ident.Change) {
	t.Helper()
	if err := r.db.Get(context.Background(), &change, `select change from amendment_history where id = $1 order by version limit 1`, id); err != nil {
		t.Fatal(err)
	}
	return change
}

// TestALoweredTargetIsNotCalledStrengthened has the sentence of the issue.
func TestALoweredTargetIsNotCalledStrengthened(t *testing.T) {
	t.Parallel()
	r, number, c := promised(t)
	for _, claim := range []commitment.AmendmentClass{commitment.ClassStrengthened, commitment.ClassClarified, commitment.ClassSuperseded} {
		draft := lowered()
		draft.Class = claim
		draft.Terms.Strength = to(commitment.InStrategy)
		_, err := r.amendments.Propose(of(number), c.ID, 0, draft)
		faulty(t, err, fault.Invalid, "/class class_contradicted")
		if f := fault.FieldsOf(err); len(f) == 1 && (f[0].Args["terms"] != "/target" || f[0].Args["class"] != "weakened") {
			t.Errorf("told %v", f[0].Args)
		}
	}
	_, err := r.amendments.Propose(of(number), c.ID, 0, commitment.AmendmentDraft{Terms: commitment.Patch{Text: "We train people."}, Reason: "r"})
	faulty(t, err, fault.Invalid, "/class class_needed")
	other := commitment.AmendmentDraft{
		Terms:  commitment.Patch{Indicator: to("courses_held"), Target: to(commitment.TargetDraft{Bound: "ge", Low: "20"}), Baseline: nullable.NewNullNullable[commitment.BaselineDraft]()},
		Reason: "Courses are what we hold.",
	}
	_, err = r.amendments.Propose(of(number), c.ID, 0, commitment.AmendmentDraft{Terms: commitment.Patch{Indicator: other.Terms.Indicator}, Class: commitment.ClassStrengthened, Reason: "r"})
	faulty(t, err, fault.Invalid, "/class class_contradicted")
	if a := r.proposed(t, c, other); a.Class != commitment.ClassWeakened { // the baseline fell away, and the target is due later
		t.Errorf("another indicator: %+v", a)
	}
}

func TestAnAmendmentIsCheckedAsADraftIs(t *testing.T) {
	t.Parallel()
	r, number, c := promised(t)
	r.add(t, indicator("people_fed", 5))
	for name, try := range map[string]struct {
		draft  commitment.AmendmentDraft
		faults []string
	}{
		"what can be told at once": {
			commitment.AmendmentDraft{
				Terms: commitment.Patch{Title: "a\nb", Strength: to(commitment.Strength("sworn")), StartsOn: to[plan.Date]("2027-02-29"), PartnerCountries: to([]ident.Country{"XX"})},
				Class: "better", Reason: " ",
			},
			[]string{"/title invalid_characters", "/strength not_in_list", "/starts_on not_a_date", "/partner_countries/0 unknown_country", "/class not_in_list", "/reason required"},
		},
		"what the terms tell": {
			commitment.AmendmentDraft{Terms: commitment.Patch{
				DueOn: to[plan.Date]("2026-06-30"), Target: to(commitment.TargetDraft{Bound: "ge", Low: "50", Unit: "CNY"}),
			}, Reason: "r"},
			[]string{"/milestones/0/due_on outside_span", "/target/unit unit_mismatch", "/target/low target_against_direction"},
		},
		"an indicator of another point": {
			commitment.AmendmentDraft{Terms: commitment.Patch{Indicator: to("people_fed")}, Reason: "r"}, []string{"/indicator indicator_of_other_point"},
		},
		"an indicator that is none": {
			commitment.AmendmentDraft{Terms: commitment.Patch{Indicator: to("people_saved")}, Reason: "r"}, []string{"/indicator unknown_indicator"},
		},
		"nothing": {reworded(" " + c.Text + "\n"), []string{" amendment_changes_nothing"}},
		"the same in other words": {
			commitment.AmendmentDraft{Terms: commitment.Patch{Target: to(commitment.TargetDraft{Bound: "ge", Low: "1000.00", On: "2027-06-30"})}, Reason: "r"},
			[]string{"/target/low decimal_too_precise"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := r.amendments.Propose(of(number), c.ID, 0, try.draft)
			faulty(t, err, fault.Invalid, try.faults...)
		})
	}
	t.Run("but what stands and stays is no fault of it", func(t *testing.T) {
		if _, err := r.plans.RetireIndicator(staff(), "people_trained", 0, commitment.Retirement{Reason: "r"}); err != nil {
			t.Fatal(err)
		}
		if _, err := r.plans.Amend(as(access.RoleAdmin, 0), 0, commitment.PlanPatch{
			Period: to(commitment.Period{From: "2026-01-01", To: "2027-01-31", Source: member.Source{Title: "t"}}), Reason: "r",
		}); err != nil {
			t.Fatal(err)
		}
		_, err := r.amendments.Propose(of(number), c.ID, 0, commitment.AmendmentDraft{
			Terms: commitment.Patch{DueOn: to[plan.Date]("2027-11-30"), Target: to(commitment.TargetDraft{Bound: "ge", Low: "1", On: "2027-06-29"})}, Reason: "r",
		})
		faulty(t, err, fault.Invalid, "/due_on outside_plan", "/target/on outside_plan", "/target/low target_against_direction")
		if a := r.approved(t, c, lowered()); a.Class != commitment.ClassWeakened {
			t.Errorf("approved %+v", a)
		}
	})
}
