package catalog_test

import (
	"fmt"
	"regexp"
	"strings"
	stdsync "sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

const (
	itemType    = "talonone_catalog_item"
	itemAddress = "talonone_catalog_item.sneaker"
)

func itemConfig(settings string) string {
	return fmt.Sprintf("resource \"talonone_catalog_item\" \"sneaker\" {\n  catalog_id = %d\n%s\n}\n", shoes, settings)
}

func TestCatalogItemWithEverythingAndEachPartRemovedAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	update := resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(itemAddress, plancheck.ResourceActionUpdate)}}
	step := func(settings, want string, writes int) resource.TestStep {
		return resource.TestStep{
			Config: d.Config(itemConfig(settings)), ConfigPlanChecks: update,
			Check: resource.ComposeTestCheckFunc(d.ExpectWrites(sync(writes)), holds(t, d, map[string]string{"A/1": want})),
		}
	}
	full := `
	  sku        = "A/1"
	  price      = 12345678901234567.10
	  product    = "sneakers"
	  attributes = jsonencode({ color = "red", size = 42.0, released = "2026-03-01T11:00:00+01:00", type = null })`
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             holds(t, d, map[string]string{}),
		Steps: []resource.TestStep{
			{
				Config: d.Config(itemConfig(full)),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue(itemAddress, tfjsonpath.New("product"), knownvalue.StringExact("sneakers")),
				},
				Check: resource.ComposeTestCheckFunc(d.ExpectWrites(sync(1)), holds(t, d, map[string]string{
					"A/1": `{"$price":12345678901234567.1,"$product":"sneakers","color":"red","released":"2026-03-01T10:00:00Z","size":42}`,
				})),
			},
			{ResourceName: itemAddress, ImportState: true, ImportStateId: "6/A/1", ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "sku", ImportStateVerifyIgnore: []string{"attributes"}},
			{ResourceName: itemAddress, ImportState: true, ImportStateId: "6", ExpectError: regexp.MustCompile(`must be CATALOG_ID/SKU`)},
			{
				// Written otherwise, the same.
				Config:           d.Config(itemConfig(strings.NewReplacer("42.0", "42", "11:00:00+01:00", "10:00:00Z", ", type = null", "").Replace(full))),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: noChange},
			},
			step("sku = \"A/1\"\nprice = 1\nproduct = \"sneakers\"", `{"$price":1,"$product":"sneakers"}`, 1),
			step("sku = \"A/1\"\nprice = 1", `{"$price":1}`, 1),
			// To take a price away the item is removed and added again.
			step("sku = \"A/1\"\nattributes = jsonencode({})", `{}`, 2),
			step("sku = \"A/1\"", `{}`, 0),
		},
	})
}

func TestCatalogItemAcceptsSettingsKnownOnlyDuringApply(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{{
			Config: d.Config(`
				resource "terraform_data" "later" {
				  input = { catalog = 6, sku = "A", price = 1.5, text = "red", items = { B = { price = 2 } } }
				}
				resource "talonone_catalog_item" "sneaker" {
				  catalog_id = terraform_data.later.output.catalog
				  sku        = terraform_data.later.output.sku
				  price      = terraform_data.later.output.price
				  product    = terraform_data.later.output.text
				  attributes = jsonencode({ color = terraform_data.later.output.text })
				}
				resource "talonone_catalog_items" "shoes" {
				  catalog_id = terraform_data.later.output.catalog
				  items      = jsonencode(terraform_data.later.output.items)
				}
				data "talonone_catalog_items" "all" {
				  catalog_id = talonone_catalog_items.shoes.catalog_id
				  depends_on = [talonone_catalog_item.sneaker]
				}`),
			ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
				plancheck.ExpectUnknownValue(address, tfjsonpath.New("last_sync")),
			}},
			ConfigStateChecks: []statecheck.StateCheck{
				statecheck.ExpectKnownValue("data.talonone_catalog_items.all", tfjsonpath.New("item_count"), knownvalue.Int64Exact(2)),
				statecheck.ExpectKnownValue(address, tfjsonpath.New("item_count"), knownvalue.Int64Exact(1)),
			},
			Check: holds(t, d, map[string]string{"A": `{"$price":1.5,"$product":"red","color":"red"}`, "B": `{"$price":2}`}),
		}},
	})
}

