package openapi

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// schema is one schema of a document, compiled at first use. The nil schema allows every value.
type schema struct {
	doc     *document
	compile func() (*jsonschema.Schema, error)
}

// schema returns the schema that a JSON pointer names.
func (d *document) schema(pointer string) *schema {
	if pointer == "" {
		return nil
	}
	tokens := strings.Split(pointer, "/")
	for i, token := range tokens {
		tokens[i] = url.PathEscape(token)
	}
	location := d.url + "#" + strings.Join(tokens, "/")
	return &schema{doc: d, compile: sync.OnceValues(func() (*jsonschema.Schema, error) {
		d.compilerMu.Lock()
		defer d.compilerMu.Unlock()
		return d.compiler.Compile(location)
	})}
}

// check compares a decoded value with the schema. In a value that a client sends, sent, read-only
// properties are faults too.
func (s *schema) check(where string, value any, sent bool) []fault {
	if s == nil {
		return nil
	}
	compiled, err := s.compile()
	if err != nil {
		return []fault{{where, "", fmt.Sprintf("the document's schema can't be used: %v", err)}}
	}
	found := invalid(where, compiled.Validate(value))
	w := walker{doc: s.doc, where: where, sent: sent, faults: found}
	w.walk(value, []*jsonschema.Schema{compiled})
	slices.SortFunc(w.faults, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.pointer, b.pointer), cmp.Compare(a.reason, b.reason))
	})
	return w.faults
}

// invalid lists what Validate found.
func invalid(where string, err error) []fault {
	var failure *jsonschema.ValidationError
	if !errors.As(err, &failure) {
		return nil
	}
	switch reason := failure.ErrorKind.(type) {
	case *kind.AdditionalProperties:
		return nil // the walker knows better, see exceptions.go
	case *kind.OneOf:
		if len(reason.Subschemas) > 0 {
			return nil // several match, see exceptions.go
		}
		return closest(where, failure)
	case *kind.AnyOf:
		return closest(where, failure)
	}
	if len(failure.Causes) == 0 {
		return []fault{{where, pointer(failure.InstanceLocation), describe(failure.ErrorKind)}}
	}
	var faults []fault
	for _, cause := range failure.Causes {
		faults = append(faults, invalid(where, cause)...)
	}
	return faults
}

// closest lists the faults of the alternative that was meant, when a constant (as the type of a catalog
// action) tells which one that is.
func closest(where string, failure *jsonschema.ValidationError) []fault {
	var meant [][]fault
	for _, alternative := range failure.Causes {
		faults := invalid(where, alternative)
		if len(faults) == 0 {
			return nil
		}
		if !differsInConstant(alternative) {
			meant = append(meant, faults)
		}
	}
	if len(meant) == 1 {
		return meant[0]
	}
	return []fault{{where, pointer(failure.InstanceLocation),
		fmt.Sprintf("matches none of the %d alternatives", len(failure.Causes))}}
}

func differsInConstant(failure *jsonschema.ValidationError) bool {
	if _, ok := failure.ErrorKind.(*kind.Const); ok {
		return true
	}
	return slices.ContainsFunc(failure.Causes, differsInConstant)
}

var english = message.NewPrinter(language.English)

// describe words a reason without the value at fault.
func describe(reason jsonschema.ErrorKind) string {
	switch reason := reason.(type) {
	case *kind.Format:
		return "not a valid " + reason.Want
	case *kind.Pattern:
		return "doesn't match the pattern " + strconv.Quote(reason.Want)
	default:
		return reason.LocalizedString(english)
	}
}

func pointer(location []string) string {
	var b strings.Builder
	for _, token := range location {
		b.WriteString("/" + pointerEscaper.Replace(token))
	}
	return b.String()
}

// shape is what a schema says about the properties and elements of a value in all of its parts that
// always apply: itself, what it refers to, and allOf.
type shape struct {
	properties map[string][]*jsonschema.Schema
	additional []*jsonschema.Schema // of properties that aren't in properties
	elements   []*jsonschema.Schema
	choices    [][]*jsonschema.Schema // oneOf and anyOf
	closed     bool                   // undeclared properties are faults
	open       bool                   // any property is welcome
	readOnly   bool
}

// shape returns the shape of a compiled schema, worked out once.
func (d *document) shape(compiled *jsonschema.Schema) *shape {
	d.shapesMu.RLock()
	known := d.shapes[compiled]
	d.shapesMu.RUnlock()
	if known != nil {
		return known
	}
	s := &shape{properties: map[string][]*jsonschema.Schema{}}
	s.add(compiled, map[*jsonschema.Schema]bool{})
	d.shapesMu.Lock()
	defer d.shapesMu.Unlock()
	d.shapes[compiled] = s
	return s
}

