package statistics_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"

	"accord/pkg/access"
	"accord/pkg/bound"
	"accord/pkg/ident"
	"accord/pkg/member"
	"accord/pkg/plan"
	"accord/pkg/statistics"
)

func tell(count, stated int64, total bound.Cell) string {
	return fmt.Sprintf("%d of %d: %+v", stated, count, total)
}

func pick[T any](random *rand.Rand, list ...T) T { return list[random.IntN(len(list))] }

// anyChange makes a change like those that offices make, of a few members, so
// that several change the same.
func anyChange(random *rand.Rand, w *writer) {
	number := ident.Member(1 + random.IntN(6))
	w.exec(`insert into member (number, change, status, name, sort_name, kind) values ($1, 0, 'applied', 'name', 'name', 'other')
		on conflict do nothing`, number)
	w.exec(`select from member where number = $1 for no key update`, number)
	for range 1 + random.IntN(3) {
		anyStep(random, w, number)
	}
}

func anyStep(random *rand.Rand, w *writer, number ident.Member) {
	switch random.IntN(14) {
	case 10:
		w.anyMeasured(random, number)
	case 11, 12, 13:
		w.anyReport(random, number)
	case 0:
		w.exec(`update member set status = $2, published = true, merged_into = null, merged_from = null where number = $1`,
			number, pick(random, "active", "active", "suspended", "delisted"))
		w.exec(`insert into member_transition (id, member, change, to_status, reason) select gen_random_uuid(), number, 0, status, 'r' from member where number = $1`, number)
	case 1:
		w.exec(`update member set country = nullif($2, ''), sector = nullif($3, ''), kind = $4 where number = $1`, number,
			pick(random, "", "CN", "DE", "KE"), pick(random, "", "G", "G47", "G4791", "C10"), pick(random, "enterprise", "research"))
	case 2:
		if random.IntN(3) == 0 {
			w.exec(`update member set status = 'merged', merged_into = 6, merged_from = status where number = $1 and number < 6
				and status <> 'merged' and exists (select from member where number = 6)`, number)
		}
	case 3:
		w.exec(`delete from signature where member = $1 and ceremony = 3`, number)
		w.exec(`insert into signature (id, member, ceremony, change, capacity, signed_on)
			values (gen_random_uuid(), $1, nullif($2, 0), 0, $3, nullif($4, '')::date)
			on conflict on constraint signature_once do update set capacity = excluded.capacity, signed_on = excluded.signed_on`,
			number, random.IntN(4), pick(random, "signer", "supporter", "initiation_unit"), pick(random, "", "2019-12-31", "2020-01-01", "2021-05-05"))
	case 4:
		alliance := 1 + random.IntN(3)
		w.exec(`delete from alliance_membership where member = $1 and alliance = $2`, number, alliance)
		w.belong(number, alliance, pick(random, "", "2020-01-01", "2026-11-25"), pick(random, "", "", "2026-12-31"))
		w.exec(`update alliance_membership set until_on = '2026-11-24' where member = $1 and alliance <> $2 and until_on is null
			and (from_on is null or from_on < '2026-11-24')`, number, alliance)
	case 5:
		w.promise(number, 1+random.IntN(8), pick(random, "submitted", "registered", "closed"))
	case 6:
		w.exec(`update commitment set state = 'registered', outcome = null, closing_reason = null where member = $1`, number)
	default:
		w.supersede(number, anyQuantity(random))
	}
}

func anyQuantity(random *rand.Rand) quantity {
	q := quantity{
		measure: pick(random, "gmv", "gmv", "gmv", "revenue"), bound: string(pick(random, bound.Bounds()...)), currency: pick(random, "CNY", "CNY", "CNY", "USD"),
		scope: pick(random, "", "", "", "group"), netting: pick(random, "", "", "", "net"), year: pick(random, 0, 2023, 2024),
		confidential: random.IntN(5) == 0,
	}
	n := random.IntN(1000)
	number := strconv.Itoa(n) + pick(random, "", ".5", ".25")
	switch q.bound {
	case "gt", "ge":
		q.low = number
	case "lt", "le":
		q.high = number
	case "range":
		q.low, q.high = strconv.Itoa(n), pick(random, strconv.Itoa(n), strconv.Itoa(n+1), number)
	default:
		q.low, q.high = number, number
	}
	return q
}

// sometimes gives the zero value, which is no filter, more often than not.
func sometimes[T any](random *rand.Rand, list ...T) T {
	var none T
	if random.IntN(6) > 0 {
		return none
	}
	return pick(random, list...)
}

func anyDimensions(random *rand.Rand, known []statistics.Dimension) []statistics.Dimension {
	random.Shuffle(len(known), func(i, j int) { known[i], known[j] = known[j], known[i] })
	return known[:random.IntN(3)]
}

func anyQuery(random *rand.Rand) statistics.Query {
	return statistics.Query{
		By:      anyDimensions(random, statistics.Dimensions()),
		Country: sometimes(random, "CN", "DE"), Sector: sometimes(random, "G", "G47", "C"),
		Kind: sometimes(random, member.Enterprise, member.Research), Status: sometimes(random, member.Active, member.Delisted, member.Merged),
		Capacity: sometimes(random, member.Signer, member.Supporter), Ceremony: sometimes[ident.Ceremony](random, 1, 2),
		Alliance: sometimes[ident.Alliance](random, 1, 2), Point: sometimes[plan.Point](random, 1, 2, 3), Year: sometimes(random, 2019, 2020),
	}
}

