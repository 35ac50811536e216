package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/mail"
	"accord/pkg/phrase"
)

// Purpose is what a link that is mailed to an account is good for.
type Purpose string

// The purposes of links.
const (
	ToReset  Purpose = "password_reset"
	ToSignIn Purpose = "sign_in"
)

// errand is how a purpose is served.
type errand struct {
	letter mail.Kind
	path   string
	life   time.Duration
}

var errands = map[Purpose]errand{
	ToReset:  {mail.PasswordReset, "/password-reset?token=", 30 * time.Minute},
	ToSignIn: {mail.SignInLink, "/sign-in/link?token=", 15 * time.Minute},
}

// The limits on links that are asked for. Somebody at one address is held up
// over all accounts and on one account; both count for addresses without an
// account, too, and so tell nothing. What comes to one box from everywhere is
// bounded where the account is looked for: whoever asks is not told of that.
// The last does not count for an address from which the account signed in of
// late, so that a flood does not keep the owner out; and a link does not void
// the one before, so that the flood does not take away what the owner just got.
var (
	linkPlaceLimit = limit{"links from", 30, time.Minute}
	linkPairLimit  = limit{"links to from", 4, 5 * time.Minute}
	linkBoxLimit   = limit{"links to", 6, 20 * time.Minute}
)

// LinkRequest is what somebody asks who says that the address is theirs.
type LinkRequest struct {
	Email string
	Lang  phrase.Lang // of the letter; empty for English
	From  netip.Addr  // where the request came from
}

const insertRequest = `
insert into requested_link (id, purpose, email_key, place, lang, at) values ($1, $2, $3, $4, $5, $6)`

// RequestLink takes down that somebody wants a link mailed. Whether there is
// such an account is not looked at here, but by [Service.MailLinks], after the
// answer: the work is the same for every address, and so is the answer.
//
// It refuses with Invalid an address that can be none, and with RateLimited too
// many requests from one place, whatever they are for.
func (s *Service) RequestLink(ctx context.Context, purpose Purpose, request LinkRequest) error {
	if _, err := access.Require(ctx, access.SignIn); err != nil {
		return err
	}
	key := emailKey(request.Email)
	if key == "" || len(key) > 4*maxEmail || !plain(key) {
		return fault.FieldAt("/email", "invalid_email")
	}
	if request.Lang == "" {
		request.Lang = phrase.English
	}
	var tried attempt
	s.add(&tried, linkPlaceLimit, network(request.From))
	s.add(&tried, linkPairLimit, string(purpose), key, network(request.From))
	err := s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := tried.charge(ctx, tx, "too_many_letters"); err != nil {
			return err
		}
		id := ident.New[ident.Mail]()
		_, err := tx.Exec(ctx, insertRequest, id, purpose, key, s.place(request.From), request.Lang, tx.Now)
		return err
	})
	if err != nil {
		return fmt.Errorf("take down a request for a link: %w", err)
	}
	s.config.Mail.Wake()
	return nil
}

// requested is a link that was asked for.
type requested struct {
	Purpose Purpose     `db:"purpose"`
	Key     string      `db:"email_key"`
	Place   string      `db:"place"`
	Lang    phrase.Lang `db:"lang"`
}

const takeRequest = `
delete from requested_link where id = (select id from requested_link order by at, id limit 1 for update skip locked)
returning purpose, email_key, place, lang`

// MailLinks works off the links that were asked for: where there is such an
// account and it is not disabled, its box is sent one.
//
// It refuses with Forbidden when the actor is not the register itself.
func (s *Service) MailLinks(ctx context.Context) error {
	if _, err := access.Require(ctx, access.RunSystem); err != nil {
		return err
	}
	for ctx.Err() == nil {
		var to ident.User
		var asked requested
		err := s.db.InTx(ctx, func(tx *db.Tx) error {
			if err := tx.Get(ctx, &asked, takeRequest); err != nil {
				return err
			}
			var err error
			to, err = s.mailLink(ctx, tx, asked)
			return err
		})
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("mail a link: %w", err)
		}
		if to != "" {
			s.note(ctx, string(asked.Purpose)+"_link_mailed", to, "")
		}
	}
	return nil
}

