//go:build unix

package main

import (
	"context"
	"errors"
	"strings"

	"accord/db"
	"accord/pkg/fault"
	"accord/pkg/phrase"
)

// walled refuses a database whose second wall does not stand.
func (d *database) walled(ctx context.Context) error {
	wall, err := d.Wall(ctx)
	if err != nil {
		return wallTrouble(err)
	}
	return gaps(wall)
}

// gaps tells of tables whose policies somebody has switched off.
func gaps(wall db.Wall) error {
	if len(wall.Gaps) == 0 {
		return nil
	}
	return &trouble{code: exitDatabase, what: "the policies of these tables are not in force: " + strings.Join(wall.Gaps, ", "), mend: "as their owner, run:\n" + wall.Mend()}
}

// wallTrouble says what to do about roles that the register cannot work under.
func wallTrouble(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	t := &trouble{code: exitDatabase, what: phrase.Text(phrase.English, f.Code, f.Args), err: f.Err}
	switch f.Code {
	case "wall_roles_missing":
		t.mend = "let an administrator of the server run this, and then run the same again:\n" + f.Args["sql"]
	case "wall_role_missing":
		t.mend = "let an administrator of the server run this, with the user of DATABASE_URL in place of LOGIN:\n" + db.RolesSQL("LOGIN")
	case "wall_role_refused", "wall_role_lost":
		t.mend = "let DATABASE_URL name PostgreSQL itself and no pooler: accord keeps a few connections of each role by itself"
	default:
		return err
	}
	return t
}

// examineWall looks at the second wall, and tells whether it keeps the register
// from working.
func (d *database) examineWall(ctx context.Context, e *examination) bool {
	wall, err := d.Wall(ctx)
	if e.failed("wall", wallTrouble(err), "see the cause") {
		return true
	}
	if e.failed("wall", gaps(wall), "see the cause") {
		return false
	}
	if !wall.Strong {
		e.sound("wall", "the policies are in force. Warning: the login %s owns the tables or is above policies; a login of the server's own, with the owner in ACCORD_MIGRATE_URL, keeps the wall standing whatever a server is brought to do", wall.Login)
		return false
	}
	e.sound("wall", "the policies are in force, and the login %s is bound by them", wall.Login)
	return false
}
