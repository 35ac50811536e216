// Package seed holds the register as it ships, as reviewed data.
//
// It holds what the source states and invents nothing: every quotation is in
// source.txt to the letter, what is not stated is absent, and what the
// register's editors added says so. Putting it into a database is the work of
// the offices, like everything else that becomes part of the register.
package seed

import (
	"bytes"
	_ "embed"
	"fmt"

	"gopkg.in/yaml.v3"
)

//go:embed register.yaml
var register []byte

//go:embed indicators.yaml
var indicators []byte

// Register is what a new register begins with.
type Register struct {
	Name     string   `yaml:"name"` // of this data, so that it is loaded once
	Plan     Plan     `yaml:"plan"`
	Ceremony Ceremony `yaml:"ceremony"`
	Members  []Member `yaml:"members"`

	Catalogue Catalogue `yaml:"-"` // has a file and a name of its own, so that an older register gets it too
}

// Catalogue is the indicators as they ship, all of them the editors'.
type Catalogue struct {
	Name       string      `yaml:"name"`
	Indicators []Indicator `yaml:"indicators"`
}

// Indicator is a standard quantity under a point of the plan.
type Indicator struct {
	Code        string  `yaml:"code"`
	Point       int     `yaml:"point"`
	Unit        string  `yaml:"unit"`
	Direction   string  `yaml:"direction"`
	Aggregation string  `yaml:"aggregation"`
	En          Meaning `yaml:"en"`
	Zh          Meaning `yaml:"zh"`
}

// Meaning says in one language what an indicator is.
type Meaning struct {
	Title      string `yaml:"title"`
	Definition string `yaml:"definition"`
	Counts     string `yaml:"counts"`
	Excludes   string `yaml:"excludes"`
}

// Plan is the action plan with its points in order.
type Plan struct {
	Title     string  `yaml:"title"`
	Edition   string  `yaml:"edition"`
	Publisher string  `yaml:"publisher"`
	Release   string  `yaml:"release"`   // the event of its release
	TimeZone  string  `yaml:"time_zone"` // in which its days end
	Source    Source  `yaml:"source"`
	Points    []Point `yaml:"points"`
}

// Point is one point of the plan: the text as published, and short titles by
// the register's editors.
type Point struct {
	Text string `yaml:"text"`
	En   string `yaml:"en"`
	Zh   string `yaml:"zh"`
}

// Source is where something is stated.
type Source struct {
	Title string `yaml:"title"`
	Quote string `yaml:"quote"`
}

// Ceremony is the ceremony at which the members signed.
type Ceremony struct {
	Name            string   `yaml:"name"`
	Forum           Forum    `yaml:"forum"`
	Convenors       []string `yaml:"convenors"`
	Batch           string   `yaml:"batch"`
	InitiationUnits int      `yaml:"initiation_units"` // how many are stated; they are not named
	Source          Source   `yaml:"source"`
}

// Forum is the forum at which the ceremony was held.
type Forum struct {
	Name  string   `yaml:"name"`
	Event string   `yaml:"event"`
	Hosts []string `yaml:"hosts"`
}

// Member is a signer. Chinese, Country and Sector are the editors'.
type Member struct {
	Name        string  `yaml:"name"`
	Chinese     string  `yaml:"chinese"`
	Kind        string  `yaml:"kind"`
	Country     string  `yaml:"country"`
	Sector      string  `yaml:"sector"`
	Description string  `yaml:"description"` // the source's words; "" where it has none
	Quote       string  `yaml:"quote"`
	Figure      *Figure `yaml:"figure"` // nil where none is stated
}

// Figure is a stated figure, without a period, since none is stated.
type Figure struct {
	Measure  string `yaml:"measure"`
	Bound    string `yaml:"bound"`
	Low      string `yaml:"low"`
	Currency string `yaml:"currency"`
	Quote    string `yaml:"quote"`
}

// Load reads the shipped register. A field that is not one of the above is refused.
func Load() (Register, error) {
	var r Register
	if err := read(register, &r); err != nil {
		return Register{}, fmt.Errorf("read the shipped register: %w", err)
	}
	if err := read(indicators, &r.Catalogue); err != nil {
		return Register{}, fmt.Errorf("read the shipped indicators: %w", err)
	}
	return r, nil
}

func read(text []byte, into any) error {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	return decoder.Decode(into)
}
