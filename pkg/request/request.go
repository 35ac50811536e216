// Package request keeps change requests: one proposes to change what the
// register vouches for, another looks at it and decides, item by item.
//
// A member's people cannot change their names, identifiers, figures or
// signatures by themselves; an approver proposes. Where the register takes four
// eyes (see [member.Service.FourEyes]) one of the staff proposes too, and
// another one decides. Who proposed can never accept, whatever the register is
// set to, nor under another account of the same address.
//
// What is accepted is applied by the office that it belongs to, by the same
// rules as if it were written there, in one transaction with the decision; the
// change names both persons. An item holds what stood in its place when it was
// proposed. Where something else stands there now it is stale: it is not
// accepted until whoever proposed it has seen that and rebased it.
//
// A request is seen by staff and by its member's people. To everybody else there
// is none: it is in no ledger, no history and no version that others see. That
// of a member is locked by the member's row, as all that hangs on it.
package request

import (
	"encoding/json"
	"time"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// State is where a request stands.
type State string

// The states of a request. The last two are the end of it.
const (
	Open      State = "open"
	Returned  State = "returned" // waits for whoever proposed it
	Decided   State = "decided"  // no item is open any more
	Withdrawn State = "withdrawn"
)

// Kind is what an item would change.
type Kind string

// The kinds of items.
const (
	OfField     Kind = "field"
	OfFigure    Kind = "figure"
	OfSignature Kind = "signature"
)

// ItemState is what became of an item.
type ItemState string

// The states of an item. All but the first are the end of it.
const (
	ItemOpen      ItemState = "open"
	ItemAccepted  ItemState = "accepted"
	ItemRejected  ItemState = "rejected"
	ItemOvertaken ItemState = "overtaken" // the register came to say so by another way
	ItemWithdrawn ItemState = "withdrawn"
)

// Request is what somebody proposes to change.
type Request struct {
	ID           ident.Request              `db:"id"`
	Member       ident.Member               `db:"member"`
	Version      int64                      `db:"version"`
	State        State                      `db:"state"`
	Proposer     ident.User                 `db:"proposer"`
	ProposerRole access.Role                `db:"proposer_role"`
	ProposerName string                     `db:"proposer_name"`
	Reason       string                     `db:"reason"`
	Evidence     member.Rows[member.Source] `db:"evidence"`
	ProposedAt   time.Time                  `db:"proposed_at"`

	Items []Item // in the order of the proposal
	Steps []Step // the first one first
}

// Item is one thing that a request would change.
type Item struct {
	ID        ident.RequestItem `db:"id"`
	Number    int               `db:"ordinal"` // in the request, from 1 on
	Kind      Kind              `db:"kind"`
	Subject   string            `db:"subject"` // the field; or which figure or signature it is
	Figure    ident.Figure      `db:"figure"`  // that it would supersede, else ""
	Old       []byte            `db:"old"`     // as the wire writes it; nil for nothing
	New       []byte            `db:"new"`     // nil where the value is to be taken away
	State     ItemState         `db:"state"`
	DecidedBy ident.User        `db:"decided_by"`
	DecidedAt *time.Time        `db:"decided_at"`
	Reason    string            `db:"reason"`

	SignatoryName  *string `db:"signatory_name"` // gone once the item is decided
	SignatoryTitle *string `db:"signatory_title"`

	Current       []byte       // what stands there, of an open item
	CurrentFigure ident.Figure // the figure that does
	Stale         bool         // an open item with another old value
}

// The steps of a request.
const (
	stepProposed  = "proposed"
	stepReturned  = "returned"
	stepRebased   = "rebased"
	stepDecided   = "decided"
	stepWithdrawn = "withdrawn"
)

// Step is one step of a request.
type Step struct {
	Step   string      `db:"step"`
	Actor  ident.User  `db:"actor"`
	Role   access.Role `db:"role"`
	Name   string      `db:"name"`
	At     time.Time   `db:"at"`
	Reason string      `db:"reason"`
	Moved  member.Rows[Moved]
}

// Moved is what an item took for old before it was rebased.
type Moved struct {
	Item   int             `json:"item"`
	Before json.RawMessage `json:"before,omitempty"`
}

// at tells why the request, of which the actor has seen the expected version (0
// for any), does not stand in one of the states, if so.
func (r Request) at(expected int64, states ...State) error {
	if expected != 0 && expected != r.Version {
		return fault.New(fault.Stale, "stale")
	}
	for _, s := range states {
		if r.State == s {
			return nil
		}
	}
	return fault.New(fault.Conflict, "request_"+string(r.State))
}

// open gives the items that nobody has decided on, by their place.
func (r Request) open() []int {
	var places []int
	for i, item := range r.Items {
		if item.State == ItemOpen {
			places = append(places, i)
		}
	}
	return places
}

// Service is the office of change requests.
type Service struct {
	db      *db.DB
	members *member.Service
	figures *figure.Service
}

// New makes the office; what it accepts is applied by the others.
func New(d *db.DB, members *member.Service, figures *figure.Service) *Service {
	return &Service{db: d, members: members, figures: figures}
}

// constraints says what is at fault when the database refuses a row. All else
// is checked before.
var constraints = map[string]fault.Field{
	"change_request_item_open": {Pointer: "", Code: "change_requested"},
}
