package request

import (
	"fmt"
	"strconv"

	"accord/pkg/fault"
	"accord/pkg/figure"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// most is how many figures, signatures and pieces of evidence a request has at most.
const most = 20

// Draft is a request to be made, in the words of what it would change.
type Draft struct {
	Member     member.Patch // of fields that the register vouches for
	Figures    []FigureDraft
	Signatures []member.SignatureDraft
	Reason     string
	Evidence   []member.Source
}

// FigureDraft is a figure to be stated, or to supersede another one.
type FigureDraft struct {
	figure.Draft
	Supersedes ident.Figure // "" for none
}

// Check gives every fault of the draft that can be told without the register.
func (d Draft) Check() fault.Fields {
	var faults fault.Fields
	faults.Merge("/member", d.Member.Check())
	for list, n := range map[string]int{"/figures": len(d.Figures), "/signatures": len(d.Signatures), "/evidence": len(d.Evidence)} {
		if n > most {
			faults.Add(list, "too_many_items", fault.Args{"max": strconv.Itoa(most)})
		}
	}
	for i, f := range d.Figures {
		faults.Merge(fmt.Sprintf("/figures/%d", i), f.Check())
	}
	for i, g := range d.Signatures {
		faults.Merge(fmt.Sprintf("/signatures/%d", i), g.Check())
	}
	for i, link := range d.Evidence {
		faults.Merge(fmt.Sprintf("/evidence/%d", i), link.Check())
	}
	faults.Prose("/reason", d.Reason, 2000)
	return faults
}

// Verdict is what becomes of an item.
type Verdict string

// The verdicts on an item.
const (
	Accept Verdict = "accept"
	Reject Verdict = "reject"
)

// Decision is the verdict on one item.
type Decision struct {
	Item    int // its number
	Verdict Verdict
	Reason  string // of a rejection; "" where an acceptance has none
}

// Ruling is what one of the staff decides of a request.
type Ruling struct {
	Decisions    []Decision
	DistinctFrom []ident.Member // as in [member.Patch], for names that are accepted
}

// Check gives every fault of the ruling that can be told without the request.
func (r Ruling) Check() fault.Fields {
	var faults fault.Fields
	if len(r.Decisions) == 0 {
		faults.Add("/decisions", "required")
	}
	seen := map[int]bool{}
	for i, d := range r.Decisions {
		at := fmt.Sprintf("/decisions/%d", i)
		if seen[d.Item] {
			faults.Add(at+"/item", "repeated")
		}
		seen[d.Item] = true
		fault.OneOf(&faults, at+"/verdict", d.Verdict, []Verdict{Accept, Reject})
		if d.Verdict == Reject || d.Reason != "" {
			faults.Prose(at+"/reason", d.Reason, 2000)
		}
	}
	return faults
}

// CheckReason gives every fault of the reason of a return.
func CheckReason(reason string) fault.Fields {
	var faults fault.Fields
	faults.Prose("/reason", reason, 2000)
	return faults
}