const (
	// Whom the directory alone signs in gets no other way in by a letter, which
	// would stay open when the directory shuts its own.
	readBox = `
select u.id, u.email, exists (
    select from familiar_address f where f.user_id = u.id and f.address = $2 and f.at > $3
) as familiar
from app_user u where u.email_key = $1 and not u.disabled
    and (u.password is not null or not exists (select from directory_identity d where d.user_id = u.id))`
	insertAccountLink = `
insert into account_link (hash, purpose, user_id, created_at, expires_at) values ($1, $2, $3, $4, $5)`
)

// mailLink gives the account whose box gets the link, "" for none.
func (s *Service) mailLink(ctx context.Context, tx *db.Tx, asked requested) (ident.User, error) {
	var box []struct {
		ID       ident.User `db:"id"`
		Email    string     `db:"email"`
		Familiar bool       `db:"familiar"`
	}
	if err := tx.Select(ctx, &box, readBox, asked.Key, asked.Place, tx.Now.Add(-familiarFor)); err != nil || len(box) == 0 {
		return "", err
	}
	to := box[0]
	if !to.Familiar {
		var tried attempt
		s.add(&tried, linkBoxLimit, asked.Key)
		if err := tried.charge(ctx, tx, "too_many_letters"); fault.Is(err, fault.RateLimited) {
			_, err = tx.Exec(ctx, refundBuckets, tried.buckets) // what is refused is not counted
			return "", err
		} else if err != nil {
			return "", err
		}
	}
	way, token := errands[asked.Purpose], newToken()
	until := tx.Now.Add(way.life)
	if _, err := tx.Exec(ctx, insertAccountLink, tokenHash(token), asked.Purpose, to.ID, tx.Now, until); err != nil {
		return "", fmt.Errorf("insert the link: %w", err)
	}
	return to.ID, s.config.Mail.Queue(ctx, tx, mail.Letter{
		Kind: way.letter, Lang: asked.Lang, To: to.Email, Cause: string(to.ID), Path: way.path + token, GoodUntil: until,
	})
}

const (
	readAccountLink = `
select u.id, coalesce(u.password, '') as password, u.disabled, u.email, coalesce(u.name, '') as name, u.email_key, false as familiar
from account_link l join app_user u on u.id = l.user_id
where l.hash = $1 and l.purpose = $2 and l.expires_at > $3 and not u.disabled`
	spendAccountLink = `
delete from account_link where hash = $1 and purpose = $2 and expires_at > $3`
	deleteUserLinks = `delete from account_link where user_id = $1`
)

// follow gives the account of a link, without using it.
func (s *Service) follow(ctx context.Context, purpose Purpose, token string) (owner, error) {
	var who owner
	err := s.db.Get(ctx, &who, readAccountLink, tokenHash(token), purpose, s.db.Now())
	if fault.Is(err, fault.NotFound) {
		return owner{}, spentLink()
	}
	if err != nil {
		return owner{}, fmt.Errorf("read a link: %w", err)
	}
	return who, nil
}

// spend uses a link up, and all others of the account with it; of two who use
// one at once, one does.
func spend(ctx context.Context, tx *db.Tx, purpose Purpose, token string, user ident.User) error {
	spent, err := tx.Exec(ctx, spendAccountLink, tokenHash(token), purpose, tx.Now)
	if err != nil {
		return fmt.Errorf("use the link up: %w", err)
	}
	if spent == 0 {
		return spentLink()
	}
	return voidLinks(ctx, tx, user)
}

func voidLinks(ctx context.Context, tx *db.Tx, user ident.User) error {
	if _, err := tx.Exec(ctx, deleteUserLinks, user); err != nil {
		return fmt.Errorf("void the links of %s: %w", user, err)
	}
	return nil
}
