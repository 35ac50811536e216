package bound

// Cell is an interval on the wire of a statistic. An absent end is open; a
// cell that is approximate has no ends, and About where it is about a number.
type Cell struct {
	Low       string `json:"low,omitempty"`
	LowBound  Bound  `json:"low_bound,omitempty"` // gt or ge
	High      string `json:"high,omitempty"`
	HighBound Bound  `json:"high_bound,omitempty"` // lt or le
	Approx    bool   `json:"approx,omitempty"`
	About     string `json:"about,omitempty"`
}

// Cell gives the interval's form on the wire.
func (i Interval) Cell() Cell {
	c := Cell{Approx: i.approx}
	if i.low.stated {
		c.Low, c.LowBound = Canonical(i.low.value), AtLeast
		if i.low.strict {
			c.LowBound = Above
		}
	}
	if i.high.stated {
		c.High, c.HighBound = Canonical(i.high.value), AtMost
		if i.high.strict {
			c.HighBound = Below
		}
	}
	if i.about.stated {
		c.About = Canonical(i.about.value)
	}
	return c
}

// String writes the interval for logs and test failures.
func (i Interval) String() string {
	c := i.Cell()
	text := ""
	if c.Low != "" {
		text += " " + string(c.LowBound) + " " + c.Low
	}
	if c.High != "" {
		text += " " + string(c.HighBound) + " " + c.High
	}
	if c.About != "" {
		text += " about " + c.About
	}
	switch {
	case text != "":
		return text[1:]
	case c.Approx:
		return "open, approximate"
	default:
		return "open"
	}
}
