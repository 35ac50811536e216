package account

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/directory"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// arrival is what became of a person whom the directory vouches for.
type arrival struct {
	user    User
	refused string   // why the person is not let in, for the log; what was done to the account holds all the same
	code    string   // that it is told by; empty for directory_not_allowed
	events  []string // that are told once it is done
}

const (
	readIdentity = `select user_id from directory_identity where issuer = $1 and subject = $2`
	readLinked   = `select exists (select from directory_identity where user_id = $1 and issuer = $2)`
	readAddress  = `select id from app_user where email_key = $1`
	seeIdentity  = `
insert into directory_identity (issuer, subject, user_id, created_at, seen_at) values ($1, $2, $3, $4, $4)
on conflict (issuer, subject) do update set seen_at = excluded.seen_at, barred_at = null`
	barIdentity = `update directory_identity set barred_at = coalesce(barred_at, $3) where issuer = $1 and subject = $2`
	readBarred  = `select exists (select from directory_identity where user_id = $1 and issuer = $2 and barred_at is not null)`
)

// barred tells whether the directory lets the account's person in no more. That
// is of the directory that is asked today alone: one that is given up bars nobody.
func (s *Service) barred(ctx context.Context, tx *db.Tx, user ident.User) (bool, error) {
	if s.config.Directory == nil {
		return false, nil
	}
	var barred bool
	if err := tx.Get(ctx, &barred, readBarred, user, s.config.Directory.Issuer()); err != nil {
		return false, fmt.Errorf("ask whether the directory bars %s: %w", user, err)
	}
	return barred, nil
}

// enterByDirectory lets the person in.
func (s *Service) enterByDirectory(ctx context.Context, tx *db.Tx, p directory.Person, from client) (arrival, Tokens, error) {
	a, err := s.receive(ctx, tx, p)
	if err != nil || a.refused != "" {
		return a, Tokens{}, err
	}
	from.proved = s.provedAt(p, tx.Now)
	tokens, err := s.admit(ctx, tx, a.user.ID, attempt{}, from, Directory)
	a.events = append(a.events, "signed_in_by_directory")
	return a, tokens, err
}

// provedAt is when the person proved who they are. Where the directory does not
// say, it may have been long ago, and the session is not fresh.
func (s *Service) provedAt(p directory.Person, now time.Time) time.Time {
	switch {
	case p.Proved.IsZero():
		return now.Add(-s.config.FreshLife)
	case p.Proved.After(now):
		return now
	}
	return p.Proved
}

// tell notes what was done, and gives the refusal if it was one.
func (s *Service) tell(ctx context.Context, a arrival) error {
	for _, event := range a.events {
		s.note(ctx, event, a.user.ID, a.user.ID, "role", a.user.Role)
	}
	switch {
	case a.refused == "":
		return nil
	case a.code == "":
		a.code = "directory_not_allowed"
	}
	return s.refused(ctx, a.user.ID, a.code, a.refused)
}

// receive finds or makes the person's account, and has it as the directory says.
func (s *Service) receive(ctx context.Context, tx *db.Tx, p directory.Person) (arrival, error) {
	var id ident.User
	err := tx.Get(ctx, &id, readIdentity, p.Issuer, p.Subject)
	if fault.Is(err, fault.NotFound) {
		return s.receiveNew(ctx, tx, p)
	}
	if err != nil {
		return arrival{}, fmt.Errorf("find the directory's person: %w", err)
	}
	a, administrators, err := hold(ctx, tx, id)
	if err != nil || a.refused != "" {
		return a, err
	}
	last := a.user.administers() && administrators == 1 && p.Role != string(access.RoleAdmin)
	switch {
	case p.Refused != "":
		a.refused = p.Refused
	case last:
		a.refused = "last_administrator"
	}
	if a.refused != "" {
		if _, err := tx.Exec(ctx, barIdentity, p.Issuer, p.Subject, tx.Now); err != nil {
			return arrival{}, fmt.Errorf("bar the directory's person: %w", err)
		}
		if err := voidLinks(ctx, tx, id); err != nil {
			return arrival{}, err
		}
		return a, endAll(ctx, tx, id, noSession, "directory_refused")
	}
	if err := a.follow(ctx, tx, p); err != nil {
		return arrival{}, err
	}
	return a, see(ctx, tx, p, id)
}

func see(ctx context.Context, tx *db.Tx, p directory.Person, user ident.User) error {
	if _, err := tx.Exec(ctx, seeIdentity, p.Issuer, p.Subject, user, tx.Now); err != nil {
		return fmt.Errorf("keep the directory's person: %w", err)
	}
	return nil
}

