package customer

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

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
			if again := set.attributes(id).String(); again != canonical {
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
