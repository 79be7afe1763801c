package input

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

var texts = []string{"", "plain", "Café", "Cafe\u0301", "\u2126", "\u212b-1", "\u0301 alone", "\U0001d15e", "\u1100\u1161", "a\"\\\n<&>", "😀e\u0301", "\u0344"}

// What Terraform does to the strings of a state must not change which text is meant.
func FuzzTextsSurviveTheNormalizationOfAState(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("no text")
		}
		quoted := AppendString([]byte(`{"a":`), text)
		state := norm.NFC.String(string(quoted) + "}")
		if state != string(quoted)+"}" {
			t.Errorf("the state changes %q into %q", quoted, state)
		}
		var read struct{ A string }
		if err := json.Unmarshal([]byte(state), &read); err != nil || read.A != text {
			t.Errorf("got %q, %v, want %q", read.A, err, text)
		}
	})
}

func TestTwinsAreOneToPeople(t *testing.T) {
	t.Parallel()
	for _, twins := range [][]string{
		{"abc-1", "ABC-1", "Abc-1 ", "\tabc-1"}, {"a+b=c", "A+B=C"}, {"caf\u00e9", "CAFE\u0301"}, {"\u212a1", "k1", "K1"},
	} {
		for _, text := range twins {
			if got, want := Twin(text), Twin(twins[0]); got != want {
				t.Errorf("%q becomes %q, want %q", text, got, want)
			}
		}
	}
	if Twin("a1") == Twin("a2") || Twin("a b") == Twin("ab") {
		t.Error("texts that differ to people are twins")
	}
}

func TestCanonicalTextsKeepTheirCodePoints(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"{\"Cafe\u0301\": \"\u2126\"}":    `{"Cafe\u0301":"\u2126"}`,
		`{"\u0043afe\u0301": "\u2126 a"}`: `{"Cafe\u0301":"\u2126 a"}`,
		`{"Caf\u00e9": "ü"}`:              `{"Café":"ü"}`,
	} {
		got, err := AppendCanonical(nil, jsontext.NewDecoder(strings.NewReader(written)))
		if err != nil || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", written, got, err, want)
		}
	}
}
