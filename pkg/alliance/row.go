package alliance

import (
	"context"
	"encoding/json"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/ident"
	"accord/pkg/member"
)

const drawAlliance = `select nextval('alliance_id')`

const insertAlliance = `
insert into alliance (id, version, name, folded, description, point, founded_on, source, synthetic)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

const updateAlliance = `
update alliance set version = $2, name = $3, folded = $4, description = $5, point = $6, founded_on = $7, source = $8, synthetic = $9
where id = $1`

// write runs one of the two statements above, which take the same parameters.
func write(ctx context.Context, tx *db.Tx, statement string, a Alliance) error {
	var source *string
	if a.Source != nil {
		bytes, err := json.Marshal(a.Source)
		if err != nil {
			return fmt.Errorf("encode the source: %w", err)
		}
		text := string(bytes)
		source = &text
	}
	if _, err := tx.Exec(ctx, statement, a.ID, a.Version, a.Name, member.Fold(a.Name), a.Description, a.Point, a.FoundedOn, source, a.Synthetic); err != nil {
		return fmt.Errorf("write alliance %s: %w", a.ID, err)
	}
	return nil
}

const columns = `id, version, change, name, description, point, founded_on, source, synthetic`

const readAlliance = `select ` + columns + ` from alliance where id = $1`

// Read gives one alliance.
//
// It refuses with NotFound when there is none of that number.
func (s *Service) Read(ctx context.Context, id ident.Alliance) (Alliance, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return Alliance{}, err
	}
	var a Alliance
	if err := s.db.Get(ctx, &a, readAlliance, id); err != nil {
		return Alliance{}, fmt.Errorf("read alliance %s: %w", id, err)
	}
	return a, nil
}

const originalAlliance = `
select ` + columns + ` from (
    select ` + columns + ` from alliance where id = $1
    union all
    select ` + columns + ` from alliance_history where id = $1
) a where change = $2`

// Original gives an alliance as a change made it, for the answer to a repeated
// request.
//
// It refuses with Forbidden when the actor is not staff and NotFound when the
// change made no such alliance.
func (s *Service) Original(ctx context.Context, id ident.Alliance, change ident.Change) (Alliance, error) {
	if _, err := access.Require(ctx, access.WriteAlliance); err != nil {
		return Alliance{}, err
	}
	var a Alliance
	if err := s.db.Get(ctx, &a, originalAlliance, id, change); err != nil {
		return Alliance{}, fmt.Errorf("read alliance %s as change %d made it: %w", id, change, err)
	}
	return a, nil
}

const listAlliances = `select ` + columns + ` from alliance where id > $1 order by id limit $2`

// List gives the alliances by number, from behind after.
func (s *Service) List(ctx context.Context, after ident.Alliance, limit int) ([]Alliance, error) {
	if _, err := access.Require(ctx, access.ReadPublic); err != nil {
		return nil, err
	}
	var alliances []Alliance
	if err := s.db.Select(ctx, &alliances, listAlliances, after, limit); err != nil {
		return nil, fmt.Errorf("list the alliances: %w", err)
	}
	return alliances, nil
}
