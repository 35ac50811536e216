package account

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"accord/db"
	"accord/pkg/fault"
	"accord/pkg/ident"
)

// A limit is a leaky bucket: so many failures at once, and then one each time
// that one has drained away.
type limit struct {
	name  string
	burst float64
	drain time.Duration
}

// The limits on wrong passwords and wrong codes, together. Somebody at one address is slowed down on one
// account after ten; one address is slowed down over all accounts after a
// hundred (a whole office may sit behind it); and one account over all
// addresses after a hundred, the bound of NIST 800-63B-4.
//
// The last would let anybody lock out somebody else on purpose. So it does not
// count for an address from which that account signed in of late, which has
// its own bucket with the account alone; and it is never shut, only slow.
var (
	pairLimit    = limit{"pair", 10, 5 * time.Minute}
	addressLimit = limit{"address", 100, time.Minute}
	accountLimit = limit{"account", 100, 10 * time.Minute}

	// A session that asks for another proof may be a stolen one, and its thief can
	// come from any address. Nobody else fills its bucket.
	sessionLimit = limit{"session", 10, 5 * time.Minute}
)

// familiarFor is how long an address stays familiar after a sign-in from it.
const familiarFor = 90 * 24 * time.Hour

// attempt is one try at a password or a code, charged to its buckets until it proves right.
type attempt struct {
	buckets db.Texts
	drains  db.Numbers
	bursts  map[string]float64
	pair    string
}

func (s *Service) newAttempt(key string, from netip.Addr, familiar bool) attempt {
	place := network(from)
	var a attempt
	a.pair = s.add(&a, pairLimit, key, place)
	s.add(&a, addressLimit, place)
	if !familiar {
		s.add(&a, accountLimit, key)
	}
	return a
}

// newProof is an attempt at one's own password or code, within a session: other
// people's guesses do not hold it up.
func (s *Service) newProof(key string, from netip.Addr, session ident.Session) attempt {
	a := s.newAttempt(key, from, true)
	s.add(&a, sessionLimit, string(session))
	return a
}

// add has the attempt charged to one bucket more, and gives its name.
func (s *Service) add(a *attempt, l limit, parts ...string) string {
	if a.bursts == nil {
		a.bursts = make(map[string]float64)
	}
	bucket := keyed(s.buckets, append([]string{l.name}, parts...)...)
	a.buckets, a.drains = append(a.buckets, bucket), append(a.drains, int64(l.drain/time.Second))
	a.bursts[bucket] = l.burst
	return bucket
}

// network is whom an address belongs to: IPv6 hands out networks of 64 bits.
func network(from netip.Addr) string {
	from = from.Unmap().WithZone("")
	if from.Is6() {
		if prefix, err := from.Prefix(64); err == nil {
			return prefix.String()
		}
	}
	return from.String()
}

// The rows are locked in the order of their names, so that attempts that share
// two buckets do not wait for each other in a ring.
const chargeBuckets = `
insert into sign_in_attempt as b (bucket, level, drain, at)
select bucket, 1, drain, $3 from unnest($1::text[], $2::bigint[]) as charged (bucket, drain) order by bucket
on conflict (bucket) do update set
    level = 1 + greatest(0, b.level - greatest(0, extract(epoch from excluded.at - b.at)) / excluded.drain),
    drain = excluded.drain, at = greatest(b.at, excluded.at)
returning bucket, level, drain`

// charge counts the attempt before the password is looked at, so that many at
// once cannot all slip through. What is refused is not counted: hammering on
// does not keep a bucket full.
func (s *Service) charge(ctx context.Context, a attempt) error {
	return s.db.InTx(ctx, func(tx *db.Tx) error { return a.charge(ctx, tx, "too_many_attempts") })
}

// charge counts within a transaction, which is to be rolled back if it refuses.
func (a attempt) charge(ctx context.Context, tx *db.Tx, code string) error {
	var charged []struct {
		Bucket string  `db:"bucket"`
		Level  float64 `db:"level"`
		Drain  int64   `db:"drain"`
	}
	if err := tx.Select(ctx, &charged, chargeBuckets, a.buckets, a.drains, tx.Now); err != nil {
		return fmt.Errorf("count the attempt: %w", err)
	}
	var wait time.Duration
	for _, b := range charged {
		over := b.Level - a.bursts[b.Bucket]
		wait = max(wait, time.Duration(over*float64(b.Drain)*float64(time.Second)))
	}
	if wait <= 0 {
		return nil
	}
	return &fault.Error{Kind: fault.RateLimited, Code: code, RetryAfter: max(wait, time.Second)}
}

const (
	refundBuckets = `
update sign_in_attempt set level = greatest(0, level - 1)
where bucket in (select bucket from sign_in_attempt where bucket = any($1) order by bucket for update)`
	emptyBucket = `delete from sign_in_attempt where bucket = $1`
)

// takeBack takes back an attempt that proved right.
func (a attempt) takeBack(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, refundBuckets, a.buckets); err != nil {
		return fmt.Errorf("take back the attempt: %w", err)
	}
	return nil
}

// refund takes back an attempt that proved right, and all failures of the same
// person at the same place.
func (a attempt) refund(ctx context.Context, tx *db.Tx) error {
	if err := a.takeBack(ctx, tx); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, emptyBucket, a.pair); err != nil {
		return fmt.Errorf("forget failed attempts: %w", err)
	}
	return nil
}
