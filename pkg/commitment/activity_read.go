package commitment

import (
	"context"
	"fmt"

	"accord/pkg/access"
	"accord/pkg/ident"
)

// The rule of who sees an activity, with $2 and $3 as the actor's scope.
const readActivity = `
select ` + activityHead + `, ` + organisersShown + `, ` + activityFields + `
from activity_seen a
where a.id = $1 and (a.is_open or $2 or a.member = $3 or a.state in ('registered', 'withdrawn') and $3 = any (a.organisers))
union all
select ` + activityDraftHead + `, ` + organisersShown + `, ` + activityFields + `
from activity_draft a where a.id = $1 and ($2 or a.member = $3)`

// Read gives one activity, with the organisers that the actor may know of.
//
// It refuses with NotFound when there is none or the actor may not know of it.
func (s *Activities) Read(ctx context.Context, id ident.Activity) (Activity, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Activity{}, err
	}
	var row activityRow
	if err := s.db.Get(ctx, &row, readActivity, id, actor.Scope().All, actor.Scope().Member, false); err != nil {
		return Activity{}, fmt.Errorf("read activity %s: %w", id, err)
	}
	return row.activity(), nil
}

const originalActivity = `
select ` + activityHead + `, ` + organisersShown + `, ` + activityFields + `
from (
    select ` + activityColumns + `, shown, change, state, reason from activity where id = $1
    union all
    select ` + activityColumns + `, shown, change, state, reason from activity_history where id = $1
) a where a.change = $5 and ($2 or a.member = $3)`

// Original gives an activity as a change made it, for the answer to a repeated
// request; a winner's name only while it is not erased. Drafts have no
// history: for change 0 it is given as it is now.
//
// It refuses with Forbidden when the role may not draft activities and NotFound
// when the change made no such activity that the actor may know of.
func (s *Activities) Original(ctx context.Context, id ident.Activity, change ident.Change) (Activity, error) {
	actor, err := access.Require(ctx, access.DraftActivity)
	if err != nil {
		return Activity{}, err
	}
	if change == 0 {
		return s.Read(ctx, id)
	}
	var row activityRow
	if err := s.db.Get(ctx, &row, originalActivity, id, actor.Scope().All, actor.Scope().Member, false, change); err != nil {
		return Activity{}, fmt.Errorf("read activity %s as change %d made it: %w", id, change, err)
	}
	return row.activity(), nil
}
