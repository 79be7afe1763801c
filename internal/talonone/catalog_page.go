package talonone

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"iter"
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
	// err is the first error. Nothing is read behind it.
	err error
	// texts are SKUs, prices and products, objects the attributes.
	texts   strings.Builder
	objects []byte
}

// readItems reads a page. Its errors are those of encoding/json, of syntax, or textProblem.
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
			r.page(list)
			err = r.err
		} else {
			err = cmp.Or(err, io.ErrUnexpectedEOF)
		}
	}
	if err != nil {
		if problem := problemOfText(body); problem != "" {
			return textProblem(problem)
		}
	}
	return err
}

func (r *itemsReader) page(list *page[CatalogItem]) {
	for name := range r.object("") {
		switch string(name) {
		case "data":
			list.Data = make(rows[CatalogItem], 0, len(r.text)/256)
			for range r.array("data") {
				list.Data = append(list.Data, CatalogItem{})
				r.item(&list.Data[len(list.Data)-1])
			}
		case "hasMore":
			if text := r.scalar("hasMore", reflect.TypeFor[bool](), 't', 'f'); text != nil {
				list.HasMore = new(string(text) == "true")
			}
		case "totalResultSize":
			if text := r.scalar("totalResultSize", reflect.TypeFor[int](), '0'); text != nil {
				total, err := strconv.Atoi(string(text))
				if err != nil {
					r.fail(&json.UnmarshalTypeError{Value: "number", Type: reflect.TypeFor[int](), Field: "totalResultSize"})
					return
				}
				list.TotalResultSize = &total
			}
		default:
			r.value()
		}
	}
}

// item reads one item, whose attributes are a list of names and values although they are written as an object.
func (r *itemsReader) item(item *CatalogItem) {
	for name := range r.object("data") {
		switch string(name) {
		case "sku":
			item.SKU = r.string("sku")
		case "price":
			item.Price = r.price()
		case "product":
			for name := range r.object("product") {
				if string(name) == "name" {
					item.Product = r.string("product.name")
				} else {
					r.value()
				}
			}
		case "attributes":
			item.Attributes = r.attributes()
		default:
			r.value()
		}
	}
}

func (r *itemsReader) price() json.Number {
	price := r.scalar("price", reflect.TypeFor[json.Number](), '0', '"')
	if len(price) > 0 && price[0] == '"' {
		// Some write numbers as strings.
		if price = price[1 : len(price)-1]; jsontext.Value(price).Kind() != '0' || !jsontext.Value(price).IsValid() {
			r.fail(&json.UnmarshalTypeError{Value: "string", Type: reflect.TypeFor[json.Number](), Field: "price"})
			return ""
		}
	}
	return json.Number(r.keep(price))
}

// What an attribute has that lacks the one or the other.
var noName, null = []byte(`""`), []byte("null")

func (r *itemsReader) attributes() json.RawMessage {
	if cap(r.objects) == 0 {
		r.objects = make([]byte, 0, len(r.text)/2)
	}
	start, separator := len(r.objects), byte('{')
	for range r.array("attributes") {
		name, value := noName, null
		for key := range r.object("attributes") {
			switch string(key) {
			case "name":
				if given := r.scalar("attributes.name", reflect.TypeFor[string](), '"'); given != nil {
					name = given
				}
			case "value":
				value = r.value()
			default:
				r.value()
			}
		}
		r.objects = append(append(append(append(r.objects, separator), name...), ':'), value...)
		separator = ','
	}
	if r.err != nil || len(r.objects) == start {
		return nil
	}
	r.objects = append(r.objects, '}')
	return r.objects[start:len(r.objects):len(r.objects)]
}

func (r *itemsReader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
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

// next goes to the next part of an object or array that ends with a bracket; false, and behind it, if there is none.
func (r *itemsReader) next(closing jsontext.Kind) bool {
	next := r.kind()
	if next == ',' {
		r.at++
		next = r.kind()
	}
	if next == closing {
		r.at++
	}
	return next != closing
}

// begin goes into an object or array; false for null.
func (r *itemsReader) begin(at string, kind jsontext.Kind, into reflect.Type) (inside bool) {
	switch got := r.kind(); got {
	case kind:
		r.at++
		return true
	case 'n':
		r.value()
	default:
		r.fail(wrongType(got, into, at))
	}
	return false
}

// object yields the names of an object, each for its value to be read.
func (r *itemsReader) object(at string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for inside := r.begin(at, '{', reflect.TypeFor[CatalogItem]()); inside && r.err == nil && r.next('}'); {
			name := r.value()
			r.kind()
			r.at++ // the colon
			if !yield(unquoted(name)) {
				return
			}
		}
	}
}

// array yields once for every element of an array, which is to be read.
func (r *itemsReader) array(at string) iter.Seq[struct{}] {
	return func(yield func(struct{}) bool) {
		for inside := r.begin(at, '[', reflect.TypeFor[[]CatalogItem]()); inside && r.err == nil && r.next(']'); {
			if !yield(struct{}{}) {
				return
			}
		}
	}
}

// scalar reads a value of one of the kinds, as it is written; nil for null.
func (r *itemsReader) scalar(at string, into reflect.Type, kinds ...jsontext.Kind) []byte {
	got := r.kind()
	value := r.value()
	if slices.Contains(kinds, got) {
		return value
	}
	if got != 'n' {
		r.fail(wrongType(got, into, at))
	}
	return nil
}

// value goes behind the next value, and returns it as it is written.
func (r *itemsReader) value() []byte {
	kind, start := r.kind(), r.at
	switch kind {
	case '"':
		r.skipString()
		return r.text[start:r.at:r.at]
	case '{', '[':
		r.skipNested()
		value := r.text[start:r.at:r.at]
		if problem := problemOfText(value); problem != "" {
			r.fail(textProblem(problem))
		}
		return value
	}
	for r.at < len(r.text) && !delimits(r.text[r.at]) {
		r.at++
	}
	value := r.text[start:r.at:r.at]
	if kind == '0' && absurd(value) {
		r.fail(textProblem(tooLongNumber))
	}
	return value
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

func (r *itemsReader) skipNested() {
	for depth := 0; ; {
		switch r.text[r.at] {
		case '"':
			r.skipString()
			continue
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		if r.at++; depth == 0 {
			return
		}
	}
}

func (r *itemsReader) string(at string) string {
	if quoted := r.scalar(at, reflect.TypeFor[string](), '"'); quoted != nil {
		return r.keep(unquoted(quoted))
	}
	return ""
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
