package member

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
)

// Register takes an organisation into the register as applied, and draws its
// register number.
//
// It refuses with Forbidden when the actor is not staff, Invalid with every
// field at fault when the draft breaks a rule, and Conflict when another
// member has an equal name (under the match key) that the draft does not list
// as distinct, or one of its identifiers.
func (s *Service) Register(ctx context.Context, draft Draft) (Member, error) {
	actor, err := access.Require(ctx, access.RegisterMember)
	if err != nil {
		return Member{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Member{}, err
	}
	draft = draft.normal()
	var m Member
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if err := refuseDuplicate(ctx, tx, draft.Names, 0, draft.DistinctFrom); err != nil {
			return err
		}
		if _, err := tx.Change(ctx); err != nil {
			return err
		}
		if m, err = insertMember(ctx, tx, draft); err != nil {
			return err
		}
		if err := recordMember(ctx, tx, "member.registered", m, ""); err != nil {
			return err
		}
		step, err := insertTransition(ctx, tx, Transition{Member: m.Number, To: Applied, Reason: "registered"})
		if err != nil {
			return err
		}
		return recordTransition(ctx, tx, step, m.Published)
	})
	if err != nil {
		return Member{}, fmt.Errorf("register a member as %s: %w", actor.Role, locate(err))
	}
	return m, nil
}

const lockKeys = `select pg_advisory_xact_lock(hashtextextended(key, 11)) from unnest($1::text[]) as key order by key`

const findDuplicate = `
select member, match_key from member_name
where match_key = any($1) and member <> $2 and not member = any($3)
order by match_key, member limit 1`

// refuseDuplicate refuses a name that another member has. Writers of the same
// key take turns by an advisory lock: two registrations of one organisation at
// once would else not see each other.
func refuseDuplicate(ctx context.Context, tx *db.Tx, names []Name, self ident.Member, distinct []ident.Member) error {
	keys := make(db.Texts, 0, len(names))
	for _, n := range names {
		keys = append(keys, Key(n.Text))
	}
	slices.Sort(keys)
	var locked []string
	if err := tx.Select(ctx, &locked, lockKeys, slices.Compact(keys)); err != nil {
		return fmt.Errorf("lock the names: %w", err)
	}
	others := make(db.Numbers, 0, len(distinct))
	for _, number := range distinct {
		others = append(others, int64(number))
	}
	var found []struct {
		Member ident.Member `db:"member"`
		Key    string       `db:"match_key"`
	}
	if err := tx.Select(ctx, &found, findDuplicate, keys, self, others); err != nil {
		return fmt.Errorf("look for duplicates: %w", err)
	}
	if len(found) == 0 {
		return nil
	}
	pointer := "/name"
	for i, n := range names {
		if Key(n.Text) == found[0].Key && (i > 0 || !n.Primary) {
			pointer = "/names"
		}
	}
	return fault.ConflictAt(pointer, "name_taken", fault.Args{"member": found[0].Member.String()})
}

const insertMemberRow = `
insert into member (number, status, name, sort_name, kind, country, city, sector, description, website, founded, sources, synthetic)
values (nextval('member_number'), 'applied', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
returning number`

const insertNames = `
insert into member_name (member, ordinal, text, lang, script, kind, is_primary, source, match_key, folded, grams)
select $1, n.ordinal, n.text, n.lang, n.script, n.kind, n.is_primary, n.source, n.match_key, n.folded, string_to_array(n.grams, ' ')
from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::text[], $9::text[], $10::text[], $11::text[])
    as n (ordinal, text, lang, script, kind, is_primary, source, match_key, folded, grams)`

const insertIdentifiers = `
insert into member_identifier (member, scheme, value)
select $1, i.scheme, i.value from unnest($2::text[], $3::text[]) as i (scheme, value)`

func insertMember(ctx context.Context, tx *db.Tx, d Draft) (Member, error) {
	m := Member{
		Version: 1, Status: Applied, Name: d.Names[0].Text, Kind: d.Kind, Country: d.Country, City: d.City, Sector: d.Sector,
		Description: d.Description, Website: d.Website, Founded: d.Founded, Sources: d.Sources, Synthetic: d.Synthetic,
		Names: d.Names, Identifiers: d.Identifiers,
	}
	sources, err := toJSON(d.Sources)
	if err != nil {
		return Member{}, err
	}
	if err := tx.Get(ctx, &m.Number, insertMemberRow, m.Name, sortName(m.Name), m.Kind, m.Country, m.City, m.Sector,
		m.Description, m.Website, m.Founded, sources, m.Synthetic); err != nil {
		return Member{}, fmt.Errorf("insert the member: %w", err)
	}
	if err := writeNames(ctx, tx, m.Number, m.Names); err != nil {
		return Member{}, err
	}
	return m, writeIdentifiers(ctx, tx, m.Number, m.Identifiers)
}

func writeNames(ctx context.Context, tx *db.Tx, number ident.Member, names []Name) error {
	var ordinals db.Numbers
	var primary db.Flags
	var texts, langs, kinds, keys, folded, grams db.Texts
	var scripts, sources db.Options
	for i, n := range names {
		fold := Fold(n.Text)
		ordinals, primary = append(ordinals, int64(i)), append(primary, n.Primary)
		texts, kinds, keys = append(texts, n.Text), append(kinds, string(n.Kind)), append(keys, Key(n.Text))
		langs, folded, grams = append(langs, n.Lang), append(folded, fold), append(grams, strings.Join(Grams(fold), " "))
		scripts, sources = append(scripts, n.Script), append(sources, n.Source)
	}
	if _, err := tx.Exec(ctx, insertNames, number, ordinals, texts, langs, scripts, kinds, primary, sources, keys, folded, grams); err != nil {
		return fmt.Errorf("insert the names of member %s: %w", number, err)
	}
	return nil
}

func writeIdentifiers(ctx context.Context, tx *db.Tx, number ident.Member, identifiers []Identifier) error {
	if len(identifiers) == 0 {
		return nil
	}
	var schemes, values db.Texts
	for _, i := range identifiers {
		schemes, values = append(schemes, i.Scheme), append(values, i.Value)
	}
	if _, err := tx.Exec(ctx, insertIdentifiers, number, schemes, values); err != nil {
		return fmt.Errorf("insert the identifiers of member %s: %w", number, err)
	}
	return nil
}

// recordMember records the member as anybody may see it once it is public.
func recordMember(ctx context.Context, tx *db.Tx, action string, m Member, reason string) error {
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: action, Kind: "member", ID: m.Number.String(), Member: m.Number,
		Content: contentOf(m), Sealed: !m.Published, Reason: reason,
	})
}
