package commitment

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"accord/db"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/ledger"
	"accord/pkg/member"
)

// ParticipantRole is as what a member takes part in a joint commitment.
type ParticipantRole string

// The roles in a joint commitment. The member that drafted it is a lead, too,
// and answers for the reports.
const (
	Lead    ParticipantRole = "lead"
	Partner ParticipantRole = "partner"
)

// ParticipantRoles lists the roles.
func ParticipantRoles() []ParticipantRole { return []ParticipantRole{Lead, Partner} }

// ParticipantState is what an invited member said. "" is that it is not invited
// yet: the commitment is a draft.
type ParticipantState string

// The states of a participant.
const (
	Invited  ParticipantState = "invited"
	Accepted ParticipantState = "accepted"
	Declined ParticipantState = "declined"
)

// ParticipantStates lists the states, as an invitation goes through them.
func ParticipantStates() []ParticipantState { return []ParticipantState{Invited, Accepted, Declined} }

// Participant is a member that makes a commitment with the one that drafted it.
// It is a public member, always: an applicant is invited by nobody.
type Participant struct {
	Commitment ident.Commitment `db:"commitment" json:"-"`
	Member     ident.Member     `db:"member" json:"member"`
	Version    int64            `db:"version" json:"-"`
	Change     ident.Change     `db:"change" json:"-"` // that made this version
	Role       ParticipantRole  `db:"role" json:"role"`
	State      ParticipantState `db:"state" json:"state,omitempty"`
}

// checkParticipants gives every fault of the list that can be told without the register.
func checkParticipants(list []Participant) fault.Fields {
	var faults fault.Fields
	if len(list) > mostParticipants {
		faults.Add("", "too_many_items", fault.Args{"max": strconv.Itoa(mostParticipants)})
		return faults
	}
	for i, p := range list {
		at := "/" + strconv.Itoa(i)
		switch {
		case p.Member <= 0:
			faults.Add(at+"/member", "unknown_member")
		case slices.ContainsFunc(list[:i], func(other Participant) bool { return other.Member == p.Member }):
			faults.Add(at+"/member", "repeated")
		}
		fault.OneOf(&faults, at+"/role", p.Role, ParticipantRoles())
	}
	return faults
}

const invitedMembers = `select number, status, published, synthetic from member where number = any($1) order by number`

// standing reads the members of a list, by number.
func standing(ctx context.Context, tx *db.Tx, list []Participant) (map[ident.Member]member.Locked, error) {
	found := map[ident.Member]member.Locked{}
	if len(list) == 0 {
		return found, nil
	}
	numbers := make(db.Numbers, len(list))
	for i, p := range list {
		numbers[i] = int64(p.Member)
	}
	var members []member.Locked
	if err := tx.Select(ctx, &members, invitedMembers, numbers); err != nil {
		return nil, fmt.Errorf("read the participants: %w", err)
	}
	for _, m := range members {
		found[m.Number] = m
	}
	return found, nil
}

// checkStanding gives every fault of the participants that only the register
// can tell; who is not staff does not learn of an applicant by it.
func checkStanding(list []Participant, owner ident.Member, known map[ident.Member]member.Locked, staff bool) fault.Fields {
	var faults fault.Fields
	for i, p := range list {
		at := fmt.Sprintf("/participants/%d/member", i)
		m, there := known[p.Member]
		switch {
		case p.Member == owner:
			faults.Add(at, "participates_already")
		case there && m.Published && m.Status == member.Merged:
			faults.Add(at, "member_merged")
		case there && !m.Published && staff:
			faults.Add(at, "participant_not_public")
		case !there || !m.Published:
			faults.Add(at, "unknown_member")
		}
	}
	return faults
}

const insertParticipant = `
insert into commitment_participant (commitment, member, version, role, state) values ($1, $2, $3, $4, $5)`

// invite writes down and records whom the submitted commitment invites, and
// gives them. In the order of their numbers, so that two that invite the same
// members take turns.
func invite(ctx context.Context, tx *db.Tx, c Commitment) (member.Rows[Participant], error) {
	list := slices.SortedFunc(slices.Values(c.Participants), func(a, b Participant) int { return int(a.Member - b.Member) })
	for i, p := range list {
		p.State = Invited
		list[i] = p
		p.Commitment, p.Version, p.Change = c.ID, 1, c.Change
		if _, err := tx.Exec(ctx, insertParticipant, p.Commitment, p.Member, p.Version, p.Role, p.State); err != nil {
			return nil, fmt.Errorf("invite member %s: %w", p.Member, err)
		}
		if err := recordParticipant(ctx, tx, p, false); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// participation is a participant as a ledger entry holds it.
type participation struct {
	Commitment ident.Commitment `json:"commitment"`
	Member     ident.Member     `json:"member"`
	Role       ParticipantRole  `json:"role"`
	State      ParticipantState `json:"state"`
}

// recordParticipant records what became of a participation, sealed unless
// everybody sees it, and notes that the member is shown otherwise.
func recordParticipant(ctx context.Context, tx *db.Tx, p Participant, open bool) error {
	if err := member.Touch(ctx, tx, p.Member, open); err != nil {
		return err
	}
	return ledger.Record(ctx, tx, ledger.Entry{
		Action: "participant." + string(p.State), Kind: "participant", ID: fmt.Sprintf("%s/%s", p.Commitment, p.Member), Member: p.Member,
		Content: participation{Commitment: p.Commitment, Member: p.Member, Role: p.Role, State: p.State}, Sealed: !open,
	})
}

// revealParticipants records who takes part in a commitment that everybody sees
// from now on.
func revealParticipants(ctx context.Context, tx *db.Tx, c Commitment) error {
	for _, p := range c.Participants {
		if p.State != Accepted {
			continue
		}
		p.Commitment = c.ID
		if err := recordParticipant(ctx, tx, p, true); err != nil {
			return err
		}
	}
	return nil
}