func TestCatalogItemThatDisappearedIsCreatedAgain(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{Config: d.Config(itemConfig(`sku = "A"`))},
			{
				PreConfig: func() { edit(t, d, shoes, "REMOVE", map[string]any{"sku": "A"}) },
				Config:    d.Config(itemConfig(`sku = "A"`)),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(itemAddress, plancheck.ResourceActionCreate),
				}},
			},
			{
				// A destroy of what is gone is done.
				PreConfig: func() { edit(t, d, shoes, "REMOVE", map[string]any{"sku": "A"}) },
				Config:    d.Config(itemConfig(`sku = "A"`)),
				Destroy:   true,
			},
		},
	})
}

func TestCatalogItemThatExistsIsTakenOver(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	add(t, d, shoes, map[string]any{"sku": "A", "price": 9, "product": map[string]any{"name": "old"}})
	process := d.NewProcess(t, nil)
	plan, _ := process.Plan(t, itemType, acctest.Instance{Type: itemType}, acctest.Attributes{"catalog_id": shoes, "sku": "A"})
	expectContains(t, plan.Warning, `SKU "A" is in catalog 6 already. The apply overwrites it`)
	if _, problems := process.Apply(t.Context(), t, plan); len(problems) > 0 {
		t.Fatal(acctest.Problem(problems))
	}
	expectContents(t, d, map[string]string{"A": `{}`})
}

func TestCatalogItemNamesTheAttributeOfAnError(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	process := d.NewProcess(t, nil)
	config := acctest.Attributes{"catalog_id": shoes, "sku": "A", "attributes": `{"colour":"red"}`}
	_, problems := process.Plan(t, itemType, acctest.Instance{Type: itemType}, config)
	expectContains(t, acctest.Problem(problems), `AttributeName("attributes")`, `The account defines no attribute "colour" for CartItem.`)
	config["attributes"] = `{"color":"red","color":"blue"}`
	_, problems = process.Plan(t, itemType, acctest.Instance{Type: itemType}, config)
	expectContains(t, acctest.Problem(problems), `AttributeName("attributes")`, `"color" occurs twice in one JSON object`)

	process = d.NewProcess(t, acctest.Attributes{"validate_attributes": false})
	config["attributes"] = `{"size":"L"}`
	plan, _ := process.Plan(t, itemType, acctest.Instance{Type: itemType}, config)
	instance, problems := process.Apply(t.Context(), t, plan)
	expectContains(t, acctest.Problem(problems), `AttributeName("attributes")`, `Unable to create catalog item "A" of catalog 6`, `Value of "size" attribute ("L") is not a number`)
	if instance.Exists() {
		t.Error("a create that was refused left a state")
	}
}

// each runs a step for all instances, 50 at a time as terraform -parallelism=50 does.
func each(n int, step func(i int)) {
	var wg stdsync.WaitGroup
	turns := make(chan struct{}, 50)
	for i := range n {
		turns <- struct{}{}
		wg.Go(func() {
			defer func() { <-turns }()
			step(i)
		})
	}
	wg.Wait()
}

func TestManyCatalogItemsShareTheirRequests(t *testing.T) {
	t.Parallel()
	const n, most = 200, 10
	d := acctest.Start(t)
	instances := make([]acctest.Instance, n)
	config := func(i int, price any) acctest.Attributes {
		return acctest.Attributes{"catalog_id": shoes, "sku": fmt.Sprintf("SKU%03d", i), "price": price}
	}
	apply := func(operation string, configOf func(i int) acctest.Attributes) {
		t.Helper()
		process := d.NewProcess(t, nil)
		plans := make([]acctest.Plan, n)
		each(n, func(i int) {
			instances[i].Type = itemType
			plans[i], _ = process.Plan(t, itemType, instances[i], configOf(i))
		})
		d.Forget()
		each(n, func(i int) {
			var problem string
			instances[i], problem = applied(t, process, plans[i])
			if problem != "" {
				t.Error(problem)
			}
		})
		if got := d.Count("syncCatalog"); got < 1 || got > most {
			t.Errorf("to %s %d items took %d requests, want at most %d", operation, n, got, most)
		}
	}
	apply("create", func(i int) acctest.Attributes { return config(i, i) })
	if got := len(contents(t, d, shoes)); got != n {
		t.Errorf("the catalog holds %d items, want %d", got, n)
	}

	d.Forget()
	process := d.NewProcess(t, nil)
	each(n, func(i int) {
		refreshed, problems := process.Refresh(t, instances[i])
		if len(problems) > 0 || !refreshed.Exists() {
			t.Error(acctest.Problem(problems))
		}
	})
	if got := d.Count("listCatalogItems"); got < 1 || got > most {
		t.Errorf("the refresh took %d requests, want at most %d", got, most)
	}

	apply("update", func(i int) acctest.Attributes { return config(i, 1000+i) })
	if diff := cmp.Diff(`{"$price":1007}`, contents(t, d, shoes)["SKU007"]); diff != "" {
		t.Errorf("an item (-want +got):\n%s", diff)
	}
	apply("destroy", func(int) acctest.Attributes { return nil })
	expectContents(t, d, map[string]string{})
}

