package catalog

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

// maxFileBytes bounds an items file. Terraform's own messages hold at most 256 MiB.
const maxFileBytes = 200 << 20

// ReadItemsFile reads the items of a CSV or JSON Lines file and the SHA-256 of the whole file in hexadecimal.
func ReadItemsFile(path, format string, options CSVOptions) (items Items, digest string, err error) {
	digest, err = input.ReadFile(path, maxFileBytes, func(content io.Reader) (err error) {
		switch format {
		case input.CSV:
			items, err = ItemsFromCSV(content, options)
		case input.JSONLines:
			items, err = itemsFromJSONLines(content)
		default:
			err = fmt.Errorf("unknown format %q", format)
		}
		return err
	})
	return items, digest, err
}

// itemsFromJSONLines reads one object {sku, price, product, attributes} a line.
func itemsFromJSONLines(content io.Reader) (Items, error) {
	found := newFound()
	var scratch []byte
	reader := bytes.NewReader(nil)
	dec := jsontext.NewDecoder(reader)
	err := input.ReadLines(content, func(line int, text []byte) error {
		reader.Reset(text)
		dec.Reset(reader)
		sku, item, err := decodeLine(dec, &scratch)
		if err != nil {
			fault := input.JSONFault(string(text), err)
			fault.Line = line
			return fault
		}
		return found.add(sku, item, line)
	})
	return found.items, err
}

func decodeLine(dec *jsontext.Decoder, scratch *[]byte) (sku string, item Item, err error) {
	if kind := dec.PeekKind(); kind != jsontext.KindBeginObject && kind != jsontext.KindInvalid {
		return "", item, fmt.Errorf("must be an object with sku, price, product and attributes, not %s", input.KindName(kind))
	}
	if _, err := dec.ReadToken(); err != nil {
		return "", item, err
	}
	for dec.PeekKind() != jsontext.KindEndObject {
		token, err := dec.ReadToken()
		if err != nil {
			return "", item, err
		}
		if key := token.String(); key == ColumnSKU {
			sku, err = decodeSKU(dec)
		} else {
			err = item.decodePart(key, dec, scratch)
		}
		if err != nil {
			return "", item, err
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return "", item, err
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return "", item, errors.New("there is more text behind the object")
	}
	if sku == "" {
		return "", item, errors.New("there is no SKU: every line needs the key sku with a string that is not empty")
	}
	return sku, item, nil
}

func decodeSKU(dec *jsontext.Decoder) (string, error) {
	if kind := dec.PeekKind(); kind != jsontext.KindString && kind != jsontext.KindInvalid {
		return "", fmt.Errorf("sku must be a string, not %s", input.KindName(kind))
	}
	token, err := dec.ReadToken()
	return token.String(), err
}
