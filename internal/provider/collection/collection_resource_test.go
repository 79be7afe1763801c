package collection_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

type attributes = acctest.Attributes

// shelf is a deployment with a workspace that manages one collection.
type shelf struct {
	testing.TB
	*acctest.Deployment

	w *acctest.Workspace
}

func newShelf(t testing.TB) shelf {
	d := acctest.Start(t, func(o *emulator.Options) { o.KeepBodies = true })
	s := shelf{t, d, d.NewWorkspace(t)}
	// Somebody else's change counts at once.
	s.w.Settings = attributes{"read_consistency": "1ms"}
	return s
}

func config(written attributes) acctest.Config {
	return acctest.Config{"it": {Type: "talonone_collection", Attributes: written}}
}

// listing is a configuration with these items.
func listing(items ...string) attributes {
	text, _ := json.Marshal(append([]string{}, items...))
	return attributes{"name": "SKUs", "items": string(text)}
}

func with(base, others attributes) attributes {
	merged := maps.Clone(base)
	maps.Copy(merged, others)
	return merged
}

func (s shelf) must(problem string) {
	s.Helper()
	if problem != "" {
		s.Fatal(problem)
	}
}

func (s shelf) refused(problem string, texts ...string) {
	s.Helper()
	if problem == "" {
		s.Fatal("it was not refused")
	}
	for _, text := range texts {
		if !strings.Contains(problem, text) {
			s.Errorf("%q is not in the message:\n%s", text, problem)
		}
	}
	if strings.Contains(problem, "blames the provider") {
		s.Error(problem)
	}
}

func (s shelf) apply(written attributes) {
	s.Helper()
	s.must(s.w.Apply(s, config(written), acctest.PlanOptions{}))
}

func (s shelf) plan(written attributes) *acctest.SavedPlan {
	s.Helper()
	plan, problem := s.w.Plan(s, config(written), acctest.PlanOptions{})
	s.must(problem)
	return plan
}

// settled checks that nothing is left to do.
func (s shelf) settled(written attributes) {
	s.Helper()
	if !s.plan(written).Empty() {
		s.Error("the next plan is not empty")
	}
}

// imports is how many imports there were since the last call.
func (s shelf) imports(want int) {
	s.Helper()
	if got := s.Count("importAccountCollection") + s.Count("importCollection"); got != want {
		s.Errorf("there were %d imports, want %d", got, want)
	}
	s.Forget()
}

// kept are the collections of the deployment.
type kept struct {
	ID          int64
	Name        string
	Description string
	CampaignID  int64
	Items       []string
}

func (s shelf) kept() []kept {
	s.Helper()
	text, err := s.Server.State()
	if err != nil {
		s.Fatal(err)
	}
	var found struct{ Definitions struct{ Collections []kept } }
	if err := json.Unmarshal(text, &found); err != nil {
		s.Fatal(err)
	}
	return found.Definitions.Collections
}

func (s shelf) holds(items ...string) {
	s.Helper()
	got := s.kept()
	if len(got) != 1 {
		s.Fatalf("there are %d collections", len(got))
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(items)), slices.Sorted(slices.Values(got[0].Items))); diff != "" && len(items)+len(got[0].Items) > 0 {
		s.Errorf("items (-want +got):\n%s", diff)
	}
}

// replace is what somebody else does: an import of other items.
func (s shelf) replace(items ...string) {
	s.Helper()
	s.Upload(s, fmt.Sprintf("/v1/collections/%d/import", s.kept()[0].ID), "item", items...)
	s.Forget()
}

// said is an attribute of the state, without quotes.
func (s shelf) said(attribute string) string {
	s.Helper()
	var text string
	value := s.NewProcess(s, nil).Attribute(s, s.w.State["it"], attribute)
	if value.IsNull() {
		return "null"
	}
	if value.Type().Is(tftypes.String) {
		if err := value.As(&text); err != nil {
			s.Fatal(err)
		}
		return text
	}
	return value.String()
}

func file(t testing.TB, name string, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	write(t, path, lines...)
	return path
}

