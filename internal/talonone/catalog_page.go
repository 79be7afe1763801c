package talonone

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// itemsReader reads a page of listCatalogItems in one pass over its text. A catalog of a million items is a thousand of
// them, and encoding/json takes several times as long. The texts of a page share memory.
type itemsReader struct {
	dec  *jsontext.Decoder
	body []byte
	// texts are SKUs, prices and products, objects the attributes.
	texts   strings.Builder
	objects []byte
}

// readItems reads a page. Its errors are those of encoding/json, or of syntax.
func readItems(body []byte, list *page[CatalogItem]) error {
	r := itemsReader{body: body, dec: jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))}
	err := r.object("", func(name []byte) error {
		switch string(name) {
		case "data":
			list.Data = make(rows[CatalogItem], 0, len(body)/256)
			return r.array("data", func() error {
				list.Data = append(list.Data, CatalogItem{})
				return r.item(&list.Data[len(list.Data)-1])
			})
		case "hasMore":
			text, err := r.scalar("hasMore", reflect.TypeFor[bool](), 't', 'f')
			if len(text) > 0 {
				list.HasMore = new(string(text) == "true")
			}
			return err
		case "totalResultSize":
			text, err := r.scalar("totalResultSize", reflect.TypeFor[int](), '0')
			if err == nil && len(text) > 0 {
				total, conversion := strconv.Atoi(string(text))
				if conversion != nil {
					return &json.UnmarshalTypeError{Value: "number", Type: reflect.TypeFor[int](), Field: "totalResultSize"}
				}
				list.TotalResultSize = &total
			}
			return err
		}
		return r.dec.SkipValue()
	})
	if err != nil {
		return err
	}
	if _, err := r.dec.ReadToken(); !errors.Is(err, io.EOF) {
		return cmp.Or(err, io.ErrUnexpectedEOF)
	}
	return nil
}

// item reads one item, whose attributes are a list of names and values although they are written as an object.
func (r *itemsReader) item(item *CatalogItem) error {
	return r.object("data", func(name []byte) (err error) {
		switch string(name) {
		case "sku":
			item.SKU, err = r.text("sku")
		case "price":
			var price []byte
			if price, err = r.scalar("price", reflect.TypeFor[json.Number](), '0', '"'); len(price) > 0 && price[0] == '"' {
				// Some write numbers as strings.
				if price = price[1 : len(price)-1]; jsontext.Value(price).Kind() != '0' || !jsontext.Value(price).IsValid() {
					return &json.UnmarshalTypeError{Value: "string", Type: reflect.TypeFor[json.Number](), Field: "price"}
				}
			}
			item.Price = json.Number(r.keep(price))
		case "product":
			err = r.object("product", func(name []byte) (err error) {
				if string(name) != "name" {
					return r.dec.SkipValue()
				}
				item.Product, err = r.text("product.name")
				return err
			})
		case "attributes":
			item.Attributes, err = r.attributes()
		default:
			err = r.dec.SkipValue()
		}
		return err
	})
}

func (r *itemsReader) attributes() (json.RawMessage, error) {
	if cap(r.objects) == 0 {
		r.objects = make([]byte, 0, len(r.body)/2)
	}
	start, separator := len(r.objects), byte('{')
	err := r.array("attributes", func() error {
		name, value := []byte(`""`), []byte("null")
		err := r.object("attributes", func(key []byte) (err error) {
			switch string(key) {
			case "name":
				var given []byte
				if given, err = r.scalar("attributes.name", reflect.TypeFor[string](), '"'); len(given) > 0 {
					name = given
				}
			case "value":
				value, err = r.value()
			default:
				err = r.dec.SkipValue()
			}
			return err
		})
		r.objects = append(append(append(append(r.objects, separator), name...), ':'), value...)
		separator = ','
		return err
	})
	if err != nil || len(r.objects) == start {
		return nil, err
	}
	r.objects = append(r.objects, '}')
	return r.objects[start:len(r.objects):len(r.objects)], nil
}

// object reads an object, or null as an empty one, and calls field for every name, to read the value.
func (r *itemsReader) object(at string, field func(name []byte) error) error {
	if begins, err := r.begin(at, '{', reflect.TypeFor[CatalogItem]()); !begins {
		return err
	}
	for r.dec.PeekKind() != '}' {
		name, err := r.value()
		if err != nil {
			return err
		}
		if err := field(unquoted(name)); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// array reads an array, or null as an empty one, and calls element to read each of its values.
func (r *itemsReader) array(at string, element func() error) error {
	if begins, err := r.begin(at, '[', reflect.TypeFor[[]CatalogItem]()); !begins {
		return err
	}
	for r.dec.PeekKind() != ']' {
		if err := element(); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

// begin reads the beginning of an object or array; false for null.
func (r *itemsReader) begin(at string, kind jsontext.Kind, into reflect.Type) (begins bool, err error) {
	got := r.dec.PeekKind()
	if got != kind && got != 'n' && got != jsontext.KindInvalid {
		return false, wrongType(got, into, at)
	}
	_, err = r.dec.ReadToken()
	return err == nil && got == kind, err
}

// scalar reads a value of one of the kinds, as it is written; nil for null.
func (r *itemsReader) scalar(at string, into reflect.Type, kinds ...jsontext.Kind) ([]byte, error) {
	value, err := r.value()
	if err != nil || value[0] == 'n' {
		return nil, err
	}
	got := jsontext.Value(value).Kind()
	for _, kind := range kinds {
		if got == kind {
			return value, nil
		}
	}
	return nil, wrongType(got, into, at)
}

// value reads any value. Unlike that of the decoder it stays valid.
func (r *itemsReader) value() ([]byte, error) {
	value, err := r.dec.ReadValue()
	end := r.dec.InputOffset()
	return r.body[end-int64(len(value)) : end : end], err
}

func (r *itemsReader) text(at string) (string, error) {
	quoted, err := r.scalar(at, reflect.TypeFor[string](), '"')
	if err != nil || quoted == nil {
		return "", err
	}
	return r.keep(unquoted(quoted)), nil
}

// keep copies a text behind the others of the page.
func (r *itemsReader) keep(text []byte) string {
	if r.texts.Cap() == 0 {
		r.texts.Grow(len(r.body) / 8)
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
