package member

import (
	"context"
	"fmt"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// Locked is what the holder of a member's lock knows of it.
type Locked struct {
	Number    ident.Member `db:"number"`
	Status    Status       `db:"status"`
	Published bool         `db:"published"`
	Synthetic bool         `db:"synthetic"`
}

const lockMember = `
select number, status, published, synthetic from member
where number = $1 and (published or $2 or number = $3)
for no key update`

// Lock locks the member's row until the transaction ends, so that the writers
// of one member's things take turns. It protects the member's derived columns
// and the order of its rows' versions against concurrent writers.
//
// It refuses with NotFound when the actor may not know of the member, Forbidden
// when it may but writes for another one, and Conflict when the member was
// merged into another: what is new belongs there.
func Lock(ctx context.Context, tx *db.Tx, number ident.Member, scope access.Scope) (Locked, error) {
	var m Locked
	if err := tx.Get(ctx, &m, lockMember, number, scope.All, scope.Member); err != nil {
		return Locked{}, fmt.Errorf("lock member %s: %w", number, err)
	}
	if !scope.Sees(number) {
		return Locked{}, fault.New(fault.Forbidden, "not_your_member")
	}
	if m.Status == Merged {
		return Locked{}, fault.New(fault.Conflict, "member_merged")
	}
	return m, nil
}

// The database's own function: a member's people touch other members too, such
// as those that they make a commitment with, and may write nothing else of them.
const touchMember = `select touch_member($1, $2)`

// Touch notes that what readers are shown of the member changed: staff and
// the member itself always, everybody when public. It goes with [Lock].
func Touch(ctx context.Context, tx *db.Tx, number ident.Member, public bool) error {
	step := 0
	if public {
		step = 1
	}
	if _, err := tx.Exec(ctx, touchMember, number, step); err != nil {
		return fmt.Errorf("touch member %s: %w", number, err)
	}
	return nil
}
