package member

// Status is where a member stands in the membership lifecycle.
type Status string

// The statuses of a member.
const (
	Applied          Status = "applied"
	InReview         Status = "in_review"
	Active           Status = "active"
	NonCommunicating Status = "non_communicating" // a member that owes a report
	Suspended        Status = "suspended"
	Withdrawn        Status = "withdrawn" // left by its own will
	Delisted         Status = "delisted"  // was removed; stays public with the reason
	Rejected         Status = "rejected"
	Merged           Status = "merged" // a duplicate; its number leads to the survivor
)

// Statuses lists the statuses in the order of the lifecycle.
func Statuses() []Status {
	return []Status{Applied, InReview, Active, NonCommunicating, Suspended, Withdrawn, Delisted, Rejected, Merged}
}

// steps lists where each status may lead. A merge is undone by the step back
// to the status before it, which only the member's row knows.
var steps = map[Status][]Status{
	Applied:          {InReview, Rejected, Merged},
	InReview:         {Active, Rejected, Merged},
	Active:           {NonCommunicating, Suspended, Withdrawn, Merged},
	NonCommunicating: {Active, Suspended, Withdrawn, Delisted, Merged},
	Suspended:        {Active, NonCommunicating, Withdrawn, Delisted, Merged},
	Withdrawn:        {Active, Merged},
	Delisted:         {Active, Merged},
	Rejected:         {InReview, Merged},
}

// leads tells whether a member may step to the status.
func (m Member) leads(to Status) bool {
	if m.Status == Merged {
		return m.MergedFrom != nil && *m.MergedFrom == to
	}
	for _, next := range steps[m.Status] {
		if next == to {
			return true
		}
	}
	return false
}

// inTerm tells whether an organisation of this status is within a membership term.
func (s Status) inTerm() bool {
	return s == Active || s == NonCommunicating || s == Suspended
}
