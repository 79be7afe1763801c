package e2e

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// deed is what an action does to what makeImportables has made.
type deed struct {
	config   string
	requests map[string]int
	// progress is what the CLI shows meanwhile, and plan what it shows before.
	progress, plan []string
}

// deeds has every action.
var deeds = map[string]deed{
	"talonone_clear_audience": {
		"audience_id = 701", map[string]int{"deleteAudienceMembershipsV2": 1},
		[]string{"Removing 2 members of audience 701.", "Audience 701 is empty."},
		[]string{"audience_id = 701", "It removes 2 members of audience 701. This can't be undone."},
	},
	"talonone_update_audience_customer_attributes": {
		`audience_id = 701, attributes = jsonencode({ Language = "de" })`, map[string]int{"updateAudienceCustomersAttributes": 1},
		[]string{"Setting attributes on the members of audience 701.", "All members of audience 701 have the attributes."},
		[]string{"audience_id = 701", `Language = "de"`},
	},
	"talonone_delete_customer_data": {
		`integration_id = "bare", confirm = "bare"`, map[string]int{"deleteCustomerData": 1},
		[]string{`Customer data of profile "bare" is erased.`},
		[]string{`integration_id = "bare"`, `All attributes of profile "bare", its sessions and its events are erased`},
	},
	"talonone_edit_catalog_items": {
		`catalog_id = 6, edit = "patch", price = 19.90, filters = [{ attribute = "in_stock", operator = "EQ", value = jsonencode(false) }]`, map[string]int{"syncCatalog": 1},
		[]string{"Changing the items of catalog 6 where in_stock EQ false", "Catalog 6 has version 3 now"},
		[]string{"catalog_id = 6", "price = 19.9", `attribute = "in_stock"`},
	},
	"talonone_import_allowed_values": {
		`attribute_id = 101, values = jsonencode(["red", "blue"])`, map[string]int{"importAllowedList": 1},
		[]string{"Importing 2 values for attribute 101.", "Attribute 101 now allows 2 values."},
		[]string{"attribute_id = 101", "blue"},
	},
	"talonone_return_cart_items": {
		`session_integration_id = "order", returned_cart_items = [{ sku = "socks", quantity = 2 }]`, map[string]int{"returnCartItems": 1},
		[]string{`returned 2 units of customer session "order"; no effects.`},
		[]string{`session_integration_id = "order"`, "quantity = 2"},
	},
	"talonone_track_event": {
		`type = "product_shared", profile_id = "bare", attributes = jsonencode({ url = "https://shop.example.com" })`, map[string]int{"trackEventV2": 1},
		[]string{`Tracked event "product_shared"`},
		[]string{`type = "product_shared"`, `profile_id = "bare"`, "https://shop.example.com"},
	},
}

func (a deed) block(kind string) string {
	return "action \"" + kind + "\" \"it\" {\n  config {\n" + strings.ReplaceAll(a.config, ", ", "\n") + "\n  }\n}\n"
}

func newActor(t *testing.T, d *acctest.Deployment, config string) *cli {
	t.Helper()
	makeImportables(t, d)
	c := newCLI(t, d.URL, "provider \"talonone\" {\n  management_requests_per_second = 10000\n}\n"+config)
	c.needs(actions)
	return c
}

// expectWrites compares the requests that change something, and forgets them.
func expectWrites(t *testing.T, d *acctest.Deployment, want map[string]int) {
	t.Helper()
	if err := d.ExpectWrites(want)(nil); err != nil {
		t.Error(err)
	}
}

func expectTexts(t *testing.T, output string, wanted ...string) {
	t.Helper()
	shown := flat(output)
	for _, want := range wanted {
		if !strings.Contains(shown, want) {
			t.Errorf("%q is missing in:\n%s", want, output)
		}
	}
}