// hold locks the account, with all administrators, whose number it gives. One
// that is disabled stays so, and one of a member is none of the directory's.
func hold(ctx context.Context, tx *db.Tx, id ident.User) (arrival, int, error) {
	var locked []User
	if err := tx.Select(ctx, &locked, lockUser, id); err != nil {
		return arrival{}, 0, fmt.Errorf("lock the account: %w", err)
	}
	var a arrival
	administrators := 0
	for _, u := range locked {
		if u.ID == id {
			a.user = u
		}
		if u.administers() {
			administrators++
		}
	}
	switch {
	case a.user.Role == access.RoleMember:
		a.refused = "account_of_a_member"
	case a.user.Disabled, a.user.ID == "":
		a.refused = "account_disabled"
	}
	return a, administrators, nil
}

// receiveNew takes in a person whom the directory has not sent before.
func (s *Service) receiveNew(ctx context.Context, tx *db.Tx, p directory.Person) (arrival, error) {
	if p.Refused != "" {
		return arrival{refused: p.Refused}, nil
	}
	var faults fault.Fields
	email := checkEmail(&faults, p.Email)
	if len(faults) > 0 {
		return arrival{refused: "email_invalid"}, nil
	}
	var id ident.User
	err := tx.Get(ctx, &id, readAddress, emailKey(email))
	if fault.Is(err, fault.NotFound) {
		u := User{ID: ident.New[ident.User](), Version: 1, Email: email, Name: nameOf(p), Role: access.Role(p.Role), CreatedAt: tx.Now}
		if err := u.insert(ctx, tx, ""); err != nil {
			return arrival{}, err
		}
		return arrival{user: u, events: []string{"account_added_by_directory"}}, see(ctx, tx, p, u.ID)
	}
	if err != nil {
		return arrival{}, fmt.Errorf("find the person's address: %w", err)
	}
	a, administrators, err := hold(ctx, tx, id)
	if err != nil || a.refused != "" {
		return a, err
	}
	var linked bool
	if err := tx.Get(ctx, &linked, readLinked, id, p.Issuer); err != nil {
		return arrival{}, fmt.Errorf("ask whose account it is: %w", err)
	}
	switch {
	case linked: // an address that was given to somebody else takes no account along
		a.refused = "account_of_another_person"
	case !strings.EqualFold(email, a.user.Email): // alike to our eyes only, and another box to mail systems
		a.refused = "address_only_alike"
	case a.user.administers() && administrators == 1 && p.Role != string(access.RoleAdmin):
		a.refused = "last_administrator"
	}
	if a.refused != "" {
		return a, nil
	}
	a.events = append(a.events, "account_linked_to_directory")
	if err := a.follow(ctx, tx, p); err != nil {
		return arrival{}, err
	}
	return a, see(ctx, tx, p, id)
}

// nameOf is the person's name, none where ours could not be so.
func nameOf(p directory.Person) string {
	var faults fault.Fields
	if name := checkName(&faults, p.Name); len(faults) == 0 && utf8.ValidString(name) {
		return name
	}
	return ""
}

// rank orders the roles that a directory gives, the strongest first.
func rank(role access.Role) int {
	return slices.Index([]access.Role{access.RoleAdmin, access.RoleStaff, access.RoleAnalyst}, role)
}

// follow gives the account the role and the address that the person has at the
// directory. Who becomes less is signed out elsewhere. An address that has an
// account already stays what it is.
func (a *arrival) follow(ctx context.Context, tx *db.Tx, p directory.Person) error {
	before := a.user
	a.user.Role = access.Role(p.Role)
	var faults fault.Fields
	if email := checkEmail(&faults, p.Email); len(faults) == 0 && email != before.Email {
		var other ident.User
		err := tx.Get(ctx, &other, readAddress, emailKey(email))
		switch {
		case fault.Is(err, fault.NotFound), err == nil && other == before.ID:
			a.user.Email = email
			a.events = append(a.events, "email_changed_by_directory")
		case err != nil:
			return fmt.Errorf("find the person's address: %w", err)
		default:
			a.events = append(a.events, "email_taken_at_directory")
		}
	}
	if a.user.Role != before.Role {
		a.events = append(a.events, "role_changed_by_directory")
	}
	if a.user == before {
		return nil
	}
	a.user.Version++
	if err := a.user.update(ctx, tx, false); err != nil {
		return err
	}
	if a.user.Email != before.Email { // the links went to the old address
		if err := voidLinks(ctx, tx, a.user.ID); err != nil {
			return err
		}
	}
	switch {
	case rank(a.user.Role) > rank(before.Role):
		return endAll(ctx, tx, a.user.ID, noSession, "demoted_by_directory")
	case a.user.Role != before.Role: // a script was trusted with less
		if _, err := tx.Exec(ctx, revokeAll, a.user.ID, tx.Now); err != nil {
			return fmt.Errorf("revoke the tokens of %s: %w", a.user.ID, err)
		}
	}
	return nil
}
