package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// existingDeployment is one that people have filled by hand and by scripts: 60 audiences, two catalogs of 1,500 items,
// 50 reservations of five coupons, and 20 referrals.
func existingDeployment() *emulator.Fixture {
	fixture := emulator.DefaultFixture()
	for i := range 60 {
		fixture.Audiences = append(fixture.Audiences, emulator.FixtureAudience{
			Name: fmt.Sprintf("%d. Bought \"%d%%\" – ${twice}", i, i), Description: fmt.Sprintf("Made by hand, number %d.", i), ApplicationIDs: []int64{1},
		})
	}
	for c := range fixture.Catalogs {
		fixture.Catalogs[c].Items = nil
		for i := range 1500 {
			product := fmt.Sprintf("Product %d", i/7)
			fixture.Catalogs[c].Items = append(fixture.Catalogs[c].Items, emulator.FixtureCatalogItem{
				SKU: fmt.Sprintf("SKU-%d-%05d", c, i), Price: json.Number(fmt.Sprintf("%d.%02d", i, i%100)), Product: &product,
				Attributes: map[string]any{"color": "red", "size": json.Number(fmt.Sprint(i % 50)), "tags": []any{"a", "b"}, "in_stock": i%2 == 0},
			})
		}
	}
	for i := range fixture.Coupons {
		coupon := &fixture.Coupons[i]
		if coupon.RecipientIntegrationID != "" {
			continue
		}
		for n := range 10 {
			coupon.ReservedBy = append(coupon.ReservedBy, fmt.Sprintf("regular-%d-%d", i, n))
		}
	}
	for i := range 20 {
		fixture.Referrals = append(fixture.Referrals, emulator.FixtureReferral{
			CampaignID: 11, Advocate: fmt.Sprintf("advocate-%d", i), Code: fmt.Sprintf("FRIEND-%d", i), UsageLimit: 3,
		})
	}
	for _, coupon := range fixture.Coupons {
		for _, id := range coupon.ReservedBy {
			fixture.Profiles = append(fixture.Profiles, emulator.FixtureProfile{IntegrationID: id})
		}
	}
	return fixture
}

// TestExistingDeploymentIsAdopted follows the guide "Adopting an existing deployment", command by command.
func TestExistingDeploymentIsAdopted(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) { o.Fixture = existingDeployment() })
	c := exampleCLI(t, d.URL, "adoption")
	c.needs(generation)
	c.Write("adoption.auto.tfvars", `
		catalog_ids           = [6, 7]
		reserved_coupon_codes = ["SUMMER10", "XMAS-20-2021", "SUMMER25%OFF", "10$OFF_NOW", "VIP-ONLY"]
		referral_campaign_ids = [11]
	`)

	// The emulator has no rate limit here, so the provider needs none.
	c.Write("speed_override.tf", "provider \"talonone\" {\n  management_requests_per_second = 10000\n}\n")

	c.must(0, "apply", "-auto-approve")
	c.Write("imports.tf", c.Output("output", "-raw", "imports"))
	c.must(0, "plan", "-generate-config-out=generated.tf")
	// What the import finds must be what is planned, so that nothing is sent. Two catalogs and five coupons get the
	// ownership that an import doesn't record.
	c.must(0, "plan", "-out=adopt.tfplan")
	c.Write("plan.json", c.Output("show", "-json", "adopt.tfplan"))
	comment := "In `" + d.URL + "`, Application 1, account 31, live environment:\n\n**Only in Terraform's state**\n\n- 68 existing objects come under Terraform's management\n- 7 resources: only settings of Terraform change\n\n"
	if got := c.review("plan.json"); got != comment {
		t.Errorf("the plan does more than import:\n%s", got)
	}
	c.must(0, "apply", "adopt.tfplan")
	if output, code := c.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the plan after the import is not empty (%d):\n%s", code, clip(output))
	}
	expectNoWrites(t, d)
	generated := c.Read("generated.tf")
	for text, want := range map[string]int{"\nresource ": 68, "\"regular-": 50, "\"advocate-": 20, "SKU-": 3_000} {
		if count := strings.Count(generated, text); count != want {
			t.Errorf("%q stands %d times in the generated configuration, want %d", text, count, want)
		}
	}
}

// TestExistingDeploymentIsAdoptedByQuery follows the guide's other path, command by command.
func TestExistingDeploymentIsAdoptedByQuery(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) { o.Fixture = existingDeployment() })
	c := exampleCLI(t, d.URL, filepath.Join("adoption", "query"))
	c.needs(queries)
	c.Write("speed_override.tf", "provider \"talonone\" {\n  management_requests_per_second = 10000\n}\n")
	c.Write("imports.tf", readExample(t, "adoption/query/imports.tf")+`
		import {
		  to = talonone_coupon_reservation.xmas
		  id = "XMAS-20-2021"
		}
		import {
		  to = talonone_coupon_reservation.percent
		  id = "SUMMER25%OFF"
		}
		import {
		  to = talonone_coupon_reservation.dollar
		  id = "10$OFF_NOW"
		}
		import {
		  to = talonone_coupon_reservation.vip
		  id = "VIP-ONLY"
		}
	`)

	c.must(0, "query", "-generate-config-out=generated.tf")
	c.must(0, "plan", "-generate-config-out=whole.tf")
	c.expectAdoption(d, "the deployment")
	generated := c.Read("generated.tf") + c.Read("whole.tf")
	for text, want := range map[string]int{
		"\nresource \"talonone_audience\"": 60, "\nresource \"talonone_referral\"": 20,
		"\nresource \"talonone_catalog_items\"": 2, "\nresource \"talonone_coupon_reservation\"": 5,
		"\"regular-": 50, "SKU-": 3_000,
	} {
		if count := strings.Count(generated, text); count != want {
			t.Errorf("%q stands %d times in the generated configuration, want %d", text, count, want)
		}
	}
	if states := strings.Count(c.Output("state", "list"), "talonone_"); states != 87 {
		t.Errorf("%d objects are managed, want 87", states)
	}
}

