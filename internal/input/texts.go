package input

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Texts reads a JSON array of strings, none of which is empty or occurs twice. At most so many are allowed. Its errors
// are for the reader of a diagnostic.
func Texts(text string, most int) ([]string, error) {
	dec := jsontext.NewDecoder(strings.NewReader(text))
	if kind := dec.PeekKind(); kind != jsontext.KindBeginArray && kind != jsontext.KindInvalid {
		return nil, fmt.Errorf("it must be a JSON array of strings, not %s", KindName(kind))
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, JSONFault(text, err)
	}
	var texts []string
	places := make(map[string]int)
	for dec.PeekKind() != jsontext.KindEndArray {
		place := len(texts)
		if kind := dec.PeekKind(); kind != jsontext.KindString && kind != jsontext.KindInvalid {
			return nil, fmt.Errorf("element %d must be a string, not %s", place, KindName(kind))
		}
		token, err := dec.ReadToken()
		if err != nil {
			return nil, JSONFault(text, err)
		}
		value := token.String()
		first, double := places[value]
		switch {
		case value == "":
			return nil, fmt.Errorf("element %d is empty", place)
		case double:
			return nil, fmt.Errorf("element %d repeats element %d", place, first)
		case place == most:
			return nil, fmt.Errorf("there are more than %d elements", most)
		}
		places[value] = place
		texts = append(texts, value)
	}
	if _, err := dec.ReadToken(); err != nil {
		return nil, JSONFault(text, err)
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more text after the array")
	}
	return texts, nil
}
