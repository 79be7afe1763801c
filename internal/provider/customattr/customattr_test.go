package customattr

import (
	"encoding/json"
	"strings"
	"testing"
)

func parsed(t *testing.T, text string) Attributes {
	t.Helper()
	attributes, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return attributes
}

func TestManagedAttributes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ deployed, prior, managed, ignored string }{
		"same":                         {`{"age":1}`, `{"age":1}`, `{"age":1}`, ""},
		"another spelling":             {`{"age":1.0,"at":"2026-01-01T00:00:00Z"}`, `{"age":1,"at":"2026-01-01T01:00:00+01:00"}`, `{"age":1,"at":"2026-01-01T01:00:00+01:00"}`, ""},
		"somebody else's":              {`{"age":1,"vip":true}`, `{"age":1}`, `{"age":1}`, ""},
		"changed":                      {`{"age":2}`, `{"age":1}`, `{"age":2}`, "age"},
		"gone":                         {`{}`, `{"age":1,"vip":true}`, `{}`, "age vip"},
		"kept cleared":                 {`{}`, `{"age":null}`, `{"age":null}`, ""},
		"set although it is cleared":   {`{"age":1}`, `{"age":null}`, `{"age":1}`, "age"},
		"null stands for missing":      {`{"age":null}`, `{"age":1}`, `{}`, "age"},
		"numbers keep all digits":      {`{"n":12345678901234567.89}`, `{"n":1}`, `{"n":12345678901234567.89}`, "n"},
		"names need no special letter": {`{"a":"<&>"}`, `{"a":"\u003c\u0026>"}`, `{"a":"<&>"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			deployed, err := FromAPI(json.RawMessage(test.deployed))
			if err != nil {
				t.Fatal(err)
			}
			prior := parsed(t, test.prior)
			if got := deployed.Managed(prior).String(); got != test.managed {
				t.Errorf("managed is %s, want %s", got, test.managed)
			}
			if got := strings.Join(prior.Ignored(deployed), " "); got != test.ignored {
				t.Errorf("ignored is %q, want %q", got, test.ignored)
			}
		})
	}
}

func TestAttributesOfAnAnswerMayBeMissing(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "null", "{}"} {
		if attributes, err := FromAPI(json.RawMessage(raw)); err != nil || len(attributes) != 0 {
			t.Errorf("%q: got %v, %v", raw, attributes, err)
		}
	}
	if _, err := FromAPI(json.RawMessage(`[]`)); err == nil {
		t.Error("an array is taken for attributes")
	}
}

func TestClearingRestatesAndClears(t *testing.T) {
	t.Parallel()
	desired, before := parsed(t, `{"age":2,"vip":null}`), parsed(t, `{"age":1,"Language":"de"}`)
	if got := desired.Clearing(before).String(); got != `{"Language":null,"age":2,"vip":null}` {
		t.Errorf("got %s", got)
	}
	if len(desired) != 2 {
		t.Error("the desired attributes have changed")
	}
}
