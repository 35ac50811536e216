package api

import (
	"accord/pkg/commitment"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

func (d *Door) recordActivity(r *request) error {
	body, err := bind(r, func(b NewActivity) fault.Fields { return activityDraft(b).Check() })
	if err != nil {
		return err
	}
	a, err := d.offices.Activities.Record(r.ctx, activityDraft(body))
	return d.activityCreated(r, a, err)
}

func (d *Door) draftActivity(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewActivity) fault.Fields { return activityDraft(b).Check() })
	if err != nil {
		return err
	}
	a, err := d.offices.Activities.Draft(r.ctx, number, activityDraft(body))
	return d.activityCreated(r, a, err)
}

func (d *Door) activityCreated(r *request, a commitment.Activity, err error) error {
	if a, err = d.activityMade(r, a, err); err != nil {
		return err
	}
	return r.created("/api/v1/activities/"+string(a.ID), r.activityTag(a), activityOf(a))
}

// activityMade gives the activity, or the one that the same key made before,
// as it was then.
func (d *Door) activityMade(r *request, a commitment.Activity, err error) (commitment.Activity, error) {
	if again, ok := replayed(err); ok {
		return d.offices.Activities.Original(r.ctx, ident.Activity(again.Subject), again.Change)
	}
	return a, err
}

// activityTag is over the organisers too: which of them a reader is shown
// changes without a new version of the activity.
func (r *request) activityTag(a commitment.Activity) string {
	seen := make([]int64, len(a.Organisers))
	for i, number := range a.Organisers {
		seen[i] = int64(number)
	}
	return r.tag(a.Version, r.actor().Audience(a.Member), seen...)
}

func (d *Door) readActivity(r *request) error {
	id, err := id[ident.Activity](r, "id")
	if err != nil {
		return err
	}
	a, err := d.offices.Activities.Read(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.activityTag(a), activityOf(a))
}

func (d *Door) amendActivity(r *request) error {
	id, err := id[ident.Activity](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(anyVersion)
	if err != nil {
		return err
	}
	body, err := bind(r, func(b ActivityPatch) fault.Fields { return activityPatch(b).Check() })
	if err != nil {
		return err
	}
	a, err := d.offices.Activities.Amend(r.ctx, id, expected, activityPatch(body))
	if err != nil {
		return err
	}
	return r.show(r.activityTag(a), activityOf(a))
}

func (d *Door) submitActivity(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	return d.stepActivity(r, func(id ident.Activity, expected int64) (commitment.Activity, error) {
		return d.offices.Activities.Submit(r.ctx, id, expected)
	})
}

func (d *Door) registerActivity(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	return d.stepActivity(r, func(id ident.Activity, expected int64) (commitment.Activity, error) {
		return d.offices.Activities.Register(r.ctx, id, expected)
	})
}

func (d *Door) refuseActivity(r *request) error {
	body, err := bind(r, func(b Ending) fault.Fields { return commitment.CheckReason(b.Reason) })
	if err != nil {
		return err
	}
	return d.stepActivity(r, func(id ident.Activity, expected int64) (commitment.Activity, error) {
		return d.offices.Activities.Refuse(r.ctx, id, expected, body.Reason)
	})
}

func (d *Door) withdrawActivity(r *request) error {
	body, err := bind(r, func(b Ending) fault.Fields { return commitment.CheckReason(b.Reason) })
	if err != nil {
		return err
	}
	return d.stepActivity(r, func(id ident.Activity, expected int64) (commitment.Activity, error) {
		return d.offices.Activities.Withdraw(r.ctx, id, expected, body.Reason)
	})
}

// stepActivity answers a step in an activity's life, of which the body was read.
func (d *Door) stepActivity(r *request, step func(id ident.Activity, expected int64) (commitment.Activity, error)) error {
	id, err := id[ident.Activity](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(anyVersion)
	if err != nil {
		return err
	}
	a, err := step(id, expected)
	if a, err = d.activityMade(r, a, err); err != nil {
		return err
	}
	return r.show(r.activityTag(a), activityOf(a))
}

func (d *Door) listActivities(r *request) error {
	q := commitment.ActivityListing{Member: ident.Member(r.query.number("member"))}
	return d.listOfActivities(r, q, func(q commitment.ActivityListing) ([]commitment.Activity, error) {
		return d.offices.Activities.List(r.ctx, q)
	})
}

func (d *Door) listMemberActivities(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	return d.listOfActivities(r, commitment.ActivityListing{}, func(q commitment.ActivityListing) ([]commitment.Activity, error) {
		return d.offices.Activities.ListOf(r.ctx, number, q)
	})
}

func (d *Door) listEvidence(r *request) error {
	id, err := id[ident.Commitment](r, "id")
	if err != nil {
		return err
	}
	return d.listOfActivities(r, commitment.ActivityListing{}, func(q commitment.ActivityListing) ([]commitment.Activity, error) {
		return d.offices.Activities.EvidenceOf(r.ctx, id, q)
	})
}

func (d *Door) listOfActivities(r *request, q commitment.ActivityListing, list func(commitment.ActivityListing) ([]commitment.Activity, error)) error {
	q.Point, q.Kind, q.State = plan.Point(r.query.number("point")), commitment.ActivityKind(r.query.text("kind")), commitment.ActivityState(r.query.text("state"))
	q.Country, q.From, q.Until, q.Limit = r.query.text("country"), r.query.date("from"), r.query.date("until"), r.limit()+1
	var err error
	if q.After, err = after[commitment.ActivityKey](r); err != nil {
		return err
	}
	activities, err := list(q)
	if err != nil {
		return err
	}
	activities, cursor, err := turn(r, activities, commitment.Activity.Key)
	if err != nil {
		return err
	}
	return r.list(ActivityList{Items: each(activities, activityOf), NextCursor: cursor})
}

// evidenceNamed reads which activity and commitment an address is about.
func evidenceNamed(r *request) (ident.Activity, ident.Commitment, error) {
	activity, err := id[ident.Activity](r, "id")
	if err != nil {
		return "", "", err
	}
	of, err := id[ident.Commitment](r, "commitment")
	return activity, of, err
}

func (d *Door) readActivityLink(r *request) error {
	activity, of, err := evidenceNamed(r)
	if err != nil {
		return err
	}
	link, err := d.offices.Activities.ReadLink(r.ctx, activity, of)
	if err != nil {
		return err
	}
	return r.show(r.tag(link.Version, "link"), activityLinkOf(link))
}

func (d *Door) linkActivity(r *request) error {
	if err := bindNothing(r); err != nil {
		return err
	}
	activity, of, err := evidenceNamed(r)
	if err != nil {
		return err
	}
	link, err := d.offices.Activities.Link(r.ctx, activity, of)
	if _, ok := replayed(err); ok { // the address says all that the answer does
		link, err = commitment.ActivityLink{Activity: activity, Commitment: of, Version: 1}, nil
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/activities/"+string(activity)+"/commitments/"+string(of), r.tag(link.Version, "link"), activityLinkOf(link))
}

func (d *Door) unlinkActivity(r *request) error {
	activity, of, err := evidenceNamed(r)
	if err != nil {
		return err
	}
	expected, err := r.expected(anyVersion)
	if err != nil {
		return err
	}
	if err := d.offices.Activities.Unlink(r.ctx, activity, of, expected); err != nil {
		return err
	}
	return r.nothing()
}

func activityLinkOf(l commitment.ActivityLink) ActivityLink {
	return ActivityLink{Activity: Id(l.Activity), Commitment: Id(l.Commitment), Version: l.Version}
}
