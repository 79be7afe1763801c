package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/talon-one/terraform-provider-talonone/internal/provider"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// importable is an object that exists already, and how an import block names it.
type importable struct {
	id, identity string
}

// importables has an entry for every resource that can be imported. What they import is made by hand,
// with texts that HCL must quote, and with what an object may lack.
var importables = map[string][]importable{
	"talonone_audience": {
		{id: "701", identity: `id = 701`},
		{id: "702", identity: `id = 702`},
		{id: "703", identity: `id = 703`},
	},
	"talonone_additional_cost": {{id: "shipping", identity: `id = 401`}},
	"talonone_attribute": {
		{id: "CartItem/color", identity: `id = 101`},
		{id: "Event/product_shared/url", identity: `id = 114`},
	},
	"talonone_coupon": {
		{id: "1/12/SUMMER25%OFF", identity: `application_id = 1, campaign_id = 12, value = "SUMMER25%OFF"`},
		{id: "1/12/PERSONAL-1", identity: `application_id = 1, campaign_id = 12, value = "PERSONAL-1"`},
	},
	"talonone_coupons":                      {{id: "1/12", identity: `application_id = 1, campaign_id = 12`}},
	"talonone_store":                        {{id: "1/" + odd, identity: `application_id = 1, integration_id = ` + hcl(odd)}},
	"talonone_audience_membership":          {{id: "701/" + odd, identity: `audience_id = 701, profile_integration_id = ` + hcl(odd)}},
	"talonone_audience_memberships":         {{id: "701", identity: `audience_id = 701`}, {id: "702", identity: `audience_id = 702`}},
	"talonone_audience_customer_attributes": {{id: "701", identity: `audience_id = 701`}},
	"talonone_catalog_item": {
		{id: "6/" + odd, identity: `catalog_id = 6, sku = ` + hcl(odd)},
		{id: "6/plain", identity: `catalog_id = 6, sku = "plain"`},
	},
	"talonone_catalog_items": {{id: "6", identity: `catalog_id = 6`}, {id: "7", identity: `catalog_id = 7`}},
	"talonone_collection": {
		{id: "501", identity: `id = 501`},
		{id: "1/12/502", identity: `id = 502, application_id = 1, campaign_id = 12`},
	},
	"talonone_coupon_reservation": {
		{id: "SUMMER25%OFF", identity: `coupon_value = "SUMMER25%OFF"`},
		{id: "XMAS-20-2021", identity: `coupon_value = "XMAS-20-2021"`},
	},
	"talonone_customer_audiences": {{id: odd, identity: `profile_integration_id = ` + hcl(odd)}},
	"talonone_customer_profile":   {{id: odd, identity: `integration_id = ` + hcl(odd)}, {id: "bare", identity: `integration_id = "bare"`}},
	"talonone_customer_profiles":  {{id: asJSON([]string{odd, "bare"}), identity: `integration_ids = ` + hcl(asJSON([]string{odd, "bare"}))}},
	"talonone_customer_session": {
		{id: "cart", identity: `integration_id = "cart"`},
		{id: "order", identity: `integration_id = "order"`},
		{id: "empty", identity: `integration_id = "empty"`},
	},
	"talonone_referral":  {{id: "11/4001", identity: `campaign_id = 11, id = 4001`}, {id: "11/4002", identity: `campaign_id = 11, id = 4002`}},
	"talonone_referrals": {{id: "11", identity: `campaign_id = 11`}},
}

// odd is an ID that has to be quoted wherever it is written.
const odd = "Zoë \"${x}\" %{if} \\ / ü@example.com"