func TestEveryActionIsInvoked(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(schemas.ActionSchemas)), slices.Sorted(maps.Keys(deeds))); diff != "" {
		t.Error(diff)
	}
	for kind, deed := range deeds {
		t.Run(kind+" by hand", func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			c := newActor(t, d, deed.block(kind))
			address := "action." + kind + ".it"
			planned := c.must(0, "plan", "-no-color", "-invoke="+address)
			expectTexts(t, planned, append(deed.plan, address+" will be invoked", "Actions: 1 to invoke.")...)
			expectNoWrites(t, d)
			applied := c.must(0, "apply", "-auto-approve", "-no-color", "-invoke="+address)
			expectTexts(t, applied, append(deed.progress, "Actions: 1 invoked.")...)
			expectWrites(t, d, deed.requests)
		})
		t.Run(kind+" by a trigger", func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			c := newActor(t, d, deed.block(kind)+`
				variable "release" {
				  default = 1
				}
				resource "terraform_data" "release" {
				  input = var.release
				  lifecycle {
				    action_trigger {
				      events  = [before_update, after_create]
				      actions = [action.`+kind+`.it]
				    }
				  }
				}`)
			planned := c.must(0, "plan", "-no-color", "-out=first.tfplan")
			expectTexts(t, planned, append(deed.plan, "Actions to be invoked after this change", "Actions: 1 to invoke.")...)
			expectNoWrites(t, d)
			applied := c.must(0, "apply", "-no-color", "first.tfplan")
			expectTexts(t, applied, append(deed.progress, "triggered by terraform_data.release")...)
			expectWrites(t, d, deed.requests)
			c.must(0, "plan", "-detailed-exitcode")
			c.must(2, "plan", "-detailed-exitcode", "-var=release=2")
			expectNoWrites(t, d)
		})
	}
}

// TestActionOfWhatIsYetToBeCreated has an action whose configuration comes from the resource that triggers it.
func TestActionOfWhatIsYetToBeCreated(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newActor(t, d, `
		variable "campaign" {
		  default   = "https://shop.example.com/winter"
		  sensitive = true
		}
		resource "talonone_audience" "season" {
		  name = "Season"
		  lifecycle {
		    action_trigger {
		      events  = [after_create]
		      actions = [action.talonone_clear_audience.season, action.talonone_track_event.opened]
		    }
		  }
		}
		action "talonone_clear_audience" "season" {
		  config {
		    audience_id = talonone_audience.season.id
		  }
		}
		action "talonone_track_event" "opened" {
		  config {
		    type       = "product_shared"
		    profile_id = "keeper-of-${talonone_audience.season.id}"
		    attributes = jsonencode({ url = var.campaign })
		  }
		}`)
	planned := c.must(0, "plan", "-no-color", "-out=season.tfplan")
	expectTexts(t, planned, "audience_id = (known after apply)", "attributes = (sensitive value)")
	var plan struct {
		Invocations []struct {
			Address   string         `json:"address"`
			Values    map[string]any `json:"config_values"`
			Unknown   map[string]any `json:"config_unknown"`
			Sensitive map[string]any `json:"config_sensitive"`
			Trigger   map[string]any `json:"lifecycle_action_trigger"`
		} `json:"action_invocations"`
	}
	if err := json.Unmarshal([]byte(c.Output("show", "-json", "season.tfplan")), &plan); err != nil {
		t.Fatal(err)
	}
	// What the pages of the actions tell about plan JSON.
	if len(plan.Invocations) != 2 {
		t.Fatalf("got %+v", plan.Invocations)
	}
	clearing, tracking := plan.Invocations[0], plan.Invocations[1]
	if clearing.Address != "action.talonone_clear_audience.season" || clearing.Unknown["audience_id"] != true {
		t.Errorf("got %+v", clearing)
	}
	if tracking.Sensitive["attributes"] != true || tracking.Values["attributes"] != `{"url":"https://shop.example.com/winter"}` || tracking.Unknown["profile_id"] != true {
		t.Errorf("got %+v", tracking)
	}
	want := map[string]any{
		"triggering_resource_address": "talonone_audience.season", "action_trigger_event": "AfterCreate",
		"action_trigger_block_index": 0.0, "actions_list_index": 1.0,
	}
	delete(tracking.Trigger, "on_failure") // Terraform 1.16 and later
	if diff := cmp.Diff(want, tracking.Trigger); diff != "" {
		t.Error(diff)
	}
	applied := c.must(0, "apply", "-no-color", "season.tfplan")
	expectTexts(t, applied, "Audience 704 has no members.", `Tracked event "product_shared"`)
	expectWrites(t, d, map[string]int{"createAudienceV2": 1, "deleteAudienceMembershipsV2": 1, "trackEventV2": 1})
}