func applied(t *testing.T, process *acctest.Process, plan acctest.Plan) (acctest.Instance, string) {
	t.Helper()
	instance, problems := process.Apply(t.Context(), t, plan)
	return instance, acctest.Problem(problems)
}

// In a shared request the wrong items fail alone.
func TestManyCatalogItemsFailAlone(t *testing.T) {
	t.Parallel()
	const n = 60
	d := acctest.Start(t)
	process := d.NewProcess(t, acctest.Attributes{"validate_attributes": false})
	var failed, succeeded int
	var mu stdsync.Mutex
	each(n, func(i int) {
		config := acctest.Attributes{"catalog_id": shoes, "sku": fmt.Sprintf("SKU%03d", i)}
		if i%20 == 7 {
			config["attributes"] = `{"colour":"red"}`
		}
		plan, _ := process.Plan(t, itemType, acctest.Instance{Type: itemType}, config)
		_, problem := applied(t, process, plan)
		mu.Lock()
		defer mu.Unlock()
		switch wrong := i%20 == 7; {
		case wrong != (problem != ""):
			t.Errorf("item %d: %q", i, problem)
		case wrong:
			failed++
			expectContains(t, problem, `AttributeName("attributes")`, fmt.Sprintf("%q", config["sku"]), `The attribute "colour" is not defined`)
		default:
			succeeded++
		}
	})
	if failed != 3 || succeeded != n-3 || len(contents(t, d, shoes)) != n-3 {
		t.Errorf("%d failed, %d succeeded, %d are there", failed, succeeded, len(contents(t, d, shoes)))
	}
}

func TestCatalogItemsDataSource(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	add(t, d, shoes,
		map[string]any{"sku": "A", "price": 1.50, "product": map[string]any{"name": "p"}, "attributes": map[string]any{"tags": []string{"b", "a"}}},
		map[string]any{"sku": "B", "product": map[string]any{"name": "q"}}, map[string]any{"sku": "C"})
	add(t, d, shoes, numbered(1200)...)
	config := func(filter string) string {
		return d.Config(fmt.Sprintf("data \"talonone_catalog_items\" \"found\" {\n  catalog_id = %d\n%s\n}\n", shoes, filter))
	}
	found := func(items string) []statecheck.StateCheck {
		return []statecheck.StateCheck{
			statecheck.ExpectKnownValue("data.talonone_catalog_items.found", tfjsonpath.New("items"), knownvalue.StringExact(items)),
		}
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: config(""),
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("data.talonone_catalog_items.found", tfjsonpath.New("item_count"), knownvalue.Int64Exact(1203)),
				},
			},
			{Config: config(`skus = ["C", "NONE", "A"]`), ConfigStateChecks: found(`{"A":{"attributes":{"tags":["b","a"]},"price":1.5,"product":"p"},"C":{}}`)},
			{Config: config(`product_names = ["q", "r"]`), ConfigStateChecks: found(`{"B":{"product":"q"}}`)},
			{Config: config("product_names = [\"p\", \"q\"]\nskus = [\"B\", \"C\"]"), ConfigStateChecks: found(`{"B":{"product":"q"}}`)},
			{Config: config(`skus = []`), ConfigStateChecks: found(`{}`)},
			{Config: config(`skus = [""]`), ExpectError: regexp.MustCompile(`string length must be at least 1`)},
			{
				// It feeds a resource.
				Config: config(`skus = ["A", "C"]`) + `
				  resource "talonone_catalog_items" "copy" {
				    catalog_id = 7
				    items      = data.talonone_catalog_items.found.items
				  }`,
			},
		},
	})
}

