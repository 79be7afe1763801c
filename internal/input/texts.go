package input

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// Texts reads a JSON array of strings, none of which is empty or occurs twice. At most so many are allowed. Its errors
// are for the reader of a diagnostic, and count elements from 1.
func Texts(text string, most int) ([]string, error) {
	var texts []string
	places := make(map[string]int)
	err := EachText(text, func(place int, value string) error {
		first, double := places[value]
		switch {
		case value == "":
			return errors.New("is empty")
		case double:
			return fmt.Errorf("repeats element %d", first)
		}
		places[value] = place
		texts = append(texts, value)
		return nil
	})
	if err == nil && len(texts) > most {
		err = fmt.Errorf("there are more than %s elements", Thousands(most))
	}
	return texts, err
}

// EachText calls use for every string of a JSON array, with its place from 1. What use says of an element, such as "is empty",
// is a fault of that element; all faults are returned together.
func EachText(text string, use func(place int, value string) error) error {
	dec := jsontext.NewDecoder(strings.NewReader(text))
	if kind := dec.PeekKind(); kind != jsontext.KindBeginArray && kind != jsontext.KindInvalid {
		return fmt.Errorf("it must be a JSON array of strings, not %s", KindName(kind))
	}
	if _, err := dec.ReadToken(); err != nil {
		return JSONFault(text, err)
	}
	var problems Problems
	for place := 1; dec.PeekKind() != jsontext.KindEndArray; place++ {
		kind := dec.PeekKind()
		if kind != jsontext.KindString && kind != jsontext.KindInvalid {
			if err := dec.SkipValue(); err != nil {
				return errors.Join(problems.Err(), JSONFault(text, err))
			}
			problems.Add(fmt.Errorf("element %d is %s, not a string", place, KindName(kind)))
			continue
		}
		token, err := dec.ReadToken()
		if err != nil {
			return errors.Join(problems.Err(), JSONFault(text, err))
		}
		if err := use(place, token.String()); err != nil {
			problems.Add(fmt.Errorf("element %d %w", place, err))
		}
	}
	if _, err := dec.ReadToken(); err != nil {
		return errors.Join(problems.Err(), JSONFault(text, err))
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		problems.Add(errors.New("there is more text after the array"))
	}
	return problems.Err()
}
