package input

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The bounds of a Report: enough to correct a file in one go, few enough to read.
const (
	maxCauses = 10
	maxPlaces = 5
)

// Cause is what is wrong with fields or rows. Those with equal causes are reported together.
type Cause struct {
	// Subject is the name of the column, or what the rows lack, such as "SKU"; "" where a whole row is wrong.
	Subject string
	// One and Many say what is wrong: "is not a number", "values are not numbers".
	One, Many string
	// Advice is what to do about it, such as `set decimal_separator = ","`.
	Advice string
}

// Place is where a Cause was met. Line and Column count from 1, Column in bytes; 0 means the whole line.
type Place struct {
	Line, Column int
	// Value is the field, where a reader may see it.
	Value string
	// Note is what else identifies the place, such as the SKU.
	Note string
}

// Report collects what is wrong with a file, grouped by cause.
type Report struct {
	groups []*group
	index  map[Cause]*group
}

type group struct {
	Cause
	places []Place
	count  int
}

// Add notes one more place of a cause.
func (r *Report) Add(cause Cause, at Place) {
	g := r.index[cause]
	if g == nil {
		if r.index == nil {
			r.index = make(map[Cause]*group)
		}
		g = &group{Cause: cause}
		r.index[cause] = g
		r.groups = append(r.groups, g)
	}
	if g.count++; len(g.places) < maxPlaces {
		at.Value = strings.Clone(at.Value)
		g.places = append(g.places, at)
	}
}

// Has says whether a cause has been met.
func (r *Report) Has(cause Cause) bool { return r.index[cause] != nil }

// Err returns the causes in the order in which they were met, one a line, or nil when there was none.
func (r *Report) Err() error {
	errs := make([]error, 0, len(r.groups))
	for i, g := range r.groups {
		if i == maxCauses {
			errs = append(errs, fmt.Errorf("and %d more causes", len(r.groups)-maxCauses))
			break
		}
		errs = append(errs, errors.New(g.String()+"."))
	}
	return errors.Join(errs...)
}

func (g *group) String() string {
	var b strings.Builder
	if g.Subject != "" {
		b.WriteString(g.Subject + ": ")
	}
	if g.count == 1 {
		b.WriteString(g.places[0].String())
		if !strings.HasPrefix(g.One, ":") {
			b.WriteByte(' ')
		}
		b.WriteString(g.One)
	} else {
		b.WriteString(Thousands(g.count) + " " + g.Many + ": ")
		for i, place := range g.places {
			switch {
			case i > 0 && i == g.count-1:
				b.WriteString(" and ")
			case i > 0:
				b.WriteString(", ")
			}
			b.WriteString(place.String())
		}
		if more := g.count - len(g.places); more > 0 {
			b.WriteString(" and " + Thousands(more) + " more")
		}
	}
	if g.Advice != "" {
		b.WriteString("; " + g.Advice)
	}
	return b.String()
}

func (p Place) String() string {
	text := "line " + strconv.Itoa(p.Line)
	if p.Column > 0 {
		text += ", column " + strconv.Itoa(p.Column)
	}
	if p.Value != "" {
		text = strconv.Quote(Clip(p.Value)) + " in " + text
	}
	if p.Note != "" {
		text += " (" + p.Note + ")"
	}
	return text
}

// Clip shortens a text for a message.
func Clip(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// Thousands writes a number with separators: 12,000.
func Thousands(number int) string {
	digits := strconv.Itoa(number)
	sign := ""
	if number < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return sign + b.String()
}

// QuoteAll lists names for a message.
func QuoteAll(names []string) string {
	const most = 20
	var quoted []string
	for _, name := range names[:min(len(names), most)] {
		quoted = append(quoted, strconv.Quote(Clip(name)))
	}
	if more := len(names) - most; more > 0 {
		quoted = append(quoted, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(quoted, ", ")
}
