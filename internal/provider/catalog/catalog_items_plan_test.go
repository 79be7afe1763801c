package catalog_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// additive and exclusive are configurations of items written in JSON.
func additive(items string) acctest.Attributes {
	return acctest.Attributes{"catalog_id": shoes, "items": items}
}

func exclusive(items string) acctest.Attributes {
	return acctest.Attributes{"catalog_id": shoes, "items": items, "ownership": "exclusive"}
}

// fromFile is a configuration with an items file of the test's own.
func fromFile(t testing.TB, content string, settings, columns acctest.Attributes) (config acctest.Attributes, write func(content string)) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "items.csv")
	write = func(content string) {
		t.Helper()
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(content)
	config = acctest.Attributes{"catalog_id": shoes, "items_file": acctest.Attributes{"path": name, "columns": nilOr(columns)}}
	maps.Copy(config, settings)
	return config, write
}

func nilOr(columns acctest.Attributes) any {
	if columns == nil {
		return nil
	}
	return columns
}

// none is the state before the first apply.
var none = acctest.Instance{Type: itemsType}

// summary is last_sync in short: added, updated, removed.
func summary(t testing.TB, p *acctest.Process, plan acctest.Plan) string {
	t.Helper()
	count := func(name string) string { return p.PlannedNumber(t, plan, "last_sync", name) }
	return fmt.Sprintf("+%s ~%s -%s", count("added"), count("updated"), count("removed"))
}

// refused plans a configuration that must be refused before anything is written.
func refused(t testing.TB, d *acctest.Deployment, object acctest.Instance, config acctest.Attributes) string {
	t.Helper()
	d.Forget()
	process := d.NewProcess(t, nil)
	object, _ = process.Refresh(t, object)
	_, problems := process.Plan(t, itemsType, object, config)
	if n := d.Count("syncCatalog"); n > 0 {
		t.Errorf("%d requests were written", n)
	}
	problem := acctest.Problem(problems)
	if problem == "" {
		t.Error("the plan succeeded")
	}
	return problem
}

func expectContents(t testing.TB, d *acctest.Deployment, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, contents(t, d, shoes)); diff != "" {
		t.Errorf("items of the catalog (-want +got):\n%s", diff)
	}
}