func (s *shape) add(part *jsonschema.Schema, seen map[*jsonschema.Schema]bool) {
	if part == nil || seen[part] {
		return
	}
	seen[part] = true
	for name, property := range part.Properties {
		s.properties[name] = append(s.properties[name], property)
		s.closed = true
	}
	for _, name := range part.Required {
		if _, ok := s.properties[name]; !ok {
			s.properties[name] = nil
		}
	}
	switch additional := part.AdditionalProperties.(type) {
	case bool:
		s.open = s.open || additional
		s.closed = s.closed || !additional
	case *jsonschema.Schema:
		s.additional = append(s.additional, additional)
	}
	if part.Items2020 != nil {
		s.elements = append(s.elements, part.Items2020)
	}
	for _, choice := range [][]*jsonschema.Schema{part.OneOf, part.AnyOf} {
		if len(choice) > 0 {
			s.choices = append(s.choices, choice)
		}
	}
	s.readOnly = s.readOnly || part.ReadOnly
	s.add(part.Ref, seen)
	for _, part := range part.AllOf {
		s.add(part, seen)
	}
}

// walker searches a value for properties that no schema declares. It works apart from validation, for
// which a property without a declaration is fine, and finds a misspelled name even where the object is
// invalid for the lack of the right one.
type walker struct {
	doc    *document
	where  string
	sent   bool
	at     []string
	faults []fault
}

func (w *walker) walk(value any, schemas []*jsonschema.Schema) {
	switch value := value.(type) {
	case map[string]any:
		shapes := w.shapes(value, schemas, nil)
		for name, child := range value {
			w.at = append(w.at, name)
			w.property(name, child, shapes)
			w.at = w.at[:len(w.at)-1]
		}
	case []any:
		var elements []*jsonschema.Schema
		for _, s := range w.shapes(value, schemas, nil) {
			elements = append(elements, s.elements...)
		}
		for i, child := range value {
			w.at = append(w.at, strconv.Itoa(i))
			w.walk(child, elements)
			w.at = w.at[:len(w.at)-1]
		}
	}
}

func (w *walker) property(name string, child any, shapes []*shape) {
	var schemas []*jsonschema.Schema
	declared, closed, open := false, false, false
	for _, s := range shapes {
		found, ok := s.properties[name]
		declared = declared || ok
		closed = closed || s.closed
		open = open || s.open
		schemas = append(schemas, found...)
	}
	if !declared {
		for _, s := range shapes {
			schemas = append(schemas, s.additional...)
		}
		if closed && !open && len(schemas) == 0 {
			w.fault("not declared")
			return
		}
	}
	for _, property := range schemas {
		if w.sent && w.doc.shape(property).readOnly {
			w.fault("read-only, must not be sent")
		}
	}
	w.walk(child, schemas)
}

func (w *walker) fault(reason string) {
	w.faults = append(w.faults, fault{w.where, pointer(w.at), reason})
}

// shapes appends the shapes that apply to a value to those given: all the parts of the schemas, and of
// each choice the alternatives that the value was meant for.
func (w *walker) shapes(value any, schemas []*jsonschema.Schema, applying []*shape) []*shape {
	for _, compiled := range schemas {
		s := w.doc.shape(compiled)
		applying = append(applying, s)
		for _, choice := range s.choices {
			applying = w.shapes(value, w.meant(value, choice), applying)
		}
	}
	return applying
}

// meant returns the alternatives whose constants the value has and, of several, those it matches. Where
// that leaves none, the value is invalid and any alternative may have been meant.
func (w *walker) meant(value any, choice []*jsonschema.Schema) []*jsonschema.Schema {
	alternatives := keep(choice, func(alternative *jsonschema.Schema) bool { return w.hasConstants(value, alternative) })
	if len(alternatives) == 1 {
		return alternatives
	}
	return keep(alternatives, func(alternative *jsonschema.Schema) bool { return alternative.Validate(value) == nil })
}

// hasConstants tells whether an object has the values of those properties for which a schema allows one
// text only.
func (w *walker) hasConstants(value any, alternative *jsonschema.Schema) bool {
	object, _ := value.(map[string]any)
	for name, schemas := range w.doc.shape(alternative).properties {
		for _, property := range schemas {
			if property.Const == nil {
				continue
			}
			if text, ok := (*property.Const).(string); ok && object[name] != text {
				return false
			}
		}
	}
	return true
}

// keep returns the schemas that pass, or all of them when none does.
func keep(schemas []*jsonschema.Schema, pass func(*jsonschema.Schema) bool) []*jsonschema.Schema {
	kept := slices.DeleteFunc(slices.Clone(schemas), func(s *jsonschema.Schema) bool { return !pass(s) })
	if len(kept) == 0 {
		return schemas
	}
	return kept
}
