package customer

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func parsed(t *testing.T, text string) bag {
	t.Helper()
	attributes, err := parseBag(text)
	if err != nil {
		t.Fatal(err)
	}
	return attributes
}

func TestManagedAttributes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ deployed, prior, managed, ignored string }{
		"same":                         {`{"age":1}`, `{"age":1}`, `{"age":1}`, ""},
		"another spelling":             {`{"age":1.0,"at":"2026-01-01T00:00:00Z"}`, `{"age":1,"at":"2026-01-01T01:00:00+01:00"}`, `{"age":1,"at":"2026-01-01T00:00:00Z"}`, ""},
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
			deployed, err := bagFromAPI(json.RawMessage(test.deployed))
			if err != nil {
				t.Fatal(err)
			}
			prior := parsed(t, test.prior)
			if got := deployed.managed(prior).String(); got != test.managed {
				t.Errorf("managed is %s, want %s", got, test.managed)
			}
			if got := strings.Join(prior.ignored(deployed), " "); got != test.ignored {
				t.Errorf("ignored is %q, want %q", got, test.ignored)
			}
		})
	}
}

func TestAttributesOfAnAnswerMayBeMissing(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "null", "{}"} {
		if attributes, err := bagFromAPI(json.RawMessage(raw)); err != nil || len(attributes) != 0 {
			t.Errorf("%q: got %v, %v", raw, attributes, err)
		}
	}
	if _, err := bagFromAPI(json.RawMessage(`[]`)); err == nil {
		t.Error("an array is taken for attributes")
	}
}

func TestClearingRestatesAndClears(t *testing.T) {
	t.Parallel()
	desired, before := parsed(t, `{"age":2,"vip":null}`), parsed(t, `{"age":1,"Language":"de"}`)
	if got := desired.clearing(before).String(); got != `{"Language":null,"age":2,"vip":null}` {
		t.Errorf("got %s", got)
	}
	if len(desired) != 2 {
		t.Error("the desired attributes have changed")
	}
}

func TestPlanOfManyProfiles(t *testing.T) {
	t.Parallel()
	set := func(text string) profileSet {
		made, err := parseProfiles(text)
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	before := set(`{"same":{"age":1},"changed":{"age":1,"vip":true},"removed":{}}`)
	desired := set(`{"same":{"age":1.0},"changed":{"age":2},"added":{}}`)
	sync := planSync(before, desired, true)
	sent := make(map[string]string)
	for _, update := range sync.updates {
		sent[update.IntegrationID] = string(update.Attributes)
	}
	if want := map[string]string{"changed": `{"age":2,"vip":null}`, "added": `{}`}; !maps.Equal(sent, want) {
		t.Errorf("sends %v, want %v", sent, want)
	}
	if !slices.Equal(sync.erased, []string{"removed"}) {
		t.Errorf("erases %v", sync.erased)
	}
	if got := sync.summary(); got.Added != 1 || got.Updated != 1 || got.Removed != 1 || got.Requests != 2 {
		t.Errorf("the size is %+v", got)
	}
	if kept := planSync(before, desired, false); len(kept.erased) != 0 || kept.summary().Requests != 1 {
		t.Error("forgetting takes requests")
	}
}

func TestImportedSetIsNarrowedToTheConfiguration(t *testing.T) {
	t.Parallel()
	imported, err := takenOver(map[string]*talonone.CustomerProfile{
		"anna":  {IntegrationID: "anna", Attributes: json.RawMessage(`{"age":1,"vip":true}`)},
		"berta": {IntegrationID: "berta"},
	})
	if err != nil {
		t.Fatal(err)
	}
	desired, err := parseProfiles(`{"anna":{"age":1,"Language":null},"carla":{}}`)
	if err != nil {
		t.Fatal(err)
	}
	if got := imported.known(desired); !maps.Equal(got, profileSet{"anna": `{"Language":null,"age":1}`}) {
		t.Errorf("got %v", got)
	}
}

func FuzzParseProfiles(f *testing.F) {
	for _, seed := range []string{`{}`, `{"a":{"age":1.50,"t":["x",null]}}`, `{"a":{}} {}`, `{"a":{"a":1,"a":2}}`, `[`, `{"":{}}`, `{"a":{"x":"\u003c"}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		set, err := parseProfiles(text)
		if err != nil {
			return
		}
		// What is accepted is read again as the same.
		for id, canonical := range set {
			if again := parsed(t, canonical).String(); again != canonical {
				t.Errorf("%q becomes %q for %q", canonical, again, id)
			}
		}
	})
}

func BenchmarkPlanOfManyProfiles(b *testing.B) {
	before, desired := profileSet{}, profileSet{}
	for i := range 5000 {
		id := "customer-" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26%40)
		before[id], desired[id] = `{"Language":"de","age":1,"interests":["bags","shoes"],"vip":true}`, `{"Language":"de","age":2,"interests":["bags","shoes"],"vip":true}`
	}
	b.ReportAllocs()
	for b.Loop() {
		planSync(before, desired, false)
	}
}
