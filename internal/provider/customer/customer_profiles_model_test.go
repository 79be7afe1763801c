package customer

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func rowsOf(t *testing.T, text string) profileRows {
	t.Helper()
	rows, err := parseProfiles(text)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// managing is a state that holds rows and has been applied.
func managing(rows profileRows) profilesModel {
	lastSync := bulk.Plan{}.LastSync(types.ObjectNull(nil), len(rows), profilesNoun, nil)
	return profilesModel{Profiles: rows.value(nil, jsontypes.NewNormalizedNull()), LastSync: lastSync}
}

func TestPlanOfManyProfiles(t *testing.T) {
	t.Parallel()
	prior := rowsOf(t, `{"same":{"age":1},"changed":{"age":1,"vip":true},"removed":{}}`)
	desired := rowsOf(t, `{"same":{"age":1.0},"changed":{"age":2},"added":{}}`)
	plan := planProfiles(managing(prior), prior, desired, true)
	sent := make(map[string]string)
	for _, update := range plan.updates() {
		sent[update.IntegrationID] = string(update.Attributes)
	}
	if want := map[string]string{"changed": `{"age":2,"vip":null}`, "added": `{}`}; !maps.Equal(sent, want) {
		t.Errorf("sends %v, want %v", sent, want)
	}
	if !slices.Equal(plan.Removed, []string{"removed"}) || len(plan.Released) != 0 {
		t.Errorf("erases %v and releases %v", plan.Removed, plan.Released)
	}
	plan = planProfiles(managing(prior), prior, desired, false)
	if len(plan.Removed) != 0 || !slices.Equal(plan.Released, []string{"removed"}) {
		t.Errorf("without erase_on_destroy it erases %v and releases %v", plan.Removed, plan.Released)
	}
}

func TestImportedRowsAreNarrowedToTheConfiguration(t *testing.T) {
	t.Parallel()
	imported, err := rowsFromAPI(map[string]*talonone.CustomerProfile{
		"anna":  {IntegrationID: "anna", Attributes: json.RawMessage(`{"age":1,"vip":true}`)},
		"berta": {IntegrationID: "berta"},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	state := managing(imported)
	state.LastSync = types.ObjectNull(nil)
	plan := planProfiles(state, imported, rowsOf(t, `{"anna":{"age":1,"Language":null},"carla":{}}`), true)
	if want := (profileRows{"anna": `{"Language":null,"age":1}`}); !maps.Equal(plan.prior, want) {
		t.Errorf("manages %v, want %v", plan.prior, want)
	}
	if len(plan.Removed) != 0 || !slices.Equal(plan.Released, []string{"berta"}) || !slices.Equal(plan.Added, []string{"carla"}) {
		t.Errorf("plans %+v", plan.Plan)
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
	before, desired := profileRows{}, profileRows{}
	for i := range 5000 {
		id := "customer-" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26%40)
		before[id], desired[id] = `{"Language":"de","age":1,"interests":["bags","shoes"],"vip":true}`, `{"Language":"de","age":2,"interests":["bags","shoes"],"vip":true}`
	}
	state := managing(before)
	b.ReportAllocs()
	for b.Loop() {
		planProfiles(state, before, desired, false).updates()
	}
}
