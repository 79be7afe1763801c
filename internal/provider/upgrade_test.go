package provider_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// releaseFolders are those of testdata/releases: what every release wrote, which must load for ever.
func releaseFolders(t *testing.T) []string {
	t.Helper()
	folders, err := filepath.Glob(filepath.Join("testdata", "releases", "*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("there are no releases: %v", err)
	}
	return folders
}

func readJSON(t *testing.T, into any, path ...string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// stateFile is the part of a state that concerns the provider.
type stateFile struct {
	Resources []struct {
		Mode, Type, Name string
		Instances        []struct {
			SchemaVersion         int64           `json:"schema_version"`
			Attributes            json.RawMessage `json:"attributes"`
			IdentitySchemaVersion int64           `json:"identity_schema_version"`
			Identity              json.RawMessage `json:"identity"`
		}
	}
}

func currentStateTypes(t *testing.T) (acctest.StateTypes, tfprotov6.ProviderServer) {
	t.Helper()
	server, err := acctest.Factories()["talonone"]()
	if err != nil {
		t.Fatal(err)
	}
	types, err := acctest.StateTypesOf(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	return types, server
}

// A state is upgraded before anything else is done with it. What is left out of the schema gets lost there without a
// word, so all of it must come through.
func TestStatesOfReleasesLoad(t *testing.T) {
	t.Parallel()
	current, server := currentStateTypes(t)
	loaded := make(map[string]bool)
	for _, folder := range releaseFolders(t) {
		var state stateFile
		readJSON(t, &state, folder, "state.json")
		for _, resource := range state.Resources {
			if resource.Mode != "managed" {
				continue
			}
			for _, instance := range resource.Instances {
				name := filepath.Base(folder) + " " + resource.Type + "." + resource.Name
				loaded[resource.Type] = true
				response, err := server.UpgradeResourceState(t.Context(), &tfprotov6.UpgradeResourceStateRequest{
					TypeName: resource.Type, Version: instance.SchemaVersion, RawState: &tfprotov6.RawState{JSON: instance.Attributes},
				})
				if err != nil || acctest.Problem(response.Diagnostics) != "" {
					t.Errorf("%s does not load: %v %s", name, err, acctest.Problem(response.Diagnostics))
					continue
				}
				if instance.SchemaVersion == current[resource.Type].Version {
					expectSame(t, name, current[resource.Type].Type, instance.Attributes, response.UpgradedState)
				}
				if instance.Identity == nil {
					continue // An older CLI than 1.12 wrote it.
				}
				identity, err := server.UpgradeResourceIdentity(t.Context(), &tfprotov6.UpgradeResourceIdentityRequest{
					TypeName: resource.Type, Version: instance.IdentitySchemaVersion, RawIdentity: &tfprotov6.RawState{JSON: instance.Identity},
				})
				if err != nil || acctest.Problem(identity.Diagnostics) != "" {
					t.Errorf("the identity of %s does not load: %v %s", name, err, acctest.Problem(identity.Diagnostics))
				}
			}
		}
	}
	for name := range current {
		if !loaded[name] {
			t.Errorf("no release has a state with %s: add it to the main.tf of the release to come, and record that", name)
		}
	}
}

// expectSame compares what a release wrote with what is left of it after the upgrade.
func expectSame(t *testing.T, name string, kind, written json.RawMessage, upgraded *tfprotov6.DynamicValue) {
	t.Helper()
	schema, err := tftypes.ParseJSONType(kind) //nolint:staticcheck // It is deprecated for use outside of tests only.
	if err != nil {
		t.Fatal(err)
	}
	value, err := upgraded.Unmarshal(schema)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	var attributes map[string]tftypes.Value
	if err := value.As(&attributes); err != nil {
		t.Fatal(err)
	}
	var before map[string]json.RawMessage
	if err := json.Unmarshal(written, &before); err != nil {
		t.Fatal(err)
	}
	for attribute, text := range before {
		now, exists := attributes[attribute]
		if !exists {
			t.Errorf("%s loses %s", name, attribute)
			continue
		}
		want, err := tftypes.ValueFromJSON(text, now.Type()) //nolint:staticcheck // It is deprecated for use outside of tests only.
		if err != nil {
			t.Errorf("%s.%s: %v", name, attribute, err)
		} else if !want.Equal(now) {
			t.Errorf("%s.%s was %s and is %s", name, attribute, want, now)
		}
	}
}

// A schema that misreads an old state needs a new version and an upgrade.
func TestSchemasKeepWhatReleasesPromised(t *testing.T) {
	t.Parallel()
	current, _ := currentStateTypes(t)
	for _, folder := range releaseFolders(t) {
		var earlier acctest.StateTypes
		readJSON(t, &earlier, folder, "schemas.json")
		for _, broken := range current.Breaks(earlier) {
			t.Errorf("since %s: %s", filepath.Base(folder), broken)
		}
	}
}

func TestIncompatibleSchemasAreNoticed(t *testing.T) {
	t.Parallel()
	statesOf := func(version int64, kind string) acctest.StateTypes {
		return acctest.StateTypes{"talonone_thing": {Version: version, Type: json.RawMessage(kind), Identity: json.RawMessage(`["object",{"id":"number"}]`)}}
	}
	const (
		released = `["object",{"id":"number","tags":["list",["object",{"name":"string"}]]}]`
		grown    = `["object",{"id":"number","tags":["list",["object",{"name":"string","new":"bool"}]],"new":"string"}]`
	)
	otherIdentity := statesOf(0, released)
	thing := otherIdentity["talonone_thing"]
	thing.Identity = json.RawMessage(`["object",{"id":"string"}]`)
	otherIdentity["talonone_thing"] = thing
	for name, test := range map[string]struct {
		now  acctest.StateTypes
		want []string
	}{
		"the same":                    {statesOf(0, released), nil},
		"new attributes":              {statesOf(0, grown), nil},
		"an attribute is gone":        {statesOf(0, `["object",{"tags":["list",["object",{"name":"string"}]]}]`), []string{"talonone_thing.id is gone"}},
		"another type":                {statesOf(0, strings.Replace(released, "number", "string", 1)), []string{"talonone_thing.id was a"}},
		"a set instead of a list":     {statesOf(0, strings.Replace(released, "list", "set", 1)), []string{"talonone_thing.tags was a"}},
		"a nested attribute is gone":  {statesOf(0, strings.Replace(released, "name", "label", 1)), []string{"talonone_thing.tags[].name is gone"}},
		"a new version":               {statesOf(1, `["object",{}]`), nil},
		"an older version":            {statesOf(-1, released), []string{"talonone_thing has version -1, and had 0"}},
		"a resource is gone":          {acctest.StateTypes{}, []string{"talonone_thing is gone"}},
		"another identity":            {otherIdentity, []string{"talonone_thing has another identity"}},
		"a resource that came anew":   {acctest.StateTypes{"talonone_thing": statesOf(0, released)["talonone_thing"], "talonone_new": {}}, nil},
		"several of them at the time": {statesOf(0, `["object",{}]`), []string{"talonone_thing.id is gone", "talonone_thing.tags is gone"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := test.now.Breaks(statesOf(0, released))
			if !slices.EqualFunc(got, test.want, strings.HasPrefix) {
				t.Errorf("noticed %q, want %q", got, test.want)
			}
		})
	}
}
