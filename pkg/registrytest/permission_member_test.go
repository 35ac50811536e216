package registrytest

import (
	"context"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/ident"
	"accord/pkg/member"
)

func ptr[T any](value T) *T { return &value }

// must gives the value, or ends the test.
func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// unique gives a name that no other member has.
func unique() string { return "Name " + string(ident.New[ident.Figure]()) }

// firstChange gives the change that made a thing, from its table.
func firstChange(t *testing.T, r *Register, query string, id any) ident.Change {
	t.Helper()
	var change ident.Change
	if err := r.DB.Get(context.Background(), &change, query, id); err != nil {
		t.Fatal(err)
	}
	return change
}

func memberProbes() map[string]probe {
	return map[string]probe{
		"Members.Register": {public: staffOnly, writes: true, make: func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Members.Register(ctx, member.Draft{Name: unique(), Kind: member.Enterprise})
				return err
			}
		}},
		"Members.Amend of what the register vouches for": staffWrite(func(t *testing.T, r *Register, number ident.Member) call {
			version := r.Version(t, number)
			return func(ctx context.Context) error {
				_, err := r.Members.Amend(ctx, number, version, member.Patch{City: nullable.NewNullableWithValue("Hangzhou")})
				return err
			}
		}),
		"Members.Amend of what applies at once": {public: ownWrites, hidden: ownHidden, writes: true, make: func(t *testing.T, r *Register, number ident.Member) call {
			version := r.Version(t, number)
			return func(ctx context.Context) error {
				_, err := r.Members.Amend(ctx, number, version, member.Patch{Description: nullable.NewNullableWithValue("Sells things")})
				return err
			}
		}},
		"Members.Transition": staffWrite(func(t *testing.T, r *Register, number ident.Member) call {
			version, step := r.Version(t, number), member.Step{To: member.Suspended, Reason: "test"}
			if must(r.Members.Read(Staff(), number))(t).Status == member.Applied {
				step.To = member.InReview
			}
			return func(ctx context.Context) error {
				_, err := r.Members.Transition(ctx, number, version, step)
				return err
			}
		}),
		"Members.Original": staffWrite(func(t *testing.T, r *Register, number ident.Member) call {
			change := firstChange(t, r, `select min(change) from member_transition where member = $1`, number)
			return func(ctx context.Context) error {
				_, err := r.Members.Original(ctx, number, change)
				return err
			}
		}),
		"Members.ReadTransition": {public: staffOnly, hidden: staffOnly, make: func(t *testing.T, r *Register, number ident.Member) call {
			steps := must(r.Members.Transitions(Staff(), number, 0, 10))(t)
			return func(ctx context.Context) error { _, err := r.Members.ReadTransition(ctx, steps[0].ID); return err }
		}},
		"Members.Read": read(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Members.Read(ctx, number); return err }
		}),
		"Members.Stamp": read(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Members.Stamp(ctx, number); return err }
		}),
		"Members.Terms": read(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Members.Terms(ctx, number, 0, 10); return err }
		}),
		"Members.Transitions": read(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Members.Transitions(ctx, number, 0, 10); return err }
		}),
		// A list does not refuse: who may not know of a member does not find it.
		"Members.List": read(func(t *testing.T, r *Register, number ident.Member) call {
			name := must(r.Members.Read(Staff(), number))(t).Name
			return func(ctx context.Context) error {
				items, err := r.Members.List(ctx, member.Listing{Text: name, Limit: 10})
				return found(len(items), err)
			}
		}),
	}
}

