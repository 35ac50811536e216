package db

import (
	"context"
	"fmt"
)

// Wall is how the second wall of a database stands.
type Wall struct {
	Login  string // who the server signs in as
	Strong bool   // the login itself can do nothing: it owns no table and is bound by policies
	Gaps   Texts  // tables whose policies are not in force
}

// Mend gives the statements that put the policies in force again, one a line.
func (w Wall) Mend() string {
	text := ""
	for _, table := range w.Gaps {
		text += fmt.Sprintf("alter table %s enable row level security;\n", table)
	}
	return text
}

// Row-level security that somebody has switched off leaves the policies behind;
// tables whose rows are not everybody's must have some at all.
const findGaps = `
select current_user::text as login,
    not exists (select from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and pg_has_role(current_user, c.relowner, 'USAGE'))
        and not (select r.rolsuper or r.rolbypassrls from pg_roles r where r.rolname = current_user) as strong,
    array(
        select c.relname::text from pg_class c
        where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relrowsecurity
            and (exists (select from pg_policy p where p.polrelid = c.oid)
                or c.relname in ('contact', 'figure', 'sealed', 'commitment_draft', 'report_draft', 'evidence_draft', 'activity_draft'))
        order by 1
    ) as gaps`

// Wall looks at the second wall: whether the server can work under each of its
// roles, and whether the policies are in force.
//
// It refuses with Unavailable, naming the role, when the login may not work
// under one or something between takes it off.
func (d *DB) Wall(ctx context.Context) (Wall, error) {
	for _, class := range Classes() {
		if err := d.As(class).Ping(ctx); err != nil {
			return Wall{}, fmt.Errorf("work as %s: %w", class.Role(), err)
		}
	}
	var wall Wall
	if err := d.As(Login).Get(ctx, &wall, findGaps); err != nil {
		return Wall{}, fmt.Errorf("look at the wall: %w", err)
	}
	return wall, nil
}
