package member

import (
	"context"
	"fmt"
	"strings"

	"accord/pkg/access"
	"accord/pkg/ident"
)

const readSignature = `
select g.id, g.member, g.ceremony, g.version, g.change, g.capacity, g.signed_on, p.name, p.title
from signature g join member m on m.number = g.member left join signatory p on p.signature = g.id
where g.id = $1 and (m.published or $2 or m.number = $3)`

// ReadSignature gives one signature.
//
// It refuses with NotFound when there is none or the actor may not know of its member.
func (s *Service) ReadSignature(ctx context.Context, id ident.Signature) (Signature, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return Signature{}, err
	}
	var g Signature
	if err := s.db.Get(ctx, &g, readSignature, id, actor.Scope().All, actor.Scope().Member); err != nil {
		return Signature{}, fmt.Errorf("read signature %s: %w", id, err)
	}
	return g, nil
}

const listSignatures = `
select (
    select json_agg(s order by s.id) from (
        select g.id, g.member, g.ceremony, g.version, g.change, g.capacity, g.signed_on, p.name, p.title
        from signature g left join signatory p on p.signature = g.id
        where g.member = m.number and g.id > $4::uuid order by g.id limit $5
    ) s
) from member m where number = $1 and (published or $2 or number = $3)`

// Signatures lists a member's signatures in the order of their ids, from behind after.
//
// It refuses with NotFound when the actor may not know of the member.
func (s *Service) Signatures(ctx context.Context, number ident.Member, after ident.Signature, limit int) ([]Signature, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	return listOf[Signature](ctx, s.db, actor, number, listSignatures, orFirst(after), limit)
}

// orFirst gives the id that stands before all others when there is none.
func orFirst[T ~string](after T) T {
	if after == "" {
		return T(strings.Repeat("0", 8) + "-0000-0000-0000-" + strings.Repeat("0", 12))
	}
	return after
}

const listCeremonySignatures = `
select (
    select json_agg(s order by s.id) from (
        select g.id, g.member, g.ceremony, g.version, g.change, g.capacity, g.signed_on, p.name, p.title
        from signature g join member m on m.number = g.member left join signatory p on p.signature = g.id
        where g.ceremony = c.id and g.id > $4::uuid and (m.published or $2 or m.number = $3) order by g.id limit $5
    ) s
) from ceremony c where id = $1`

// CeremonySignatures lists the signatures at a ceremony that the actor may see.
//
// It refuses with NotFound when there is no such ceremony.
func (s *Service) CeremonySignatures(ctx context.Context, id ident.Ceremony, after ident.Signature, limit int) ([]Signature, error) {
	actor, err := access.Require(ctx, access.ReadPublic)
	if err != nil {
		return nil, err
	}
	var rows Rows[Signature]
	if err := s.db.Get(ctx, &rows, listCeremonySignatures, id, actor.Scope().All, actor.Scope().Member, orFirst(after), limit); err != nil {
		return nil, fmt.Errorf("list the signatures of ceremony %s: %w", id, err)
	}
	return rows, nil
}