func belongingProbes() map[string]probe {
	return map[string]probe{
		"Members.AddContact": {public: ownReads, hidden: ownHidden, writes: true, make: func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Members.AddContact(ctx, number, aContact()); return err }
		}},
		"Members.AmendContact": {public: ownReads, hidden: ownHidden, writes: true, make: func(t *testing.T, r *Register, number ident.Member) call {
			c := must(r.Members.AddContact(Staff(), number, aContact()))(t)
			return func(ctx context.Context) error {
				_, err := r.Members.AmendContact(ctx, c.ID, 1, member.ContactPatch{Name: nullable.NewNullableWithValue("Li")})
				return err
			}
		}},
		"Members.RemoveContact": {public: ownReads, hidden: ownHidden, writes: true, make: func(t *testing.T, r *Register, number ident.Member) call {
			c := must(r.Members.AddContact(Staff(), number, aContact()))(t)
			return func(ctx context.Context) error { return r.Members.RemoveContact(ctx, c.ID, 1) }
		}},
		"Members.ReadContact": {public: ownReads, hidden: ownHidden, make: func(t *testing.T, r *Register, number ident.Member) call {
			c := must(r.Members.AddContact(Staff(), number, aContact()))(t)
			return func(ctx context.Context) error { _, err := r.Members.ReadContact(ctx, c.ID); return err }
		}},
		"Members.Contacts": {public: ownReads, hidden: ownHidden, make: func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Members.Contacts(ctx, number, "", 10); return err }
		}},
		"Members.Sign": staffWrite(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Members.Sign(ctx, number, member.SignatureDraft{Capacity: member.Signer})
				return err
			}
		}),
		"Members.ReadSignature": read(func(t *testing.T, r *Register, number ident.Member) call {
			g := must(r.Members.Sign(Staff(), number, member.SignatureDraft{Capacity: member.Signer}))(t)
			return func(ctx context.Context) error { _, err := r.Members.ReadSignature(ctx, g.ID); return err }
		}),
		"Members.Signatures": read(func(_ *testing.T, r *Register, number ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Members.Signatures(ctx, number, "", 10); return err }
		}),
	}
}

func aContact() member.Contact { return member.Contact{Name: "Zhang", Phone: ptr("+86 571 0000")} }

// found makes of an empty answer what a refusal of a single thing would be.
func found(n int, err error) error {
	if err == nil && n == 0 {
		return notFound
	}
	return err
}

func ceremonyProbes() map[string]probe {
	return map[string]probe{
		"Members.RecordCeremony": {public: staffOnly, writes: true, make: func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error {
				_, err := r.Members.RecordCeremony(ctx, member.CeremonyDraft{Name: unique()})
				return err
			}
		}},
		"Members.AmendCeremony": {public: staffOnly, writes: true, make: func(t *testing.T, r *Register, _ ident.Member) call {
			id := r.Ceremony(t, unique())
			return func(ctx context.Context) error {
				_, err := r.Members.AmendCeremony(ctx, id, 1, member.CeremonyPatch{Place: nullable.NewNullableWithValue("Beijing")})
				return err
			}
		}},
		"Members.OriginalCeremony": {public: staffOnly, make: func(t *testing.T, r *Register, _ ident.Member) call {
			c := must(r.Members.RecordCeremony(Staff(), member.CeremonyDraft{Name: unique()}))(t)
			return func(ctx context.Context) error { _, err := r.Members.OriginalCeremony(ctx, c.ID, c.Change); return err }
		}},
		"Members.ReadCeremony": open(func(t *testing.T, r *Register, _ ident.Member) call {
			id := r.Ceremony(t, unique())
			return func(ctx context.Context) error { _, err := r.Members.ReadCeremony(ctx, id); return err }
		}),
		"Members.Ceremonies": open(func(_ *testing.T, r *Register, _ ident.Member) call {
			return func(ctx context.Context) error { _, err := r.Members.Ceremonies(ctx, 0, 10); return err }
		}),
		"Members.CeremonySignatures": read(func(t *testing.T, r *Register, number ident.Member) call {
			id := r.Ceremony(t, unique())
			must(r.Members.Sign(Staff(), number, member.SignatureDraft{Capacity: member.Signer, Ceremony: &id}))(t)
			return func(ctx context.Context) error {
				rows, err := r.Members.CeremonySignatures(ctx, id, "", 10)
				return found(len(rows), err)
			}
		}),
	}
}
