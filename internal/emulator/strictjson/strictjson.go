// Package strictjson decodes JSON strictly into structs and reports everything that does not fit, each
// problem with a JSON pointer. The emulator calls it for the bodies of requests and for its fixtures.
package strictjson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxProblems is how many problems Bind reports at most, so that the response to a body of a thousand
// wrong entries stays readable.
const MaxProblems = 50

// The titles of problems. They are the vendor's words, which clients may rely on.
const (
	TitleUnknown      = "Unknown"
	TitleInvalidType  = "Invalid type"
	TitleInvalidValue = "Invalid value"
	TitleEnum         = "enum"
	TitleMissing      = "Missing"
)

// Problem is one thing that does not fit. Pointer is a JSON pointer (RFC 6901), "" for the whole document.
type Problem struct {
	Pointer, Title, Details string
}

// Parse reads exactly one JSON value, in UTF-8 and with nothing behind it. Numbers are json.Number.
func Parse(data []byte) (any, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errors.New("the body is empty")
	}
	if !utf8.Valid(data) {
		return nil, errors.New("the body is not valid UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("there is more after the JSON value, which ends at byte %d", decoder.InputOffset())
	}
	return value, nil
}

// Bind moves a value of Parse into what into points to, and reports what does not fit: unknown and
// missing properties, wrong types, broken limits. pointer is where the value stands in its document,
// "" for the document itself.
//
// The struct's json tags name the properties; a property without a rule tag is optional. A blank field with the tag
// readonly lists properties, comma separated, that are known and ignored. Rules, comma separated:
//
//	required   must be there and not null
//	min=, max= characters of a string, entries of a list, value of a number
//	unique     no entry of the list occurs twice
//	enum=a|b   the only strings allowed
//	is=KIND    what a string is, for Options.Text
//	each:RULE  applies RULE to every entry of a list
//
// Numbers go to int64 or json.Number, timestamps (RFC 3339) to time.Time, free objects to map[string]any with
// json.Number inside. Use a pointer to tell an absent property from its zero; null counts as absent, except
// inside free objects.
func Bind(value, into any, pointer string) []Problem {
	return Options{}.Bind(value, into, pointer)
}

// Options relax Bind, or change what it stores. The zero value is Bind.
type Options struct {
	// IgnoreUnknown passes over properties that the struct does not have.
	IgnoreUnknown bool
	// Text changes strings with the rule is=KIND, before the other rules look at them; nil leaves them.
	Text func(kind, text string) string
	// Number changes numbers that go to json.Number or into free values; nil leaves them.
	Number func(json.Number) json.Number
}

// Bind is the function Bind with the options.
func (o Options) Bind(value, into any, pointer string) []Problem {
	b := binder{options: o}
	b.bind(value, reflect.ValueOf(into).Elem(), pointer, rules{})
	return b.problems
}

// binder moves a decoded JSON tree into Go values and collects what does not fit.
type binder struct {
	options  Options
	problems []Problem
}

// Free applies Number to a value whose form is free.
func (o Options) Free(value any) any {
	if o.Number == nil {
		return value
	}
	switch value := value.(type) {
	case json.Number:
		return o.Number(value)
	case []any:
		list := make([]any, len(value))
		for i, entry := range value {
			list[i] = o.Free(entry)
		}
		return list
	case map[string]any:
		object := make(map[string]any, len(value))
		for name, entry := range value {
			object[name] = o.Free(entry)
		}
		return object
	default:
		return value
	}
}

func (b *binder) fail(pointer, title, format string, args ...any) {
	if len(b.problems) < MaxProblems {
		b.problems = append(b.problems, Problem{Pointer: pointer, Title: title, Details: fmt.Sprintf(format, args...)})
	}
}

var (
	typeTime   = reflect.TypeFor[time.Time]()
	typeNumber = reflect.TypeFor[json.Number]()
)

func (b *binder) bind(value any, into reflect.Value, pointer string, limits rules) {
	name := pointer[strings.LastIndex(pointer, "/")+1:]
	mistyped := func(want string) {
		b.fail(pointer, TitleInvalidType, "Value of %q (%s) is not %s", name, Show(value), want)
	}
	switch into.Type() {
	case typeTime:
		text, _ := value.(string)
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			mistyped("an RFC 3339 time")
			return
		}
		into.Set(reflect.ValueOf(at.UTC()))
		return
	case typeNumber:
		number, ok := value.(json.Number)
		if !ok {
			mistyped("a number")
			return
		}
		if b.options.Number != nil {
			number = b.options.Number(number)
		}
		into.SetString(number.String())
		limits.number(b, number, pointer, name)
		return
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		b.bind(value, into.Elem(), pointer, limits)
	case reflect.Interface:
		value = b.options.Free(value)
		into.Set(reflect.ValueOf(&value).Elem())
	case reflect.String:
		text, ok := value.(string)
		if !ok {
			mistyped("a string")
			return
		}
		if limits.kind != "" && b.options.Text != nil {
			text = b.options.Text(limits.kind, text)
		}
		into.SetString(text)
		limits.text(b, text, pointer, name)
	case reflect.Bool:
		flag, ok := value.(bool)
		if !ok {
			mistyped("a boolean")
			return
		}
		into.SetBool(flag)
	case reflect.Int, reflect.Int64:
		number, _ := value.(json.Number)
		n, err := strconv.ParseInt(number.String(), 10, 64)
		if err != nil {
			mistyped("an integer")
			return
		}
		into.SetInt(n)
		limits.number(b, number, pointer, name)
	case reflect.Slice:
		list, ok := value.([]any)
		if !ok {
			mistyped("an array")
			return
		}
		limits.length(b, list, pointer, name)
		into.Set(reflect.MakeSlice(into.Type(), len(list), len(list)))
		for i, entry := range list {
			b.bind(entry, into.Index(i), pointer+"/"+strconv.Itoa(i), limits.entries())
		}
	case reflect.Map:
		object, ok := value.(map[string]any)
		if !ok {
			mistyped("an object")
			return
		}
		into.Set(reflect.MakeMapWithSize(into.Type(), len(object)))
		for _, key := range slices.Sorted(maps.Keys(object)) {
			entry := reflect.New(into.Type().Elem()).Elem()
			if object[key] != nil || entry.Kind() != reflect.Interface {
				b.bind(object[key], entry, pointer+"/"+EscapePointer(key), rules{})
			}
			into.SetMapIndex(reflect.ValueOf(key), entry)
		}
	case reflect.Struct:
		object, ok := value.(map[string]any)
		if !ok {
			mistyped("an object")
			return
		}
		b.bindStruct(object, into, pointer)
	default:
		panic("strictjson: cannot decode into " + into.Type().String())
	}
}

