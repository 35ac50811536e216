package request

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// knowing gives the actor of the context if it may do the operation. To whoever
// is signed in and may not there are no requests.
func knowing(ctx context.Context, op access.Operation) (access.Actor, error) {
	actor, err := access.Require(ctx, op)
	if fault.Is(err, fault.Forbidden) {
		err = fault.New(fault.NotFound, "not_found")
	}
	return actor, err
}

const (
	requestColumns = `r.id, r.member, r.version, r.state, r.proposer, r.proposer_role, coalesce(u.name, '') as proposer_name, r.reason, r.evidence, r.proposed_at`

	// $2 and $3 are the actor's scope.
	readRequest = `
select ` + requestColumns + ` from change_request r left join app_user u on u.id = r.proposer
where r.id = $1 and ($2 or r.member = $3)`

	readItems = `
select i.id, i.ordinal, i.kind, i.subject, coalesce(i.figure::text, '') as figure, i.old, i.new, i.state, coalesce(i.decided_by::text, '') as decided_by,
    i.decided_at, coalesce(i.reason, '') as reason, s.name as signatory_name, s.title as signatory_title
from change_request_item i left join change_request_signatory s on s.item = i.id
where i.request = $1 order by i.ordinal`

	readSteps = `
select s.step, s.actor, s.role, coalesce(u.name, '') as name, s.at, coalesce(s.reason, '') as reason, s.moved
from change_request_step s left join app_user u on u.id = s.actor
where s.request = $1 order by s.ordinal`
)

// whole reads a request, each open item beside what stands in its place.
func whole(ctx context.Context, tx *db.Tx, id ident.Request, scope access.Scope) (Request, error) {
	var r Request
	if err := tx.Get(ctx, &r, readRequest, id, scope.All, scope.Member); err != nil {
		return Request{}, fmt.Errorf("read the request: %w", err)
	}
	r.ProposedAt = r.ProposedAt.UTC()
	if err := tx.Select(ctx, &r.Items, readItems, id); err != nil {
		return Request{}, fmt.Errorf("read its items: %w", err)
	}
	if err := tx.Select(ctx, &r.Steps, readSteps, id); err != nil {
		return Request{}, fmt.Errorf("read its steps: %w", err)
	}
	for i := range r.Steps {
		r.Steps[i].At = r.Steps[i].At.UTC()
	}
	if len(r.open()) == 0 {
		return r, nil
	}
	now, err := stand(ctx, tx, r.Member, scope)
	if err != nil {
		return Request{}, err
	}
	for i := range r.Items {
		if r.Items[i], err = now.compared(r.Items[i]); err != nil {
			return Request{}, err
		}
	}
	return r, nil
}

// lock gives a request, locked by its member's row, a merged one too: what is
// proposed of that can still be taken off the table. Whoever writes a request
// holds the lock, and so does whoever writes what it is compared with.
func lock(ctx context.Context, tx *db.Tx, id ident.Request, scope access.Scope) (Request, error) {
	var r Request
	if err := tx.Get(ctx, &r, readRequest, id, scope.All, scope.Member); err != nil {
		return Request{}, fmt.Errorf("find the request: %w", err)
	}
	if _, err := member.Lock(ctx, tx, r.Member, scope); err != nil && !fault.Is(err, fault.Conflict) {
		return Request{}, err
	}
	return whole(ctx, tx, id, scope)
}

// Read gives one request: what it would change, what stood there, and what
// stands there now.
//
// It refuses with NotFound when there is none or the actor may not know of it.
func (s *Service) Read(ctx context.Context, id ident.Request) (Request, error) {
	actor, err := knowing(ctx, access.ReadRequest)
	if err != nil {
		return Request{}, err
	}
	var r Request
	err = s.db.Snapshot(ctx, func(tx *db.Tx) error {
		r, err = whole(ctx, tx, id, actor.Scope())
		return err
	})
	if err != nil {
		return Request{}, fmt.Errorf("read change request %s: %w", id, err)
	}
	return r, nil
}
