package commitment

import (
	"github.com/oapi-codegen/nullable"

	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

// ActivityPatch is a merge patch of an activity (RFC 7396): what is not
// specified stays, null takes away. Of what every activity has, "", 0 and nil
// leave it as it is. A list takes the place of the whole list.
type ActivityPatch struct {
	Point         plan.Point
	Kind          ActivityKind
	Title         string
	Description   nullable.Nullable[string]
	Place         nullable.Nullable[Place]
	From          plan.Date
	Until         nullable.Nullable[plan.Date]
	Organisers    []ident.Member
	Participants  nullable.Nullable[Quantity]
	Categories    nullable.Nullable[[]Category]
	Countries     nullable.Nullable[[]string]
	Hours         nullable.Nullable[Quantity]
	Trained       nullable.Nullable[Quantity]
	Beneficiaries nullable.Nullable[Quantity]
	Source        nullable.Nullable[member.Source]
}

// Check gives every fault of the patch that can be told without the activity.
// What belongs to one kind only is judged where the patch names the kind.
func (p ActivityPatch) Check() fault.Fields {
	d := p.onto(ActivityDraft{Point: 1, Title: "sound", From: "1800-01-01", Organisers: []ident.Member{1}})
	faults := d.Check()
	if p.Kind != "" {
		return faults
	}
	var told fault.Fields // but for the kind, which the patch leaves alone
	for _, f := range faults {
		if f.Pointer != "/kind" {
			told = append(told, f)
		}
	}
	return told
}

// onto is the pure rule of an amendment.
func (p ActivityPatch) onto(d ActivityDraft) ActivityDraft {
	if p.Point != 0 {
		d.Point = p.Point
	}
	if p.Kind != "" {
		d.Kind = p.Kind
	}
	if p.Title != "" {
		d.Title = p.Title
	}
	if p.From != "" {
		d.From = p.From
	}
	if p.Organisers != nil {
		d.Organisers = p.Organisers
	}
	patchValue(&d.Description, p.Description)
	patchValue(&d.Place, p.Place)
	patchValue(&d.Until, p.Until)
	patchValue(&d.Participants, p.Participants)
	patchValue(&d.Categories, p.Categories)
	patchValue(&d.Countries, p.Countries)
	patchValue(&d.Hours, p.Hours)
	patchValue(&d.Trained, p.Trained)
	patchValue(&d.Beneficiaries, p.Beneficiaries)
	if p.Source.IsSpecified() {
		d.Source = nil
		if source, err := p.Source.Get(); err == nil {
			d.Source = &source
		}
	}
	return d
}

// patchValue puts what is specified into the field; null leaves its zero value.
func patchValue[T any](field *T, n nullable.Nullable[T]) {
	if !n.IsSpecified() {
		return
	}
	var none T
	*field = none
	if value, err := n.Get(); err == nil {
		*field = value
	}
}
