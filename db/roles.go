package db

import (
	"context"
	"fmt"
	"strings"

	"accord/pkg/fault"
)

// RolesSQL gives the statements, one a line, that make the roles of the wall
// and let the logins use them: for an administrator of the server, where the
// login that migrates may not make roles. They can be run again. A role belongs
// to the server, not to a database: registers on one server share them, and
// each grants them its own tables.
func RolesSQL(logins ...string) string {
	var text strings.Builder
	for _, class := range Classes() {
		fmt.Fprintf(&text, "do $$ begin create role %s nologin; exception when duplicate_object or unique_violation then null; end $$;\n", class.Role())
	}
	for _, login := range logins {
		fmt.Fprintf(&text, "grant %s to \"%s\";\n", strings.Join(roles(), ", "), strings.ReplaceAll(login, `"`, `""`))
	}
	return text.String()
}

func roles() []string {
	var names []string
	for _, class := range Classes() {
		names = append(names, class.Role())
	}
	return names
}

const (
	readLogin = `select current_user::text`
	lackRoles = `
select count(*) from unnest($1::text[]) as wanted (name)
left join pg_roles r on r.rolname = wanted.name
where r.oid is null or not pg_has_role(current_user, r.oid, 'MEMBER')`
)

// ensureRoles makes the roles of the wall if they are missing, and lets the
// owner use them. Databases of one server may be migrated at the same time:
// whoever comes second finds them made, or tries again.
//
// It refuses with Conflict, and the statements that an administrator can run,
// where the owner may not make roles.
func ensureRoles(ctx context.Context, owner *pool) error {
	var failed error
	for range maxTries {
		var lacking int
		if err := owner.GetContext(ctx, &lacking, lackRoles, Texts(roles())); err != nil {
			return fmt.Errorf("look for the wall's roles: %w", translate(ctx, err))
		}
		if lacking == 0 {
			return nil
		}
		var login string
		if err := owner.GetContext(ctx, &login, readLogin); err != nil {
			return fmt.Errorf("ask for the login: %w", translate(ctx, err))
		}
		statements := RolesSQL(login)
		if _, err := owner.ExecContext(ctx, statements); err != nil {
			failed = &fault.Error{Kind: fault.Conflict, Code: "wall_roles_missing", Args: fault.Args{"login": login, "sql": statements}, Err: err}
		}
	}
	return failed
}
