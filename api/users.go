package api

import (
	"github.com/oapi-codegen/nullable"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

func (d *Door) listUsers(r *request) error {
	place, err := after[ident.User](r)
	if err != nil {
		return err
	}
	page, err := d.offices.Accounts.Users(r.ctx, account.UserQuery{
		Role: access.Role(r.query.text("role")), Member: ident.Member(r.query.number("member")),
		After: stated(place), Limit: r.limit(),
	})
	if err != nil {
		return err
	}
	body := UserList{Items: each(page.Users, userOf)}
	if page.Next != "" {
		if body.NextCursor, err = r.seal(page.Next); err != nil {
			return err
		}
		r.linkNext("cursor", body.NextCursor)
	}
	return r.list(body)
}

func (d *Door) addUser(r *request) error {
	body, err := bind(r, func(b NewUser) fault.Fields { return d.offices.Accounts.CheckUser(userDraft(b)) })
	if err != nil {
		return err
	}
	u, err := d.offices.Accounts.AddUser(r.ctx, userDraft(body))
	if again, ok := replayed(err); ok {
		// Accounts have no history: the answer is the account as it stands.
		u, err = d.offices.Accounts.User(r.ctx, ident.User(again.Subject))
	}
	if err != nil {
		return err
	}
	return r.created("/api/v1/users/"+string(u.ID), r.userTag(u), userOf(u))
}

func (d *Door) readUser(r *request) error {
	id, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	u, err := d.offices.Accounts.User(r.ctx, id)
	if err != nil {
		return err
	}
	return r.show(r.userTag(u), userOf(u))
}

func (d *Door) amendUser(r *request) error {
	id, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	expected, err := r.expected(func() (int64, error) {
		u, err := d.offices.Accounts.User(r.ctx, id)
		return u.Version, err
	})
	if err != nil {
		return err
	}
	body, err := bind(r, func(b UserPatch) fault.Fields { return userPatch(b).Check() })
	if err != nil {
		return err
	}
	u, err := d.offices.Accounts.PatchUser(r.ctx, id, expected, userPatch(body))
	if err != nil {
		return err
	}
	return r.show(r.userTag(u), userOf(u))
}

func (d *Door) resetPassword(r *request) error {
	id, err := id[ident.User](r, "id")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b PasswordReset) fault.Fields { return d.offices.Accounts.CheckPassword("/password", b.Password) })
	if err != nil {
		return err
	}
	if err := d.offices.Accounts.ResetPassword(r.ctx, id, body.Password); err != nil {
		return err
	}
	return r.nothing()
}

// userTag is the same for everybody who may see the account: all are shown the same.
func (r *request) userTag(u account.User) string { return r.tag(u.Version, "account") }

func userDraft(b NewUser) account.NewUser {
	return account.NewUser{
		Email: b.Email, Name: b.Name, Role: access.Role(b.Role), Member: ident.Member(b.Member),
		Post: access.Post(b.Post), Password: b.Password,
	}
}

// userPatch reads null as none: no name, no member, no post, not disabled.
func userPatch(b UserPatch) account.UserPatch {
	patch := account.UserPatch{
		Email: given(b.Email), Role: given(access.Role(b.Role)), Name: orNone(b.Name, same[string]), Disabled: orNone(b.Disabled, same[bool]),
	}
	patch.Member = orNone(b.Member, func(n int64) ident.Member { return ident.Member(n) })
	patch.Post = orNone(b.Post, func(p Post) access.Post { return access.Post(p) })
	return patch
}

// orNone gives a pointer to the property of a merge patch, to the zero value
// for null, and nil where it is absent.
func orNone[W, O any](n nullable.Nullable[W], word func(W) O) *O {
	if n.IsNull() {
		return new(O)
	}
	value, err := n.Get()
	if err != nil {
		return nil
	}
	return new(word(value))
}

func userOf(u account.User) User {
	return User{
		Id: Id(u.ID), Email: u.Email, Name: u.Name, Role: Role(u.Role), Member: int64(u.Member), Post: Post(u.Post),
		Disabled: u.Disabled, CreatedAt: u.CreatedAt.UTC(), Version: u.Version,
	}
}
