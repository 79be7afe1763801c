package chaos

import (
	"fmt"
	"maps"
	"net/http"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// scenario is one change of one construct, made of requests that can fail.
type scenario struct {
	construct, change string
	// operation is the one that fails.
	operation string
	// seed prepares the deployment behind Terraform's back.
	seed func(testing.TB, *acctest.Deployment)
	// before is what has been applied before; nil is nothing.
	before acctest.Attributes
	// after is what is applied; nil destroys.
	after acctest.Attributes
}

func (s scenario) kind() string { return "talonone_" + s.construct }

// isAction says whether the construct is an action, which Terraform invokes instead of planning a change.
func (s scenario) isAction() bool { return s.change == "invoke" }

func (s scenario) name() string { return s.operation + ": " + s.construct + ", " + s.change }

type attributes = acctest.Attributes

// with is attributes with others put over them.
func with(base attributes, others attributes) attributes {
	merged := maps.Clone(base)
	maps.Copy(merged, others)
	return merged
}

// seededAudience is the ID of the first audience of a fresh emulator.
const seededAudience = 701

func seedAudience(t testing.TB, d *acctest.Deployment) {
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "Seeded"}, nil)
	d.Call(t, http.MethodPost, "/v2/customer_audiences", map[string]any{"data": []any{
		map[string]any{"action": "add", "profileIntegrationId": "customer-3", "audienceId": seededAudience},
	}}, nil)
}

// seedAudiences has a second audience, to which anna belongs already.
func seedAudiences(t testing.TB, d *acctest.Deployment) {
	seedAudience(t, d)
	d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "Second"}, nil)
	d.Call(t, http.MethodPost, "/v2/customer_audiences", map[string]any{"data": []any{
		map[string]any{"action": "add", "profileIntegrationId": "anna", "audienceId": seededAudience + 1},
	}}, nil)
}

func seedItem(t testing.TB, d *acctest.Deployment) {
	d.Call(t, http.MethodPut, "/v1/catalogs/6/sync", map[string]any{"actions": []any{
		map[string]any{"type": "ADD", "payload": map[string]any{"sku": "FOREIGN", "price": 7}},
	}}, nil)
}

func seedReservation(t testing.TB, d *acctest.Deployment) {
	d.Call(t, http.MethodPost, "/v1/coupon_reservations/SUMMER10", map[string]any{"integrationIDs": []string{"customer-3"}}, nil)
}

func seedReferral(t testing.TB, d *acctest.Deployment) {
	d.Call(t, http.MethodPost, "/v1/referrals", map[string]any{"campaignId": 11, "advocateProfileIntegrationId": "customer-1", "usageLimit": 1}, nil)
}

func seedOrder(t testing.TB, d *acctest.Deployment) {
	d.Call(t, http.MethodPut, "/v2/customer_sessions/order", map[string]any{"customerSession": map[string]any{
		"profileId": "customer-1", "state": "closed", "cartItems": []any{map[string]any{"sku": "SOCKS", "quantity": 5, "price": 4.5}},
	}}, nil)
}

func numbered(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s-%04d", prefix, i)
	}
	return names
}

// items is a catalog of n items as JSON.
func items(n int, price string) string {
	text := "{"
	for i := range n {
		if i > 0 {
			text += ","
		}
		text += fmt.Sprintf(`"SKU%04d":{"price":%s}`, i, price)
	}
	return text + "}"
}