func anyFigureQuery(random *rand.Rand) statistics.FigureQuery {
	q := statistics.FigureQuery{
		Query: anyQuery(random), Measure: sometimes(random, "gmv", "revenue"), Currency: sometimes(random, "RMB", "USD"),
		Basis: sometimes(random, "group", "net", "group_net"),
	}
	if random.IntN(4) == 0 {
		q.From, q.To = "2023-01-01", "2023-12-31"
	}
	return q
}

// told is an answer with the way to compute it again.
type told struct {
	at    ident.Position
	query string
	got   map[string]string
	again func(*known) map[string]string
}

func texts(counts map[string]int64) map[string]string {
	list := map[string]string{}
	for place, n := range counts {
		list[place] = strconv.FormatInt(n, 10)
	}
	return list
}

func counted(answer statistics.Answer[statistics.Cell]) map[string]string {
	counts := map[string]int64{}
	for _, c := range answer.Cells {
		counts[strings.Join(c.Values, "|")] += c.Count
	}
	return texts(counts)
}

// anyQuestion asks something and keeps the answer.
func (r *register) anyQuestion(random *rand.Rand) (told, error) {
	switch random.IntN(6) {
	case 5:
		return r.anyIndicators(random)
	case 4:
		return r.anyReporting(random)
	case 3:
		return r.anyMatrix(random)
	case 0:
		q := anyQuery(random)
		answer, err := r.s.Members(public(), q)
		return told{answer.Position, fmt.Sprintf("members %+v", q), counted(answer), func(k *known) map[string]string {
			return texts(k.countMembers(q, answer.Day))
		}}, err
	case 1:
		q := anyCommitmentQuery(random)
		answer, err := r.s.Commitments(public(), q)
		return told{answer.Position, fmt.Sprintf("commitments %+v", q), counted(answer), func(k *known) map[string]string {
			return texts(k.countCommitments(q, answer.Day))
		}}, err
	default:
		q := anyFigureQuery(random)
		answer, err := r.s.Figures(public(), q)
		got := map[string]string{}
		for _, c := range answer.Cells {
			alike := strings.Join([]string{c.Measure, c.Currency, c.Basis, strconv.FormatBool(c.Undated)}, "|")
			got[strings.Join(c.Values, "|")+"#"+alike] = tell(c.Count, c.Stated, c.Total)
		}
		return told{answer.Position, fmt.Sprintf("figures %+v", q), got, func(k *known) map[string]string {
			return k.addFigures(r.t, q, answer.Day)
		}}, err
	}
}

func (r *register) compare(answers []told) {
	r.t.Helper()
	states := map[ident.Position]*known{}
	for _, a := range answers {
		if states[a.at] == nil {
			states[a.at] = r.knownAt(a.at)
		}
		if want := a.again(states[a.at]); !maps.Equal(a.got, want) {
			for place := range maps.Keys(want) {
				if a.got[place] == want[place] {
					delete(a.got, place)
					delete(want, place)
				}
			}
			r.t.Fatalf("at %d, %s:\nanswered %v\nnow      %v", a.at, a.query, a.got, want)
		}
	}
}

// What SQL adds up is what bound.Total adds up, one by one, on random
// registers and for random questions.
func TestAnswersAreWhatCountingOneByOneGives(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	random := rand.New(rand.NewPCG(7, 11))
	var answers []told
	for range 12 {
		r.days.Add(random.Int64N(100))
		for range 15 {
			r.change(func(w *writer) { anyChange(random, w) })
		}
		if random.IntN(3) > 0 {
			r.number()
		}
		for range 40 {
			r.change(func(w *writer) { anyChange(random, w) }) // stays pending
		}
		for range 60 {
			a, err := r.anyQuestion(random)
			if err != nil {
				t.Fatal(err)
			}
			answers = append(answers, a)
		}
	}
	r.number()
	r.compare(answers)
}

// Writers write, roll back and wait for each other, one of them now and then has
// the sequencer number what it sees, readers ask; whatever an answer said of its
// position is found at that position afterwards.
func TestAnAnswerIsTheSameWheneverItsPositionIsReadAgain(t *testing.T) {
	t.Parallel()
	r := newRegister(t)
	var writers, others sync.WaitGroup
	var mu sync.Mutex
	var answers []told
	done := make(chan struct{})
	for seed := range uint64(4) {
		writers.Go(func() {
			random := rand.New(rand.NewPCG(seed, 1))
			for range 60 {
				err := r.try(func(w *writer) {
					anyChange(random, w)
					if random.IntN(5) == 0 {
						w.exec(`select 1 / 0`)
					}
				})
				if err != nil && !strings.Contains(err.Error(), "division by zero") {
					t.Error(err)
				}
				if random.IntN(8) > 0 {
					continue // leave it pending for a while
				}
				if err := r.seq.CatchUp(access.System(t.Context())); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for seed := range uint64(2) {
		others.Go(func() {
			random := rand.New(rand.NewPCG(seed, 2))
			for {
				a, err := r.anyQuestion(random)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				answers = append(answers, a)
				mu.Unlock()
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	writers.Wait()
	close(done)
	others.Wait()
	r.number()
	r.compare(answers)
}
