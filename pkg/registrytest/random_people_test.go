package registrytest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"
	"time"

	"accord/pkg/access"
	"accord/pkg/account"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// town is a register whose people come and go: they are invited, accept,
// change posts, hand over, forget their passwords and follow links, in any order
// and by anybody. Accounts are no content of the register, so their laws are
// held apart from those of its lives.
type town struct {
	*Register
	t       *testing.T
	draw    *rand.Rand
	members []ident.Member
	tokens  []string       // of links, good or not any more
	passed  map[string]int // steps that went through
	refused map[fault.Kind]int
}

func newTown(t *testing.T, seed uint64) *town {
	t.Helper()
	w := &town{Register: New(t), t: t, draw: rand.New(rand.NewPCG(seed, 22)), passed: map[string]int{}, refused: map[fault.Kind]int{}}
	w.members = []ident.Member{w.Member(t, "One"), w.Member(t, "Two"), w.Applicant(t, "Three")}
	return w
}

// someone gives an account, of a person who is there or not.
func (w *town) someone() account.User {
	w.t.Helper()
	page, err := w.Accounts.Users(System(), account.UserQuery{Limit: 200})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(page.Users) == 0 || w.draw.IntN(20) == 0 {
		return account.User{ID: ident.New[ident.User](), Version: 1, Email: "nobody@example.org"}
	}
	return page.Users[w.draw.IntN(len(page.Users))]
}

// who gives somebody to try something as, and what they are.
func (w *town) who() (context.Context, access.Actor) {
	actor := access.Actor{Role: access.RoleSystem}
	switch u := w.someone(); {
	case w.draw.IntN(3) == 0:
		actor = access.Actor{User: "", Role: pickFrom(w, []access.Role{access.RoleSystem, access.RolePublic})}
	case u.Role != "" && !u.Disabled:
		actor = access.Actor{User: u.ID, Session: ident.New[ident.Session](), Role: u.Role, Member: u.Member, Post: u.Post, Fresh: true}
	}
	return access.With(context.Background(), actor), actor
}

func pickFrom[T any](w *town, all []T) T { return all[w.draw.IntN(len(all))] }

func (w *town) email() string { return fmt.Sprintf("p%d@example.org", w.draw.IntN(12)) }

// token gives a link that was mailed at some time, or none.
func (w *town) token() string {
	w.t.Helper()
	letters, err := w.Mail.List(System(), 4)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range letters {
		if l.To != "" && w.draw.IntN(2) == 0 {
			w.tokens = append(w.tokens, w.Letter(w.t, l.To))
		}
	}
	if len(w.tokens) == 0 {
		return "no link"
	}
	return w.tokens[max(0, len(w.tokens)-1-w.draw.IntN(4))]
}

// invitation gives one that was sent, or none.
func (w *town) invitation() ident.Invitation {
	w.t.Helper()
	list, err := w.Accounts.Invitations(System(), account.InvitationQuery{Limit: 10})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(list) == 0 || w.draw.IntN(20) == 0 {
		return ident.New[ident.Invitation]()
	}
	return pickFrom(w, list).ID
}

func (w *town) steps() map[string]func(ctx context.Context) error {
	post := func() access.Post { return pickFrom(w, []access.Post{access.Editor, access.Approver}) }
	return map[string]func(ctx context.Context) error{
		"invite": func(ctx context.Context) error {
			draft := account.NewInvitation{Email: w.email(), Role: access.RoleMember, Member: pickFrom(w, w.members), Post: post()}
			if w.draw.IntN(4) == 0 {
				draft = account.NewInvitation{Email: draft.Email, Role: pickFrom(w, []access.Role{access.RoleAdmin, access.RoleStaff, access.RoleAnalyst})}
			}
			_, err := w.Accounts.Invite(ctx, draft)
			return err
		},
		"resend": func(ctx context.Context) error { _, err := w.Accounts.Resend(ctx, w.invitation()); return err },
		"revoke": func(ctx context.Context) error { _, err := w.Accounts.Revoke(ctx, w.invitation()); return err },
		"accept": func(ctx context.Context) error {
			_, err := w.Accounts.Accept(ctx, account.Acceptance{Token: w.token(), Password: Password})
			return err
		},
		"add": func(ctx context.Context) error {
			_, err := w.Accounts.AddUser(ctx, account.NewUser{Email: w.email(), Role: access.RoleMember, Member: pickFrom(w, w.members), Post: post(), Password: Password})
			return err
		},
		"patch": func(ctx context.Context) error {
			u := w.someone()
			patch := pickFrom(w, []account.UserPatch{
				{Post: new(post())}, {Disabled: new(w.draw.IntN(2) == 0)}, {Member: &w.members[w.draw.IntN(len(w.members))]}, {Role: new(access.RoleAnalyst)}, {Email: new(w.email())},
			})
			_, err := w.Accounts.PatchUser(ctx, u.ID, u.Version, patch)
			return err
		},
		"hand over": func(ctx context.Context) error {
			from, to := w.someone(), w.someone()
			if actor, _ := access.From(ctx); actor.User != "" && w.draw.IntN(2) == 0 {
				from.ID = actor.User
			}
			_, err := w.Accounts.HandOver(ctx, from.ID, to.ID)
			return err
		},
		"ask": func(ctx context.Context) error {
			from := netip.AddrFrom4([4]byte{198, 51, byte(w.draw.IntN(250)), 1})
			return w.Accounts.RequestLink(ctx, pickFrom(w, []account.Purpose{account.ToReset, account.ToSignIn}), account.LinkRequest{Email: w.someone().Email, From: from})
		},
		"mail":    func(ctx context.Context) error { return w.Accounts.MailLinks(ctx) },
		"deliver": func(ctx context.Context) error { return w.Mail.Deliver(ctx) },
		"set password": func(ctx context.Context) error {
			return w.Accounts.SetPassword(ctx, w.token(), Password)
		},
		"sign in by link": func(ctx context.Context) error {
			_, err := w.Accounts.SignInByLink(ctx, account.LinkSignIn{Token: w.token(), From: netip.IPv6LinkLocalAllNodes()})
			return err
		},
		"people": func(ctx context.Context) error { _, err := w.Accounts.People(ctx, pickFrom(w, w.members)); return err },
	}
}