func expectContains(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

func TestCatalogItemsThatExistAreTakenOver(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	add(t, d, shoes, map[string]any{"sku": "SAME", "price": 1}, map[string]any{"sku": "PRICED", "price": 2}, map[string]any{"sku": "OTHER", "price": 3})
	config := additive(`{"SAME":{"price":1.0},"PRICED":{},"NEW":{"price":4}}`)

	process, plan := planOf(t, d, none, config)
	if got, want := summary(t, process, plan), "+3 ~0 -0"; got != want {
		t.Errorf("the plan is %s, want %s", got, want)
	}
	expectContains(t, plan.Warning, "2 of 3 items to add exist already", `Already in catalog 6: "PRICED", "SAME".`, "The apply overwrites price of 1 item.")

	d.Forget()
	object := converge(t, d, none, config)
	if n := d.Count("syncCatalog"); n != 2 {
		t.Errorf("%d requests were written, want one to take the price away and one to add", n)
	}
	expectContents(t, d, map[string]string{"SAME": `{"$price":1}`, "PRICED": `{}`, "NEW": `{"$price":4}`, "OTHER": `{"$price":3}`})

	// The same for SKUs that an update adds.
	config = additive(`{"SAME":{"price":1},"PRICED":{},"NEW":{"price":4},"OTHER":{}}`)
	object, _ = d.NewProcess(t, nil).Refresh(t, object)
	process, plan = planOf(t, d, object, config)
	if got, want := summary(t, process, plan), "+1 ~0 -0"; got != want {
		t.Errorf("the plan is %s, want %s", got, want)
	}
	expectContains(t, plan.Warning, "1 of 1 item to add exists already", `Already in catalog 6: "OTHER".`)
	object = converge(t, d, object, config)
	expectContents(t, d, map[string]string{"SAME": `{"$price":1}`, "PRICED": `{}`, "NEW": `{"$price":4}`, "OTHER": `{}`})

	// One that is right already is added without a request, and goes with the rest.
	add(t, d, shoes, map[string]any{"sku": "RIGHT"})
	config = additive(`{"SAME":{"price":1},"PRICED":{},"NEW":{"price":4},"OTHER":{},"RIGHT":{}}`)
	process, plan = planOf(t, d, object, config)
	if got, want := summary(t, process, plan), "+1 ~0 -0"; got != want || !process.Changes(t, plan) {
		t.Errorf("the plan is %s, want %s and an update", got, want)
	}
	d.Forget()
	object = converge(t, d, object, config)
	if n := d.Count("syncCatalog"); n > 0 {
		t.Errorf("%d requests were written for an item that was right", n)
	}
	converge(t, d, object, additive(`{}`))
	expectContents(t, d, map[string]string{})
}

func TestCatalogItemsSayWhatATakeOverLoses(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	full := map[string]any{"color": "red", "size": 42, "in_stock": true, "tags": []string{"a"}, "type": "shoe", "released": "2026-03-01T10:00:00Z"}
	add(t, d, shoes,
		map[string]any{"sku": "A", "price": 1, "product": map[string]any{"name": "p"}, "attributes": full},
		map[string]any{"sku": "B", "price": 1, "attributes": map[string]any{"color": "red", "size": 42}})
	_, plan := planOf(t, d, none, additive(`{"A":{"price":1,"attributes":{"color":"red"}},"B":{"price":2,"attributes":{"color":"blue","size":42.0}}}`))
	expectContains(t, plan.Warning, "2 of 2 items to add exist already",
		"The apply overwrites price of 1 item, product of 1, attribute color of 1, attribute in_stock of 1, attribute released of 1, and 3 more.")
}

func TestCatalogItemsExclusiveOwnership(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	add(t, d, shoes, map[string]any{"sku": "FOREIGN1", "price": 1}, map[string]any{"sku": "FOREIGN2", "price": 2})
	config := exclusive(`{"A":{"price":1},"FOREIGN2":{"price":2}}`)

	// A create removes nothing.
	expectContains(t, refused(t, d, none, config), `AttributeName("ownership")`, `Catalog 6 holds 1 item not listed here: "FOREIGN1".`, "to = talonone_catalog_items.NAME", `id = "6"`)
	edit(t, d, shoes, "REMOVE", map[string]any{"sku": "FOREIGN1"})
	process, plan := planOf(t, d, none, config)
	if got, want := summary(t, process, plan), "+2 ~0 -0"; got != want {
		t.Errorf("the plan is %s, want %s", got, want)
	}
	expectContains(t, plan.Warning, "1 of 2 items to add exists already")
	object := converge(t, d, none, config)
	expectContents(t, d, map[string]string{"A": `{"$price":1}`, "FOREIGN2": `{"$price":2}`})

	// What others add is in the state after a refresh, and so goes visibly.
	add(t, d, shoes, map[string]any{"sku": "FOREIGN3", "price": 3})
	refreshed, _ := d.NewProcess(t, nil).Refresh(t, object)
	if _, seen := stateItems(t, process, refreshed)["FOREIGN3"]; !seen {
		t.Error("the state does not hold the foreign item, so the plan can't show it")
	}
	process, plan = planOf(t, d, object, config)
	if got, want := summary(t, process, plan), "+0 ~0 -1"; got != want {
		t.Errorf("the plan is %s, want %s", got, want)
	}
	if plan.Warning != "" {
		t.Errorf("a warning repeats what the plan shows: %s", plan.Warning)
	}

	// What comes after the plan stays, and is mentioned.
	add(t, d, shoes, map[string]any{"sku": "LATE"})
	object, problems := d.NewProcess(t, nil).Apply(t.Context(), t, plan)
	expectContains(t, acctest.Warning(problems), "1 item arrived after the plan", "They were not removed")
	expectContents(t, d, map[string]string{"A": `{"$price":1}`, "FOREIGN2": `{"$price":2}`, "LATE": `{}`})
	converge(t, d, object, config)
	expectContents(t, d, map[string]string{"A": `{"$price":1}`, "FOREIGN2": `{"$price":2}`})
}

func TestCatalogItemsOwnershipSwitchesSafely(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	add(t, d, shoes, map[string]any{"sku": "FOREIGN1", "price": 1})
	object := converge(t, d, none, additive(`{"A":{},"B":{}}`))

	// The refresh looked for A and B alone. What it has not seen stays for now.
	process, plan := planOf(t, d, object, exclusive(`{"A":{},"B":{}}`))
	expectContains(t, plan.Warning, "Unlisted items are removed by the next apply")
	object, problems := process.Apply(t.Context(), t, plan)
	if len(problems) > 0 {
		t.Error(acctest.Problem(problems), acctest.Warning(problems))
	}
	process, plan = planOf(t, d, object, exclusive(`{"A":{},"B":{}}`))
	if got, want := summary(t, process, plan), "+0 ~0 -1"; got != want {
		t.Errorf("the plan after the change to exclusive is %s, want %s", got, want)
	}
	object = converge(t, d, object, exclusive(`{"A":{},"B":{}}`))
	expectContents(t, d, map[string]string{"A": `{}`, "B": `{}`})

	// Back, while another system adds an item and one of our own leaves the configuration: both stay.
	add(t, d, shoes, map[string]any{"sku": "FOREIGN2", "price": 1})
	process, plan = planOf(t, d, object, additive(`{"A":{}}`))
	if got, want := summary(t, process, plan), "+0 ~0 -0"; got != want || process.PlannedNumber(t, plan, "last_sync", "released") != "2" {
		t.Errorf("the plan to additive is %s, want %s and 2 released", got, want)
	}
	expectContains(t, plan.Warning, "2 items will be released", `"B", "FOREIGN2"`, "Nothing is removed.")
	object = converge(t, d, object, additive(`{"A":{}}`))
	expectContents(t, d, map[string]string{"A": `{}`, "B": `{}`, "FOREIGN2": `{"$price":1}`})
	if items := stateItems(t, process, object); len(items) != 1 {
		t.Errorf("the state holds %v", items)
	}
}

// long are SKUs so long that to list the catalog takes fewer requests than to ask for them.
func long(n int) documents {
	return documents{}.fill(strings.Repeat("LONG", 60), n, map[string]any{})
}

func TestCatalogItemsChangeToExclusiveRemovesWhatTheRefreshHasSeen(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	add(t, d, shoes, map[string]any{"sku": "FOREIGN1"}, map[string]any{"sku": "FOREIGN2"})
	own := long(100)
	object := converge(t, d, none, additive(own.json(t)))
	process, plan := planOf(t, d, object, exclusive(own.json(t)))
	if got, want := summary(t, process, plan), "+0 ~0 -2"; got != want {
		t.Errorf("the plan is %s, want %s", got, want)
	}
	expectContains(t, plan.Warning, "2 items not listed will be removed", `"FOREIGN1", "FOREIGN2"`)

	// The catalog is another one when the plan is carried out.
	add(t, d, shoes, map[string]any{"sku": "FOREIGN3"})
	_, problems := d.NewProcess(t, nil).Apply(t.Context(), t, plan)
	expectContains(t, acctest.Problem(problems), "Plan is out of date", "The items of catalog 6 have changed since the plan was made")
	if n := d.Count("syncCatalog"); n > 0 {
		t.Errorf("%d requests were written", n)
	}
	converge(t, d, object, exclusive(own.json(t)))
	if n := len(contents(t, d, shoes)); n != 100 {
		t.Errorf("the catalog has %d items, want 100", n)
	}
}

func TestCatalogItemsDriftIsSeenAndMendedBySKU(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := additive(`{"EDITED":{"price":1,"attributes":{"color":null}},"GONE":{"price":2},"UNTOUCHED":{"price":3.0,"product":null}}`)
	object := converge(t, d, none, config)
	add(t, d, shoes, map[string]any{"sku": "EDITED", "price": 9}, map[string]any{"sku": "FOREIGN"})
	edit(t, d, shoes, "REMOVE", map[string]any{"sku": "GONE"})

	process := d.NewProcess(t, nil)
	refreshed, _ := process.Refresh(t, object)
	var state string
	if err := process.Attribute(t, refreshed, "items").As(&state); err != nil {
		t.Fatal(err)
	}
	// What did not change is written as before, so that a plan shows nothing of it.
	if want := `{"EDITED":{"price":9},"UNTOUCHED":{"price":3.0,"product":null}}`; state != want {
		t.Errorf("the refreshed state is %s, want %s", state, want)
	}
	process, plan := planOf(t, d, object, config)
	if got, want := summary(t, process, plan), "+1 ~1 -0"; got != want {
		t.Errorf("the plan is %s, want %s", got, want)
	}
	converge(t, d, object, config)
	expectContents(t, d, map[string]string{"EDITED": `{"$price":1}`, "GONE": `{"$price":2}`, "UNTOUCHED": `{"$price":3}`, "FOREIGN": `{}`})
}

func TestCatalogItemsGuardAgainstMassRemoval(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	guarded := func(items string, percent any) acctest.Attributes {
		config := additive(items)
		config["max_removal_percent"] = percent
		return config
	}
	object := converge(t, d, none, guarded(`{"A":{},"B":{},"C":{},"D":{}}`, 25))

	problem := refused(t, d, object, guarded(`{"A":{},"B":{}}`, 25))
	expectContains(t, problem, `AttributeName("max_removal_percent")`, "would remove 2 of 4 items (50 %) from catalog 6, and max_removal_percent allows 25 %")
	expectContains(t, refused(t, d, object, nil), "would remove 4 of 4 items (100 %)")
	elsewhere := guarded(`{"A":{},"B":{},"C":{},"D":{}}`, 25)
	elsewhere["catalog_id"] = 7
	expectContains(t, refused(t, d, object, elsewhere), "would remove 4 of 4 items (100 %)")

	object = converge(t, d, object, guarded(`{"A":{},"B":{},"C":{}}`, 25))
	expectContains(t, refused(t, d, object, guarded(`{"A":{},"B":{}}`, 0.5)), "(33.4 %) from catalog 6, and max_removal_percent allows 0.5 %")
	converge(t, d, object, guarded(`{}`, 100))
	expectContents(t, d, map[string]string{})
}

func TestCatalogItemsFromAFile(t *testing.T) {
	t.Parallel()
	for _, detail := range []string{"fields", "keys"} {
		t.Run(detail, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			config, write := fromFile(t, "sku,price,released,note\nA,1,2026-03-01T11:00:00+01:00,x\nB,2,,\nC,3,,\n",
				acctest.Attributes{"plan_detail": detail}, acctest.Attributes{"released": "time", "note": "ignore"})
			process, plan := planOf(t, d, none, config)
			if got, want := summary(t, process, plan), "+3 ~0 -0"; got != want {
				t.Errorf("the plan is %s, want %s", got, want)
			}
			object := converge(t, d, none, config)
			expectContents(t, d, map[string]string{"A": `{"$price":1,"released":"2026-03-01T10:00:00Z"}`, "B": `{"$price":2}`, "C": `{"$price":3}`})

			// A price goes, an item goes, one comes.
			write("note,price,sku,released\n,,A,2026-03-01T10:00:00Z\n,2.0,B,\n,4,D,\n")
			process, plan = planOf(t, d, object, config)
			if got, want := summary(t, process, plan), "+1 ~1 -1"; got != want {
				t.Errorf("the plan is %s, want %s", got, want)
			}
			var managed string
			if err := process.Planned(t, plan, "managed_items").As(&managed); err != nil {
				t.Fatal(err)
			}
			shown := strings.Contains(managed, "2026-03-01")
			if shown != (detail == "fields") || !strings.Contains(managed, `"D":`) {
				t.Errorf("managed_items is %s", managed)
			}
			object = converge(t, d, object, config)
			expectContents(t, d, map[string]string{"A": `{"released":"2026-03-01T10:00:00Z"}`, "B": `{"$price":2}`, "D": `{"$price":4}`})

			// Written otherwise, the file holds the same.
			write("sku,price,released,note\nD,4.00,,\nB,2,,\nA,,2026-03-01T05:00:00-05:00,y\n")
			d.Forget()
			converge(t, d, object, config)
			if n := d.Count("syncCatalog"); n > 0 {
				t.Errorf("a file with the same items took %d requests", n)
			}

			// From the file to HCL and to the other detail, nothing is sent either.
			object = converge(t, d, object, additive(`{"A":{"attributes":{"released":"2026-03-01T10:00:00Z"}},"B":{"price":2},"D":{"price":4}}`))
			config["plan_detail"] = map[string]string{"fields": "keys", "keys": "fields"}[detail]
			object = converge(t, d, object, config)
			config["plan_detail"] = detail
			converge(t, d, object, config)
			if n := d.Count("syncCatalog"); n > 0 {
				t.Errorf("another form of the same items took %d requests", n)
			}
		})
	}
}

func TestCatalogItemsFileThatChangesBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config, write := fromFile(t, "sku,price\nA,1\n", nil, nil)
	process, plan := planOf(t, d, none, config)
	write("sku,price\nA,2\n")
	d.Forget()
	if _, problems := process.Apply(t.Context(), t, plan); !strings.Contains(acctest.Problem(problems), "The items file has changed since the plan") {
		t.Errorf("a create with another file: %s", acctest.Problem(problems))
	}
	object := converge(t, d, none, config)

	write("sku,price\nA,3\n")
	refreshed, _ := d.NewProcess(t, nil).Refresh(t, object)
	process, plan = planOf(t, d, refreshed, config)
	write("sku,price\nA,4\n")
	d.Forget()
	if _, problems := process.Apply(t.Context(), t, plan); !strings.Contains(acctest.Problem(problems), "The items file has changed since the plan") {
		t.Errorf("an update with another file: %s", acctest.Problem(problems))
	}
	// Terraform plans once more when it applies, from the state that the plan's refresh made.
	_, problems := d.NewProcess(t, nil).Plan(t, itemsType, refreshed, config)
	expectContains(t, acctest.Problem(problems), `AttributeName("items_file")`, "The items file has changed since the plan", "Nothing has been changed.")
	if n := d.Count("syncCatalog"); n > 0 {
		t.Errorf("%d requests were written", n)
	}
	converge(t, d, object, config)
	expectContents(t, d, map[string]string{"A": `{"$price":4}`})
}

