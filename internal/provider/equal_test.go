package provider_test

import (
	"slices"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// spellings are other ways to write a configuration that mean the same, by resource.
var spellings = map[string]struct {
	config acctest.Attributes
	same   []acctest.Attributes
}{
	"talonone_referrals": {
		acctest.Attributes{
			"campaign_id": 11, "usage_limit": 1, "advocates": []string{"customer-1", "customer-2"},
			"referral_pattern": "REF-######", "valid_characters": []string{"X", "Y", "9"}, "attributes": `{"source":"mail"}`, "expiry_date": "2099-01-01T00:00:00Z",
		},
		[]acctest.Attributes{
			{"valid_characters": []string{"9", "X", "Y"}}, {"advocates": []string{"customer-2", "customer-1"}}, {"expiry_date": "2099-01-01T02:00:00+02:00"},
			{"attributes": `{ "source" : "mail" }`},
		},
	},
	"talonone_referral": {
		acctest.Attributes{"campaign_id": 11, "advocate_profile_integration_id": "customer-1", "expiry_date": "2099-01-01T00:00:00Z", "attributes": `{"source":"mail"}`},
		[]acctest.Attributes{{"expiry_date": "2099-01-01T02:00:00+02:00"}, {"attributes": `{ "source" : "mail" }`}},
	},
	"talonone_customer_session": {
		acctest.Attributes{
			"integration_id": "cart-9", "profile_id": "customer-1", "attributes": `{"Channel":"web"}`,
			"cart_items": []any{acctest.Attributes{"sku": "SOCKS", "quantity": 1, "price": 4.5, "attributes": `{"size":3}`}},
		},
		[]acctest.Attributes{
			{"additional_costs": map[string]any{}},
			{"cart_items": []any{acctest.Attributes{"sku": "SOCKS", "quantity": 1, "price": 4.5, "attributes": `{ "size": 3.0 }`}}},
			{"coupon_codes": []string{}}, {"identifiers": []string{}}, {"loyalty_cards": []string{}}, {"attributes": "{ \"Channel\" : \"web\" }"},
		},
	},
	"talonone_audience": {
		acctest.Attributes{"name": "VIP", "subscribed_application_ids": []int{1, 2}},
		[]acctest.Attributes{{"subscribed_application_ids": []int{2, 1}}, {"description": ""}},
	},
	"talonone_attribute": {
		acctest.Attributes{"entity": "CartItem", "name": "Fit", "title": "Fit", "type": "string", "description": "Fit", "subscribed_application_ids": []int{1, 2}, "subscribed_catalog_ids": []int{6, 7}},
		[]acctest.Attributes{{"subscribed_application_ids": []int{2, 1}}, {"subscribed_catalog_ids": []int{7, 6}}},
	},
	"talonone_additional_cost": {
		acctest.Attributes{"name": "Wrap", "title": "Wrap", "description": "w", "subscribed_application_ids": []int{1, 2}},
		[]acctest.Attributes{{"subscribed_application_ids": []int{2, 1}}},
	},
	"talonone_collection": {
		acctest.Attributes{"name": "SKUs", "items": `["boot","sock"]`, "subscribed_application_ids": []int{1, 2}},
		[]acctest.Attributes{{"items": `[ "sock", "boot" ]`}, {"subscribed_application_ids": []int{2, 1}}},
	},
	"talonone_coupon_reservation": {
		acctest.Attributes{"coupon_value": "SUMMER10", "customers": []string{"customer-1", "customer-2"}},
		[]acctest.Attributes{{"customers": []string{"customer-2", "customer-1"}}},
	},
	"talonone_customer_profile": {
		acctest.Attributes{"integration_id": "new-1", "attributes": `{"Language":"de","birthday":"1990-05-01T00:00:00Z","age":30}`},
		[]acctest.Attributes{{"attributes": `{ "age": 30.0, "birthday": "1990-05-01T02:00:00+02:00", "Language": "de" }`}},
	},
	"talonone_customer_profiles": {
		acctest.Attributes{"profiles": `{"new-1":{"Language":"de","age":30},"new-2":{}}`},
		[]acctest.Attributes{{"profiles": `{ "new-2": {}, "new-1": { "age": 3e1, "Language": "de" } }`}},
	},
	"talonone_audience_memberships": {
		acctest.Attributes{"audience_id": 701, "members": []string{"customer-1", "customer-2"}},
		[]acctest.Attributes{{"members": []string{"customer-2", "customer-1"}}},
	},
	"talonone_audience_customer_attributes": {
		acctest.Attributes{"audience_id": 701, "attributes": `{"Language":"de","age":30}`},
		[]acctest.Attributes{{"attributes": `{ "age": 30.0, "Language": "de" }`}},
	},
	"talonone_catalog_item": {
		acctest.Attributes{"catalog_id": 6, "sku": "A", "price": 10, "attributes": `{"color":"red","size":3}`},
		[]acctest.Attributes{{"attributes": `{ "size": 3.0, "color": "red" }`}},
	},
	"talonone_catalog_items": {
		acctest.Attributes{"catalog_id": 6, "items": `{"A":{"price":10,"attributes":{"color":"red"}},"B":{}}`},
		[]acctest.Attributes{{"items": `{ "B": { "attributes": {} }, "A": { "attributes": { "color": "red" }, "price": 1e1 } }`}},
	},
	"talonone_store": {
		acctest.Attributes{"application_id": 1, "integration_id": "s-1", "name": "S", "attributes": `{"floor":1,"opened":"2026-03-01T00:00:00Z"}`},
		[]acctest.Attributes{{"description": ""}, {"attributes": `{ "opened": "2026-03-01T02:00:00+02:00", "floor": 1.0 }`}},
	},
	"talonone_coupon": {
		acctest.Attributes{"application_id": 1, "campaign_id": 12, "value": "BEACH-DAY", "expiry_date": "2099-01-01T00:00:00Z", "attributes": `{"rank":1}`},
		[]acctest.Attributes{{"expiry_date": "2099-01-01T02:00:00+02:00"}, {"attributes": `{ "rank": 1.0 }`}},
	},
	"talonone_coupons": {
		acctest.Attributes{"application_id": 1, "campaign_id": 12, "coupons": `{"ANNA":{"usage_limit":1,"expiry_date":"2099-01-01T00:00:00Z"},"BERT":{}}`},
		[]acctest.Attributes{{"coupons": `{ "BERT": {}, "ANNA": { "expiry_date": "2099-01-01T02:00:00+02:00", "usage_limit": 1 } }`}},
	},
	"talonone_customer_audiences": {
		acctest.Attributes{"profile_integration_id": "customer-1", "audience_ids": []int{701, 702}},
		[]acctest.Attributes{{"audience_ids": []int{702, 701}}},
	},
}

// oneSpelling are the resources whose arguments can be written in one way only, or that oneShots has.
var oneSpelling = []string{"talonone_audience_membership", "talonone_customer_data_deletion", "talonone_event", "talonone_cart_item_return"}

// What is equal in meaning plans nothing, in whatever order, form and length it is written.
func TestEqualInMeaningPlansNothing(t *testing.T) {
	t.Parallel()
	for kind := range acctest.Schemas(t).ResourceSchemas {
		if _, tested := spellings[kind]; !tested && !slices.Contains(oneSpelling, kind) {
			t.Errorf("nothing says what means the same in %s", kind)
		}
	}
	for kind, test := range spellings {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t, func(o *emulator.Options) {
				o.Fixture = emulator.DefaultFixture()
				o.Fixture.Attributes = append(o.Fixture.Attributes, emulator.FixtureAttribute{Entity: "Store", Name: "floor", Type: "number"},
					emulator.FixtureAttribute{Entity: "Store", Name: "opened", Type: "time"}, emulator.FixtureAttribute{Entity: "Coupon", Name: "rank", Type: "number"})
				o.Fixture.Audiences = []emulator.FixtureAudience{{ID: 701, Name: "Audience"}, {ID: 702, Name: "Another"}}
			})
			p := d.NewProcess(t, nil)
			made := applied(t, p, kind, test.config, "")
			for _, same := range test.same {
				if change, problem := p.PlanChange(t, kind, made, with(test.config, same)); problem != "" || !change.Empty() {
					t.Errorf("%v changes it (%s)", same, problem)
				}
			}
		})
	}
}