func write(t testing.TB, path string, lines ...string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestOneImportForAChangeAndNoneForAnEqualList(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.apply(listing("boot", "sock"))
	s.holds("boot", "sock")
	s.imports(1)
	if sync := s.said("last_sync"); !strings.Contains(sync, "+2, 2 items in all") {
		t.Errorf("last_sync is %s", sync)
	}
	first := s.said("last_sync")

	// Another order and spelling is no change, and settings are none of items.
	s.settled(with(listing(), attributes{"items": "[ \"sock\",\n\"bo\\u006ft\" ]"}))
	s.apply(with(listing("sock", "boot"), attributes{"description": "Shoes", "subscribed_application_ids": []int{1}, "deletion_protection": true}))
	s.imports(0)
	if s.said("last_sync") != first || s.said("items") != `["boot","sock"]` {
		t.Errorf("a setting has changed last_sync or items to %s and %s", s.said("last_sync"), s.said("items"))
	}

	s.apply(listing("boot", "hat", "scarf"))
	s.holds("boot", "hat", "scarf")
	s.imports(1)
	if sync := s.said("last_sync"); !strings.Contains(sync, "+2 −1, 3 items in all") {
		t.Errorf("last_sync is %s", sync)
	}
	// A description that is no longer configured stays.
	if got := s.kept()[0].Description; got != "Shoes" {
		t.Errorf("the description is %q", got)
	}
	s.apply(with(listing(), attributes{"description": ""}))
	s.holds()
	s.settled(listing())
	if got := s.kept()[0].Description; got != "" {
		t.Errorf("the description is %q", got)
	}
	s.must(s.w.Destroy(s, config(listing()), acctest.PlanOptions{}))
	if left := s.kept(); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

func TestAFileHoldsTheItems(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	name := file(t, "skus.csv", "sku;color", "boot;red", `"so""ck";blue`, "0042;none")
	from := func(path string) attributes {
		return attributes{"name": "SKUs", "items_file": attributes{"path": path, "column": "sku", "delimiter": ";"}}
	}
	s.apply(from(name))
	s.holds("boot", `so"ck`, "0042")
	s.imports(1)
	if s.said("items") != "null" || strings.Contains(fmt.Sprint(s.w.State["it"]), "0042") {
		t.Error("the state holds items of the file")
	}
	// The same items in another file.
	s.settled(attributes{"name": "SKUs", "items_file": attributes{"path": file(t, "skus.jsonl", `{"sku":"0042"}`, `{"sku":"so\"ck"}`, `{"sku":"boot"}`), "column": "sku"}})

	write(t, name, "sku;color", "boot;red", "hat;blue")
	plan := s.plan(from(name))
	if sync := s.NewProcess(s, nil).Planned(t, *plan.Change("it").Put, "last_sync").String(); !strings.Contains(sync, "+1 −2, 2 items in all") {
		t.Errorf("the plan says %s", sync)
	}
	s.must(s.w.ApplyPlan(s, plan))
	s.holds("boot", "hat")
	s.imports(1)
	// From a file to a list of the same items nothing is sent.
	s.apply(listing("hat", "boot"))
	s.imports(0)
	s.settled(listing("hat", "boot"))
}

func TestAChangeSinceThePlanIsRefused(t *testing.T) {
	t.Parallel()
	t.Run("items", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		s.apply(listing("boot", "sock"))
		plan := s.plan(listing("boot", "hat"))
		s.replace("boot", "sock", "others")
		s.refused(s.w.ApplyPlan(s, plan), "Plan is out of date")
		s.imports(0)
		s.holds("boot", "sock", "others")
		// Without a refresh it is noticed, too.
		s.refused(s.w.Apply(s, config(listing("boot", "hat")), acctest.PlanOptions{NoRefresh: true}), "Plan is out of date")
		s.imports(0)
		s.apply(listing("boot", "hat"))
		s.holds("boot", "hat")
		if sync := s.said("last_sync"); !strings.Contains(sync, "+1 −2, 2 items in all") {
			t.Errorf("last_sync is %s", sync)
		}
	})
	t.Run("destroy", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		s.apply(listing("boot"))
		ending, problem := s.w.Plan(s, acctest.Config{}, acctest.PlanOptions{})
		s.must(problem)
		if !strings.Contains(ending.Warning, "deleted with its 1 item") {
			t.Errorf("the plan warns %q", ending.Warning)
		}
		s.replace("boot", "others")
		s.refused(s.w.ApplyPlan(s, ending), "Plan is out of date")
		s.holds("boot", "others")
	})
	t.Run("file", func(t *testing.T) {
		t.Parallel()
		s := newShelf(t)
		name := file(t, "skus.txt", "boot", "sock")
		from := attributes{"name": "SKUs", "items_file": attributes{"path": name}}
		s.apply(from)
		s.imports(1)
		write(t, name, "boot", "hat")
		plan := s.plan(from)
		write(t, name, "scarf")
		s.refused(s.w.ApplyPlan(s, plan), "Items file has changed")
		s.imports(0)
		s.apply(from)
		s.holds("scarf")
	})
}