func TestCatalogItemsRefuseWrongInputBeforeAnyRequest(t *testing.T) {
	t.Parallel()
	garbage := filepath.Join(t.TempDir(), "garbage.csv")
	if err := os.WriteFile(garbage, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(garbage, 1<<30); err != nil {
		t.Fatal(err)
	}
	file := func(name, content string) acctest.Attributes {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return acctest.Attributes{"path": path}
	}
	with := func(file acctest.Attributes, option string, value any) acctest.Attributes {
		file[option] = value
		return file
	}
	for name, test := range map[string]struct {
		file acctest.Attributes
		want string
	}{
		"duplicate SKU":    {file("a.csv", "sku\nA\nB\nA\n"), `SKU: "A" in line 4, column 1 (already on line 2) occurs twice`},
		"bad number":       {file("a.csv", "sku,price\nA,1\nB,x\n"), `price: "x" in line 3, column 3 (SKU "B") is not a number`},
		"item without SKU": {file("a.csv", "sku,price\n,1\n"), "line 2 has no SKU; add it, or set skip_rows_without_sku = true"},
		"invalid UTF-8":    {file("a.csv", "sku,color\nA,r\xf6t\n"), "line 2, column 4: the byte 0xF6 is not UTF-8 (ö in windows-1252)"},
		"empty file":       {file("a.csv", ""), "is empty"},
		"1 GB of garbage":  {acctest.Attributes{"path": garbage}, "has 1024 MB: at most 200 MB"},
		"random bytes":     {file("a.csv", strings.Repeat("\x00\xff\x9c\n", 1000)), "line 1"},
		"directory":        {acctest.Attributes{"path": t.TempDir(), "format": "csv"}, "is a directory"},
		"missing file":     {acctest.Attributes{"path": "nowhere.csv"}, "nowhere.csv does not exist"},
		"unknown format":   {file("a.dat", "sku\nA\n"), `does not imply the format of the file; set format to "csv", "jsonl" or "json".`},
		"unknown column":   {with(file("a.csv", "sku\nA\n"), "columns", acctest.Attributes{"size": "number"}), `line 1, column 1: there is no column "size"`},
		"unknown column type": {with(file("a.csv", "sku\nA\n"), "columns", acctest.Attributes{"sku": "text"}), `AttributeName("items_file").ElementKeyString("columns"): Invalid option of a file
The entry of column "sku" has the unknown type "text"`},
		"header of JSON":     {with(file("a.jsonl", `{"sku":"A"}`), "header", []string{"sku"}), "Header is for CSV files, and the format of this one is jsonl; omit it."},
		"null as a column":   {with(file("a.csv", "sku\nA\n"), "columns", acctest.Attributes{"sku": nil}), `The entry of column "sku" is null; omit it, or write "ignore".`},
		"columns of a list":  {with(file("a.csv", "sku\nA\n"), "columns", []string{"sku"}), "Must be an object from column name to what the column holds"},
		"number as a column": {with(file("a.csv", "sku\nA\n"), "columns", acctest.Attributes{"sku": 1}), `The entry of column "sku" must be a string with a type, or an object with attribute and type.`},
		"key of a column":    {with(file("a.csv", "sku\nA\n"), "columns", acctest.Attributes{"sku": acctest.Attributes{"name": "sku"}}), `The entry of column "sku" has the unknown key "name": write { attribute = "…", type = "…" }.`},
		"type of the price":  {with(file("a.csv", "sku\nA\n"), "columns", acctest.Attributes{"VK": acctest.Attributes{"attribute": "price", "type": "time"}}), `The entry of column "VK" has the type "time", and the price can be one of number, cents.`},
		"two prices":         {with(file("a.csv", "sku\nA\n"), "columns", acctest.Attributes{"a": "price", "b": "price"}), `Columns "a" and "b" are both mapped to the price.`},
		"other columns":      {with(file("a.csv", "sku\nA\n"), "other_columns", "drop"), `"drop" must be "attribute" or "ignore".`},
		"a workbook":         {file("a.xlsx", "x"), "looks like a workbook; save the sheet as CSV UTF-8"},
		"JSON without SKU":   {file("a.jsonl", "{\"sku\":\"A\"}\n{\"price\":1}"), "line 2 has no SKU"},
		"unknown attribute":  {file("a.csv", "sku,colour\nA,red\n"), `column "colour" (for example "red" of SKU "A"): The account defines no attribute "colour" for CartItem. It defines: color,`},
		"type of attribute":  {file("a.csv", "sku,size\nA,42\n"), `column "size" (for example "42" of SKU "A"): Attribute "size" of CartItem has type number, and this value is a string. For the column write columns = { "size" = "number" }.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			expectContains(t, refused(t, d, none, acctest.Attributes{"catalog_id": shoes, "items_file": test.file}), `AttributeName("items_file")`, test.want)
		})
	}
	for name, test := range map[string]struct {
		config acctest.Attributes
		want   string
	}{
		"neither":           {acctest.Attributes{"catalog_id": shoes}, "Exactly one of these attributes must be configured: [items,items_file]"},
		"both":              {acctest.Attributes{"catalog_id": shoes, "items": "{}", "items_file": acctest.Attributes{"path": "a.csv"}}, "Exactly one of these attributes must be configured: [items,items_file]"},
		"detail of items":   {acctest.Attributes{"catalog_id": shoes, "items": "{}", "plan_detail": "keys"}, `Attribute "items_file" must be specified when "plan_detail" is specified`},
		"percent":           {acctest.Attributes{"catalog_id": shoes, "items": "{}", "max_removal_percent": 101}, "Write a percentage from 0"},
		"ownership":         {acctest.Attributes{"catalog_id": shoes, "items": "{}", "ownership": "mine"}, `value must be one of`},
		"items":             {additive(`{"A":{"price":"1"},"B":{"size":1}}`), "SKU \"A\": price must be a number, not the string \"1\": values read from CSV are strings, write tonumber(…)\nSKU \"B\": unknown key \"size\""},
		"duplicate key":     {additive(`{"A":{},"A":{}}`), `"A" occurs twice in one JSON object`},
		"unknown attribute": {additive(`{"A":{"attributes":{"colour":"red","size":"L"}}}`), `SKU "A": The account defines no attribute "colour" for CartItem.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			expectContains(t, refused(t, d, none, test.config), test.want)
		})
	}
}

