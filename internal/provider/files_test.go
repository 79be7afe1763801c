package provider_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"go.yaml.in/yaml/v3"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// fileCase is a file as somebody has it, what the configuration says about it, and what becomes of it.
type fileCase struct {
	File        string         `yaml:"file"`
	Is          string         `yaml:"is"`
	ItemsFile   map[string]any `yaml:"items_file"`
	MembersFile map[string]any `yaml:"members_file"`
	// One of these: what the catalog or the audience holds, or parts of the error.
	Items   map[string]any `yaml:"items"`
	Members []string       `yaml:"members"`
	Refused []string       `yaml:"refused"`
}

// megabyte stands in a file for a text that is too long for it to be kept here.
const megabyte = "{{a megabyte}}"

// TestFilesAsPeopleHaveThem plans and applies testdata/files, and has the functions read them with the same options.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	t.Parallel()
	folder := filepath.Join("testdata", "files")
	text, err := os.ReadFile(filepath.Join(folder, "cases.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []fileCase
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&cases); err != nil {
		t.Fatal(err)
	}
	listed := []string{".gitattributes", "cases.yaml"}
	for _, test := range cases {
		listed = append(listed, test.File)
		t.Run(test.File, func(t *testing.T) {
			t.Parallel()
			content, err := os.ReadFile(filepath.Join(folder, test.File))
			if err != nil {
				t.Fatal(err)
			}
			content = bytes.ReplaceAll(content, []byte(megabyte), bytes.Repeat([]byte("x"), 1_300_000))
			name := filepath.Join(t.TempDir(), test.File)
			if err := os.WriteFile(name, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if test.MembersFile != nil {
				test.members(t, name)
			} else {
				test.items(t, name)
			}
		})
	}
	var there []string
	entries, err := os.ReadDir(folder)
	for _, entry := range entries {
		there = append(there, entry.Name())
	}
	slices.Sort(listed)
	if diff := cmp.Diff(there, listed); err != nil || diff != "" {
		t.Errorf("%v, files without a case (-there +listed):\n%s", err, diff)
	}
}

func (c fileCase) items(t *testing.T, name string) {
	d := acctest.Start(t)
	state, process := c.apply(t, d, "talonone_catalog_items", "items_file", acctest.Attributes{"catalog_id": 6}, c.ItemsFile, name)
	if c.Refused == nil {
		expectSameJSON(t, "managed_items", c.Items, textOf(t, process.Attribute(t, state, "managed_items")))
	}
	if value, called := c.call(t, process, "catalog_items_from_csv", c.ItemsFile, name); called {
		expectSameJSON(t, "the function", c.Items, value)
	}
}

func (c fileCase) members(t *testing.T, name string) {
	d := acctest.Start(t)
	var audience struct{ ID int }
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "From a file"}, &audience)
	_, process := c.apply(t, d, "talonone_audience_memberships", "members_file", acctest.Attributes{"audience_id": audience.ID}, c.MembersFile, name)
	var got struct {
		Data []struct {
			IntegrationID string `json:"integrationId"`
		}
	}
	d.Call(t, http.MethodGet, fmt.Sprintf("/v1/audiences/%d/memberships", audience.ID), nil, &got)
	want := make(map[string]any)
	for _, id := range c.Members {
		want[id] = true
	}
	for _, member := range got.Data {
		if want[member.IntegrationID] == nil {
			t.Errorf("%q is a member", member.IntegrationID)
		}
	}
	if len(got.Data) != len(c.Members) {
		t.Errorf("there are %d members, want %d", len(got.Data), len(c.Members))
	}
	if value, called := c.call(t, process, "members_from_csv", c.MembersFile, name); called {
		expectSameJSON(t, "the function", want, value)
	}
}

// apply plans a resource with the file, and applies it unless it is to be refused.
func (c fileCase) apply(t *testing.T, d *acctest.Deployment, kind, attribute string, config acctest.Attributes, options map[string]any, name string) (acctest.Instance, *acctest.Process) {
	t.Helper()
	file := acctest.Attributes{"path": name}
	maps.Copy(file, options)
	config[attribute] = file
	process := d.NewProcess(t, nil)
	plan, diagnostics := process.Plan(t, kind, acctest.Instance{Type: kind}, config)
	problem := acctest.Problem(diagnostics)
	if c.Refused != nil {
		c.expectRefusal(t, problem, fmt.Sprintf("AttributeName(%q)", attribute), name)
		return acctest.Instance{}, process
	}
	if problem != "" {
		t.Fatal(problem)
	}
	state, diagnostics := process.Apply(t.Context(), t, plan)
	if problem := acctest.Problem(diagnostics); problem != "" {
		t.Fatal(problem)
	}
	return state, process
}

func (c fileCase) expectRefusal(t *testing.T, problem string, more ...string) {
	t.Helper()
	if problem == "" {
		t.Fatal("the file was accepted")
	}
	for _, part := range slices.Concat(c.Refused, more) {
		if !strings.Contains(problem, part) {
			t.Errorf("%q is missing in:\n%s", part, problem)
		}
	}
}

// call has a function read the file as Terraform's function file would hand it over, which takes UTF-8 alone.
func (c fileCase) call(t *testing.T, process *acctest.Process, function string, options map[string]any, name string) (value string, called bool) {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil || !utf8.Valid(content) || options["encoding"] != nil {
		return "", false
	}
	given := maps.Clone(options)
	switch ext := filepath.Ext(name); {
	case given["format"] == nil && ext == ".txt":
		given["format"] = "text"
	case given["format"] == nil && (ext == ".json" || ext == ".jsonl"):
		given["format"] = ext[1:]
	case given["format"] == nil && ext == ".ndjson":
		given["format"] = "jsonl"
	case given["delimiter"] == nil && ext == ".tsv":
		given["delimiter"] = "\t"
	}
	result, problem := process.Call(t, function, string(content), given)
	if c.Refused != nil {
		if problem == "" {
			t.Error("the function accepted the text")
		}
		return "", false
	}
	if problem != "" {
		t.Fatal(problem)
	}
	return textOf(t, result), true
}

func textOf(t *testing.T, value tftypes.Value) (text string) {
	t.Helper()
	if err := value.As(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

// expectSameJSON compares a JSON text with what YAML says.
func expectSameJSON(t *testing.T, what string, want map[string]any, got string) {
	t.Helper()
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var wanted, found any
	if err := json.Unmarshal(text, &wanted); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(got), &found); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wanted, found); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
