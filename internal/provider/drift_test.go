package provider_test

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// respelled is what others write over attributes: a real change, and the same values in other words.
var respelled = json.RawMessage(`{"text":"others","at":"2026-03-01T00:00:00Z","number":1.0e0}`)

// What is equal in meaning keeps its spelling in the state, also beside a change that others have really made.
func TestDriftKeepsTheSpellingOfTheRest(t *testing.T) {
	t.Parallel()
	const attributes = `{"text":"mine","at":"2026-03-01T02:00:00+02:00","number":1}`
	put := func(path string, body map[string]any) func(*testing.T, *acctest.Deployment) {
		return func(t *testing.T, d *acctest.Deployment) {
			t.Helper()
			d.Call(t, http.MethodPut, path, body, nil)
		}
	}
	add := put("/v1/catalogs/6/sync", map[string]any{"actions": []map[string]any{{"type": "ADD", "payload": map[string]any{
		"sku": "A", "price": json.RawMessage("1.0e1"), "attributes": respelled, "replaceIfExists": true,
	}}}})
	for kind, test := range map[string]struct {
		config acctest.Attributes
		drift  func(*testing.T, *acctest.Deployment)
		in     string
	}{
		"talonone_customer_profile": {
			acctest.Attributes{"integration_id": "a", "attributes": attributes},
			put("/v2/customer_profiles/a", map[string]any{"attributes": respelled}), "attributes",
		},
		"talonone_customer_profiles": {
			acctest.Attributes{"profiles": `{"a":` + attributes + `}`},
			put("/v2/customer_profiles/a", map[string]any{"attributes": respelled}), "profiles",
		},
		"talonone_customer_session": {
			acctest.Attributes{"integration_id": "a", "profile_id": "b", "attributes": attributes},
			put("/v2/customer_sessions/a", map[string]any{"customerSession": map[string]any{"profileId": "b", "attributes": respelled}}), "attributes",
		},
		"talonone_catalog_item":  {acctest.Attributes{"catalog_id": 6, "sku": "A", "price": 10, "attributes": attributes}, add, "attributes"},
		"talonone_catalog_items": {acctest.Attributes{"catalog_id": 6, "items": `{"A":{"price":10,"attributes":` + attributes + `}}`}, add, "items"},
		"talonone_referral": {
			acctest.Attributes{"campaign_id": 11, "advocate_profile_integration_id": "customer-1", "usage_limit": 1, "attributes": attributes},
			func(t *testing.T, d *acctest.Deployment) {
				t.Helper()
				var referrals struct{ Data []struct{ ID int } }
				d.Call(t, http.MethodGet, "/v1/applications/1/campaigns/11/referrals/no_total", nil, &referrals)
				put("/v1/applications/1/campaigns/11/referrals/"+strconv.Itoa(referrals.Data[0].ID), map[string]any{"usageLimit": 1, "attributes": respelled})(t, d)
			}, "attributes",
		},
		"talonone_store": {
			acctest.Attributes{"application_id": 1, "integration_id": "a", "name": "A", "attributes": attributes},
			func(t *testing.T, d *acctest.Deployment) {
				t.Helper()
				var stores struct{ Data []struct{ ID int } }
				d.Call(t, http.MethodGet, "/v1/applications/1/stores", nil, &stores)
				put("/v1/applications/1/stores/"+strconv.Itoa(stores.Data[0].ID), map[string]any{"name": "A", "description": "", "integrationId": "a", "attributes": respelled})(t, d)
			}, "attributes",
		},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t, func(o *emulator.Options) {
				o.Fixture = emulator.DefaultFixture()
				for _, entity := range []string{"CustomerProfile", "CustomerSession", "CartItem", "Store", "Referral"} {
					for name, of := range map[string]string{"text": "string", "at": "time", "number": "number"} {
						one := emulator.FixtureAttribute{Entity: entity, Name: name, Type: of}
						if entity == "CartItem" {
							one.CatalogIDs = []int64{6}
						}
						o.Fixture.Attributes = append(o.Fixture.Attributes, one)
					}
				}
			})
			made := create(t, d.NewProcess(t, nil), kind, test.config)
			test.drift(t, d)
			p := d.NewProcess(t, nil)
			refreshed, diags := p.Refresh(t, made)
			if problem := acctest.Problem(diags); problem != "" {
				t.Fatal(problem)
			}
			var state string
			if err := p.Attribute(t, refreshed, test.in).As(&state); err != nil {
				t.Fatal(err)
			}
			for _, want := range []string{`"text":"others"`, `"at":"2026-03-01T02:00:00+02:00"`, `"number":1`} {
				if !strings.Contains(state, want) || strings.Contains(state, "1.0") || strings.Contains(state, "1e") {
					t.Errorf("%s is not in the refreshed %s", want, state)
				}
			}
		})
	}
}

// rowsIn is the attribute with the rows of each resource that manages many.
var rowsIn = map[string]string{
	"talonone_audience_memberships": "members", "talonone_customer_audiences": "audience_ids", "talonone_catalog_items": "items", "talonone_collection": "items",
	"talonone_coupon_reservation": "customers", "talonone_coupons": "coupons", "talonone_referrals": "advocates", "talonone_customer_profiles": "profiles",
}

// Rows that become known only in the apply can be any, and the apply may remove all of those before. The plan says so.
func TestRowsThatAreNotKnownYetAreWarnedOf(t *testing.T) {
	t.Parallel()
	for kind, schema := range acctest.Schemas(t).ResourceSchemas {
		for _, attribute := range schema.Block.Attributes {
			if attribute.Name == "last_sync" && rowsIn[kind] == "" {
				t.Errorf("nothing says where the rows of %s are", kind)
			}
		}
	}
	for kind, attribute := range rowsIn {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t, func(o *emulator.Options) {
				o.Fixture = emulator.DefaultFixture()
				o.Fixture.Audiences = []emulator.FixtureAudience{{ID: 701, Name: "Audience"}, {ID: 702, Name: "Another"}}
			})
			config := spellings[kind].config
			if kind == "talonone_customer_profiles" {
				// Without it, a profile that is no longer listed stays as it is.
				config = with(config, acctest.Attributes{"erase_on_destroy": true})
			}
			made := create(t, d.NewProcess(t, nil), kind, config)
			p := d.NewProcess(t, nil)
			value := p.Attribute(t, made, attribute)
			_, diags := p.Plan(t, kind, made, with(config, acctest.Attributes{attribute: tftypes.NewValue(value.Type(), tftypes.UnknownValue)}))
			if warning := acctest.Warning(diags); acctest.Problem(diags) != "" || !strings.Contains(warning, "not known yet") || !strings.Contains(warning, "2 ") {
				t.Errorf("the plan warns %q (%s)", warning, acctest.Problem(diags))
			}
		})
	}
}
