package main

import (
	"fmt"
	"slices"
	"strings"
)

// result is one line of the table: medians over the rounds, per second.
type result struct {
	size   int
	name   string
	served float64 // answers of the server
	base   float64 // what it is compared with
	beside string  // what that is
	low    float64 // the smallest ratio of a round
	high   float64 // the largest
	fixed  float64 // answers of a constant by the same gin stack, without credential or database
	want   float64 // the ratio that must be reached, 0 for none
}

func (r result) ratio() float64 { return r.served / r.base }

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	if n%2 == 1 {
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

func render(results []result) string {
	var out strings.Builder
	out.WriteString("| what | members | answers/s | beside | its runs/s | ratio (min–max) | wanted | of a fixed answer | cost against the smallest |\n")
	out.WriteString("| --- | --: | --: | --- | --: | --: | --: | --: | --: |\n")
	for _, r := range results {
		wanted, growth := "", ""
		if r.want > 0 {
			wanted = fmt.Sprintf("%.2f", r.want)
		}
		for _, first := range results {
			if first.name == r.name && first.size < r.size {
				growth = fmt.Sprintf("%.2f", first.served/r.served)
				break
			}
		}
		fmt.Fprintf(&out, "| %s | %d | %.0f | %s | %.0f | %.2f (%.2f–%.2f) | %s | %.2f | %s |\n",
			r.name, r.size, r.served, r.beside, r.base, r.ratio(), r.low, r.high, wanted, r.served/r.fixed, growth)
	}
	return out.String()
}
