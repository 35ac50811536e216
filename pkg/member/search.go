package member

import (
	"unicode/utf8"

	"accord/db"
)

// search gives the subquery of the names that the text is found in, one for
// each member, the best. Three ways, by what an index can serve: Chinese by
// the 1- and 2-grams of the key, since trigrams find nothing in a name of two
// characters; other text by trigrams, which forgive a typo; one or two letters
// as the beginning of a name only.
//
// The rank is 0 for the whole name, 1 for its beginning, 2 for a part, and 3
// to 4 for what is only alike.
func search(f *db.Filter, text string) string {
	q := ParseQuery(text)
	whole, begins, contains := f.Arg(q.Key), f.Arg(q.Key+"%"), f.Arg("%"+q.Key+"%")
	alike, found := "3", "false"
	switch {
	case q.Empty():
	case len(q.Grams) > 0:
		found = "n.grams @> " + f.Arg(db.Texts(q.Grams))
		for _, part := range append([]string{q.Latin}, q.Han...) {
			if part != "" {
				found += " and n.folded like " + f.Arg("%"+part+"%")
			}
		}
	case utf8.RuneCountInString(q.Key) < 3:
		found = "n.folded like " + begins
	default:
		found = "(n.folded like " + contains + " or " + whole + " <% n.folded)"
		alike = "4 - word_similarity(" + whole + ", n.folded)"
	}
	return `(
    select distinct on (n.member) n.member, n.text, round((case
        when n.match_key = ` + whole + ` then 0
        when n.folded like ` + begins + ` then 1
        when n.folded like ` + contains + ` then 2
        else ` + alike + ` end)::numeric, 4) as rank
    from member_name n where ` + found + `
    order by n.member, rank, n.ordinal
) hit`
}