func TestCatalogItemsLeaveAttributesToTheAPIWhenAsked(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	process := d.NewProcess(t, acctest.Attributes{"validate_attributes": false})
	plan, problems := process.Plan(t, itemsType, none, additive(`{"A":{},"B":{"attributes":{"colour":"red"}}}`))
	if problem := acctest.Problem(problems); problem != "" {
		t.Fatal(problem)
	}
	if n := d.Count("getAttributes"); n > 0 {
		t.Errorf("the definitions were read %d times", n)
	}
	object, problems := process.Apply(t.Context(), t, plan)
	if object.Exists() {
		t.Error("a create that was refused left a state")
	}
	expectContains(t, acctest.Problem(problems), `AttributeName("items")`, `SKU "B": Unknown: The attribute "colour" is not defined on CartItem entities.`)
}

func TestCatalogItemsMayOnlyUseAttributesOfTheirCatalog(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Attributes = append(fixture.Attributes,
		emulator.FixtureAttribute{Entity: "CartItem", Name: "weight", Type: "number", CatalogIDs: []int64{7}},
		emulator.FixtureAttribute{Entity: "CartItem", Name: "unused", Type: "number"})
	d := acctest.Start(t, func(o *emulator.Options) { o.Fixture = fixture })
	for _, name := range []string{"weight", "unused"} {
		problem := refused(t, d, none, additive(fmt.Sprintf(`{"A":{"attributes":{%q:1}}}`, name)))
		expectContains(t, problem, fmt.Sprintf(`SKU "A": The account defines no attribute %q for CartItem.`, name))
	}
	converge(t, d, none, acctest.Attributes{"catalog_id": 7, "items": `{"A":{"attributes":{"weight":1}}}`})
}

