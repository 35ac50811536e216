package alliance_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/oapi-codegen/nullable"

	"accord/db"
	"accord/pkg/access"
	"accord/pkg/alliance"
	"accord/pkg/fault"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
)

func TestCreate(t *testing.T) {
	t.Parallel()
	r := open(t)

	t.Run("an alliance keeps all that was said of it, and everybody sees it", func(t *testing.T) {
		made, err := r.alliances.Create(staff(), alliance.Draft{
			Name: "Belt and Road Service Trade Alliance", Description: ptr("Founded\nunder point I."), Point: ptr(plan.Point(1)),
			FoundedOn: day("2017-05-31"), Source: &member.Source{Title: "CIFTIS", URL: "https://example.org"}, Synthetic: true,
		})
		if err != nil {
			t.Fatal(err)
		}
		for who, ctx := range outsiders(0) {
			if got, err := r.alliances.Read(ctx, made.ID); err != nil || !reflect.DeepEqual(got, made) {
				t.Errorf("%s reads %+v, %v; want %+v", who, got, err, made)
			}
		}
		all := r.entries(t, "alliance", made.Change-1)
		content := `{"description":"Founded\nunder point I.","founded_on":"2017-05-31","id":` + made.ID.String() + `,"name":"Belt and Road Service Trade Alliance",` +
			`"point":1,"source":{"title":"CIFTIS","url":"https://example.org"},"synthetic":true}`
		if len(all) != 1 || all[0].Action != "alliance.recorded" || all[0].Sealed || string(all[0].Content) != content {
			t.Errorf("got %+v %s", all, all[0].Content)
		}
	})
	t.Run("what was not stated is absent", func(t *testing.T) {
		got, err := r.alliances.Read(public(), r.create(t, "Bare"))
		if err != nil || got.Description != nil || got.Point != nil || got.FoundedOn != nil || got.Source != nil || got.Synthetic || got.Version != 1 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("every fault is told at once", func(t *testing.T) {
		draft := alliance.Draft{
			Name: strings.Repeat("a", 401), Description: ptr(""), Point: ptr(plan.Point(9)), FoundedOn: day("2017-02-29"), Source: &member.Source{URL: "ftp://a"},
		}
		faults := []string{
			"/name too_long", "/description required", "/point unknown_point", "/founded_on not_a_date", "/source/title required", "/source/url not_a_web_address",
		}
		_, err := r.alliances.Create(staff(), draft)
		wantFields(t, err, faults...)
		wantFields(t, draft.Check().Err(), faults...)
	})
	t.Run("a point that the plan does not have yet", func(t *testing.T) {
		_, err := r.alliances.Create(staff(), alliance.Draft{Name: "Early", Point: ptr(plan.Point(8))})
		wantFields(t, err, "/point unknown_point")
	})
	t.Run("a name of signs only", func(t *testing.T) {
		_, err := r.alliances.Create(staff(), alliance.Draft{Name: "—!"})
		wantFields(t, err, "/name nothing_to_compare")
	})
	t.Run("a name is taken in every spelling", func(t *testing.T) {
		r.create(t, "Café Alliance")
		for _, name := range []string{"Café Alliance", "CAFÉ  ALLIANCE", "Cafe\u0301 Alli\u200bance", "Ｃａｆｅ Alliance"} {
			_, err := r.alliances.Create(staff(), alliance.Draft{Name: name})
			want(t, err, fault.Conflict, "alliance_exists")
			wantFields(t, err, "/name alliance_exists")
		}
		r.create(t, "Café Alliance II")
	})
	t.Run("staff alone records alliances", func(t *testing.T) {
		for ctx, kind := range map[context.Context]fault.Kind{
			of(1): fault.Forbidden, as(access.RoleAnalyst, 0): fault.Forbidden, public(): fault.Unauthenticated, context.Background(): fault.Unauthenticated,
		} {
			if _, err := r.alliances.Create(ctx, alliance.Draft{Name: "Mine"}); !fault.Is(err, kind) {
				t.Errorf("got %v, want kind %d", err, kind)
			}
			if _, err := r.alliances.Amend(ctx, 1, 1, alliance.Patch{}); !fault.Is(err, kind) {
				t.Errorf("got %v, want kind %d", err, kind)
			}
		}
	})
	t.Run("there is nothing under another number", func(t *testing.T) {
		_, err := r.alliances.Read(staff(), 4711)
		want(t, err, fault.NotFound, "not_found")
	})
}

func TestAmend(t *testing.T) {
	t.Parallel()
	r := open(t)
	made, err := r.alliances.Create(staff(), alliance.Draft{Name: "Alliance", Description: ptr("text"), Point: ptr(plan.Point(1)), FoundedOn: day("2017-01-01")})
	if err != nil {
		t.Fatal(err)
	}
	r.create(t, "Another")

	t.Run("what is given changes, null takes away, the rest stays", func(t *testing.T) {
		got, err := r.alliances.Amend(staff(), made.ID, 1, alliance.Patch{
			Name: nullable.NewNullableWithValue("The Alliance"), Point: nullable.NewNullNullable[plan.Point](),
			Source: nullable.NewNullableWithValue(member.Source{Title: "Page"}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != "The Alliance" || got.Point != nil || *got.Description != "text" || *got.FoundedOn != "2017-01-01" || got.Source.Title != "Page" || got.Version != 2 {
			t.Errorf("got %+v", got)
		}
		if read, err := r.alliances.Read(public(), made.ID); err != nil || !reflect.DeepEqual(read, got) {
			t.Errorf("read %+v, %v", read, err)
		}
		all := r.entries(t, "alliance", got.Change-1)
		if len(all) != 1 || all[0].Action != "alliance.amended" || !strings.Contains(string(all[0].Content), `"name":"The Alliance"`) {
			t.Errorf("got %+v", all)
		}
	})
	t.Run("a patch that changes nothing leaves the version", func(t *testing.T) {
		got, err := r.alliances.Amend(staff(), made.ID, 2, alliance.Patch{Name: nullable.NewNullableWithValue("The Alliance")})
		if err != nil || got.Version != 2 {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	t.Run("another spelling of its own name is its own to take", func(t *testing.T) {
		if _, err := r.alliances.Amend(staff(), made.ID, 2, alliance.Patch{Name: nullable.NewNullableWithValue("THE ALLIANCE")}); err != nil {
			t.Error(err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		_, err := r.alliances.Amend(staff(), made.ID, 1, alliance.Patch{Name: nullable.NewNullableWithValue("Late")})
		want(t, err, fault.Stale, "stale")
		_, err = r.alliances.Amend(staff(), 4711, 1, alliance.Patch{})
		want(t, err, fault.NotFound, "not_found")
		_, err = r.alliances.Amend(staff(), made.ID, 3, alliance.Patch{Name: nullable.NewNullableWithValue("another")})
		want(t, err, fault.Conflict, "alliance_exists")
		_, err = r.alliances.Amend(staff(), made.ID, 3, alliance.Patch{
			Name: nullable.NewNullNullable[string](), Description: nullable.NewNullableWithValue("\x00"), FoundedOn: nullable.NewNullableWithValue(plan.Date("9999-01-01")),
		})
		wantFields(t, err, "/name required", "/description invalid_characters", "/founded_on not_a_date")
	})
	t.Run("of two amendments of one version one is refused", func(t *testing.T) {
		var wait sync.WaitGroup
		errs := make([]error, 4)
		for i := range errs {
			wait.Go(func() {
				_, errs[i] = r.alliances.Amend(staff(), made.ID, 3, alliance.Patch{Description: nullable.NewNullableWithValue(strings.Repeat("x", i+1))})
			})
		}
		wait.Wait()
		done := 0
		for _, err := range errs {
			if err == nil {
				done++
			} else {
				want(t, err, fault.Stale, "stale")
			}
		}
		if done != 1 {
			t.Errorf("%d were made", done)
		}
	})
}

func TestAllianceIsGivenAgainAsItWasRecorded(t *testing.T) {
	t.Parallel()
	r := open(t)
	keyed := db.WithClaim(staff(), db.Claim{User: ident.New[ident.User](), Route: "POST /alliances", Key: "k", Digest: []byte("d"), Status: 201})
	made, err := r.alliances.Create(keyed, alliance.Draft{Name: "Alliance"})
	if err != nil {
		t.Fatal(err)
	}
	amended, err := r.alliances.Amend(staff(), made.ID, 1, alliance.Patch{Name: nullable.NewNullableWithValue("Renamed")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.alliances.Create(keyed, alliance.Draft{Name: "Alliance"})
	replay, ok := errors.AsType[*db.Replay](err)
	if !ok || replay.Kind != "alliance" || replay.Subject != made.ID.String() {
		t.Fatalf("got %+v, %v", replay, err)
	}
	for change, name := range map[ident.Change]string{replay.Change: "Alliance", amended.Change: "Renamed"} {
		if got, err := r.alliances.Original(staff(), made.ID, change); err != nil || got.Name != name {
			t.Errorf("got %+v, %v", got, err)
		}
	}
	_, err = r.alliances.Original(staff(), made.ID, amended.Change+1)
	want(t, err, fault.NotFound, "not_found")
	_, err = r.alliances.Original(of(1), made.ID, made.Change)
	want(t, err, fault.Forbidden, "forbidden")
}

func TestAlliancesAreListedByNumber(t *testing.T) {
	t.Parallel()
	r := open(t)
	want := []ident.Alliance{r.create(t, "Zeta"), r.create(t, "Alpha"), r.create(t, "Mu")}
	for size := 1; size <= 4; size++ {
		var got []ident.Alliance
		for after := ident.Alliance(0); ; after = got[len(got)-1] {
			page, err := r.alliances.List(public(), after, size)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, a := range page {
				got = append(got, a.ID)
			}
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("pages of %d: got %v, want %v", size, got, want)
		}
	}
}
