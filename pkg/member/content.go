package member

import (
	"encoding/json"
	"fmt"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// content is a member as a ledger entry holds it: the whole of its own fields.
type content struct {
	Number      ident.Member  `json:"number"`
	Status      Status        `json:"status"`
	StatusSince *plan.Date    `json:"status_since,omitempty"`
	MergedInto  *ident.Member `json:"merged_into,omitempty"`
	Name        string        `json:"name"`
	Names       []Name        `json:"names"`
	Kind        Kind          `json:"kind"`
	Country     *string       `json:"country,omitempty"`
	City        *string       `json:"city,omitempty"`
	Sector      *string       `json:"sector,omitempty"`
	Description *string       `json:"description,omitempty"`
	Website     *string       `json:"website,omitempty"`
	Founded     *int          `json:"founded,omitempty"`
	Identifiers []Identifier  `json:"identifiers"`
	Sources     Sources       `json:"sources,omitempty"`
	Synthetic   bool          `json:"synthetic,omitempty"`
}

// contentOf gives the member's content; a list without items is [], however it came.
func contentOf(m Member) content {
	return content{
		Number: m.Number, Status: m.Status, StatusSince: m.StatusSince, MergedInto: m.MergedInto, Name: m.Name, Names: m.Names,
		Kind: m.Kind, Country: m.Country, City: m.City, Sector: m.Sector, Description: m.Description, Website: m.Website,
		Founded: m.Founded, Identifiers: append([]Identifier{}, m.Identifiers...), Sources: m.Sources, Synthetic: m.Synthetic,
	}
}

func toJSON(value any) (string, error) {
	bytes, err := json.Marshal(value)
	if err != nil {
		return "", fmt.Errorf("encode: %w", err)
	}
	return string(bytes), nil
}

// sortName is what lists order names by: case, width and accents do not matter,
// so that Äpfel stands with A and not behind Z.
func sortName(name string) string {
	bare := strings.Map(func(r rune) rune {
		if isAccent(r) {
			return -1
		}
		return r
	}, norm.NFKD.String(strings.TrimSpace(name)))
	return norm.NFKC.String(cases.Fold().String(bare))
}

// constraints says which field is at fault when the database refuses a row.
// The forms of values are checked before; these can be told by the database only.
var constraints = map[string]fault.Field{
	"member_name_unique":               {Pointer: "/names", Code: "repeated"},
	"member_identifier_unique":         {Pointer: "/identifiers", Code: "identifier_taken"},
	"member_identifier_pkey":           {Pointer: "/identifiers", Code: "repeated"},
	"member_merged_into_known":         {Pointer: "/survivor", Code: "unknown_member"},
	"member_transition_survivor_known": {Pointer: "/survivor", Code: "unknown_member"},
	"member_merged_other":              {Pointer: "/survivor", Code: "merge_into_itself"},
	"membership_term_span":             {Pointer: "/effective_on", Code: "before_term"},
	"signature_once":                   {Pointer: "/ceremony", Code: "signed_already"},
	"signature_ceremony_known":         {Pointer: "/ceremony", Code: "unknown_ceremony"},
	"ceremony_span":                    {Pointer: "/until", Code: "ends_before_start"},
}

func locate(err error) error { return fault.Locate(err, constraints) }
