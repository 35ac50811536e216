package request

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

// Propose proposes to change what the register vouches for of a member. Old
// values are those that stand there now. It is an approver's to do: what is
// proposed speaks for the member, as what is submitted does.
//
// It refuses with Forbidden when the role may not, the actor is no approver or
// the member is another one's, NotFound when the actor may not know of the
// member, Conflict when it is merged, when a request that is open proposes to
// change one of the same things, or when the figure or the signature exists or
// the figure is superseded already, and Invalid with every field at fault: as
// in the writing of each thing, and where nothing would change.
func (s *Service) Propose(ctx context.Context, number ident.Member, draft Draft) (Request, error) {
	actor, err := access.Require(ctx, access.ProposeRequest)
	if err != nil {
		return Request{}, err
	}
	if err := draft.Check().Err(); err != nil {
		return Request{}, err
	}
	var r Request
	err = s.db.InTx(ctx, func(tx *db.Tx) error {
		if _, err := member.Lock(ctx, tx, number, actor.Scope()); err != nil {
			return err
		}
		now, err := stand(ctx, tx, number, actor.Scope())
		if err != nil {
			return err
		}
		items, err := draft.items(ctx, tx, now)
		if err != nil {
			return err
		}
		if err := refuseTaken(ctx, tx, number, items); err != nil {
			return err
		}
		id := ident.New[ident.Request]()
		if err := insertRequest(ctx, tx, id, number, actor, draft); err != nil {
			return err
		}
		for i, item := range items {
			if err := insertItem(ctx, tx, id, number, i+1, item); err != nil {
				return err
			}
		}
		if err := addStep(ctx, tx, id, actor, stepProposed, "", nil); err != nil {
			return err
		}
		r, err = whole(ctx, tx, id, actor.Scope())
		return err
	})
	if err != nil {
		return Request{}, fmt.Errorf("propose to change member %s: %w", number, fault.Locate(err, constraints))
	}
	return r, nil
}

// proposal is an item of a draft, and where it stands in it.
type proposal struct {
	Item
	pointer   string
	signatory *member.Signatory
}

// items is what the draft would change of what stands, or every fault of it.
func (d Draft) items(ctx context.Context, tx *db.Tx, now standing) ([]proposal, error) {
	var items []proposal
	var faults fault.Fields
	differences, err := now.member.Differences(d.Member)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return nil, err
	}
	faults.Merge("/member", fault.FieldsOf(err))
	for _, field := range differences {
		items = append(items, proposal{
			Item:    Item{Kind: OfField, Subject: string(field.Field), Old: field.Old, New: field.New},
			pointer: "/member/" + string(field.Field),
		})
	}
	for i, f := range d.Figures {
		at := fmt.Sprintf("/figures/%d", i)
		item, err := f.item(now)
		if items, err = gather(&faults, items, proposal{Item: item, pointer: at}, err); err != nil {
			return nil, err
		}
	}
	for i, g := range d.Signatures {
		at := fmt.Sprintf("/signatures/%d", i)
		item, err := signatureItem(ctx, tx, g, now)
		if items, err = gather(&faults, items, proposal{Item: item, pointer: at, signatory: g.Signatory}, err); err != nil {
			return nil, err
		}
	}
	seen := map[string]bool{}
	for _, item := range items {
		if seen[item.Subject] {
			faults.Add(item.pointer, "repeated")
		}
		seen[item.Subject] = true
	}
	if len(items) == 0 && len(faults) == 0 {
		faults.Add("", "request_changes_nothing")
	}
	return items, faults.Err()
}

// gather adds an item, or notes what is at fault with it, at its place.
func gather(faults *fault.Fields, items []proposal, item proposal, err error) ([]proposal, error) {
	if err == nil {
		return append(items, item), nil
	}
	if !fault.Is(err, fault.Invalid) {
		return nil, below(err, item.pointer)
	}
	faults.Merge(item.pointer, fault.FieldsOf(err))
	return items, nil
}

// item is the figure beside what stands.
func (f FigureDraft) item(now standing) (Item, error) {
	next := f.Normal()
	item := Item{Kind: OfFigure, Subject: next.Slot()}
	var err error
	if item.New, err = encode(next); err != nil {
		return Item{}, err
	}
	if f.Supersedes == "" {
		if _, taken := now.figures.In(item.Subject); taken {
			return Item{}, fault.ConflictAt("/period", "figure_exists")
		}
		return item, nil
	}
	old, known := now.figures.Of(f.Supersedes)
	switch {
	case !known:
		return Item{}, fault.FieldAt("/supersedes", "unknown_figure")
	case old.ID != f.Supersedes:
		return Item{}, fault.ConflictAt("/supersedes", "figure_superseded", fault.Args{"by": string(old.ID)})
	case old.Measure != next.Measure:
		return Item{}, fault.FieldAt("/measure", "measure_stays", fault.Args{"measure": string(old.Measure)})
	}
	item.Figure, item.Subject = old.ID, old.Draft().Slot()
	item.Old, err = encode(old.Draft())
	return item, err
}

