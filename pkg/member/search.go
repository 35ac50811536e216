package member

import (
	"unicode/utf8"

	"accord/db"
	"accord/pkg/access"
)

// search gives the subquery of the names that the text is found in, one for
// each member that fits the conditions on m, the best. Three ways, by what an
// index can serve: Chinese by the 1- and 2-grams of the folded name, since
// trigrams find nothing in a name of two characters; other text by trigrams; one
// or two letters as the beginning of a name only.
//
// Names that are only alike, by one slip of the hand or by most of their
// trigrams, are looked for where nothing else is found: that reads far more of
// the index. Whether something is found is told under the
// same conditions, so that a member that the actor may not know of does not
// show by what is not answered.
//
// The members are looked up one by one (lateral, limit 1): a planner that does
// not know how rare the text is would else read the whole table of members.
//
// The rank is 0 for the whole name, 1 for its beginning, 2 for a part, 3 for
// one with a slip, and 3 to 4 for what is only alike.
//
// Staff searches the table, others the view of the names that they may find.
func search(f *db.Filter, text, conditions string, scope access.Scope) string {
	q := ParseQuery(text)
	names := "member_name_found"
	if scope.All {
		names = "member_name"
	}
	whole, begins, contains := f.Arg(q.Key), f.Arg(q.Key+"%"), f.Arg("%"+q.Key+"%")
	found, alike := "false", ""
	seen := ` cross join lateral (select from member m where m.number = n.member and ` + conditions + ` limit 1) m`
	switch {
	case q.Empty():
	case len(q.Grams) > 0:
		found = "n.grams @> " + f.Arg(db.Texts(q.Grams))
		for _, part := range append([]string{q.Latin}, q.Han...) {
			if part != "" {
				// Not LIKE: it would draw in the trigram index, which is blind here.
				found += " and strpos(n.folded, " + f.Arg(part) + ") > 0"
			}
		}
		if len(q.Han) == 1 && q.Latin == "" {
			alike = slipped(f, hanSlips(q.Key), names, "n.grams @> string_to_array(slip.candidate, ' ')", seen)
		}
	case utf8.RuneCountInString(q.Key) < 3:
		found = "n.folded like " + begins
	default:
		found = "n.folded like " + contains
		alike = slipped(f, latinSlips(q.Key), names, "n.folded like slip.candidate", seen) + `
        union all
        select n.member, n.text, n.ordinal, round((4 - word_similarity(` + whole + `, n.folded))::numeric, 4)
        from ` + names + ` n` + seen + `
        where not exists (select from direct) and ` + whole + ` <% n.folded`
	}
	return `(
    with direct as materialized (
        select n.member, n.text, n.ordinal, (case
            when n.match_key = ` + whole + ` then 0
            when n.folded like ` + begins + ` then 1
            when n.folded like ` + contains + ` then 2
            else 3 end)::numeric as rank
        from ` + names + ` n` + seen + `
        where ` + found + `
    )
    select distinct on (member) member, text, rank from (
        select member, text, ordinal, rank from direct` + alike + `
    ) every
    order by member, rank, ordinal
) hit`
}

// slipped gives the part of the subquery that looks for slips.
func slipped(f *db.Filter, s slips, names, candidate, seen string) string {
	// Not ~ for the form: the planner might look it up in the trigram index.
	return `
        union all
        select n.member, n.text, n.ordinal, 3
        from unnest(` + f.Arg(s.candidates) + `::text[], ` + f.Arg(s.forms) + `::text[]) slip (candidate, form)
        join ` + names + ` n on ` + candidate + ` and textregexeq(n.folded, slip.form)` + seen + `
        where not exists (select from direct)`
}