// openSteps are those that anybody may take, ownCommand those of the register itself.
var (
	openSteps  = []string{"accept", "ask", "set password", "sign in by link"}
	ownCommand = []string{"mail", "deliver"}
)

// standing is what a refused step must leave as it is.
func (w *town) standing() string {
	w.t.Helper()
	var digest string
	if err := w.DB.Get(w.t.Context(), &digest, `select md5(concat_ws('|',
		(select string_agg(u::text, ',' order by id) from app_user u), (select string_agg(i::text, ',' order by id) from invitation i),
		(select string_agg(l::text, ',' order by hash) from account_link l), (select string_agg(m::text, ',' order by id) from mail m),
		(select string_agg(r::text, ',' order by id) from requested_link r), (select count(*) from session), (select count(*) from change)))`); err != nil {
		w.t.Fatal(err)
	}
	return digest
}

// unlawful counts what must never be: people of a member without an approver,
// an invitation that made more or less than one account, somebody who signs in
// though disabled, and a letter that was sent with its text.
const unlawful = `
select (select count(*) from (select member from app_user where member is not null and not disabled
        group by member having count(*) filter (where post = 'approver') = 0) alone)
    + (select count(*) from invitation i where i.state = 'accepted' and not exists (select from app_user u where u.id = i.user_id))
    + (select count(*) from session s join app_user u on u.id = s.user_id where u.disabled and s.ended_at is null)
    + (select count(*) from mail where state = 'sent' and text is not null)
    + (select count(*) from entry where kind in ('user', 'invitation'))`

func (w *town) try() {
	w.t.Helper()
	w.Clock.Advance(time.Duration(w.draw.Int64N(int64(20 * time.Minute))))
	steps := w.steps()
	name := pickFrom(w, slices.Sorted(maps.Keys(steps)))
	ctx, actor := w.who()
	before := w.standing()
	err := steps[name](ctx)
	var wrong int
	if err := w.DB.Get(w.t.Context(), &wrong, unlawful); err != nil {
		w.t.Fatal(err)
	}
	if wrong > 0 {
		w.t.Fatalf("%s by %s %s broke a law: %v", name, actor.Role, actor.Post, err)
	}
	kind := fault.KindOf(err)
	switch {
	case err == nil:
		w.passed[name]++
		if actor.Role == access.RolePublic && !slices.Contains(openSteps, name) || actor.Role != access.RoleSystem && slices.Contains(ownCommand, name) ||
			actor.Post == access.Editor && name != "people" && !slices.Contains(openSteps, name) || actor.Role == access.RoleAnalyst && !slices.Contains(openSteps, name) {
			w.t.Fatalf("%s went through by %s %s", name, actor.Role, actor.Post)
		}
	case kind == fault.Internal, kind == fault.Unavailable, kind == fault.Malformed:
		w.t.Fatalf("%s by %s: %v", name, actor.Role, err)
	default:
		w.refused[kind]++
		if w.standing() != before {
			w.t.Fatalf("%s by %s was refused (%v) and changed something", name, actor.Role, err)
		}
	}
}

// TestPeopleComeAndGoAndTheLawsHold draws who tries what. The long form has more
// and longer lives.
func TestPeopleComeAndGoAndTheLawsHold(t *testing.T) {
	t.Parallel()
	seeds, tries := 6, 1_500
	if testing.Short() {
		seeds, tries = 1, 300
	}
	for seed := range seeds {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newTown(t, uint64(seed))
			for range tries {
				w.try()
			}
			if len(w.passed) < 9 || len(w.refused) < 4 {
				t.Errorf("went through: %v\nrefused: %v", w.passed, w.refused)
			}
			for name := range w.steps() {
				if !testing.Short() && w.passed[name] == 0 {
					t.Errorf("%s never went through", name)
				}
			}
		})
	}
}
