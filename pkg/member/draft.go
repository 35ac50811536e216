package member

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"accord/pkg/fault"
	"accord/pkg/ident"
)

// MaxNames is how many names and how many identifiers a member has at most.
const MaxNames = 50

// Draft is a member to be registered.
type Draft struct {
	Name        string // the primary name; or else one of Names is marked primary
	Names       []Name
	Kind        Kind
	Country     *string
	City        *string
	Sector      *string
	Description *string
	Website     *string
	Founded     *int
	Identifiers []Identifier
	Sources     Sources
	Synthetic   bool

	// DistinctFrom lists members with an equal name that staff has looked at
	// and found to be other organisations.
	DistinctFrom []ident.Member
}

// Check gives every fault of the draft that can be told without the register,
// with pointers into the body of a registration.
func (d Draft) Check() fault.Fields {
	var faults fault.Fields
	faults.Merge("", checkNames(d.Name, d.Names))
	faults.Merge("", checkProfile(d.Kind, d.Country, d.City, d.Sector, d.Description, d.Website, d.Founded))
	faults.Merge("", checkIdentifiers(d.Identifiers))
	faults.Merge("", checkSources(d.Sources))
	return faults
}

// normal gives the draft in the form in which the register keeps it: codes
// canonical, the primary name first among the names, and identifiers by their
// scheme. The draft has no faults.
func (d Draft) normal() Draft {
	if d.Name != "" {
		d.Names = append([]Name{{Text: d.Name, Lang: UnknownLang, Kind: Short, Primary: true}}, d.Names...)
	}
	d.Names = normalNames(d.Names)
	d.Identifiers = normalIdentifiers(d.Identifiers)
	if d.Sector != nil {
		sector, _ := ident.ParseSector(*d.Sector)
		code := string(sector)
		d.Sector = &code
	}
	if d.Sources == nil {
		d.Sources = Sources{}
	}
	return d
}

func normalNames(names []Name) []Name {
	out := make([]Name, 0, len(names))
	for _, n := range names {
		n.Text = strings.TrimSpace(n.Text)
		lang, known := ident.ParseLanguage(n.Lang)
		if known {
			n.Lang = string(lang)
		}
		if n.Script == nil {
			if script := ident.ScriptOf(n.Text, lang); script != "" {
				text := string(script)
				n.Script = &text
			}
		}
		if n.Primary {
			out = append([]Name{n}, out...)
		} else {
			out = append(out, n)
		}
	}
	return out
}

// normalIdentifiers gives the identifiers in the order in which they are read
// again: in another one the next entry would tell of a change that nobody made.
func normalIdentifiers(identifiers []Identifier) []Identifier {
	return slices.SortedFunc(slices.Values(identifiers), func(a, b Identifier) int {
		return cmp.Or(strings.Compare(a.Scheme, b.Scheme), strings.Compare(a.Value, b.Value))
	})
}

func checkNames(name string, names []Name) fault.Fields {
	var faults fault.Fields
	primaries, seen := 0, map[string]bool{}
	if name != "" {
		primaries++
		faults.Text("/name", name, 400)
		checkKeyed(&faults, "/name", name)
	}
	if len(names) > MaxNames {
		faults.Add("/names", "too_many_items", fault.Args{"max": strconv.Itoa(MaxNames)})
	}
	for i, n := range names {
		at := fmt.Sprintf("/names/%d", i)
		faults.Text(at+"/text", n.Text, 400)
		checkKeyed(&faults, at+"/text", n.Text)
		fault.OneOf(&faults, at+"/kind", n.Kind, []NameKind{Legal, Short, Former, Brand})
		if _, ok := ident.ParseLanguage(n.Lang); !ok && n.Lang != UnknownLang {
			faults.Add(at+"/lang", "unknown_language")
		}
		if n.Script != nil {
			if _, ok := ident.ParseScript(*n.Script); !ok {
				faults.Add(at+"/script", "unknown_script")
			}
		}
		if n.Source != nil {
			faults.Text(at+"/source", *n.Source, 400)
		}
		if n.Primary {
			primaries++
		}
		twice := strings.TrimSpace(n.Text) + "\x00" + string(n.Kind)
		if seen[twice] {
			faults.Add(at+"/text", "repeated")
		}
		seen[twice] = true
	}
	switch {
	case primaries == 0 && len(names) == 0:
		faults.Add("/name", "required")
	case primaries != 1:
		faults.Add("/names", "one_primary_name")
	}
	return faults
}

// checkKeyed refuses a name of which nothing is left to compare.
func checkKeyed(faults *fault.Fields, pointer, name string) {
	if !faults.At(pointer) && Key(name) == "" {
		faults.Add(pointer, "nothing_to_compare")
	}
}

func checkProfile(kind Kind, country, city, sector, description, website *string, founded *int) fault.Fields {
	var faults fault.Fields
	fault.OneOf(&faults, "/kind", kind, Kinds())
	if country != nil {
		if _, ok := ident.ParseCountry(*country); !ok {
			faults.Add("/country", "unknown_country")
		}
	}
	if city != nil {
		faults.Text("/city", *city, 200)
	}
	if sector != nil {
		if _, ok := ident.ParseSector(*sector); !ok {
			faults.Add("/sector/code", "unknown_sector")
		}
	}
	if description != nil {
		faults.Prose("/description", *description, 4000)
	}
	if website != nil && !isWebAddress(*website) {
		faults.Add("/website", "not_a_web_address")
	}
	if founded != nil && (*founded < 1000 || *founded > 2199) {
		faults.Add("/founded", "out_of_range", fault.Args{"min": "1000", "max": "2199"})
	}
	return faults
}

func checkIdentifiers(identifiers []Identifier) fault.Fields {
	var faults fault.Fields
	if len(identifiers) > MaxNames {
		faults.Add("/identifiers", "too_many_items", fault.Args{"max": strconv.Itoa(MaxNames)})
	}
	seen := map[Identifier]bool{}
	for i, one := range identifiers {
		at := fmt.Sprintf("/identifiers/%d", i)
		_, wrong := ident.ParseIdentifier(one.Scheme, one.Value)
		faults.Merge(at, wrong)
		if seen[one] {
			faults.Add(at+"/value", "repeated")
		}
		seen[one] = true
	}
	return faults
}

// sourced lists the fields that may carry a source.
var sourced = []string{"kind", "country", "city", "sector", "description", "website", "founded", "identifiers"}

func checkSources(sources Sources) fault.Fields {
	var faults fault.Fields
	for field, source := range sources {
		fault.OneOf(&faults, "/sources/"+field, field, sourced)
		faults.Text("/sources/"+field, source, 400)
	}
	return faults
}

func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil &&
		len(text) <= 2000 && !strings.ContainsFunc(text, func(r rune) bool { return fault.Unseen(r) || r == ' ' })
}