func TestCatalogItemsWithoutAManagementKey(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	keyless := acctest.Attributes{"management_api_key": nil}
	process := d.NewProcess(t, keyless)
	plan, problems := process.Plan(t, itemsType, none, additive(`{"A":{"price":1}}`))
	if len(problems) > 0 {
		t.Fatal(acctest.Problem(problems), plan.Warning)
	}
	object, problems := process.Apply(t.Context(), t, plan)
	if len(problems) > 0 {
		t.Fatal(acctest.Problem(problems))
	}
	add(t, d, shoes, map[string]any{"sku": "A", "price": 9})
	object, problems = process.Refresh(t, object)
	expectContains(t, acctest.Warning(problems), "Changes made outside Terraform are not detected", "TALONONE_MANAGEMENT_API_KEY")
	if plan, _ := process.Plan(t, itemsType, object, additive(`{"A":{"price":1}}`)); process.Changes(t, plan) {
		t.Error("the plan sees what it can't see")
	}
	_, problems = process.Plan(t, itemsType, none, exclusive(`{"A":{"price":1}}`))
	expectContains(t, acctest.Problem(problems), "talonone_catalog_items requires the Management", "TALONONE_MANAGEMENT_API_KEY")
}

func TestCatalogItemsReadInTheFewestRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		foreign, own int
		exclusive    bool
		want         int
	}{
		"a few of many, by SKU":              {foreign: 3500, own: 300, want: 1},
		"more of many, by SKU":               {foreign: 6500, own: 700, want: 3}, // The first page tells how many there are.
		"most of the catalog, by page":       {foreign: 100, own: 2900, want: 4}, // Each page begins with the last row of the one before.
		"all of the catalog":                 {own: 3000, exclusive: true, want: 4},
		"nothing of the catalog, no request": {foreign: 10, want: 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			items := documents{}.fill("OWN", test.own, map[string]any{})
			foreign := documents{}.fill("FOREIGN", test.foreign, map[string]any{})
			d := acctest.Start(t, func(o *emulator.Options) { o.Fixture = fixtureWith(t, foreign) })
			config := additive(items.json(t))
			if test.exclusive {
				config = exclusive(items.json(t))
			}
			object := converge(t, d, none, config)
			d.Forget()
			if _, problems := d.NewProcess(t, nil).Refresh(t, object); len(problems) > 0 {
				t.Fatal(acctest.Problem(problems))
			}
			if got := d.Count("listCatalogItems"); got != test.want {
				t.Errorf("the refresh took %d requests, want %d", got, test.want)
			}
		})
	}
}