func asJSON(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// hcl is a text as HCL writes it.
func hcl(text string) string {
	return strings.NewReplacer(`${`, `$${`, `%{`, `%%{`).Replace(asJSON(text))
}

func makeImportables(t *testing.T, d *acctest.Deployment) {
	t.Helper()
	post := func(path string, body any) { d.Call(t, http.MethodPost, path, body, nil) }
	put := func(path string, body any) { d.Call(t, http.MethodPut, path, body, nil) }
	post("/v2/audiences", map[string]any{"name": odd, "description": "Two\nlines.", "subscribedApplicationsIds": []int{1}})
	post("/v2/audiences", map[string]any{"name": "Bare"})
	post("/v2/audiences", map[string]any{"name": "Segment", "integration": "segment", "integrationId": "buyers/2026", "createdIn3rdParty": true})
	odder := "/v2/customer_profiles/" + escape(odd)
	put(odder, map[string]any{"attributes": map[string]any{"Language": odd, "age": json.Number("42.50"), "vip": false, "interests": []string{}, "birthday": "2000-02-29T00:00:00Z"}})
	put("/v2/customer_profiles/bare", map[string]any{"attributes": map[string]any{"age": json.Number("42.5")}})
	post("/v2/customer_audiences", map[string]any{"data": []any{
		map[string]any{"action": "add", "audienceId": 701, "profileIntegrationId": odd},
		map[string]any{"action": "add", "audienceId": 701, "profileIntegrationId": "bare"},
	}})
	attributes := map[string]any{"color": odd, "size": json.Number("41.5"), "tags": []string{}, "in_stock": false, "released": "2026-01-01T00:00:00+01:00"}
	put("/v1/catalogs/6/sync", map[string]any{"actions": []any{
		map[string]any{"type": "ADD", "payload": map[string]any{"sku": odd, "price": json.Number("12345678901234.56"), "attributes": attributes, "product": map[string]any{"name": odd}}},
		map[string]any{"type": "ADD", "payload": map[string]any{"sku": "plain"}},
		map[string]any{"type": "ADD", "payload": map[string]any{"sku": "free", "price": 0, "attributes": map[string]any{"tags": []string{odd, ""}}}},
	}})
	post("/v1/coupon_reservations/SUMMER25%25OFF", map[string]any{"integrationIDs": []string{odd, "bare"}})
	put("/v2/customer_sessions/cart", map[string]any{"customerSession": map[string]any{
		"profileId": odd, "couponCodes": []string{"SUMMER10"}, "attributes": map[string]any{"Channel": odd},
		"cartItems": []any{
			map[string]any{"sku": odd, "name": odd, "quantity": 2, "price": json.Number("59.95"), "category": "shoes", "attributes": map[string]any{"color": "red"}},
			map[string]any{"sku": "socks", "name": "", "quantity": 1, "price": json.Number("0")},
		},
		"additionalCosts": map[string]any{"shipping": map[string]any{"price": json.Number("4.90")}},
	}})
	put("/v2/customer_sessions/order", map[string]any{"customerSession": map[string]any{
		"profileId": "bare", "state": "closed", "cartItems": []any{map[string]any{"sku": "socks", "name": "Socks", "quantity": 3, "price": json.Number("4.5")}},
	}})
	put("/v2/customer_sessions/empty", map[string]any{"customerSession": map[string]any{}})
	post("/v1/collections", map[string]any{"name": odd, "description": "Two\nlines.", "subscribedApplicationsIds": []int{1}})
	d.Upload(t, "/v1/collections/501/import", "item", odd, "a,b", "0042")
	post("/v1/applications/1/campaigns/12/collections", map[string]any{"name": "Codes"})
	settings := map[string]any{"campaignId": 11, "usageLimit": 3, "startDate": "2026-01-01T00:00:00Z", "expiryDate": "2099-12-31T23:59:59Z", "attributes": map[string]any{"source": odd}}
	for _, advocate := range []string{odd, "bare"} {
		body := maps.Clone(settings)
		body["advocateProfileIntegrationId"] = advocate
		post("/v1/referrals", body)
	}
	post("/v1/applications/1/stores", map[string]any{"name": odd, "description": "Two\nlines.", "integrationId": odd})
	post("/v1/additional_costs", map[string]any{"name": "shipping", "title": "Shipping", "description": "", "type": "both"})
	d.Forget()
}

// escape leaves no special character in a segment of a path, as the API asks for.
func escape(segment string) string { return strings.ReplaceAll(url.QueryEscape(segment), "+", "%20") }

func TestEveryImportableResourceIsInTheTable(t *testing.T) {
	t.Parallel()
	var want []string
	for _, create := range provider.New(provider.Build{})().Resources(t.Context()) {
		one := create()
		if _, imports := one.(resource.ResourceWithImportState); !imports {
			continue
		}
		var name resource.MetadataResponse
		one.Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "talonone"}, &name)
		want = append(want, name.TypeName)
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(importables)); !slices.Equal(got, want) {
		t.Errorf("the table has %q, the provider imports %q", got, want)
	}
}