// A file that has moved, and lists what the state lists, is not read where it was.
func TestItemsFileMayMoveWhileSomethingElseChanges(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	before := file(t, "before.txt", "boot", "sock")
	s.apply(attributes{"name": "SKUs", "items_file": attributes{"path": before}})
	if err := os.Remove(before); err != nil {
		t.Fatal(err)
	}
	s.settled(attributes{"name": "SKUs", "items_file": attributes{"path": file(t, "after.txt", "sock", "boot")}})
	s.apply(attributes{"name": "SKUs", "description": "Moved", "items_file": attributes{"path": file(t, "after.txt", "sock", "boot")}})
	s.holds("boot", "sock")
}

func TestDriftOfItemsIsRepaired(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.apply(listing("boot", "sock"))
	s.replace("boot", "others")
	s.must(s.w.Refresh(s))
	if got := s.said("items"); got != `["boot","others"]` {
		t.Errorf("the refreshed items are %s", got)
	}
	s.apply(listing("boot", "sock"))
	s.holds("boot", "sock")
}

func TestGuards(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	careful := attributes{"max_removal_percent": 50}
	s.apply(with(listing("a", "b", "c", "d"), careful))
	_, problem := s.w.Plan(s, config(with(listing("a"), careful)), acctest.PlanOptions{})
	s.refused(problem, "3 of 4 items (75 %)")
	s.refused(s.w.Destroy(s, config(with(listing("a", "b", "c", "d"), careful)), acctest.PlanOptions{}), "removes too many items")
	s.apply(with(listing("a", "b"), careful))
	s.holds("a", "b")
}

func TestImport(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		path, id string
		place    attributes
	}{
		"account":  {"/v1/collections", "%d", nil},
		"campaign": {"/v1/applications/1/campaigns/12/collections", "1/12/%d", attributes{"application_id": 1, "campaign_id": 12}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t)
			var made struct{ ID int64 }
			s.Call(t, http.MethodPost, test.path, map[string]any{"name": "SKUs", "description": "Old"}, &made)
			if name == "account" {
				s.replace("boot", "sock")
			}
			items := s.kept()[0].Items
			written := with(listing(items...), test.place)
			plan, problem := s.w.Plan(s, config(written), acctest.PlanOptions{Import: map[string]string{"it": fmt.Sprintf(test.id, made.ID)}})
			s.must(problem)
			s.must(s.w.ApplyPlan(s, plan))
			s.imports(0)
			s.settled(written)
			written = with(listing("boot", "hat"), test.place)
			s.apply(written)
			s.holds("boot", "hat")
			s.imports(1)
			s.settled(written)
			s.must(s.w.Destroy(s, config(written), acctest.PlanOptions{}))
			if left := s.kept(); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
		})
	}
	s := newShelf(t)
	for _, id := range []string{"", "SKUs", "0", "1/12", "1/12/x", "1/2/3/4"} {
		if _, problem := s.w.Plan(s, config(listing()), acctest.PlanOptions{Import: map[string]string{"it": id}}); problem == "" {
			t.Errorf("%q was imported", id)
		}
	}
}

func TestACollectionOfOthersIsTakenOverOrRefused(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.Call(t, http.MethodPost, "/v1/collections", map[string]any{"name": "SKUs", "description": "Old"}, nil)
	s.replace("boot", "others")
	_, problem := s.w.Plan(s, config(listing("boot", "sock")), acctest.PlanOptions{})
	s.refused(problem, "1 item not listed here", "import {")

	written := with(listing("boot", "others", "sock"), attributes{"description": "New"})
	plan := s.plan(written)
	if !strings.Contains(plan.Warning, "has 2 items, all of them listed here") || !strings.Contains(plan.Warning, "overwrites its description") {
		t.Errorf("the plan warns %q", plan.Warning)
	}
	// What comes before the apply is not removed by a create.
	s.replace("boot", "others", "late")
	s.refused(s.w.ApplyPlan(s, plan))
	s.imports(0)
	s.replace("boot", "others")
	s.apply(written)
	s.holds("boot", "others", "sock")
	if got := s.kept()[0].Description; got != "New" {
		t.Errorf("the description is %q", got)
	}
	s.settled(written)
}

func TestANewNameReplacesTheCollection(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.apply(listing("boot"))
	before := s.kept()[0].ID
	renamed := with(listing("boot"), attributes{"name": "Shoes"})
	plan := s.plan(renamed)
	if !strings.Contains(plan.Warning, "can't change name of an existing collection") {
		t.Errorf("the plan warns %q", plan.Warning)
	}
	s.must(s.w.ApplyPlan(s, plan))
	s.holds("boot")
	if now := s.kept()[0]; now.ID == before || now.Name != "Shoes" {
		t.Errorf("the collection is %v", now)
	}
	s.settled(renamed)
}