func (b *binder) bindStruct(object map[string]any, into reflect.Value, pointer string) {
	known := make(map[string]bool, into.NumField())
	var readOnly []string
	// Bodies that share properties embed a struct for them.
	for _, field := range reflect.VisibleFields(into.Type()) {
		if field.Name == "_" {
			readOnly = strings.Split(field.Tag.Get("readonly"), ",")
			continue
		}
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		known[name] = true
		limits := parseRules(field.Tag.Get("rule"))
		value, present := object[name]
		if !present || value == nil {
			if limits.required {
				b.fail(pointer+"/"+name, TitleMissing, "%s is required", name)
			}
			continue
		}
		b.bind(value, into.FieldByIndex(field.Index), pointer+"/"+name, limits)
	}
	if b.options.IgnoreUnknown {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		if !known[name] && !slices.Contains(readOnly, name) {
			b.fail(pointer+"/"+EscapePointer(name), TitleUnknown, "The property %q is not known here, only %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
	}
}

// rules is the parsed form of a rule tag.
type rules struct {
	required, unique bool
	minimum, maximum string // decimal; "" is no limit
	enum             []string
	each             []string
	kind             string
}

func parseRules(tag string) rules {
	var out rules
	if tag == "" {
		return out
	}
	for rule := range strings.SplitSeq(tag, ",") {
		key, value, _ := strings.Cut(rule, "=")
		switch {
		case rule == "required":
			out.required = true
		case rule == "unique":
			out.unique = true
		case strings.HasPrefix(rule, "each:"):
			out.each = append(out.each, strings.TrimPrefix(rule, "each:"))
		case key == "min":
			out.minimum = value
		case key == "max":
			out.maximum = value
		case key == "is":
			out.kind = value
		case key == "enum":
			out.enum = strings.Split(value, "|")
		default:
			panic("strictjson: unknown rule " + rule)
		}
	}
	return out
}

func (l rules) entries() rules {
	return parseRules(strings.Join(l.each, ","))
}

func (l rules) text(b *binder, text, pointer, name string) {
	if len(l.enum) > 0 && !slices.Contains(l.enum, text) {
		b.fail(pointer, TitleEnum, `%s must be one of the following: "%s"`, name, strings.Join(l.enum, `", "`))
	}
	l.count(b, utf8.RuneCountInString(text), pointer, name, "characters")
}

func (l rules) length(b *binder, list []any, pointer, name string) {
	l.count(b, len(list), pointer, name, "entries")
	if !l.unique {
		return
	}
	seen := make(map[any]bool, len(list))
	for i, entry := range list {
		if entry == nil || !reflect.TypeOf(entry).Comparable() {
			continue
		}
		if seen[entry] {
			b.fail(pointer+"/"+strconv.Itoa(i), "Duplicate", "%s occurs more than once in %s", Show(entry), name)
		}
		seen[entry] = true
	}
}

func (l rules) count(b *binder, n int, pointer, name, unit string) {
	if l.minimum != "" && n < mustAtoi(l.minimum) {
		b.fail(pointer, "Too short", "%s must have at least %s %s, it has %d", name, l.minimum, unit, n)
	}
	if l.maximum != "" && n > mustAtoi(l.maximum) {
		b.fail(pointer, "Too long", "%s may have at most %s %s, it has %d", name, l.maximum, unit, n)
	}
}

func (l rules) number(b *binder, number json.Number, pointer, name string) {
	if l.minimum == "" && l.maximum == "" {
		return
	}
	value, err := number.Float64()
	if err != nil {
		b.fail(pointer, TitleInvalidValue, "%s is out of range", name)
		return
	}
	if l.minimum != "" && value < mustParse(l.minimum) {
		b.fail(pointer, "Too small", "%s must be at least %s", name, l.minimum)
	}
	if l.maximum != "" && value > mustParse(l.maximum) {
		b.fail(pointer, "Too large", "%s may be at most %s", name, l.maximum)
	}
}

func mustParse(limit string) float64 {
	n, err := strconv.ParseFloat(limit, 64)
	if err != nil {
		panic("strictjson: rule limit " + limit)
	}
	return n
}

func mustAtoi(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		panic("strictjson: rule limit " + text)
	}
	return n
}

// Show renders a value in a message, shortened where it is long.
func Show(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	if len(text) > 80 {
		return strings.ToValidUTF8(string(text[:80]), "") + "…"
	}
	return string(text)
}

// EscapePointer makes a name a part of a JSON pointer.
func EscapePointer(name string) string {
	return pointerEscaper.Replace(name)
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")
