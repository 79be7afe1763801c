package talonone

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// itemsReader takes a page of listCatalogItems apart, whose text is one JSON value. A catalog of a million items is a
// thousand of them, and encoding/json takes several times as long. The texts of a page share memory.
type itemsReader struct {
	text []byte
	at   int
	// texts are SKUs, prices and products, objects the attributes.
	texts   strings.Builder
	objects []byte
}

// readItems reads a page. Its errors are those of encoding/json, of syntax, or textProblem. Fields that no one reads may hold any
// number, at any depth.
func readItems(body []byte, list *page[CatalogItem]) error {
	if !utf8.Valid(body) {
		return textProblem(notUTF8)
	}
	dec := jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	// SkipValue would go from token to token.
	_, err := dec.ReadValue()
	if err == nil {
		if _, err = dec.ReadToken(); errors.Is(err, io.EOF) {
			r := itemsReader{text: body}
			return r.page(list)
		}
		err = cmp.Or(err, io.ErrUnexpectedEOF)
	}
	if problem := problemOfText(body); problem != "" {
		return textProblem(problem)
	}
	return err
}

func (r *itemsReader) page(list *page[CatalogItem]) error {
	inside, err := r.begin("", '{', reflect.TypeFor[CatalogItem]())
	for inside && err == nil {
		var name []byte
		if name, inside = r.field(); !inside {
			break
		}
		switch string(name) {
		case "data":
			list.Data, err = r.items()
		case "hasMore":
			var text []byte
			if text, err = r.scalar("hasMore", reflect.TypeFor[bool](), 't', 'f'); len(text) > 0 {
				list.HasMore = new(string(text) == "true")
			}
		case "totalResultSize":
			var text []byte
			if text, err = r.scalar("totalResultSize", reflect.TypeFor[int](), '0'); len(text) > 0 {
				total, conversion := strconv.Atoi(string(text))
				if conversion != nil {
					return &json.UnmarshalTypeError{Value: "number", Type: reflect.TypeFor[int](), Field: "totalResultSize"}
				}
				list.TotalResultSize = &total
			}
		default:
			r.value()
		}
	}
	return err
}

func (r *itemsReader) items() (rows[CatalogItem], error) {
	inside, err := r.begin("data", '[', reflect.TypeFor[[]CatalogItem]())
	list := make(rows[CatalogItem], 0, len(r.text)/256)
	for inside && err == nil && r.element() {
		list = append(list, CatalogItem{})
		err = r.item(&list[len(list)-1])
	}
	return list, err
}

// item reads one item, whose attributes are a list of names and values although they are written as an object.
func (r *itemsReader) item(item *CatalogItem) error {
	inside, err := r.begin("data", '{', reflect.TypeFor[CatalogItem]())
	for inside && err == nil {
		var name []byte
		if name, inside = r.field(); !inside {
			break
		}
		switch string(name) {
		case "sku":
			item.SKU, err = r.string("sku")
		case "price":
			item.Price, err = r.price()
		case "product":
			item.Product, err = r.product()
		case "attributes":
			item.Attributes, err = r.attributes()
		default:
			r.value()
		}
	}
	return err
}

func (r *itemsReader) price() (json.Number, error) {
	price, err := r.scalar("price", reflect.TypeFor[json.Number](), '0', '"')
	if len(price) > 0 && price[0] == '"' {
		// Some write numbers as strings.
		if price = price[1 : len(price)-1]; jsontext.Value(price).Kind() != '0' || !jsontext.Value(price).IsValid() {
			return "", &json.UnmarshalTypeError{Value: "string", Type: reflect.TypeFor[json.Number](), Field: "price"}
		}
	}
	if err == nil && absurd(price) {
		err = textProblem(tooLongNumber)
	}
	return json.Number(r.keep(price)), err
}

func (r *itemsReader) product() (text string, err error) {
	inside, err := r.begin("product", '{', reflect.TypeFor[CatalogItem]())
	for inside && err == nil {
		var name []byte
		if name, inside = r.field(); !inside {
			break
		}
		if string(name) == "name" {
			text, err = r.string("product.name")
		} else {
			r.value()
		}
	}
	return text, err
}

func (r *itemsReader) attributes() (json.RawMessage, error) {
	if cap(r.objects) == 0 {
		r.objects = make([]byte, 0, len(r.text)/2)
	}
	start, separator := len(r.objects), byte('{')
	inside, err := r.begin("attributes", '[', reflect.TypeFor[[]CatalogItem]())
	for inside && err == nil && r.element() {
		var name, value []byte
		if name, value, err = r.attribute(); err == nil {
			r.objects = append(append(append(append(r.objects, separator), name...), ':'), value...)
			separator = ','
		}
	}
	if err != nil || len(r.objects) == start {
		return nil, err
	}
	r.objects = append(r.objects, '}')
	return r.objects[start:len(r.objects):len(r.objects)], nil
}