func TestItemsMayBeUnknown(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.apply(listing("boot", "sock"))
	unknown := with(listing(), attributes{"items": tftypes.NewValue(tftypes.String, tftypes.UnknownValue)})
	plan := s.plan(unknown)
	if !strings.Contains(plan.Warning, "Removals are not known yet (collection SKUs)") || !strings.Contains(plan.Warning, "any of the 2 items. To limit that, set max_removal_percent") {
		t.Errorf("the plan warns %q", plan.Warning)
	}
	plan = s.plan(with(unknown, attributes{"max_removal_percent": 10}))
	if !strings.Contains(plan.Warning, "max_removal_percent limits how many") {
		t.Errorf("with a limit the plan warns %q", plan.Warning)
	}
}

func TestItemsInTwoSpellingsAreAnnounced(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	if plan := s.plan(listing("boot", "Boot")); !strings.Contains(plan.Warning, `listed in two spellings`) || !strings.Contains(plan.Warning, `"boot" and "Boot"`) {
		t.Errorf("the plan warns %q", plan.Warning)
	}
	s.apply(listing("boot", "Boot"))
	if plan := s.plan(listing("boot", "Boot", "sock")); strings.Contains(plan.Warning, "two spellings") {
		t.Errorf("the plan warns %q of what is there already", plan.Warning)
	}
}

func TestBadInput(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for name, test := range map[string]struct {
		written attributes
		want    string
	}{
		"no array":          {attributes{"items": `{"boot":true}`}, "one JSON array of strings"},
		"no JSON":           {attributes{"items": `["boot"`}, "one JSON array of strings"},
		"more than one":     {attributes{"items": `["boot"] ["sock"]`}, "one JSON array of strings"},
		"repeated":          {attributes{"items": `["boot","sock","boot"]`}, "Element 3 repeats element 1."},
		"empty":             {attributes{"items": `["boot",""]`}, "Element 2 is empty."},
		"null":              {attributes{"items": `["boot",null]`}, "Element 2 is null, not a string."},
		"blank":             {attributes{"items": `["boot "]`}, "Element 1 has an invisible character (space U+0020 at the end)."},
		"object":            {attributes{"items": `[{"a":"b","c":"d"}]`}, "Element 1 is an object, not a string."},
		"normal forms":      {attributes{"items": "[\"Caf\u00e9\",\"Cafe\u0301\"]"}, "Element 2 differs from another in Unicode normalization only (NFC, NFD) (looks like element 1)."},
		"both":              {attributes{"items": `[]`, "items_file": attributes{"path": "skus.txt"}}, "items_file"},
		"neither":           {attributes{}, "items"},
		"no file":           {attributes{"items_file": attributes{"path": filepath.Join(t.TempDir(), "none.txt")}}, "does not exist"},
		"empty file":        {attributes{"items_file": attributes{"path": file(t, "empty.txt", "")}}, "items = jsonencode([])"},
		"blank in the name": {attributes{"name": "SKUs ", "items": `[]`}, "white space"},
		"half a campaign":   {attributes{"campaign_id": 12, "items": `[]`}, "application_id"},
		"Applications of a campaign": {
			attributes{"campaign_id": 12, "application_id": 1, "subscribed_application_ids": []int{1}, "items": `[]`}, "subscribed_application_ids",
		},
	} {
		_, problem := s.w.Plan(t, config(with(attributes{"name": "SKUs"}, test.written)), acctest.PlanOptions{})
		if !strings.Contains(problem, test.want) {
			t.Errorf("%s: %q is not in %q", name, test.want, problem)
		}
	}
	if left := s.kept(); len(left) > 0 {
		t.Errorf("%v was made", left)
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.Call(t, http.MethodPost, "/v1/collections", map[string]any{"name": "SKUs"}, nil)
	s.replace("boot", "sock")
	s.Call(t, http.MethodPost, "/v1/collections", map[string]any{"name": "Mails"}, nil)
	s.Call(t, http.MethodPost, "/v1/applications/1/campaigns/12/collections", map[string]any{"name": "Codes"}, nil)
	for name, test := range map[string]struct {
		filter attributes
		want   []string
	}{
		"account":  {attributes{}, []string{"SKUs", "Mails"}},
		"name":     {attributes{"name_regex": "^S"}, []string{"SKUs"}},
		"campaign": {attributes{"application_id": 1, "campaign_id": 12}, []string{"Codes"}},
		"another":  {attributes{"application_id": 1, "campaign_id": 11}, nil},
	} {
		results, diags := s.NewProcess(t, nil).List(t, "talonone_collection", test.filter, 100)
		s.must(acctest.Problem(diags))
		var got []string
		for result := range results {
			s.must(acctest.Problem(result.Diagnostics))
			found, _, _ := strings.Cut(result.DisplayName, " (")
			got = append(got, found)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
