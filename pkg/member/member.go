// Package member keeps the organisations in the register: their names,
// identifiers, contacts, membership terms, the ceremonies at which they signed
// the plan and their signatures.
//
// A member has a register number from its application on; the number is never
// reused, whatever becomes of the member. Being a member in good standing,
// having signed, and belonging to an alliance are separate dated facts, so
// nothing here derives one from another.
//
// Who sees a member: from its first active status on, everybody, for ever;
// before, staff and the member itself. To all others it does not exist.
//
// Every writer locks the member's row first, so writers of one member wait for
// each other and never deadlock; [Lock] does that for the sibling domains.
package member

import (
	"context"
	"encoding/json"
	"fmt"

	jsonv2 "github.com/go-json-experiment/json"

	"accord/db"
	"accord/pkg/ident"
	"accord/pkg/plan"
)

// Kind is what sort of organisation a member is.
type Kind string

// The kinds of organisations.
const (
	Enterprise                Kind = "enterprise"
	Association               Kind = "association"
	ChamberOfCommerce         Kind = "chamber_of_commerce"
	Education                 Kind = "education"
	Research                  Kind = "research"
	Government                Kind = "government"
	InternationalOrganisation Kind = "international_organisation"
	OtherKind                 Kind = "other"
)

// Kinds lists the kinds in the order of presentation.
func Kinds() []Kind {
	return []Kind{Enterprise, Association, ChamberOfCommerce, Education, Research, Government, InternationalOrganisation, OtherKind}
}

// Member is an organisation in the register, with what hangs on it.
type Member struct {
	Number      ident.Member  `db:"number"`
	Version     int64         `db:"version"` // grows by one with each change of the fields of this struct up to Sources
	Status      Status        `db:"status"`
	StatusSince *plan.Date    `db:"status_since"` // nil where the day is not known
	Published   bool          `db:"published"`
	MergedInto  *ident.Member `db:"merged_into"`
	MergedFrom  *Status       `db:"merged_from"` // the status before the merge, to which undoing it returns
	Name        string        `db:"name"`        // the text of the primary name
	Kind        Kind          `db:"kind"`
	Country     *string       `db:"country"` // ISO 3166-1 alpha-2
	City        *string       `db:"city"`
	Sector      *string       `db:"sector"` // ISIC Rev. 4 section letter, with the digits of division, group or class
	Description *string       `db:"description"`
	Website     *string       `db:"website"`
	Founded     *int          `db:"founded"` // year
	Sources     Sources       `db:"sources"`
	Synthetic   bool          `db:"synthetic"`

	Names       Rows[Name]       `db:"names"`
	Identifiers Rows[Identifier] `db:"identifiers"`
}

// Profile is a member as its page shows it.
type Profile struct {
	Member
	Seen       int64           `db:"seen"` // version of all that this reader is shown
	Signatures Rows[Signature] `db:"signatures"`
	Figures    json.RawMessage `db:"figures"` // rows of figure_seen that this reader may see, for the figure domain to read
}

// UnknownLang is the language of a name of which nobody said one.
const UnknownLang = "und"

// Name is one of a member's names.
type Name struct {
	Text    string   `json:"text"`
	Lang    string   `json:"lang"`             // BCP 47; UnknownLang where it is not known
	Script  *string  `json:"script,omitempty"` // ISO 15924
	Kind    NameKind `json:"kind"`
	Primary bool     `json:"primary"`
	Source  *string  `json:"source,omitempty"` // "editor" for a name that the register's editors added
}

// NameKind is what a name is used for.
type NameKind string

// The kinds of names.
const (
	Legal  NameKind = "legal"
	Short  NameKind = "short"
	Former NameKind = "former"
	Brand  NameKind = "brand"
)

// Identifier is a member's identifier under a public scheme.
type Identifier struct {
	Scheme string `json:"scheme"`
	Value  string `json:"value"`
}

// Sources says where the value of a field is from, by field name.
type Sources map[string]string

// Scan reads a jsonb column.
func (s *Sources) Scan(value any) error { return scanJSON(value, s) }

// Rows reads an array of rows that PostgreSQL aggregated into JSON.
type Rows[T any] []T

// Scan reads a json or jsonb column.
func (r *Rows[T]) Scan(value any) error { return scanJSON(value, (*[]T)(r)) }

// scanJSON reads what PostgreSQL aggregated. The next version of encoding/json
// does that in half the time, and a page of members is mostly that.
func scanJSON(value, into any) error {
	switch v := value.(type) {
	case nil:
		return nil
	case []byte:
		return jsonv2.Unmarshal(v, into)
	case string:
		return jsonv2.Unmarshal([]byte(v), into)
	default:
		return fmt.Errorf("JSON cannot be read from %T", value)
	}
}

// Reveal records the things of a member that become public with it. It runs
// in the transaction that publishes the member.
type Reveal func(ctx context.Context, tx *db.Tx, number ident.Member) error

// Service is the office of members, ceremonies and signatures.
type Service struct {
	db       *db.DB
	reveals  []Reveal
	fourEyes bool
}

// New makes the office. The sibling domains hand in how their own things of a
// member are recorded when it becomes public.
func New(d *db.DB, reveals ...Reveal) *Service {
	return &Service{db: d, reveals: reveals}
}
