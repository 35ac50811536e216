package commitment

import (
	"encoding/json"
	"fmt"
	"slices"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// ActivityKind is what sort of thing an activity is.
type ActivityKind string

// The kinds of activities.
const (
	Competition ActivityKind = "competition"
	Training    ActivityKind = "training"
	Project     ActivityKind = "project"
	Event       ActivityKind = "event"
)

// ActivityKinds lists the kinds in the order of presentation.
func ActivityKinds() []ActivityKind {
	return []ActivityKind{Competition, Training, Project, Event}
}

// ActivityState is where an activity stands.
type ActivityState string

// The states of an activity. Staff refuses what was submitted and withdraws
// what was registered; both give a reason, and the activity stays in the record.
const (
	ActivityDrafted    ActivityState = "draft"
	ActivitySubmitted  ActivityState = "submitted"
	ActivityRegistered ActivityState = "registered"
	ActivityRefused    ActivityState = "refused"
	ActivityWithdrawn  ActivityState = "withdrawn"
)

// ActivityStates lists the states in the order of an activity's life.
func ActivityStates() []ActivityState {
	return []ActivityState{ActivityDrafted, ActivitySubmitted, ActivityRegistered, ActivityRefused, ActivityWithdrawn}
}

// Place is where an activity was held, as far as it is stated.
type Place struct {
	City    string `json:"city,omitempty"`
	Country string `json:"country,omitempty"` // ISO 3166-1
}

// Category is one in which a competition was held.
type Category struct {
	Name     string   `json:"name"`
	Entrants Quantity `json:"entrants,omitzero"`
	Winners  []Winner `json:"winners,omitempty"`
}

// Winner is who won in a category: a person or a team. A name that was not
// stated, or that was erased, is "".
type Winner struct {
	Person  ident.Winner `json:"person,omitempty"` // of the stored name; "" in a draft
	Hash    string       `json:"sha256,omitempty"` // salted, what stands for the name in history and entries
	Name    string       `json:"name,omitempty"`
	Country string       `json:"country,omitempty"` // ISO 3166-1
	Prize   string       `json:"prize,omitempty"`
}

// ActivityDraft is what an activity says, as it was written down.
type ActivityDraft struct {
	Point         plan.Point     `json:"point"`
	Kind          ActivityKind   `json:"kind"`
	Title         string         `json:"title"`
	Description   string         `json:"description,omitempty"`
	Place         Place          `json:"place,omitzero"`
	From          plan.Date      `json:"from"`
	Until         plan.Date      `json:"until,omitempty"` // "" for one day, and for a project that still runs
	Organisers    []ident.Member `json:"organisers,omitempty"`
	Participants  Quantity       `json:"participants,omitzero"`
	Categories    []Category     `json:"categories,omitempty"`   // of a competition
	Countries     []string       `json:"countries,omitempty"`    // of a competition: those of the entrants
	Hours         Quantity       `json:"hours,omitzero"`         // of a training
	Trained       Quantity       `json:"trained,omitzero"`       // of a training: persons
	Beneficiaries Quantity       `json:"beneficiaries,omitzero"` // of a project
	Source        *member.Source `json:"source,omitempty"`
}

// Activity is a dated event or project under a point of the plan.
type Activity struct {
	ID        ident.Activity
	Member    ident.Member // in whose name it was drafted
	Version   int64        // for staff of all changes, for others of those that are shown to everybody
	Change    ident.Change // that made this version; 0 for a draft
	State     ActivityState
	Reason    string // why it was refused or withdrawn
	Synthetic bool
	ActivityDraft

	shown int64 // the version that all but staff are told
}

// Activities is the office of what members did: who drafts it, who registers
// it, and of which commitments it is evidence.
//
// An activity has up to twenty organisers. It is public once it is registered
// and one of them is; each reader is shown those organisers that it may know
// of. A draft, and what was submitted or refused, is for staff and the member in
// whose name it was written.
type Activities struct{ db *db.DB }

// NewActivities makes the office.
func NewActivities(d *db.DB) *Activities { return &Activities{db: d} }

// taken tells whether the activity is in the register, withdrawn or not.
func (a Activity) taken() bool { return a.State == ActivityRegistered || a.State == ActivityWithdrawn }

// at tells why the activity, of which the actor has seen the expected version
// (0 for any), cannot be taken on from the state, if so.
func (a Activity) at(state ActivityState, expected int64) error {
	switch {
	case expected != 0 && expected != a.Version:
		return fault.New(fault.Stale, "stale")
	case a.State != state:
		return fault.New(fault.Conflict, "activity_state", fault.Args{"state": string(a.State), "needed": string(state)})
	default:
		return nil
	}
}

// same tells whether two drafts say the same.
func (d ActivityDraft) same(e ActivityDraft) (bool, error) {
	left, err := json.Marshal(d.nameable())
	if err != nil {
		return false, fmt.Errorf("encode: %w", err)
	}
	right, err := json.Marshal(e.nameable())
	if err != nil {
		return false, fmt.Errorf("encode: %w", err)
	}
	return string(left) == string(right), nil
}

// nameable is the draft without the register's own marks of its winners.
func (d ActivityDraft) nameable() ActivityDraft {
	d.Categories = winners(d.Categories, func(w Winner) Winner {
		w.Person, w.Hash = "", ""
		return w
	})
	return d
}

// winners gives the categories with each winner as of makes it.
func winners(categories []Category, of func(Winner) Winner) []Category {
	all := slices.Clone(categories)
	for i, c := range all {
		all[i].Winners = make([]Winner, len(c.Winners))
		for j, w := range c.Winners {
			all[i].Winners[j] = of(w)
		}
	}
	return all
}

// people are the members that an activity names, held by a lock.
type people map[ident.Member]member.Locked

// public tells whether one of the members is.
func (p people) public(numbers []ident.Member) bool {
	return slices.ContainsFunc(numbers, func(n ident.Member) bool { return p[n].Published })
}

// open tells whether everybody sees the activity.
func (a Activity) open(p people) bool { return a.taken() && p.public(a.Organisers) }

// shownTo is the activity with those organisers that the reader may know of.
func (a Activity) shownTo(scope access.Scope, p people) Activity {
	a.Organisers = slices.DeleteFunc(slices.Clone(a.Organisers), func(n ident.Member) bool {
		return !p[n].Published && !scope.Sees(n)
	})
	if !scope.All && a.State != ActivityDrafted {
		a.Version = a.shown
	}
	return a
}

// quiet tells whether the public is shown the same of both activities.
func (a Activity) quiet(b Activity, p people) (bool, error) {
	return a.shownTo(access.Scope{}, p).same(b.shownTo(access.Scope{}, p).ActivityDraft)
}

// activityConstraints says which field is at fault when the database refuses a
// row. The draft is checked before; this can be told by the database only.
var activityConstraints = map[string]fault.Field{
	"activity_draft_point_known": {Pointer: "/point", Code: "unknown_point"},
	"activity_point_known":       {Pointer: "/point", Code: "unknown_point"},
}

func locateActivity(err error) error { return fault.Locate(err, activityConstraints) }