// fixtureWith is the default fixture with items in the catalog of shoes.
func fixtureWith(t testing.TB, items documents) *emulator.Fixture {
	t.Helper()
	fixture := emulator.DefaultFixture()
	for i := range fixture.Catalogs {
		if fixture.Catalogs[i].ID == shoes {
			for sku := range items {
				fixture.Catalogs[i].Items = append(fixture.Catalogs[i].Items, emulator.FixtureCatalogItem{SKU: sku})
			}
		}
	}
	return fixture
}

func TestCatalogItemsShareAListing(t *testing.T) {
	t.Parallel()
	existing := documents{}.fill("SKU", 2500, map[string]any{})
	d := acctest.Start(t, func(o *emulator.Options) { o.Fixture = fixtureWith(t, existing) })
	// The plan of a create lists the catalog, and the create that follows in the same process knows it.
	process := d.NewProcess(t, nil)
	existing["A"] = map[string]any{}
	plan, problems := process.Plan(t, itemsType, none, exclusive(existing.json(t)))
	if problem := acctest.Problem(problems); problem != "" {
		t.Fatal(problem)
	}
	if _, problems := process.Apply(t.Context(), t, plan); acctest.Problem(problems) != "" {
		t.Fatal(acctest.Problem(problems))
	}
	if got := d.Count("listCatalogItems"); got != 4 {
		t.Errorf("plan and create took %d requests to read 3 pages and to count once", got)
	}
	if n := d.Count("syncCatalog"); n != 1 {
		t.Errorf("%d requests were written for 1 new item", n)
	}
}

func TestCatalogItemsOfAnUnknownCatalog(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	config := acctest.Attributes{"catalog_id": 999, "items": `{"A":{}}`}
	expectContains(t, refused(t, d, none, config), "catalog_id", "Unable to read the items of catalog 999", "The deployment has no such catalog.")
}

func TestCatalogItemsDestroyTakesWhatIsGoneForDone(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	object := converge(t, d, none, additive(`{"A":{},"B":{},"C":{}}`))
	edit(t, d, shoes, "REMOVE", map[string]any{"sku": "A"}, map[string]any{"sku": "B"})
	process := d.NewProcess(t, nil)
	plan, _ := process.Plan(t, itemsType, object, nil)
	if object, problems := process.Apply(t.Context(), t, plan); object.Exists() || len(problems) > 0 {
		t.Errorf("the destroy left %v: %s", object.Exists(), acctest.Problem(problems))
	}
	expectContents(t, d, map[string]string{})
}