// signatureItem is the signature beside what stands; who signed is kept apart.
func signatureItem(ctx context.Context, tx *db.Tx, g member.SignatureDraft, now standing) (Item, error) {
	if err := g.CheckDay(ctx, tx); err != nil {
		return Item{}, err
	}
	item := Item{Kind: OfSignature, Subject: "paper"}
	if g.Ceremony != nil {
		item.Subject = g.Ceremony.String()
		if _, taken := now.signed[*g.Ceremony]; taken {
			return Item{}, fault.ConflictAt("/ceremony", "signed_already")
		}
	}
	g.Signatory = nil
	var err error
	item.New, err = encode(g)
	return item, err
}

// below gives a fault with its fields below a pointer.
func below(err error, pointer string) error {
	return moved(err, func(from string) string { return pointer + from })
}

const findTaken = `
select request, subject from change_request_item where member = $1 and state = 'open' and subject = any($2) order by subject limit 1`

// refuseTaken refuses what another request proposes to change already.
func refuseTaken(ctx context.Context, tx *db.Tx, number ident.Member, items []proposal) error {
	subjects := make(db.Texts, 0, len(items))
	for _, item := range items {
		subjects = append(subjects, item.Subject)
	}
	var taken []struct {
		Request ident.Request `db:"request"`
		Subject string        `db:"subject"`
	}
	if err := tx.Select(ctx, &taken, findTaken, number, subjects); err != nil {
		return fmt.Errorf("look for other requests: %w", err)
	}
	if len(taken) == 0 {
		return nil
	}
	for _, item := range items {
		if item.Subject == taken[0].Subject {
			return fault.ConflictAt(item.pointer, "change_requested", fault.Args{"request": string(taken[0].Request)})
		}
	}
	return nil
}

const insertRequestRow = `
insert into change_request (id, member, proposer, proposer_role, reason, evidence, proposed_at) values ($1, $2, $3, $4, $5, $6, $7)`

func insertRequest(ctx context.Context, tx *db.Tx, id ident.Request, number ident.Member, actor access.Actor, draft Draft) error {
	tx.Made("change_request", string(id))
	evidence, err := encode(append([]member.Source{}, draft.Evidence...))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, insertRequestRow, id, number, actor.User, actor.Role, strings.TrimSpace(draft.Reason), string(evidence), tx.Now); err != nil {
		return fmt.Errorf("insert the request: %w", err)
	}
	return nil
}

const insertItemRow = `
insert into change_request_item (id, request, member, ordinal, kind, subject, figure, old, new) values ($1, $2, $3, $4, $5, $6, nullif($7, '')::uuid, $8, $9)`

const insertSignatory = `
insert into change_request_signatory (item, name, title) values ($1, $2, $3)`

func insertItem(ctx context.Context, tx *db.Tx, of ident.Request, number ident.Member, ordinal int, p proposal) error {
	id := ident.New[ident.RequestItem]()
	if _, err := tx.Exec(ctx, insertItemRow, id, of, number, ordinal, p.Kind, p.Subject, p.Figure, orNull(p.Old), orNull(p.New)); err != nil {
		return fmt.Errorf("insert an item: %w", err)
	}
	if p.signatory == nil {
		return nil
	}
	if _, err := tx.Exec(ctx, insertSignatory, id, p.signatory.Name, p.signatory.Title); err != nil {
		return fmt.Errorf("insert the signatory: %w", err)
	}
	return nil
}

// orNull gives JSON as a column takes it.
func orNull(raw json.RawMessage) *string {
	if raw == nil {
		return nil
	}
	text := string(raw)
	return &text
}

const insertStep = `
insert into change_request_step (request, ordinal, step, actor, role, at, reason, moved)
select id, version, $2, $3, $4, $5, nullif($6, ''), $7 from change_request where id = $1`

// addStep notes what made the present version of the request.
func addStep(ctx context.Context, tx *db.Tx, of ident.Request, actor access.Actor, step, reason string, moved []Moved) error {
	tx.Made("change_request", string(of))
	var list json.RawMessage
	if moved != nil {
		var err error
		if list, err = encode(moved); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, insertStep, of, step, actor.User, actor.Role, tx.Now, reason, orNull(list)); err != nil {
		return fmt.Errorf("note the step: %w", err)
	}
	return nil
}
