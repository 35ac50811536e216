package member

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
)

const drawCeremony = `select nextval('ceremony_id')`

const insertCeremony = `
insert into ceremony (id, version, name, place, from_on, until_on, forum, convenors, batch, initiation_units, source, synthetic)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

const updateCeremony = `
update ceremony set version = $2, name = $3, place = $4, from_on = $5, until_on = $6, forum = $7, convenors = $8, batch = $9,
    initiation_units = $10, source = $11, synthetic = $12
where id = $1`

// writeCeremony runs one of the two statements above, which take the same parameters.
func writeCeremony(ctx context.Context, tx *db.Tx, statement string, c Ceremony) error {
	forum, err := orNullJSON(c.Forum)
	if err != nil {
		return err
	}
	source, err := orNullJSON(c.Source)
	if err != nil {
		return err
	}
	convenors := c.Convenors
	if convenors == nil {
		convenors = db.Texts{}
	}
	if _, err := tx.Exec(ctx, statement, c.ID, c.Version, c.Name, c.Place, c.From, c.Until, forum, convenors, c.Batch,
		c.InitiationUnits, source, c.Synthetic); err != nil {
		return fmt.Errorf("write ceremony %s: %w", c.ID, err)
	}
	return nil
}

func orNullJSON[T any](value *T) (*string, error) {
	if value == nil {
		return nil, nil
	}
	text, err := toJSON(value)
	return &text, err
}

const lockCeremony = `
select id, version, change, name, place, from_on, until_on, forum, convenors, batch, initiation_units, source, synthetic
from ceremony where id = $1 for no key update`

const readCeremony = `
select id, version, change, name, place, from_on, until_on, forum, convenors, batch, initiation_units, source, synthetic
from ceremony where id = $1`

// ReadCeremony gives one ceremony.
//
// It refuses with NotFound when there is none of that number.
func (s *Service) ReadCeremony(ctx context.Context, id ident.Ceremony) (Ceremony, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Ceremony{}, err
	}
	var c Ceremony
	if err := s.db.Get(ctx, &c, readCeremony, id); err != nil {
		return Ceremony{}, fmt.Errorf("read ceremony %s: %w", id, err)
	}
	return c, nil
}

const originalCeremony = `
select id, version, change, name, place, from_on, until_on, forum, convenors, batch, initiation_units, source, synthetic from (
    select id, version, change, name, place, from_on, until_on, forum, convenors, batch, initiation_units, source, synthetic
    from ceremony where id = $1
    union all
    select id, version, change, name, place, from_on, until_on, forum, convenors, batch, initiation_units, source, synthetic
    from ceremony_history where id = $1
) c where change = $2`

// OriginalCeremony gives a ceremony as a change made it, for the answer to a
// repeated request.
//
// It refuses with Forbidden when the actor is not staff and NotFound when the
// change made no such ceremony.
func (s *Service) OriginalCeremony(ctx context.Context, id ident.Ceremony, change ident.Change) (Ceremony, error) {
	if _, err := access.Require(ctx, access.WriteCeremony); err != nil {
		return Ceremony{}, err
	}
	var c Ceremony
	if err := s.db.Get(ctx, &c, originalCeremony, id, change); err != nil {
		return Ceremony{}, fmt.Errorf("read ceremony %s as change %d made it: %w", id, change, err)
	}
	return c, nil
}

const listCeremonies = `
select id, version, change, name, place, from_on, until_on, forum, convenors, batch, initiation_units, source, synthetic
from ceremony where id > $1 order by id limit $2`

// Ceremonies lists the ceremonies by number, from behind after.
func (s *Service) Ceremonies(ctx context.Context, after ident.Ceremony, limit int) ([]Ceremony, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return nil, err
	}
	var ceremonies []Ceremony
	if err := s.db.Select(ctx, &ceremonies, listCeremonies, after, limit); err != nil {
		return nil, fmt.Errorf("list the ceremonies: %w", err)
	}
	return ceremonies, nil
}
