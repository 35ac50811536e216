package api_test

import (
	"net/http"
	"testing"
)

func TestRefusalsOfMembersSayWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	staff, number := h.staff(t), h.Member(t, "Jollychic").String()
	at := "/api/v1/members/" + number

	for language, want := range map[string]struct{ taken, refused string }{
		"en": {
			"Member " + number + " has an equal name. If it is another organisation, list its number in distinct_from.",
			"The lifecycle does not lead from active to applied. Take a step that it knows.",
		},
		"zh": {
			"会员 " + number + " 已有相同的名称。如属不同机构，请在 distinct_from 中列出其编号。",
			"会籍流程不能从 active 进入 applied。请选择允许的步骤。",
		},
	} {
		t.Run(language, func(t *testing.T) {
			taken := h.ask(t, staff, "POST", "/api/v1/members", `{"name":"JOLLYCHIC Ltd.","kind":"enterprise"}`, "Accept-Language", language).
				is(t, http.StatusConflict, "name_taken")
			if got := taken.field("detail"); got != want.taken {
				t.Errorf("got %s", got)
			}
			refused := h.ask(t, staff, "POST", at+"/transitions", `{"to":"applied","reason":"r"}`, "Accept-Language", language).
				is(t, http.StatusConflict, "transition_refused")
			if got := refused.field("detail"); got != want.refused {
				t.Errorf("got %s", got)
			}
		})
	}
}
