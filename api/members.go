package api

import (
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func (d *Door) readMember(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	follow := r.query.text("follow") != "false"
	if r.conditional() {
		stamp, err := d.offices.Members.Stamp(r.ctx, number)
		if err != nil {
			return err
		}
		if (stamp.MergedInto == nil || !follow) && r.fresh(r.memberTag(number, stamp.Version, stamp.Seen)) {
			return nil
		}
	}
	profile, err := d.offices.Members.Read(r.ctx, number)
	if err != nil {
		return err
	}
	if profile.MergedInto != nil && follow {
		return r.redirect(memberPath(*profile.MergedInto))
	}
	return r.showProfile(profile)
}

func memberPath(number ident.Member) string { return "/api/v1/members/" + number.String() }

func (r *request) memberTag(number ident.Member, version, seen int64) string {
	return r.tag(version, r.actor().Audience(number), seen)
}

func (r *request) showProfile(p member.Profile) error {
	body, err := profileOf(p)
	if err != nil {
		return err
	}
	return r.show(r.memberTag(p.Number, p.Version, p.Seen), body)
}

func (d *Door) registerMember(r *request) error {
	body, err := bind(r, func(b NewMember) fault.Fields { return memberDraft(b).Check() })
	if err != nil {
		return err
	}
	m, err := d.offices.Members.Register(r.ctx, memberDraft(body))
	if again, ok := replayed(err); ok {
		number, _ := ident.ParseNumber[ident.Member](again.Subject)
		m, err = d.offices.Members.Original(r.ctx, number, again.Change)
	}
	if err != nil {
		return err
	}
	return r.created(memberPath(m.Number), r.memberTag(m.Number, m.Version, 1), memberOf(m))
}

func (d *Door) amendMember(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	expected, err := r.expected(func() (int64, error) { return d.memberVersion(r, number) })
	if err != nil {
		return err
	}
	body, err := bind(r, func(b MemberPatch) fault.Fields { return memberPatch(b).Check() })
	if err != nil {
		return err
	}
	if _, err := d.offices.Members.Amend(r.ctx, number, expected, memberPatch(body)); err != nil {
		return err
	}
	profile, err := d.offices.Members.Read(r.ctx, number)
	if err != nil {
		return err
	}
	return r.showProfile(profile)
}

// memberVersion gives the present version, for those who name none.
func (d *Door) memberVersion(r *request, number ident.Member) (int64, error) {
	stamp, err := d.offices.Members.Stamp(r.ctx, number)
	return stamp.Version, err
}

// memberPlace is where a page of members ends.
type memberPlace struct {
	Number ident.Member `json:"n"`
	Name   string       `json:"s,omitempty"`
	Signed plan.Date    `json:"d,omitempty"`
	Rank   string       `json:"r,omitempty"`
}

func (d *Door) listMembers(r *request) error {
	listing, err := listingOf(r)
	if err != nil {
		return err
	}
	items, err := d.offices.Members.List(r.ctx, listing)
	if err != nil {
		return err
	}
	items, cursor, err := turn(r, items, func(i member.Item) memberPlace {
		place := memberPlace{Number: i.Number}
		switch listing.Sort {
		case member.ByName:
			place.Name = i.SortName
		case member.BySigning:
			place.Signed = i.Signed
		case member.ByRelevance:
			place.Rank = i.Rank
		}
		return place
	})
	if err != nil {
		return err
	}
	body := MemberList{Items: make([]MemberItem, len(items)), NextCursor: cursor}
	for i, item := range items {
		body.Items[i] = memberItem(item)
	}
	return r.list(body)
}

func listingOf(r *request) (member.Listing, error) {
	q := r.query
	listing := member.Listing{
		Text: q.text("q"), Country: q.text("country"), Sector: q.text("sector"), Kind: member.Kind(q.text("kind")),
		Status: member.Status(q.text("status")), Capacity: member.Capacity(q.text("capacity")),
		Ceremony: ident.Ceremony(q.number("ceremony")), Alliance: ident.Alliance(q.number("alliance")),
		Point: int(q.number("point")), HasFigure: q.flag("has_figure"), Limit: r.limit() + 1,
	}
	sort := q.text("sort")
	if len(sort) > 0 && sort[0] == '-' {
		listing.Descending, sort = true, sort[1:]
	}
	listing.Sort = member.Sort(sort)
	switch {
	case sort == "" && listing.Text != "":
		listing.Sort = member.ByRelevance
	case sort == "":
		listing.Sort = member.ByNumber
	}
	place, err := after[memberPlace](r)
	if place != nil {
		listing.After = &member.Item{Number: place.Number, SortName: place.Name, Signed: place.Signed, Rank: place.Rank}
	}
	return listing, err
}

func (d *Door) transitionMember(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	body, err := bind(r, func(b NewTransition) fault.Fields { return stepOf(b).Check() })
	if err != nil {
		return err
	}
	expected, err := r.expectedIfGiven(func() (int64, error) { return d.memberVersion(r, number) })
	if err != nil {
		return err
	}
	taken, err := d.offices.Members.Transition(r.ctx, number, expected, stepOf(body))
	if again, ok := replayed(err); ok {
		taken, err = d.offices.Members.ReadTransition(r.ctx, ident.Transition(again.Subject))
	}
	if err != nil {
		return err
	}
	return r.created(memberPath(number), r.tag(1, r.actor().Audience(number)), transitionOf(taken))
}

func (d *Door) listTransitions(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	place, err := after[ident.Change](r)
	if err != nil {
		return err
	}
	steps, err := d.offices.Members.Transitions(r.ctx, number, stated(place), r.limit()+1)
	if err != nil {
		return err
	}
	steps, cursor, err := turn(r, steps, func(t member.Transition) ident.Change { return t.Change })
	if err != nil {
		return err
	}
	body := TransitionList{Items: make([]Transition, len(steps)), NextCursor: cursor}
	for i, step := range steps {
		body.Items[i] = transitionOf(step)
	}
	return r.list(body)
}

func (d *Door) listTerms(r *request) error {
	number, err := number[ident.Member](r, "number")
	if err != nil {
		return err
	}
	place, err := after[int](r)
	if err != nil {
		return err
	}
	terms, err := d.offices.Members.Terms(r.ctx, number, stated(place), r.limit()+1)
	if err != nil {
		return err
	}
	terms, cursor, err := turn(r, terms, func(t member.Term) int { return t.Ordinal })
	if err != nil {
		return err
	}
	body := TermList{Items: make([]Term, len(terms)), NextCursor: cursor}
	for i, t := range terms {
		body.Items[i] = Term{
			Ordinal: t.Ordinal, From: stated(t.From), Until: stated(t.Until), Open: t.Open,
			EndedAs: MemberStatus(stated(t.EndedAs)), Reason: stated(t.Reason),
		}
	}
	return r.list(body)
}
