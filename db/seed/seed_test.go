package seed_test

import (
	_ "embed"
	"strings"
	"testing"

	"accord/db/seed"
)

//go:embed source.txt
var source string

func load(t *testing.T) seed.Register {
	t.Helper()
	r, err := seed.Load()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestEveryQuotationIsInTheSource(t *testing.T) {
	t.Parallel()
	r := load(t)
	quotes := []string{r.Plan.Title, r.Plan.Publisher, r.Plan.Source.Quote, r.Ceremony.Source.Quote, r.Ceremony.Forum.Name}
	quotes = append(quotes, r.Ceremony.Forum.Hosts...)
	for _, p := range r.Plan.Points {
		quotes = append(quotes, p.Text)
	}
	for _, m := range r.Members {
		quotes = append(quotes, m.Name, m.Quote, m.Description)
		if m.Figure != nil {
			quotes = append(quotes, m.Figure.Quote)
		}
	}
	for _, quote := range quotes {
		if !strings.Contains(source, quote) {
			t.Errorf("the source does not say %q", quote)
		}
	}
}

func TestTheRegisterShipsWhatIsStated(t *testing.T) {
	t.Parallel()
	r := load(t)
	if len(r.Plan.Points) != 8 || r.Ceremony.InitiationUnits != 10 || len(r.Members) != 3 {
		t.Fatalf("got %d points, %d initiation units, %d members", len(r.Plan.Points), r.Ceremony.InitiationUnits, len(r.Members))
	}
	for i, want := range []string{"", "gt 10000000000 CNY", "gt 5000000000 CNY"} {
		got := ""
		if f := r.Members[i].Figure; f != nil {
			got = f.Bound + " " + f.Low + " " + f.Currency
		}
		if got != want {
			t.Errorf("%s: got the figure %q, want %q", r.Members[i].Name, got, want)
		}
	}
}