func TestCatalogItemsFromCSVFunction(t *testing.T) {
	t.Parallel()
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: `
				  output "plain" {
				    value = provider::talonone::catalog_items_from_csv("sku,price,color\nA,1.50,red\nB,,\n", {})
				  }
				  output "typed" {
				    value = provider::talonone::catalog_items_from_csv("Article;size;tags\nA;4.20;a,b\n", {
				      columns        = { Article = "sku", size = "number", tags = "list(string)" }
				      delimiter      = ";"
				      list_separator = ","
				    })
				  }
				  output "none" { value = provider::talonone::catalog_items_from_csv("sku\nA\n", null) }`,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownOutputValue("plain", knownvalue.StringExact(`{"A":{"attributes":{"color":"red"},"price":1.5},"B":{}}`)),
					statecheck.ExpectKnownOutputValue("typed", knownvalue.StringExact(`{"A":{"attributes":{"size":4.2,"tags":["a","b"]}}}`)),
					statecheck.ExpectKnownOutputValue("none", knownvalue.StringExact(`{"A":{}}`)),
				},
			},
			{
				Config:      `output "wrong" { value = provider::talonone::catalog_items_from_csv("sku,price\nA,1\nA,x\n", {}) }`,
				ExpectError: regexp.MustCompile(`(?s)price: "x" in line 3, column\s+3\s+\(SKU "A"\) is not a number`),
			},
			{
				Config:      `output "wrong" { value = provider::talonone::catalog_items_from_csv("sku\nA\n", { column = {} }) }`,
				ExpectError: regexp.MustCompile(`(?s)there is no option\s+"column", only\s+format,`),
			},
		},
	})
}