// What an attribute has that lacks the one or the other.
var noName, null = []byte(`""`), []byte("null")

// attribute reads one attribute of an item: its name, with quotes, and its value.
func (r *itemsReader) attribute() (name, value []byte, err error) {
	name, value = noName, null
	inside, err := r.begin("attributes", '{', reflect.TypeFor[CatalogItem]())
	for inside && err == nil {
		var key []byte
		if key, inside = r.field(); !inside {
			break
		}
		switch string(key) {
		case "name":
			var given []byte
			if given, err = r.scalar("attributes.name", reflect.TypeFor[string](), '"'); len(given) > 0 {
				name = given
			}
		case "value":
			if value = r.value(); value[0] != '"' {
				if problem := problemOfText(value); problem != "" {
					err = textProblem(problem)
				}
			}
		default:
			r.value()
		}
	}
	return name, value, err
}

// kind is that of what comes next, behind white space.
func (r *itemsReader) kind() jsontext.Kind {
	for r.text[r.at] <= ' ' {
		r.at++
	}
	switch c := r.text[r.at]; {
	case c == '-' || '0' <= c && c <= '9':
		return '0'
	default:
		return jsontext.Kind(c)
	}
}

// begin goes into an object or array; false for null.
func (r *itemsReader) begin(at string, kind jsontext.Kind, into reflect.Type) (inside bool, err error) {
	switch got := r.kind(); got {
	case kind:
		r.at++
		return true, nil
	case 'n':
		r.value()
		return false, nil
	default:
		return false, wrongType(got, into, at)
	}
}

// field goes to the next value of an object, and returns its name; false, and behind the object, if there is none.
func (r *itemsReader) field() (name []byte, ok bool) {
	next := r.kind()
	if next == ',' {
		r.at++
		next = r.kind()
	}
	if next == '}' {
		r.at++
		return nil, false
	}
	name = r.value()
	r.kind()
	r.at++ // the colon
	return unquoted(name), true
}

// element goes to the next value of an array; false, and behind the array, if there is none.
func (r *itemsReader) element() bool {
	next := r.kind()
	if next == ',' || next == ']' {
		r.at++
	}
	return next != ']'
}

// scalar reads a value of one of the kinds, as it is written; nil for null.
func (r *itemsReader) scalar(at string, into reflect.Type, kinds ...jsontext.Kind) ([]byte, error) {
	got := r.kind()
	value := r.value()
	switch {
	case slices.Contains(kinds, got):
		return value, nil
	case got == 'n':
		return nil, nil
	}
	return nil, wrongType(got, into, at)
}

// value goes behind the next value, and returns it as it is written.
func (r *itemsReader) value() []byte {
	kind := r.kind()
	start, depth := r.at, 0
	for {
		switch r.text[r.at] {
		case '"':
			r.skipString()
		case '{', '[':
			depth++
			r.at++
		case '}', ']':
			depth--
			r.at++
		default:
			r.at++
		}
		if depth > 0 {
			continue
		}
		if kind == '"' || kind == '{' || kind == '[' {
			return r.text[start:r.at:r.at]
		}
		for r.at < len(r.text) && !delimits(r.text[r.at]) {
			r.at++
		}
		return r.text[start:r.at:r.at]
	}
}

func delimits(c byte) bool { return c <= ' ' || c == ',' || c == '}' || c == ']' }

func (r *itemsReader) skipString() {
	for r.at++; r.text[r.at] != '"'; r.at++ {
		if r.text[r.at] == '\\' {
			r.at++
		}
	}
	r.at++
}

func (r *itemsReader) string(at string) (string, error) {
	quoted, err := r.scalar(at, reflect.TypeFor[string](), '"')
	if err != nil || quoted == nil {
		return "", err
	}
	return r.keep(unquoted(quoted)), nil
}

// keep copies a text behind the others of the page.
func (r *itemsReader) keep(text []byte) string {
	if r.texts.Cap() == 0 {
		r.texts.Grow(len(r.text) / 8)
	}
	start := r.texts.Len()
	r.texts.Write(text)
	return r.texts.String()[start:]
}

// unquoted is the text of a JSON string.
func unquoted(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	// Half a surrogate pair becomes U+FFFD, and an error that doesn't matter.
	text, _ := jsontext.AppendUnquote(nil, quoted)
	return text
}

func wrongType(got jsontext.Kind, into reflect.Type, at string) error {
	kind := map[jsontext.Kind]string{'"': "string", '0': "number", 't': "bool", 'f': "bool", '{': "object", '[': "array"}[got]
	return &json.UnmarshalTypeError{Value: kind, Type: into, Field: at}
}