// TestObjectIsHandedOver follows the guide "Migrating from a generic REST provider", with a resource of another provider
// in place of the old one.
func TestObjectIsHandedOver(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	var audience struct{ ID int64 }
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP customers", "description": "Made by another provider."}, &audience)
	c := newCLI(t, d.URL, fmt.Sprintf("resource \"terraform_data\" \"vip\" {\n  input = %d\n}\n", audience.ID))
	c.must(0, "apply", "-auto-approve")
	d.Forget()

	c.configure(fmt.Sprintf(`
		resource "talonone_audience" "vip" {
		  name        = "VIP customers"
		  description = "Made by another provider."
		}
		import {
		  to = talonone_audience.vip
		  id = "%d"
		}
		removed {
		  from = terraform_data.vip
		  lifecycle {
		    destroy = false
		  }
		}`, audience.ID))
	output := c.must(0, "apply", "-auto-approve", "-no-color")
	if want := "1 imported, 0 added, 0 changed, 0 destroyed"; !strings.Contains(output, want) {
		t.Errorf("not %q:\n%s", want, output)
	}
	c.must(0, "plan", "-detailed-exitcode")
	expectNoWrites(t, d)
}

// TestScriptsAreReplaced follows the guide "Migrating from scripts": what the scripts have written is taken over without
// being sent again, and what else they wrote goes with exclusive ownership, not before.
func TestScriptsAreReplaced(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	var audience struct{ ID int64 }
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "VIP customers"}, &audience)
	for _, customer := range []string{"customer-1", "customer-2", "customer-3"} {
		d.Call(t, http.MethodPut, "/v2/customer_profiles/"+customer, map[string]any{"audiencesChanges": map[string]any{"adds": []int64{audience.ID}, "deletes": []int64{}}}, nil)
	}
	var actions []any
	for sku, item := range map[string]map[string]any{
		"SKU-1":   {"price": json.Number("99.90"), "attributes": map[string]any{"size": 42, "in_stock": true}},
		"SKU-2":   {"price": json.Number("99.90"), "attributes": map[string]any{"size": 43, "in_stock": false}},
		"SKU-OLD": {"price": 10},
	} {
		item["sku"] = sku
		if sku != "SKU-OLD" {
			item["product"] = map[string]any{"name": "sneakers"}
		}
		actions = append(actions, map[string]any{"type": "ADD", "payload": item})
	}
	d.Call(t, http.MethodPut, "/v1/catalogs/6/sync", map[string]any{"actions": actions}, nil)

	c := exampleCLI(t, d.URL, "migrating-from-scripts")
	c.Write("import.tf", fmt.Sprintf("import {\n  to = talonone_audience.vip\n  id = \"%d\"\n}\n", audience.ID))
	d.Forget()
	c.must(0, "apply", "-auto-approve", "-no-color")
	c.must(0, "plan", "-detailed-exitcode", "-no-color")
	// The items are compared. The list of members is sent, and changes nothing.
	if err := d.ExpectWrites(map[string]int{"updateCustomerProfileAudiences": 1})(nil); err != nil {
		t.Error(err)
	}
	if got := membersOf(t, d, audience.ID); !slices.Equal(got, []string{"customer-1", "customer-2", "customer-3"}) {
		t.Errorf("the audience has the members %q", got)
	}

	c.must(0, "apply", "-auto-approve", "-no-color", "-var", "ownership=exclusive")
	if got := membersOf(t, d, audience.ID); !slices.Equal(got, []string{"customer-1", "customer-2"}) {
		t.Errorf("the audience has the members %q", got)
	}
	// Reading the two items of an additive resource doesn't list the catalog, so the apply above took over what else is
	// there. This one removes it.
	c.must(0, "apply", "-auto-approve", "-no-color", "-var", "ownership=exclusive")
	c.must(0, "plan", "-detailed-exitcode", "-no-color", "-var", "ownership=exclusive")
	if got := itemCount(t, d); got != 2 {
		t.Errorf("the catalog has %d items", got)
	}
	if err := d.ExpectWrites(map[string]int{"syncCatalog": 1, "updateCustomerProfileAudiences": 1})(nil); err != nil {
		t.Error(err)
	}
}

// membersOf lists the members of an audience, in order.
func membersOf(t *testing.T, d *acctest.Deployment, audience int64) []string {
	t.Helper()
	var page struct {
		Data []struct {
			IntegrationID string `json:"integrationId"`
		} `json:"data"`
	}
	d.Call(t, http.MethodGet, fmt.Sprintf("/v1/audiences/%d/memberships", audience), nil, &page)
	ids := make([]string, 0, len(page.Data))
	for _, member := range page.Data {
		ids = append(ids, member.IntegrationID)
	}
	slices.Sort(ids)
	return ids
}

func clip(text string) string { return text[:min(len(text), 4000)] }

// readExample is a file under examples/.
func readExample(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "..", "examples", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
