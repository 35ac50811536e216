package member_test

import (
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
)

func TestAmend(t *testing.T) {
	t.Parallel()
	s, d := office(t)

	t.Run("what is absent stays and null takes away", func(t *testing.T) {
		number := active(t, s, member.Draft{Name: "Patched", City: ptr("Beijing"), Country: ptr("CN")})
		stamp, _ := s.Stamp(staff(), number)
		m, err := s.Amend(staff(), number, stamp.Version, member.Patch{
			City: nullable.NewNullNullable[string](), Description: nullable.NewNullableWithValue("Sells things."),
		})
		if err != nil || m.City != nil || *m.Country != "CN" || *m.Description != "Sells things." || m.Version != stamp.Version+1 {
			t.Errorf("got %+v, %v", m, err)
		}
	})
	t.Run("a patch that changes nothing leaves version and ledger alone", func(t *testing.T) {
		number := active(t, s, member.Draft{Name: "Still", City: ptr("Beijing")})
		stamp, _ := s.Stamp(staff(), number)
		var before, after int
		_ = d.Get(t.Context(), &before, `select count(*) from entry`)
		m, err := s.Amend(staff(), number, stamp.Version, member.Patch{City: nullable.NewNullableWithValue("Beijing")})
		_ = d.Get(t.Context(), &after, `select count(*) from entry`)
		if err != nil || m.Version != stamp.Version || before != after {
			t.Errorf("version %d to %d, entries %d to %d, %v", stamp.Version, m.Version, before, after, err)
		}
	})
	t.Run("a version that is not the present one is refused", func(t *testing.T) {
		number := active(t, s, member.Draft{Name: "Contested"})
		_, err := s.Amend(staff(), number, 1, member.Patch{City: nullable.NewNullableWithValue("Xi'an")})
		wantKind(t, err, fault.Stale)
	})
	t.Run("a new name frees the old one", func(t *testing.T) {
		m := register(t, s, member.Draft{Name: "Old Name"})
		if _, err := s.Amend(staff(), m.Number, 1, member.Patch{Name: nullable.NewNullableWithValue("New Name")}); err != nil {
			t.Fatal(err)
		}
		register(t, s, member.Draft{Name: "Old Name"})
		other := register(t, s, member.Draft{Name: "Third Name"})
		_, err := s.Amend(staff(), other.Number, 1, member.Patch{Name: nullable.NewNullableWithValue("NEW NAME")})
		wantField(t, err, "/name", "name_taken")
	})
	t.Run("a member's person describes it, and changes nothing that the register vouches for", func(t *testing.T) {
		number := active(t, s, member.Draft{Name: "Self"})
		stamp, _ := s.Stamp(of(number), number)
		if _, err := s.Amend(of(number), number, stamp.Version, member.Patch{Website: nullable.NewNullableWithValue("https://self.example")}); err != nil {
			t.Fatal(err)
		}
		_, err := s.Amend(of(number), number, stamp.Version+1, member.Patch{
			Name: nullable.NewNullableWithValue("Else"), Country: nullable.NewNullNullable[string](),
		})
		wantKind(t, err, fault.Forbidden)
		wantField(t, err, "/name", "guarded_field")
		wantField(t, err, "/country", "guarded_field")
	})
	t.Run("a member's person cannot describe another member", func(t *testing.T) {
		number := active(t, s, member.Draft{Name: "Neighbour"})
		stamp, _ := s.Stamp(staff(), number)
		_, err := s.Amend(of(number+1), number, stamp.Version, member.Patch{Website: nullable.NewNullableWithValue("https://evil.example")})
		wantKind(t, err, fault.Forbidden)
		hidden := register(t, s, member.Draft{Name: "Hidden Neighbour"})
		_, err = s.Amend(of(number), hidden.Number, 1, member.Patch{Website: nullable.NewNullableWithValue("https://evil.example")})
		wantKind(t, err, fault.NotFound)
	})
	t.Run("the old version is in history with the change that ended it", func(t *testing.T) {
		m := register(t, s, member.Draft{Name: "Historic", City: ptr("Xiamen")})
		if _, err := s.Amend(staff(), m.Number, 1, member.Patch{City: nullable.NewNullableWithValue("Fuzhou")}); err != nil {
			t.Fatal(err)
		}
		var row struct {
			City  string `db:"city"`
			Ended int64  `db:"ended_by"`
			By    int64  `db:"change"`
		}
		err := d.Get(t.Context(), &row, `select h.city, h.ended_by, m.change from member_history h join member m using (number) where number = $1`, m.Number)
		if err != nil || row.City != "Xiamen" || row.Ended != row.By {
			t.Errorf("got %+v, %v", row, err)
		}
	})
}