func TestCatalogItemsImport(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	add(t, d, shoes, map[string]any{"sku": "A,1", "price": 1}, map[string]any{"sku": "B%", "price": 2}, map[string]any{"sku": "C"})
	all, some := `{"A,1":{"price":1},"B%":{"price":2},"C":{}}`, `{"A,1":{"price":1},"B%":{"price":2}}`
	for name, test := range map[string]struct {
		id       string
		identity acctest.Attributes
		config   acctest.Attributes
		want     map[string]map[string]any
	}{
		"all by ID":       {"6", nil, exclusive(all), map[string]map[string]any{"A,1": {"price": 1.0}, "B%": {"price": 2.0}, "C": {}}},
		"all by identity": {"", acctest.Attributes{"catalog_id": shoes}, exclusive(all), map[string]map[string]any{"A,1": {"price": 1.0}, "B%": {"price": 2.0}, "C": {}}},
		"some by ID":      {"6/A%2C1,B%25", nil, additive(some), map[string]map[string]any{"A,1": {"price": 1.0}, "B%": {"price": 2.0}}},
	} {
		process := d.NewProcess(t, nil)
		object, problems := process.Import(t, itemsType, test.id, test.identity)
		if len(problems) > 0 {
			t.Fatalf("%s: %s", name, acctest.Problem(problems))
		}
		if diff := cmp.Diff(test.want, stateItems(t, process, object)); diff != "" {
			t.Errorf("%s: items (-want +got):\n%s", name, diff)
		}
		// The configuration determines the ownership. That is all there is to do.
		plan, _ := process.Plan(t, itemsType, object, test.config)
		if plan.Warning != "" || !process.Planned(t, plan, "last_sync").IsNull() {
			t.Errorf("%s: the plan after the import moves items: %s %s", name, process.Planned(t, plan, "last_sync"), plan.Warning)
		}
		d.Forget()
		converge(t, d, object, test.config)
		if n := d.Count("syncCatalog"); n > 0 {
			t.Errorf("%s: the apply after the import took %d requests", name, n)
		}
	}
	for id, want := range map[string]string{
		"x":         `"x" must be the ID of a catalog`,
		"0":         `"0" must be the ID of a catalog`,
		"6/":        `"" is not a valid SKU`,
		"6/A,,B":    `"" is not a valid SKU`,
		"6/50%":     `"50%" is not a valid SKU`,
		"6/C,D,C,E": `Catalog 6 has no items with these SKUs: "D", "E".`,
		"999/C":     "The deployment has no such catalog.",
	} {
		object, problems := d.NewProcess(t, nil).Import(t, itemsType, id, nil)
		if object.Exists() {
			t.Errorf("%q was imported", id)
		}
		expectContains(t, acctest.Problem(problems), want)
	}
	process := d.NewProcess(t, nil)
	object, problems := process.Import(t, itemType, "", acctest.Attributes{"catalog_id": shoes, "sku": "A,1"})
	if len(problems) > 0 || !object.Exists() {
		t.Fatal(acctest.Problem(problems))
	}
	if plan, _ := process.Plan(t, itemType, object, acctest.Attributes{"catalog_id": shoes, "sku": "A,1", "price": 1}); process.Changes(t, plan) {
		t.Error("the plan after the import of one item is not empty")
	}
}

func TestCatalogItemsLastSyncChangesWithItemsAlone(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	object := converge(t, d, none, additive(`{"A":{},"B":{}}`))
	object = converge(t, d, object, additive(`{"A":{}}`))
	process := d.NewProcess(t, nil)
	before := process.Attribute(t, object, "last_sync")
	config := additive(`{ "A": {} }`)
	config["max_removal_percent"] = 10
	_, plan := planOf(t, d, object, config)
	if after := process.Planned(t, plan, "last_sync"); !after.Equal(before) || !process.Changes(t, plan) {
		t.Errorf("last_sync changed with another setting: %s, it was %s", after, before)
	}
	object = converge(t, d, object, config)

	// The same once more is another change.
	object = converge(t, d, object, additive(`{"A":{},"B":{}}`))
	object = converge(t, d, object, additive(`{"A":{}}`))
	if after := process.Attribute(t, object, "last_sync"); after.Equal(before) {
		t.Errorf("two changes look alike: %s", after)
	}
}

func TestCatalogItemsAreWrittenInTheFewestRequests(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	items := documents{}.fill("SKU", 10_000, map[string]any{"price": 1.0})
	object := none
	for _, step := range []struct {
		name  string
		price float64
		want  int
	}{{"create", 1, 10}, {"no-op", 1, 0}, {"one change", 2, 1}} {
		items["SKU0000"] = map[string]any{"price": step.price}
		d.Forget()
		object = converge(t, d, object, additive(items.json(t)))
		if got := d.Count("syncCatalog"); got != step.want {
			t.Errorf("%s: %d requests, want %d", step.name, got, step.want)
		}
	}
	expectContains(t, refused(t, d, none, exclusive(`{}`)), "Catalog 6 holds 10,000 items not listed here")
}
