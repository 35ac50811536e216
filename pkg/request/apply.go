package request

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"accord/db"
	"accord/pkg/figure"
	"accord/pkg/member"
)

// apply does what the ruling accepts of the items that it names, through the
// offices that they belong to: the fields first, in one amendment, then figures
// and signatures. The change names who proposed it.
func (s *Service) apply(ctx context.Context, tx *db.Tx, r Request, chosen []Item, ruling Ruling) error {
	tx.Proposed(r.Proposer, string(r.ProposerRole), r.Reason)
	if err := s.amend(ctx, tx, r, chosen, ruling); err != nil {
		return err
	}
	for i, item := range chosen {
		if ruling.Decisions[i].Verdict != Accept {
			continue
		}
		var err error
		switch item.Kind {
		case OfFigure:
			err = s.state(ctx, tx, r, item)
		case OfSignature:
			err = s.sign(ctx, tx, r, item)
		case OfField:
		}
		if err != nil {
			return below(err, fmt.Sprintf("/decisions/%d/new", i))
		}
	}
	return nil
}

// amend applies the fields that are accepted.
func (s *Service) amend(ctx context.Context, tx *db.Tx, r Request, chosen []Item, ruling Ruling) error {
	patch, places := member.Patch{DistinctFrom: ruling.DistinctFrom}, map[string]int{}
	for i, item := range chosen {
		if item.Kind != OfField || ruling.Decisions[i].Verdict != Accept {
			continue
		}
		if err := patch.Set(member.Field(item.Subject), item.New); err != nil {
			return fmt.Errorf("read item %s: %w", item.ID, err)
		}
		places[item.Subject] = i
	}
	if len(places) == 0 {
		return nil
	}
	m, err := member.Whole(ctx, tx, r.Member, wide)
	if err != nil {
		return err
	}
	if _, err := s.members.AmendIn(ctx, tx, r.Member, m.Version, patch); err != nil {
		return moved(err, func(pointer string) string {
			field, rest, _ := strings.Cut(strings.TrimPrefix(pointer, "/"), "/")
			if field == "name" { // of a duplicate of the primary one
				field = "names"
			}
			if rest != "" {
				rest = "/" + rest
			}
			return fmt.Sprintf("/decisions/%d/new%s", places[field], rest)
		})
	}
	return nil
}

// state applies a figure.
func (s *Service) state(ctx context.Context, tx *db.Tx, r Request, item Item) error {
	var draft figure.Draft
	if err := json.Unmarshal(item.New, &draft); err != nil {
		return fmt.Errorf("read item %s: %w", item.ID, err)
	}
	var err error
	if item.Figure == "" {
		_, err = s.figures.StateIn(ctx, tx, r.Member, draft)
	} else {
		_, err = s.figures.SupersedeIn(ctx, tx, item.Figure, 0, draft)
	}
	return err
}

// sign applies a signature.
func (s *Service) sign(ctx context.Context, tx *db.Tx, r Request, item Item) error {
	var draft member.SignatureDraft
	if err := json.Unmarshal(item.New, &draft); err != nil {
		return fmt.Errorf("read item %s: %w", item.ID, err)
	}
	if item.SignatoryName != nil {
		draft.Signatory = &member.Signatory{Name: *item.SignatoryName, Title: item.SignatoryTitle}
	}
	_, err := s.members.SignIn(ctx, tx, r.Member, draft)
	return err
}