func TestContacts(t *testing.T) {
	t.Parallel()
	s, d := office(t)
	number := active(t, s, member.Draft{Name: "Reachable"})
	draft := member.Contact{Name: "Li Wei", Email: ptr("li.wei@reachable.example")}

	t.Run("staff and the member itself keep them, nobody else knows of them", func(t *testing.T) {
		c, err := s.AddContact(of(number), number, draft)
		if err != nil {
			t.Fatal(err)
		}
		for _, ctx := range []struct {
			kind fault.Kind
			err  error
		}{
			{fault.Unauthenticated, func() error { _, err := s.ReadContact(public(), c.ID); return err }()},
			{fault.NotFound, func() error { _, err := s.ReadContact(of(number+1), c.ID); return err }()},
			{fault.NotFound, func() error { _, err := s.Contacts(of(number+1), number, "", 10); return err }()},
			{fault.NotFound, func() error { _, err := s.AddContact(of(number+1), number, draft); return err }()},
		} {
			wantKind(t, ctx.err, ctx.kind)
		}
		c, err = s.AmendContact(staff(), c.ID, 1, member.ContactPatch{Phone: nullable.NewNullableWithValue("+86 755 1")})
		if err != nil || c.Version != 2 || *c.Phone != "+86 755 1" {
			t.Errorf("got %+v, %v", c, err)
		}
		wantKind(t, s.RemoveContact(staff(), c.ID, 1), fault.Stale)
		if err := s.RemoveContact(staff(), c.ID, 2); err != nil {
			t.Error(err)
		}
	})
	t.Run("the ledger holds nothing of them", func(t *testing.T) {
		if _, err := s.AddContact(staff(), number, draft); err != nil {
			t.Fatal(err)
		}
		var n int
		err := d.Get(t.Context(), &n, `select count(*) from entry where convert_from(content, 'UTF8') ~ 'Li Wei|reachable.example|contact'`)
		if err != nil || n != 0 {
			t.Errorf("%d entries tell of a contact, %v", n, err)
		}
	})
	t.Run("a contact that cannot be reached is refused", func(t *testing.T) {
		_, err := s.AddContact(staff(), number, member.Contact{Name: "Nobody"})
		wantField(t, err, "/email", "email_or_phone")
	})
}

func TestCeremoniesAndSignatures(t *testing.T) {
	t.Parallel()
	s, _ := office(t)
	number := active(t, s, member.Draft{Name: "Signer"})
	c, err := s.RecordCeremony(staff(), member.CeremonyDraft{
		Name: "Signing ceremony", InitiationUnits: ptr(10), From: date("2018-05-28"), Until: date("2018-06-01"),
		Forum: &member.Forum{Name: "Forum", Hosts: []string{"UNCTAD"}},
	})
	if err != nil {
		t.Fatal(err)
	}

	t.Run("a member signs once per ceremony", func(t *testing.T) {
		draft := member.SignatureDraft{Ceremony: &c.ID, Capacity: member.Signer, Signatory: &member.Signatory{Name: "Wang Fang"}}
		g, err := s.Sign(staff(), number, draft)
		if err != nil {
			t.Fatal(err)
		}
		if read, err := s.ReadSignature(public(), g.ID); err != nil || *read.Name != "Wang Fang" {
			t.Errorf("got %+v, %v", read, err)
		}
		_, err = s.Sign(staff(), number, draft)
		wantKind(t, err, fault.Conflict)
		wantField(t, err, "/ceremony", "signed_already")
	})
	t.Run("the day lies within the ceremony and not in the future", func(t *testing.T) {
		other := active(t, s, member.Draft{Name: "Other"})
		_, err := s.Sign(staff(), other, member.SignatureDraft{Ceremony: &c.ID, Capacity: member.Signer, SignedOn: date("2018-06-02")})
		wantField(t, err, "/signed_on", "outside_ceremony")
		_, err = s.Sign(staff(), other, member.SignatureDraft{Capacity: member.Signer, SignedOn: date("2026-11-25")})
		wantField(t, err, "/signed_on", "in_the_future")
		_, err = s.Sign(staff(), other, member.SignatureDraft{Ceremony: ptr(ident.Ceremony(99)), Capacity: "watcher"})
		wantField(t, err, "/capacity", "not_in_list")
		_, err = s.Sign(staff(), other, member.SignatureDraft{Ceremony: ptr(ident.Ceremony(99)), Capacity: member.Signer})
		wantField(t, err, "/ceremony", "unknown_ceremony")
	})
	t.Run("the signatures of an applicant are listed at the ceremony for those who may know of it", func(t *testing.T) {
		applicant := register(t, s, member.Draft{Name: "Applicant"})
		if _, err := s.Sign(staff(), applicant.Number, member.SignatureDraft{Ceremony: &c.ID, Capacity: member.Signer}); err != nil {
			t.Fatal(err)
		}
		open, err := s.CeremonySignatures(public(), c.ID, "", 10)
		if err != nil || len(open) != 1 {
			t.Errorf("the public sees %+v, %v", open, err)
		}
		all, err := s.CeremonySignatures(of(applicant.Number), c.ID, "", 10)
		if err != nil || len(all) != 2 {
			t.Errorf("the applicant sees %+v, %v", all, err)
		}
	})
	t.Run("a ceremony is amended as a whole", func(t *testing.T) {
		_, err := s.AmendCeremony(staff(), c.ID, 1, member.CeremonyPatch{From: nullable.NewNullableWithValue(*date("2018-06-05"))})
		wantField(t, err, "/until", "ends_before_start")
		after, err := s.AmendCeremony(staff(), c.ID, 1, member.CeremonyPatch{Place: nullable.NewNullableWithValue("Beijing")})
		if err != nil || after.Version != 2 || *after.Place != "Beijing" || *after.InitiationUnits != 10 {
			t.Errorf("got %+v, %v", after, err)
		}
		first, err := s.OriginalCeremony(staff(), c.ID, c.Change)
		if err != nil || first.Place != nil || first.Version != 1 {
			t.Errorf("its first version is %+v, %v", first, err)
		}
	})
}