func scenarios() []scenario {
	audience := attributes{"name": "Buyers", "subscribed_application_ids": []int{1}}
	renamed := with(audience, attributes{"name": "Customers"})
	additive := attributes{"audience_id": seededAudience, "members": []string{"customer-1", "customer-2"}}
	// A create is refused where it would have to remove, so exclusive resources begin with what others have put there.
	exclusive := with(additive, attributes{"ownership": "exclusive", "members": []string{"customer-1", "customer-2", "customer-3"}})
	imported := with(exclusive, attributes{"members": append(numbered("customer", 1000), "customer-3")})
	member := attributes{"audience_id": seededAudience, "profile_integration_id": "customer-1"}
	persona := attributes{"profile_integration_id": "anna", "audience_ids": []int{seededAudience}}
	language := attributes{"audience_id": seededAudience, "attributes": `{"Language":"de"}`}
	item := attributes{"catalog_id": 6, "sku": "SNEAKER", "price": 59.95, "attributes": `{"color":"red"}`}
	dearer := with(item, attributes{"price": 69.95})
	shoes := attributes{"catalog_id": 6, "items": items(3, "1.5")}
	shelf := attributes{"name": "SKUs", "items": `["boot","sock"]`}
	reservation := attributes{"coupon_value": "SUMMER10", "customers": []string{"customer-1", "customer-2"}}
	referral := attributes{"campaign_id": 11, "advocate_profile_integration_id": "customer-1", "usage_limit": 2}
	referrals := attributes{"campaign_id": 11, "advocates": []string{"customer-1", "customer-2"}, "usage_limit": 3}
	profile := attributes{"integration_id": "anna", "attributes": `{"Language":"de","age":41}`, "erase_on_destroy": true}
	profiles := attributes{"profiles": `{"berta":{"age":31},"carla":{"age":32}}`, "erase_on_destroy": true}
	erasure := attributes{"integration_id": "customer-2", "triggers": map[string]string{"request": "1"}}
	cart := attributes{
		"integration_id": "cart", "profile_id": "customer-1", "coupon_codes": []string{"SUMMER10"},
		"cart_items": []any{attributes{"sku": "SOCKS", "quantity": 2, "price": 4.5}},
	}
	returned := attributes{"session_integration_id": "order", "returned_cart_items": []any{attributes{"sku": "SOCKS", "quantity": 1}}}
	shipped := with(returned, attributes{"triggers": map[string]string{"shipment": "1"}})
	shared := attributes{"type": "product_shared", "profile_id": "customer-1", "attributes": `{"url":"https://shop.example.com/"}`}
	advanced := with(shared, attributes{"api_version": "v3", "integration_id": "share-1"})
	legacy := attributes{"api_version": "v1", "type": "product_shared", "session_id": "visit", "attributes": `{"url":"https://shop.example.com/"}`}
	batch := attributes{"application_id": 1, "campaign_id": 12, "coupons": `{"ANNA-10":{"usage_limit":5},"BEN-10":{}}`}
	// The refresh of four coupons lists the whole campaign, so that others of it go at once.
	four := with(batch, attributes{"coupons": `["ANNA-10","BEN-10","CLEO-10","DANA-10"]`})
	attribute := attributes{"entity": "CartItem", "name": "hue", "type": "string", "suggestions": []string{"red"}, "subscribed_catalog_ids": []int{6}}
	cost := attributes{"name": "shipping", "type": "both"}
	store := attributes{"application_id": 1, "integration_id": "harbour-street", "name": "Harbour Street"}
	code := attributes{"application_id": 1, "campaign_id": 12, "value": "BEACH-DAY", "usage_limit": 100}
	sale := attributes{"catalog_id": 6, "edit": "patch", "price": 5, "all_items": true}

	return []scenario{
		{"audience", "create", "createAudienceV2", seedAudience, nil, audience},
		{"audience", "update", "updateAudienceV2", seedAudience, audience, renamed},
		{"audience", "destroy", "deleteAudienceV2", seedAudience, audience, nil},

		{"audience_memberships", "create", "updateCustomerProfileAudiences", seedAudience, nil, additive},
		{"audience_memberships", "update", "updateCustomerProfileAudiences", seedAudience, additive, with(additive, attributes{"members": []string{"customer-1", "new"}})},
		{"audience_memberships", "destroy", "updateCustomerProfileAudiences", seedAudience, additive, nil},
		{"audience_memberships", "update exclusive", "updateCustomerProfileAudiences", seedAudience, exclusive, with(exclusive, attributes{"members": []string{"new"}})},
		{"audience_memberships", "become exclusive", "updateCustomerProfileAudiences", seedAudience, additive, with(exclusive, attributes{"members": []string{"customer-1", "new"}})},
		{"audience_memberships", "remove all members", "deleteAudienceMembershipsV2", seedAudience, exclusive, with(exclusive, attributes{"members": []string{}})},
		{"audience_memberships", "create of 1001", "importAudiencesMemberships", seedAudience, nil, imported},
		{"audience_memberships", "update of 1001", "importAudiencesMemberships", seedAudience, exclusive, imported},
		{"audience_membership", "create", "updateCustomerProfileAudiences", seedAudience, nil, member},
		{"audience_membership", "destroy", "updateCustomerProfileAudiences", seedAudience, member, nil},
		{"audience_customer_attributes", "create", "updateAudienceCustomersAttributes", seedAudience, nil, language},
		{"audience_customer_attributes", "update", "updateAudienceCustomersAttributes", seedAudience, language, with(language, attributes{"attributes": `{"Language":"en"}`})},

		{"catalog_item", "create", "syncCatalog", seedItem, nil, item},
		{"catalog_item", "update", "syncCatalog", seedItem, item, dearer},
		{"catalog_item", "update without price", "syncCatalog", seedItem, item, with(item, attributes{"price": nil})},
		{"catalog_item", "destroy", "syncCatalog", seedItem, item, nil},
		{"catalog_items", "create of 1001", "syncCatalog", seedItem, nil, with(shoes, attributes{"items": items(1001, "1.5")})},
		{"catalog_items", "update and remove", "syncCatalog", seedItem, shoes, with(shoes, attributes{"items": items(2, "2.5")})},
		{"catalog_items", "exclusive, update and remove", "syncCatalog", nil, with(shoes, attributes{"ownership": "exclusive"}), with(shoes, attributes{"ownership": "exclusive", "items": items(2, "2.5")})},
		{"catalog_items", "destroy", "syncCatalog", seedItem, shoes, nil},

		{"customer_audiences", "create", "updateCustomerProfileAudiences", seedAudience, nil, persona},
		{"customer_audiences", "move", "updateCustomerProfileAudiences", seedAudiences, persona, with(persona, attributes{"audience_ids": []int{seededAudience + 1}})},
		{"customer_audiences", "become exclusive", "updateCustomerProfileAudiences", seedAudiences, persona, with(persona, attributes{"ownership": "exclusive"})},
		{"customer_audiences", "destroy", "updateCustomerProfileAudiences", seedAudience, persona, nil},

		{"collection", "create", "createAccountCollection", nil, nil, shelf},
		{"collection", "create, its items", "importAccountCollection", nil, nil, shelf},
		{"collection", "create in a campaign", "createCollection", nil, nil, with(shelf, attributes{"application_id": 1, "campaign_id": 12})},
		{"collection", "update", "updateAccountCollection", nil, shelf, with(shelf, attributes{"description": "Shoes"})},
		{"collection", "update its items", "importAccountCollection", nil, shelf, with(shelf, attributes{"items": `["boot","hat"]`})},
		{"collection", "destroy", "deleteAccountCollection", nil, shelf, nil},

		{"coupon_reservation", "create", "createCouponReservation", seedReservation, nil, reservation},
		{"coupon_reservation", "add", "createCouponReservation", seedReservation, reservation, with(reservation, attributes{"customers": []string{"customer-1", "new"}})},
		{"coupon_reservation", "remove", "deleteCouponReservation", seedReservation, reservation, with(reservation, attributes{"customers": []string{"customer-1", "new"}})},
		{"coupon_reservation", "become exclusive", "deleteCouponReservation", seedReservation, reservation, with(reservation, attributes{"customers": []string{"customer-1", "new"}, "ownership": "exclusive"})},
		{"coupon_reservation", "destroy", "deleteCouponReservation", seedReservation, reservation, nil},

		{"referral", "create", "createReferral", seedReferral, nil, referral},
		{"referral", "update", "updateReferral", seedReferral, referral, with(referral, attributes{"usage_limit": 5})},
		{"referral", "destroy", "deleteReferral", seedReferral, referral, nil},
		{"referrals", "create", "createReferralsForMultipleAdvocates", seedReferral, nil, referrals},
		{"referrals", "add", "createReferralsForMultipleAdvocates", seedReferral, referrals, with(referrals, attributes{"advocates": []string{"customer-1", "customer-2", "new"}})},
		{"referrals", "update", "updateReferral", seedReferral, referrals, with(referrals, attributes{"usage_limit": 5})},
		{"referrals", "remove", "deleteReferral", seedReferral, referrals, with(referrals, attributes{"advocates": []string{"customer-1"}})},
		{"referrals", "destroy", "deleteReferral", seedReferral, referrals, nil},

		{"attribute", "create", "createAttribute", nil, nil, attribute},
		{"attribute", "update", "updateAttribute", nil, attribute, with(attribute, attributes{"description": "As on the label"})},
		{"additional_cost", "create", "createAdditionalCost", nil, nil, cost},
		{"additional_cost", "update", "updateAdditionalCost", nil, cost, with(cost, attributes{"title": "Shipping"})},
		{"store", "create", "createStore", nil, nil, store},
		{"store", "update", "updateStore", nil, store, with(store, attributes{"name": "Harbour"})},
		{"store", "destroy", "deleteStore", nil, store, nil},
		{"coupon", "create", "createCoupons", nil, nil, code},
		{"coupon", "update", "updateCoupon", nil, code, with(code, attributes{"usage_limit": 200})},
		{"coupon", "destroy", "deleteCoupon", nil, code, nil},

		{"coupons", "create", "importCoupons", nil, nil, batch},
		{"coupons", "create, its other settings", "updateCoupon", nil, nil, with(batch, attributes{"coupons": `{"ANNA-10":{"reservation_limit":5},"BEN-10":{}}`})},
		{"coupons", "add", "importCoupons", nil, batch, with(batch, attributes{"coupons": `{"ANNA-10":{"usage_limit":5},"BEN-10":{},"CLEO-10":{}}`})},
		{"coupons", "update", "updateCoupon", nil, batch, with(batch, attributes{"coupons": `{"ANNA-10":{"usage_limit":7},"BEN-10":{"usage_limit":7}}`})},
		{"coupons", "remove", "deleteCoupon", nil, batch, with(batch, attributes{"coupons": `["BEN-10"]`})},
		{"coupons", "become exclusive", "deleteCoupon", nil, four, with(four, attributes{"ownership": "exclusive"})},
		{"coupons", "destroy", "deleteCoupon", nil, batch, nil},

		{"customer_profile", "create", "updateCustomerProfileV2", nil, nil, profile},
		{"customer_profile", "update", "updateCustomerProfileV2", nil, profile, with(profile, attributes{"attributes": `{"Language":"en"}`})},
		{"customer_profile", "destroy", "deleteCustomerData", nil, profile, nil},
		{"customer_profiles", "create", "updateCustomerProfilesV2", nil, nil, profiles},
		{"customer_profiles", "update", "updateCustomerProfilesV2", nil, profiles, with(profiles, attributes{"profiles": `{"berta":{"age":33},"dora":{"age":34}}`})},
		{"customer_profiles", "remove", "deleteCustomerData", nil, profiles, with(profiles, attributes{"profiles": `{"berta":{"age":33},"dora":{"age":34}}`})},
		{"customer_profiles", "destroy", "deleteCustomerData", nil, profiles, nil},
		{"customer_data_deletion", "create", "deleteCustomerData", nil, nil, erasure},
		{"customer_data_deletion", "again", "deleteCustomerData", nil, erasure, with(erasure, attributes{"triggers": map[string]string{"request": "2"}})},

		{"customer_session", "create", "updateCustomerSessionV2", nil, nil, cart},
		{"customer_session", "update", "updateCustomerSessionV2", nil, cart, with(cart, attributes{"cart_items": []any{attributes{"sku": "SOCKS", "quantity": 3, "price": 4.5}}})},
		{"customer_session", "close", "updateCustomerSessionV2", nil, cart, with(cart, attributes{"state": "closed"})},
		{"customer_session", "destroy", "updateCustomerSessionV2", nil, cart, nil},
		{"cart_item_return", "create", "returnCartItems", seedOrder, nil, shipped},
		{"cart_item_return", "again", "returnCartItems", seedOrder, shipped, with(shipped, attributes{"triggers": map[string]string{"shipment": "2"}})},

		{"event", "create", "trackEventV2", nil, nil, shared},
		{"event", "again", "trackEventV2", nil, shared, with(shared, attributes{"triggers": map[string]string{"release": "2"}})},
		{"event", "create v3", "trackEventV3", nil, nil, advanced},
		{"event", "create v1", "trackEvent", nil, nil, legacy},

		{"clear_audience", "invoke", "deleteAudienceMembershipsV2", seedAudience, nil, attributes{"audience_id": seededAudience}},
		{"update_audience_customer_attributes", "invoke", "updateAudienceCustomersAttributes", seedAudience, nil, language},
		{"edit_catalog_items", "invoke", "syncCatalog", seedItem, nil, sale},
		{"delete_customer_data", "invoke", "deleteCustomerData", nil, nil, attributes{"integration_id": "customer-2", "confirm": "customer-2"}},
		{"track_event", "invoke", "trackEventV2", nil, nil, shared},
		{"track_event", "invoke", "trackEventV3", nil, nil, advanced},
		{"return_cart_items", "invoke", "returnCartItems", seedOrder, nil, returned},
	}
}
