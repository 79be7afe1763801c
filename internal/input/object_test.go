package input

import (
	"fmt"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
)

// numbersOnly accepts members whose value is a number or an object with a number in it.
func numbersOnly(seen *[]string) func(string, *jsontext.Decoder) error {
	return func(name string, dec *jsontext.Decoder) error {
		*seen = append(*seen, name)
		token, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if token.Kind() == jsontext.KindBeginObject {
			if _, err := dec.ReadToken(); err != nil {
				return err
			}
			return fmt.Errorf("%s has an object", name)
		}
		if token.Kind() != jsontext.KindNumber {
			return fmt.Errorf("%s has %s", name, KindName(token.Kind()))
		}
		return nil
	}
}

func TestDecodeObjectTellsAllFaultsOfMembers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		seen []string
		want []string
	}{
		"fine":               {`{"a":1,"b":2}`, []string{"a", "b"}, nil},
		"empty object":       {`{}`, nil, nil},
		"faults are skipped": {`{"a":{"x":[1,{}],"y":2},"b":["s"],"c":"s","d":1}`, []string{"a", "b", "c", "d"}, []string{"a has an object", "b has an array", "c has a string"}},
		"not an object":      {`[1]`, nil, []string{"must be a JSON object, not an array"}},
		"null":               {`null`, nil, []string{"must be a JSON object, not null"}},
		"nothing":            {``, nil, []string{"the JSON text ends too early"}},
		"cut short":          {`{"a":1,"b":`, []string{"a", "b"}, []string{"the JSON text ends too early"}},
		"cut in a fault":     {`{"a":{"b":1`, []string{"a"}, []string{"a has an object", "the JSON text ends too early"}},
		"more behind":        {`{"a":1} x`, []string{"a"}, []string{"there is more text after the JSON object"}},
		"another behind":     {`{"a":1}{}`, []string{"a"}, []string{"there is more text after the JSON object"}},
		"twice":              {`{"a":1,"a":2}`, []string{"a"}, []string{`"a" occurs twice in one JSON object`}},
		"twice inside":       {`{"k":{"x":{"a/b":1,"a/b":1}}}`, []string{"k"}, []string{"k has an object", `"a/b" occurs twice in one JSON object (in k / x)`}},
		"syntax":             {"{\"a\":1,\n\"b\":nope}", []string{"a", "b"}, []string{"line 2, column 6: not valid JSON (in b): invalid character 'o' in literal null (expecting 'u')"}},
		"invalid UTF-8":      {"{\"a\xff\":1}", nil, []string{"line 1, column 4: not valid JSON: invalid UTF-8"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen []string
			err := DecodeObject(test.text, numbersOnly(&seen))
			var got []string
			if err != nil {
				got = strings.Split(err.Error(), "\n")
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(test.seen, seen); diff != "" {
				t.Errorf("members (-want +got):\n%s", diff)
			}
		})
	}
}

func TestDecodeObjectCountsFaultsBeyondTheReadable(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	for i := range 25 {
		fmt.Fprintf(&text, `,"k%d":"s"`, i)
	}
	var seen []string
	err := DecodeObject("{"+text.String()[1:]+"}", numbersOnly(&seen))
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != maxProblems+1 || lines[maxProblems] != "and 15 more" {
		t.Errorf("the error has %d lines and ends with %q", len(lines), lines[len(lines)-1])
	}
}

func FuzzDecodeObject(f *testing.F) {
	for _, seed := range []string{`{"a":1,"b":{"c":[1,2]}}`, `{"a":1,"a":1}`, `{"a":`, `[]`, `{"a":{"b":{"c":1}},"d":"x"} `} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var seen []string
		err := DecodeObject(text, numbersOnly(&seen))
		if err == nil && !jsontext.Value(text).IsValid() {
			t.Fatalf("%q was accepted", text)
		}
	})
}