func TestActionRunsBeforeADestroy(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newActor(t, d, deeds["talonone_clear_audience"].block("talonone_clear_audience")+`
		resource "terraform_data" "season" {
		  lifecycle {
		    action_trigger {
		      events  = [before_destroy]
		      actions = [action.talonone_clear_audience.it]
		    }
		  }
		}`)
	c.needs(destroyActions)
	c.must(0, "apply", "-auto-approve")
	expectNoWrites(t, d)
	expectTexts(t, c.must(0, "destroy", "-auto-approve", "-no-color"), "Removing 2 members of audience 701.", "Audience 701 is empty.")
	expectWrites(t, d, map[string]int{"deleteAudienceMembershipsV2": 1})
}

// TestFailedActionIsNotRepeated has the fact that the pages of the actions warn about: the resource is there, so the next
// plan has nothing to trigger it.
func TestFailedActionIsNotRepeated(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	c := newActor(t, d, `
		resource "terraform_data" "release" {
		  lifecycle {
		    action_trigger {
		      events  = [after_create]
		      actions = [action.talonone_return_cart_items.it]
		    }
		  }
		}
		action "talonone_return_cart_items" "it" {
		  config {
		    session_integration_id = "order"
		    returned_cart_items    = [{ sku = "nothing", quantity = 1 }]
		  }
		}`)
	expectTexts(t, c.must(1, "apply", "-auto-approve", "-no-color"), `Unable to return items of customer session "order"`, "no item with this SKU")
	c.must(0, "plan", "-detailed-exitcode")
}

func TestWrongActionsAreRefusedAtPlanTime(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ kind, config, want string }{
		"unknown audience":    {"talonone_clear_audience", "audience_id = 99", "Audience does not exist"},
		"attributes of none":  {"talonone_update_audience_customer_attributes", `audience_id = 99, attributes = jsonencode({ Language = "de" })`, "Audience does not exist"},
		"undefined attribute": {"talonone_update_audience_customer_attributes", `audience_id = 701, attributes = jsonencode({ Shoe = 42 })`, `no attribute "Shoe"`},
		"unconfirmed erasure": {"talonone_delete_customer_data", `integration_id = "bare", confirm = "bear"`, "Erasure is not confirmed"},
		"unknown catalog":     {"talonone_edit_catalog_items", `catalog_id = 99, edit = "remove", all_items = true`, "Catalog does not exist"},
		"everything":          {"talonone_edit_catalog_items", `catalog_id = 6, edit = "remove"`, "Without filters every item of the catalog would be edited"},
		"no quantity":         {"talonone_return_cart_items", `session_integration_id = "order", returned_cart_items = [{ sku = "socks", quantity = 0 }]`, "must be at least 1"},
		"unknown argument":    {"talonone_track_event", `type = "product_shared", profil_id = "bare"`, `"profil_id" is not expected here`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			c := newActor(t, d, deed{config: test.config}.block(test.kind))
			expectTexts(t, c.must(1, "plan", "-no-color", "-invoke=action."+test.kind+".it"), test.want, "on main.tf line")
			expectNoWrites(t, d)
		})
	}
}