func TestEditCatalogItemsAction(t *testing.T) {
	t.Parallel()
	text := func(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }
	filterType := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"attribute": tftypes.String, "operator": tftypes.String, "value": tftypes.String}}
	filters := func(conditions ...[3]string) tftypes.Value {
		values := []tftypes.Value{}
		for _, c := range conditions {
			values = append(values, tftypes.NewValue(filterType, map[string]tftypes.Value{"attribute": text(c[0]), "operator": text(c[1]), "value": text(c[2])}))
		}
		return tftypes.NewValue(tftypes.List{ElementType: filterType}, values)
	}
	catalog, patch, remove := tftypes.NewValue(tftypes.Number, shoes), text("patch"), text("remove")
	all := tftypes.NewValue(tftypes.Bool, true)
	for name, test := range map[string]struct {
		config   map[string]tftypes.Value
		want     map[string]string
		progress []string
		problem  string
		sent     bool // whether the deployment finds the problem
	}{
		"patch some": {
			config: map[string]tftypes.Value{
				"edit": patch, "price": tftypes.NewValue(tftypes.Number, 5), "attributes": text(`{"color":"green"}`),
				"filters": filters([3]string{"size", "GE", "42"}, [3]string{"color", "IN", `"red,blue"`}),
			},
			want: map[string]string{"A": `{"$price":1,"color":"red","size":41}`, "B": `{"$price":5,"$product":"p","color":"green","size":42.0}`, "C": `{}`},
			progress: []string{
				`Changing the items of catalog 6 where size GE 42 and color IN "red,blue"`, "Catalog 6 has version 3 now",
			},
		},
		"remove some": {
			config:   map[string]tftypes.Value{"edit": remove, "filters": filters([3]string{"color", "EQ", `"red"`})},
			want:     map[string]string{"B": `{"$price":2,"$product":"p","color":"blue","size":42.0}`, "C": `{}`},
			progress: []string{`Removing the items of catalog 6 where color EQ "red"`, "Catalog 6 has version 3 now"},
		},
		"remove all": {
			config:   map[string]tftypes.Value{"edit": remove, "all_items": all},
			want:     map[string]string{},
			progress: []string{"Removing the items of catalog 6 where there is no condition", "Catalog 6 has version 3 now"},
		},
		"no filters": {
			config:  map[string]tftypes.Value{"edit": remove},
			problem: "Without filters every item of the catalog would be edited.",
		},
		"empty filters": {
			config:  map[string]tftypes.Value{"edit": remove, "filters": filters()},
			problem: "Without filters every item of the catalog would be edited.",
		},
		"filters and all": {
			config:  map[string]tftypes.Value{"edit": remove, "filters": filters([3]string{"color", "EQ", `"red"`}), "all_items": all},
			problem: "all_items = true is for edits without filters.",
		},
		"nothing to patch": {
			config:  map[string]tftypes.Value{"edit": patch, "all_items": all},
			problem: "Set price, attributes or both.",
		},
		"removed items with a price": {
			config:  map[string]tftypes.Value{"edit": remove, "all_items": all, "price": tftypes.NewValue(tftypes.Number, 5)},
			problem: `price and attributes go with edit = "patch" only.`,
		},
		"comparison of a text": {
			config:  map[string]tftypes.Value{"edit": remove, "filters": filters([3]string{"size", "LT", `"42"`})},
			problem: `LT compares numbers only, such as jsonencode(42), not "42"`,
		},
		"one of numbers": {
			config:  map[string]tftypes.Value{"edit": remove, "filters": filters([3]string{"size", "IN", `[41,42]`})},
			problem: "IN takes one text of comma-separated values",
		},
		"another version of the catalog": {
			config:  map[string]tftypes.Value{"edit": remove, "all_items": all, "version": tftypes.NewValue(tftypes.Number, 424242)},
			problem: "The catalog has version", sent: true,
		},
		"missing catalog": {
			config:  map[string]tftypes.Value{"edit": remove, "all_items": all, "catalog_id": tftypes.NewValue(tftypes.Number, 99)},
			problem: "Catalog does not exist",
		},
		"filter by an unknown attribute": {
			config:  map[string]tftypes.Value{"edit": remove, "filters": filters([3]string{"colour", "EQ", `"red"`})},
			problem: `The account defines no attribute "colour" for CartItem.`,
		},
		"unknown attribute": {
			config:  map[string]tftypes.Value{"edit": patch, "all_items": all, "attributes": text(`{"colour":"red"}`)},
			problem: `The account defines no attribute "colour" for CartItem.`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			add(t, d, shoes,
				map[string]any{"sku": "A", "price": 1, "attributes": map[string]any{"color": "red", "size": 41}},
				map[string]any{"sku": "B", "price": 2, "product": map[string]any{"name": "p"}, "attributes": map[string]any{"color": "blue", "size": 42.0}},
				map[string]any{"sku": "C"})
			before := contents(t, d, shoes)
			if _, given := test.config["catalog_id"]; !given {
				test.config["catalog_id"] = catalog
			}
			d.Forget()
			progress, problems := acctest.Invoke(t, d, "talonone_edit_catalog_items", test.config)
			if test.problem != "" {
				expectContains(t, acctest.Problem(problems), test.problem)
				expectContents(t, d, before)
				if !test.sent && d.Count("syncCatalog") > 0 {
					t.Error("it was found out by trying only")
				}
				return
			}
			if len(problems) > 0 {
				t.Fatal(acctest.Problem(problems))
			}
			if diff := cmp.Diff(test.progress, progress); diff != "" {
				t.Errorf("progress (-want +got):\n%s", diff)
			}
			for sku, text := range test.want {
				test.want[sku] = strings.ReplaceAll(text, "42.0", "42")
			}
			expectContents(t, d, test.want)
		})
	}
}

func TestCatalogItemsCanBeListed(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	add(t, d, shoes, map[string]any{"sku": "A", "price": 1.5, "attributes": map[string]any{"color": "red"}},
		map[string]any{"sku": "B", "product": map[string]any{"name": "p"}}, map[string]any{"sku": "C"})
	catalog := tftypes.NewValue(tftypes.Number, shoes)
	product := tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, []tftypes.Value{tftypes.NewValue(tftypes.String, "p")})
	for name, test := range map[string]struct {
		given map[string]tftypes.Value
		limit int64
		want  []string
	}{
		"all":         {map[string]tftypes.Value{"catalog_id": catalog}, 100, []string{"A", "B", "C"}},
		"the first":   {map[string]tftypes.Value{"catalog_id": catalog}, 2, []string{"A", "B"}},
		"of products": {map[string]tftypes.Value{"catalog_id": catalog, "product_names": product}, 100, []string{"B"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var skus []string
			for result := range acctest.List(t, d, itemType, test.given, test.limit) {
				if len(result.Diagnostics) > 0 || result.Resource == nil || result.Identity == nil {
					t.Fatalf("%s: resource %v, identity %v, %s", result.DisplayName, result.Resource, result.Identity, acctest.Problem(result.Diagnostics))
				}
				skus = append(skus, result.DisplayName)
			}
			if diff := cmp.Diff(test.want, skus); diff != "" {
				t.Errorf("items (-want +got):\n%s", diff)
			}
		})
	}
}
