package figure

import (
	"testing"

	"accord/pkg/ident"
)

// What stays open of a figure that is superseded: a public one of a public
// member, as long as its successor is public too.
func TestSupersededFiguresStayOpenToThoseWhoKnowTheSuccessor(t *testing.T) {
	t.Parallel()
	for _, published := range []bool{true, false} {
		for _, was := range Confidentialities() {
			for _, is := range Confidentialities() {
				old, next := Figure{Version: 1, Confidentiality: was}, Figure{ID: ident.New[ident.Figure](), Confidentiality: is}
				ended := old.superseded(next, published)
				want := published && was == Public && is == Public
				if ended.open(true) != want || ended.Withheld == want || *ended.SupersededBy != next.ID {
					t.Errorf("published %v, %s superseded by %s: open %v, withheld %v", published, was, is, ended.open(true), ended.Withheld)
				}
			}
		}
	}
}
