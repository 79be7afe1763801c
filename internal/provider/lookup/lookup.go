// Package lookup holds the data sources that find objects of a deployment by ID or name, and list them. A domain describes
// a kind of object once, as an Object; the singular and the plural data source are made from it.
package lookup

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Object describes a kind of object that T stands for in the client.
type Object[T any] struct {
	// Name and Plural are the types of the data sources, such as talonone_store and talonone_stores. Without a Name there is
	// no singular one.
	Name, Plural string
	// Named is the column that people know the objects by; empty is name.
	Named string
	// Noun names the objects in texts.
	Noun bulk.Noun
	// Description says what such an object is; Endpoint is the Management API's that the key must allow.
	Description, Endpoint string
	// Columns are the attributes. One of them is id.
	Columns []Column[T]
	// List reads the objects, once a run. It gets the configured values of the scope columns.
	List func(ctx context.Context, client *talonone.Client, scope Scope) ([]T, error)
}

// Role says what a column is for.
type Role int

const (
	// Shown is read only.
	Shown Role = iota
	// Key finds an object: exactly one of the keys is configured.
	Key
	// Narrows goes with a key, and filters the plural data source.
	Narrows
	// Within is Narrows that must be configured, since List needs it.
	Within
	// Filters filters the plural data source only.
	Filters
)

// Column is one attribute of an object.
type Column[T any] struct {
	Name        string
	Kind        attr.Type
	Role        Role
	Description string
	// Needs is another column that has to be configured with this one.
	Needs string
	Of    func(T) attr.Value
}

// Scope are configured values by the name of their column; those that are not configured are missing.
type Scope map[string]attr.Value

// Int64 is a number of the scope, 0 where it is not configured.
func (s Scope) Int64(name string) int64 {
	number, _ := s[name].(types.Int64)
	return number.ValueInt64()
}

// holds says whether an object is in the scope. A configured list asks for each of its elements.
func (s Scope) holds(column string, value attr.Value) bool {
	wanted, asked := s[column]
	if !asked {
		return true
	}
	list, isList := wanted.(types.List)
	if !isList {
		return wanted.Equal(value)
	}
	has, _ := value.(types.List)
	return !slices.ContainsFunc(list.Elements(), func(element attr.Value) bool {
		return !slices.ContainsFunc(has.Elements(), element.Equal)
	})
}

func (o Object[T]) named() string { return cmp.Or(o.Named, "name") }

func (o Object[T]) in(scope Scope, one T) bool {
	return !slices.ContainsFunc(o.Columns, func(c Column[T]) bool { return !scope.holds(c.Name, c.Of(one)) })
}

// text is a column of an object as people read it.
func (o Object[T]) text(one T, name string) string {
	for _, c := range o.Columns {
		if c.Name == name {
			return plain(c.Of(one))
		}
	}
	return ""
}

// plain is a value without quotes; "" for a null one.
func plain(value attr.Value) string {
	if value == nil || value.IsNull() || value.IsUnknown() {
		return ""
	}
	if text, ok := value.(interface{ ValueString() string }); ok {
		return text.ValueString()
	}
	return value.String()
}

// find returns the one object of rows that has the value of the key, or says what is wrong.
func (o Object[T]) find(rows []T, scope Scope, key string) (found T, summary, detail string) {
	rest := make(Scope, len(scope))
	for name, value := range scope {
		if name != key {
			rest[name] = value
		}
	}
	var candidates, matches []T
	for _, one := range rows {
		if !o.in(rest, one) {
			continue
		}
		candidates = append(candidates, one)
		if o.in(scope, one) {
			matches = append(matches, one)
		}
	}
	asked := fmt.Sprintf("%s = %s", key, scope[key])
	if len(rest) > 0 {
		asked += " among those with " + rest.String()
	}
	switch len(matches) {
	case 1:
		return matches[0], "", ""
	case 0:
		detail = fmt.Sprintf("No %s has %s.", o.Noun.One, asked)
		if near := o.near(candidates, key, plain(scope[key])); len(near) > 0 {
			detail += "\n\nThe nearest are:\n" + strings.Join(near, "\n")
		} else {
			detail += " There are none to choose from: check the key's deployment" + o.scopeAdvice() + "."
		}
		return found, upper(o.Noun.One) + " not found", detail
	default:
		lines := make([]string, 0, len(matches))
		for _, one := range matches {
			lines = append(lines, o.line(one))
		}
		return found, "Several " + o.Noun.Many + " match",
			fmt.Sprintf("%s have %s. Set id to choose one:\n%s", o.Noun.Count(len(matches)), asked, strings.Join(shortened(lines), "\n"))
	}
}

func (o Object[T]) scopeAdvice() string {
	var names []string
	for _, c := range o.Columns {
		if c.Role == Narrows || c.Role == Within {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 {
		return ""
	}
	return " and " + strings.Join(names, ", ")
}

// String lists the scope as it is configured.
func (s Scope) String() string {
	parts := make([]string, 0, len(s))
	for name, value := range s {
		parts = append(parts, name+" = "+value.String())
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// shownLines is how many objects a message lists.
const shownLines = 5

func shortened(lines []string) []string {
	if more := len(lines) - shownLines; more > 0 {
		return append(lines[:shownLines:shownLines], fmt.Sprintf("  and %s more", bulk.Thousands(more)))
	}
	return lines
}

// near lists the objects whose key is most like the value.
func (o Object[T]) near(candidates []T, key, value string) []string {
	type ranked struct {
		distance int
		one      T
	}
	value = strings.ToLower(value)
	byDistance := make([]ranked, len(candidates))
	for i, one := range candidates {
		text := strings.ToLower(o.text(one, key))
		distance := levenshtein.Distance(value, text, nil)
		if strings.Contains(text, value) || strings.Contains(value, text) {
			distance = min(distance, 1)
		}
		byDistance[i] = ranked{distance, one}
	}
	slices.SortStableFunc(byDistance, func(a, b ranked) int { return cmp.Compare(a.distance, b.distance) })
	var lines []string
	for _, r := range byDistance[:min(len(byDistance), shownLines)] {
		lines = append(lines, o.line(r.one))
	}
	return lines
}

// told are the columns that tell objects apart in messages, where an object has them.
var told = []string{"name", "integration_id", "entity", "event_type", "application_id", "campaign_id", "state", "sandbox", "created"}

// line names an object in a message.
func (o Object[T]) line(one T) string {
	parts := []string{"  - id " + o.text(one, "id")}
	for _, name := range told {
		if text := o.text(one, name); text != "" {
			parts = append(parts, name+" "+talonone.Presentable(text, 100, ""))
		}
	}
	return strings.Join(parts, ", ")
}

func upper(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