// TestGeneratedConfigurationPlansEmpty imports every importable resource by ID and by identity, lets the CLI write the
// configuration, and expects that it changes nothing. Resources of single rows and those of many have a run each, since
// no row has two owners.
func TestGeneratedConfigurationPlansEmpty(t *testing.T) {
	t.Parallel()
	for name, argument := range map[string]func(importable) string{
		"id":       func(o importable) string { return "id = " + hcl(o.id) },
		"identity": func(o importable) string { return "identity = {" + o.identity + "}" },
	} {
		for rows, many := range map[string]bool{"single rows": false, "many rows": true} {
			t.Run(rows+" by "+name, func(t *testing.T) {
				t.Parallel()
				d := acctest.Start(t)
				makeImportables(t, d)
				c := newCLI(t, d.URL, "")
				c.needs(generation)
				if name == "identity" {
					c.needs(identityImports)
				}
				var imports strings.Builder
				for kind, objects := range importables {
					if strings.HasSuffix(kind, "s") != many || kind == "talonone_customer_session" && c.lacks(nestedGeneration) != "" {
						continue
					}
					for i, object := range objects {
						fmt.Fprintf(&imports, "import {\n  to = %s.object_%d\n  %s\n}\n", kind, i, argument(object))
					}
				}
				c.configure("provider \"talonone\" {\n  management_requests_per_second = 10000\n}\n" + imports.String())
				c.must(0, "plan", "-no-color", "-generate-config-out=generated.tf")
				c.expectAdoption(d, rows)
			})
		}
	}
}

// changesBesidesOwnership lists what a plan in JSON changes. An import records no ownership, so the configuration's
// comes into the state with the first apply, and nothing is sent.
func changesBesidesOwnership(t *testing.T, plan []byte) []string {
	t.Helper()
	var planned struct {
		ResourceChanges []struct {
			Address string
			Change  struct {
				Actions       []string
				Before, After map[string]any
				AfterUnknown  map[string]any `json:"after_unknown"`
			}
		} `json:"resource_changes"`
	}
	if err := json.Unmarshal(plan, &planned); err != nil {
		t.Fatal(err)
	}
	var changes []string
	for _, resource := range planned.ResourceChanges {
		change := resource.Change
		switch action := strings.Join(change.Actions, ", "); action {
		case "no-op":
		case "update":
			for name, before := range change.Before {
				// What becomes unknown as a whole has no value after.
				if name != "ownership" && !reflect.DeepEqual(before, change.After[name]) {
					changes = append(changes, resource.Address+"."+name)
				}
			}
			for name, unknown := range change.AfterUnknown {
				if unknown == true {
					changes = append(changes, resource.Address+"."+name)
				}
			}
		default:
			changes = append(changes, action+" "+resource.Address)
		}
	}
	return changes
}

// expectAdoption plans and applies imports with the configuration generated.tf, and expects that nothing else
// happens.
func (c *cli) expectAdoption(d *acctest.Deployment, what string) {
	c.t.Helper()
	output := c.must(0, "plan", "-no-color", "-out=adopt.tfplan")
	c.Write("adopt.json", c.Output("show", "-json", "adopt.tfplan"))
	if changes := changesBesidesOwnership(c.t, []byte(c.Read("adopt.json"))); len(changes) > 0 {
		c.t.Errorf("%s: the plan does more than import: %q\n%s\n%s", what, changes, clip(output), clip(c.Read("generated.tf")))
	}
	c.must(0, "apply", "adopt.tfplan")
	if output, code := c.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		c.t.Errorf("%s: the plan after the import is not empty (%d):\n%s", what, code, clip(output))
	}
	expectNoWrites(c.t, d)
}
