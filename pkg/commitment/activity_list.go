package commitment

import (
	"context"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// ActivityListing says which activities to list. The zero value lists all that
// the actor may see.
type ActivityListing struct {
	Member     ident.Member // among the organisers
	Point      plan.Point
	Kind       ActivityKind
	State      ActivityState
	Country    string           // in which it was held
	Commitment ident.Commitment // of which it is evidence
	From       plan.Date        // that went on on this day or later
	Until      plan.Date        // that had begun on this day or earlier
	After      *ActivityKey     // of the last activity of the page before
	Limit      int
}

// ActivityKey is where an activity stands in a list.
type ActivityKey struct {
	From plan.Date      `json:"from"`
	ID   ident.Activity `json:"id"`
}

// Key gives where the activity stands in a list.
func (a Activity) Key() ActivityKey { return ActivityKey{From: a.From, ID: a.ID} }

// List gives the activities that the query asks for and the actor may see, the
// one that began last first, in one round trip. The order is total and stable
// while others write.
//
// It refuses with Malformed a country that is none: an empty list would say that
// nothing was held there.
func (s *Activities) List(ctx context.Context, q ActivityListing) ([]Activity, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	if _, ok := ident.ParseCountry(q.Country); q.Country != "" && !ok {
		return nil, &fault.Error{Kind: fault.Malformed, Code: "parameters", Fields: fault.Fields{{Pointer: "country", Code: "unknown_country"}}}
	}
	query, args := composeActivities(q, actor.Scope())
	if query == "" {
		return nil, nil
	}
	var rows []activityRow
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return nil, fmt.Errorf("list activities: %w", err)
	}
	list := make([]Activity, len(rows))
	for i, row := range rows {
		list[i] = row.activity()
	}
	return list, nil
}

// ListOf is List for the activities that one member organised.
//
// It refuses as List does, and with NotFound when the actor may not know of the
// member.
func (s *Activities) ListOf(ctx context.Context, number ident.Member, q ActivityListing) ([]Activity, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	q.Member = number
	list, err := s.List(ctx, q)
	if err != nil || len(list) > 0 {
		return list, err
	}
	// Nothing to show: is it that there is nothing, or nobody?
	var known ident.Member
	if err := s.db.Get(ctx, &known, knowsMember, number, actor.Scope().All, actor.Scope().Member); err != nil {
		return nil, fmt.Errorf("list the activities of member %s: %w", number, err)
	}
	return nil, nil
}

// EvidenceOf is List for the activities that are evidence of one commitment.
//
// It refuses as List does, and with NotFound when the actor may not know of the
// commitment.
func (s *Activities) EvidenceOf(ctx context.Context, id ident.Commitment, q ActivityListing) ([]Activity, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	q.Commitment = id
	activities, err := s.List(ctx, q)
	if err != nil || len(activities) > 0 {
		return activities, err
	}
	// Nothing to show: is it that there is nothing, or no commitment?
	var c Commitment
	if err := s.db.Get(ctx, &c, readCommitment, id, actor.Scope().All, actor.Scope().Member); err != nil {
		return nil, fmt.Errorf("list the evidence of commitment %s: %w", id, err)
	}
	return nil, nil
}

// lastDay is until when an activity went on, written as its index has it.
const lastDay = "coalesce(a.until_on, case when a.kind = 'project' then 'infinity'::date else a.from_on end)"

// composeActivities makes the statement of a list, "" where the actor can see
// nothing of what is asked for. Each table is read in the order of the list and
// no further than the page goes.
func composeActivities(q ActivityListing, scope access.Scope) (string, []any) {
	f := &db.Filter{}
	// These are $1 to $4, as the columns have them, and $2 and $3 as whoSees has them.
	limit, all, own, _ := f.Arg(q.Limit), f.Arg(scope.All), f.Arg(scope.Member), f.Arg(false)
	var parts []string
	part := func(head, table string) {
		parts = append(parts, fmt.Sprintf(`(
    select %s, %s, %s
    from %s a
    where %s
    order by a.from_on desc, a.id desc limit %s
)`, head, organisersShown, activityFields, table, f.Take(), limit))
	}
	if q.State != ActivityDrafted {
		filterActivities(f, q, all, own)
		f.And("(a.is_open or " + all + " or a.member = " + own + " or a.state in ('registered', 'withdrawn') and " + own + " = any (a.organisers))")
		if q.State != "" {
			f.And("a.state = ?", q.State)
		}
		if q.Commitment != "" {
			f.And("a.id in (select l.activity from activity_commitment l join commitment_seen c on c.id = l.commitment where c.id = ?::uuid and "+whoSees+")", q.Commitment)
		}
		part(activityHead, "activity_seen")
	}
	if (q.State == "" || q.State == ActivityDrafted) && (scope.All || scope.Member != 0) && q.Commitment == "" {
		filterActivities(f, q, all, own)
		f.And("(" + all + " or a.member = " + own + ")")
		part(activityDraftHead, "activity_draft")
	}
	if len(parts) == 0 {
		return "", nil
	}
	return fmt.Sprintf(`
select * from (%s) page order by from_on desc, id desc limit %s`, strings.Join(parts, " union all "), limit), f.Args()
}

func filterActivities(f *db.Filter, q ActivityListing, all, own string) {
	if q.Member != 0 {
		// That a member organised something is for those who may know of the member.
		// Its activities are found by a function: under the policies of activity the
		// index over organisers would not be read.
		f.And("a.id = any (array(select activities_of(?))) and exists (select from member m where m.number = ? and (m.published or "+
			all+" or m.number = "+own+"))", int64(q.Member), int64(q.Member))
	}
	if q.Point != 0 {
		f.And("a.point = ?", q.Point)
	}
	if q.Kind != "" {
		f.And("a.kind = ?", q.Kind)
	}
	if q.Country != "" {
		f.And("a.country = ?", q.Country)
	}
	if q.From != "" {
		f.And(lastDay+" >= ?::date", q.From)
	}
	if q.Until != "" {
		f.And("a.from_on <= ?::date", q.Until)
	}
	if q.After != nil {
		f.And("(a.from_on, a.id) < (?::date, ?::uuid)", q.After.From, q.After.ID)
	}
}
