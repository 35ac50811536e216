package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"accord/pkg/member"
)

// organisation is a synthetic member, made from its number alone, so that the
// load knows what to ask for without reading it back.
type organisation struct {
	number  int
	brand   string // found by a search for it, as good as alone
	name    string
	chinese string
	country string
	sector  string
	signed  string // day of signing
}

func organisationOf(number int) organisation {
	r := rand.New(rand.NewPCG(uint64(number), 8))
	pick := func(list []string) string { return list[r.IntN(len(list))] }
	var brand strings.Builder
	for range 4 {
		brand.WriteString(pick(syllables))
	}
	o := organisation{
		number: number, brand: strings.ToUpper(brand.String()[:1]) + brand.String()[1:],
		country: pick(countries), sector: pick(sectors),
		signed: fmt.Sprintf("20%02d-%02d-%02d", 15+r.IntN(11), 1+r.IntN(12), 1+r.IntN(28)),
	}
	o.name = o.brand + " " + pick(trades) + " " + pick(forms)
	o.chinese = string([]rune{rune(0x4e00 + r.IntN(4000)), rune(0x4e00 + r.IntN(4000)), rune(0x4e00 + r.IntN(4000))})
	return o
}

var (
	syllables = strings.Fields("ka lo mi ren ta vu so pel dor zan qui bex fro gil hun jor ny pra sti tur wex yol cha bri dal eck fen gru hox ist")
	trades    = strings.Fields("Logistics Trading Textiles Software Retail Machinery Energy Foods Chemicals Media Rail Ports Steel Optics Travel")
	forms     = []string{"Ltd", "GmbH", "Inc", "SA", "Co., Ltd."}
	countries = strings.Fields("CN DE PK KE SE BR IN RU TH MY")
	sectors   = strings.Fields("G4791 G4690 H4911 C26 J62 M71 F42 K64 P85 G47")
)

// generate fills an empty register with n synthetic members, each with two
// names, a signature, three figures and a registered commitment, all marked
// synthetic and all in one change: what the figures below measure reads these
// tables and does not ask how they came to be filled.
func generate(ctx context.Context, psql func(context.Context) *exec.Cmd, n int) error {
	var script bytes.Buffer
	script.WriteString("\\set ON_ERROR_STOP on\nbegin;\n" +
		"select set_config('accord.change', nextval('change_id')::text, true) as change \\gset\n")
	for _, table := range tables(n) {
		fmt.Fprintf(&script, "copy %s (%s) from stdin csv;\n", table.name, table.columns)
		w := csv.NewWriter(&script)
		if err := w.WriteAll(table.rows); err != nil {
			return fmt.Errorf("write %s: %w", table.name, err)
		}
		script.WriteString("\\.\n")
	}
	script.WriteString(`insert into change (id, at, role) values (:change, now(), 'system');
insert into pending (change, ord) select id, ord from change where id = :change;
insert into entry (change, seq, action, content) values (:change, 1, 'synthetic.generated', '{"action":"synthetic.generated","v":1}');
select setval('member_number', ` + strconv.Itoa(n) + `);
commit;
vacuum analyze;
`)
	cmd := psql(ctx)
	cmd.Stdin = &script
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("generate %d members: %w: %s", n, err, out)
	}
	return nil
}

type table struct {
	name, columns string
	rows          [][]string
}

func tables(n int) []table {
	points := table{name: "plan_point", columns: "number, text, title_en, title_zh"}
	for p := 1; p <= 8; p++ {
		points.rows = append(points.rows, []string{strconv.Itoa(p), "synthetic", "synthetic", "合成"})
	}
	members := table{name: "member", columns: "number, status, published, name, sort_name, kind, country, sector, synthetic, first_signed_on"}
	names := table{name: "member_name", columns: "member, ordinal, text, lang, script, kind, is_primary, match_key, folded, grams"}
	signatures := table{name: "signature", columns: "id, member, capacity, signed_on"}
	figures := table{name: "figure", columns: "id, member, measure, period_from, period_to, bound, low, currency, stated_at, synthetic"}
	commitments := table{name: "commitment", columns: "id, member, point, title, text, state, synthetic"}
	for number := 1; number <= n; number++ {
		o := organisationOf(number)
		id := strconv.Itoa(number)
		members.rows = append(members.rows, []string{id, "active", "t", o.name, strings.ToLower(o.name), "enterprise", o.country, o.sector, "t", o.signed})
		names.rows = append(names.rows, nameRow(id, "0", o.name, "en", "Latn", "t"), nameRow(id, "1", o.chinese, "zh", "Hani", "f"))
		signatures.rows = append(signatures.rows, []string{uuid.NewString(), id, "signer", o.signed})
		for year := 2022; year <= 2024; year++ {
			y := strconv.Itoa(year)
			figures.rows = append(figures.rows, []string{
				uuid.NewString(), id, "sales_volume", y + "-01-01", y + "-12-31", "gt", strconv.Itoa((number%997 + 3) * 1_000_000), "CNY", "2025-01-01T00:00:00Z", "t",
			})
		}
		commitments.rows = append(commitments.rows, []string{uuid.NewString(), id, strconv.Itoa(1 + number%8), "synthetic", "synthetic", "registered", "t"})
	}
	return []table{points, members, names, signatures, figures, commitments}
}

func nameRow(number, ordinal, text, lang, script, primary string) []string {
	folded := member.Fold(text)
	return []string{
		number, ordinal, text, lang, script, "short", primary, member.Key(text), folded,
		"{" + strings.Join(member.Grams(folded), ",") + "}",
	}
}
