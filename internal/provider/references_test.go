package provider_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// reference is a configuration with a literal that names what the deployment lacks.
type reference struct {
	kind   string
	config acctest.Attributes
	// at is the attribute of the error, says what is in it.
	at, says string
	// whoever says that an Integration key alone tells it, too.
	whoever bool
}

// missing are the references of all resources that a cheap look-up can check.
var missing = map[string]reference{
	"audience of memberships":      {kind: "talonone_audience_memberships", config: acctest.Attributes{"audience_id": 99, "members": []string{"a"}}, at: "audience_id", says: "99"},
	"audience of unknown members":  {kind: "talonone_audience_memberships", config: acctest.Attributes{"audience_id": 99, "members": unknownTexts}, at: "audience_id", says: "no audience 99"},
	"audience of a membership":     {kind: "talonone_audience_membership", config: acctest.Attributes{"audience_id": 99, "profile_integration_id": "a"}, at: "audience_id", says: "no audience 99"},
	"audience of attributes":       {kind: "talonone_audience_customer_attributes", config: acctest.Attributes{"audience_id": 99, "attributes": `{"vip":true}`}, at: "audience_id", says: "no audience 99"},
	"Application of an audience":   {kind: "talonone_audience", config: acctest.Attributes{"name": "VIP", "subscribed_application_ids": []int{1, 99}}, at: "subscribed_application_ids", says: "no Application 99. It has: 1 (Web shop), 2 (Sandbox)"},
	"Application of an attribute":  {kind: "talonone_attribute", config: with(anAttribute, acctest.Attributes{"subscribed_application_ids": []int{99}}), at: "subscribed_application_ids", says: "no Application 99"},
	"catalog of an attribute":      {kind: "talonone_attribute", config: with(anAttribute, acctest.Attributes{"subscribed_catalog_ids": []int{6, 99}}), at: "subscribed_catalog_ids", says: "no catalog 99"},
	"Application of a cost":        {kind: "talonone_additional_cost", config: acctest.Attributes{"name": "Wrap", "title": "Wrap", "description": "w", "subscribed_application_ids": []int{99}}, at: "subscribed_application_ids", says: "no Application 99"},
	"Application of a collection":  {kind: "talonone_collection", config: acctest.Attributes{"name": "SKUs", "items": `["boot"]`, "subscribed_application_ids": []int{99}}, at: "subscribed_application_ids", says: "no Application 99"},
	"campaign of a collection":     {kind: "talonone_collection", config: acctest.Attributes{"name": "SKUs", "items": `["boot"]`, "application_id": 1, "campaign_id": 99}, at: "campaign_id", says: "no campaign 99"},
	"Application of a store":       {kind: "talonone_store", config: acctest.Attributes{"application_id": 99, "integration_id": "s", "name": "S"}, at: "application_id", says: "no such Application"},
	"Application of a coupon":      {kind: "talonone_coupon", config: acctest.Attributes{"application_id": 99, "campaign_id": 12, "value": "BEACH-DAY"}, at: "application_id", says: "no such Application"},
	"campaign of a coupon":         {kind: "talonone_coupon", config: acctest.Attributes{"application_id": 1, "campaign_id": 99, "value": "BEACH-DAY"}, at: "campaign_id", says: "no campaign 99"},
	"catalog of items":             {kind: "talonone_catalog_items", config: acctest.Attributes{"catalog_id": 99, "items": `{"A":{}}`}, at: "catalog_id", says: "99"},
	"catalog of an item":           {kind: "talonone_catalog_item", config: acctest.Attributes{"catalog_id": 99, "sku": "A"}, at: "catalog_id", says: "99"},
	"campaign of coupons":          {kind: "talonone_coupons", config: acctest.Attributes{"application_id": 1, "campaign_id": 99, "coupons": `["BEACH-DAY"]`}, at: "campaign_id", says: "no campaign 99"},
	"campaign of many coupons":     {kind: "talonone_coupons", config: acctest.Attributes{"application_id": 1, "campaign_id": 99, "coupons": `["CODE-1","CODE-2","CODE-3","CODE-4"]`}, at: "campaign_id", says: "no campaign 99"},
	"coupon":                       {kind: "talonone_coupon_reservation", config: acctest.Attributes{"coupon_value": "NONE", "customers": []string{"a"}}, at: "coupon_value", says: "NONE"},
	"campaign of a referral":       {kind: "talonone_referral", config: acctest.Attributes{"campaign_id": 99, "advocate_profile_integration_id": "a"}, at: "campaign_id", says: "99"},
	"campaign of referrals":        {kind: "talonone_referrals", config: acctest.Attributes{"campaign_id": 99, "usage_limit": 1, "advocates": []string{"a"}}, at: "campaign_id", says: "99"},
	"Application of a referral":    {kind: "talonone_referral", config: acctest.Attributes{"campaign_id": 11, "application_id": 2, "advocate_profile_integration_id": "a"}, at: "application_id", says: "belongs to Application 1, and application_id is 2", whoever: true},
	"Application of referrals":     {kind: "talonone_referrals", config: acctest.Attributes{"campaign_id": 11, "application_id": 2, "usage_limit": 1, "advocates": []string{"a"}}, at: "application_id", says: "belongs to Application 1", whoever: true},
	"no Application of a referral": {kind: "talonone_referral", config: acctest.Attributes{"campaign_id": 99, "application_id": 98, "advocate_profile_integration_id": "a"}, at: "application_id", says: "no such Application"},
	"no campaign of an Application": {
		kind: "talonone_referral", config: acctest.Attributes{"campaign_id": 99, "application_id": 1, "advocate_profile_integration_id": "a"}, at: "campaign_id", says: "Application 1 has no campaign 99",
	},
	"event type":          {kind: "talonone_event", config: acctest.Attributes{"type": "product_shraed", "profile_id": "a"}, at: "type", says: `no event type "product_shraed". It has: "product_shared"`},
	"event type and more": {kind: "talonone_event", config: acctest.Attributes{"type": "product_shraed", "profile_id": "a", "attributes": `{"url":"x"}`}, at: "type", says: `no event type "product_shraed"`},
	"session of an event": {
		kind:   "talonone_event",
		config: acctest.Attributes{"type": "product_shared", "api_version": "v3", "integration_id": "e-1", "profile_id": "a", "connected_session_id": "none"}, at: "connected_session_id", says: `no customer session "none"`, whoever: true,
	},
	"session of a return": {
		kind:   "talonone_cart_item_return",
		config: acctest.Attributes{"session_integration_id": "none", "returned_cart_items": []any{acctest.Attributes{"sku": "SOCKS"}}}, at: "session_integration_id", says: `no customer session "none"`, whoever: true,
	},
	"attribute of a profile": {kind: "talonone_customer_profile", config: acctest.Attributes{"integration_id": "a", "attributes": `{"None":1}`}, at: "attributes", says: "None"},
}

var (
	anAttribute  = acctest.Attributes{"entity": "CartItem", "name": "Fit", "title": "Fit", "type": "string", "description": "Fit"}
	unknownTexts = tftypes.NewValue(tftypes.List{ElementType: tftypes.String}, tftypes.UnknownValue)
)

func errorsIn(diags []*tfprotov6.Diagnostic) (found []*tfprotov6.Diagnostic) {
	for _, d := range diags {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			found = append(found, d)
		}
	}
	return found
}

// What a literal names and the deployment lacks is one error when planning, on its attribute.
func TestWhatDoesNotExistIsFoundWhenPlanning(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range missing {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := d.NewProcess(t, nil).Plan(t, test.kind, acctest.Instance{}, test.config)
			found := errorsIn(diags)
			if len(found) != 1 || found[0].Attribute == nil || !strings.Contains(found[0].Attribute.String(), `AttributeName("`+test.at+`")`) || !strings.Contains(found[0].Detail, test.says) {
				t.Errorf("got %q, want one error with %q on %s", acctest.Problem(diags), test.says, test.at)
			}
			if warning := acctest.Warning(diags); strings.Contains(warning, "Applying") {
				t.Errorf("it warns of what will not happen: %q", warning)
			}
		})
	}
}

// With validate_references = false it is a warning, for mocks of what does not exist yet.
func TestWhatDoesNotExistIsAWarningForMocks(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range missing {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := d.NewProcess(t, acctest.Attributes{"validate_references": false}).Plan(t, test.kind, acctest.Instance{}, test.config)
			if problem := acctest.Problem(diags); problem != "" || !strings.Contains(acctest.Warning(diags), test.says) {
				t.Errorf("got %q, and the warnings %q", problem, acctest.Warning(diags))
			}
		})
	}
}

// A key that can't look blames nothing: the apply does. With an Integration key alone only what that can see is found, with a narrow
// Management key nothing of other endpoints.
func TestWhatCannotBeLookedUpIsNotBlamed(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) {
		o.Fixture = emulator.DefaultFixture()
		o.Fixture.ManagementKeys = append(o.Fixture.ManagementKeys, emulator.FixtureManagementKey{Key: "nothing", UserID: 1, Endpoints: []string{"/v1/nothing"}})
	})
	for keys, settings := range map[string]acctest.Attributes{
		"Integration key alone": {"management_api_key": nil}, "narrow Management key": {"management_api_key": "nothing"},
	} {
		for name, test := range missing {
			switch test.kind {
			case "talonone_store", "talonone_coupon", "talonone_coupons", "talonone_collection", "talonone_attribute", "talonone_additional_cost", "talonone_catalog_item", "talonone_catalog_items", "talonone_coupon_reservation":
				continue // They need the Management key themselves, or the same look-up was there before.
			}
			settings := settings
			t.Run(keys+", "+name, func(t *testing.T) {
				t.Parallel()
				if test.kind == "talonone_audience" && settings["management_api_key"] != nil {
					settings = acctest.Attributes{"management_api_key": "demo-audiences-key"} // It needs the listing of audiences itself.
				}
				_, diags := d.NewProcess(t, settings).Plan(t, test.kind, acctest.Instance{}, test.config)
				if problem := acctest.Problem(diags); (problem != "") != test.whoever {
					t.Errorf("got %q", problem)
				}
			})
		}
	}
}

// What is not known yet, and what the same run makes under a name that is known, is not looked up.
func TestWhatTheRunMakesIsNotMissing(t *testing.T) {
	t.Parallel()
	unknown := tftypes.NewValue(tftypes.Number, tftypes.UnknownValue)
	for name, test := range map[string][]reference{
		"unknown audience": {{kind: "talonone_audience_membership", config: acctest.Attributes{"audience_id": unknown, "profile_integration_id": "a"}}},
		"unknown session": {{kind: "talonone_cart_item_return", config: acctest.Attributes{
			"session_integration_id": tftypes.NewValue(tftypes.String, tftypes.UnknownValue), "returned_cart_items": []any{acctest.Attributes{"sku": "SOCKS"}},
		}}},
		"unknown type":        {{kind: "talonone_event", config: acctest.Attributes{"type": tftypes.NewValue(tftypes.String, tftypes.UnknownValue), "profile_id": "a"}}},
		"unknown Application": {{kind: "talonone_audience", config: acctest.Attributes{"name": "VIP", "subscribed_application_ids": tftypes.NewValue(tftypes.List{ElementType: tftypes.Number}, []tftypes.Value{unknown})}}},
		"session": {
			{kind: "talonone_customer_session", config: acctest.Attributes{"integration_id": "order-9", "state": "closed", "profile_id": "customer-1", "cart_items": []any{acctest.Attributes{"sku": "SOCKS", "quantity": 1, "price": 4}}}},
			{kind: "talonone_cart_item_return", config: acctest.Attributes{"session_integration_id": "order-9", "returned_cart_items": []any{acctest.Attributes{"sku": "SOCKS"}}}},
		},
		"event type": {
			{kind: "talonone_attribute", config: acctest.Attributes{"entity": "Event", "event_type": "liked", "name": "Stars", "title": "Stars", "type": "number", "description": "Stars"}},
			{kind: "talonone_event", config: acctest.Attributes{"type": "liked", "profile_id": "customer-1", "attributes": `{"Stars":5}`}},
			{kind: "talonone_event", config: acctest.Attributes{"type": "liked", "profile_id": "customer-1"}},
		},
		"store": {
			{kind: "talonone_store", config: acctest.Attributes{"application_id": 1, "integration_id": "s-9", "name": "S"}},
			{kind: "talonone_event", config: acctest.Attributes{"type": "product_shared", "profile_id": "customer-1", "store_integration_id": "s-9"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := acctest.Start(t).NewProcess(t, nil)
			for _, one := range test {
				_, diags := p.Plan(t, one.kind, acctest.Instance{}, one.config)
				if text := acctest.Problem(diags) + acctest.Warning(diags); strings.Contains(text, "does not exist") {
					t.Errorf("%s: got %q", one.kind, text)
				}
			}
		})
	}
}

// Whether the API takes a store that does not exist is not documented, so it is a warning.
func TestStoreThatDoesNotExistIsAWarning(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for kind, config := range map[string]acctest.Attributes{
		"talonone_event":            {"type": "product_shared", "profile_id": "a"},
		"talonone_customer_session": {"integration_id": "order-9", "profile_id": "customer-1"},
	} {
		_, diags := d.NewProcess(t, nil).Plan(t, kind, acctest.Instance{}, with(config, acctest.Attributes{"store_integration_id": "nowhere"}))
		if problem, warning := acctest.Problem(diags), acctest.Warning(diags); problem != "" || !strings.Contains(warning, `Application 1 has no store with the integration ID "nowhere"`) {
			t.Errorf("%s: got %q and %q", kind, problem, warning)
		}
	}
}

// What others made right before the plan is found although reads lag.
func TestReadLagDoesNotHideAReference(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"talonone_audience_membership", "talonone_audience_memberships", "talonone_audience_customer_attributes"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t, func(o *emulator.Options) { o.Conventions = conventions.Values{conventions.ReadLag: "300ms"} })
			var made struct{ ID int64 }
			d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": "Young"}, &made)
			config := acctest.Attributes{"audience_id": made.ID}
			switch kind {
			case "talonone_audience_membership":
				config["profile_integration_id"] = "a"
			case "talonone_audience_memberships":
				config["members"] = []string{"a"}
			default:
				config["attributes"] = `{"vip":true}`
			}
			_, diags := d.NewProcess(t, acctest.Attributes{"read_consistency": "1s"}).Plan(t, kind, acctest.Instance{}, config)
			if problem := acctest.Problem(diags); problem != "" {
				t.Errorf("%s: got %q", kind, problem)
			}
		})
	}
}

// missingInActions are the references of actions, and the operation that must not be tried.
var missingInActions = map[string]struct {
	reference

	operation string
}{
	"audience to clear":         {reference{kind: "talonone_clear_audience", config: acctest.Attributes{"audience_id": 99}, at: "audience_id", says: "no audience 99"}, "deleteAudienceMembershipsV2"},
	"audience of attributes":    {reference{kind: "talonone_update_audience_customer_attributes", config: acctest.Attributes{"audience_id": 99, "attributes": `{"vip":true}`}, at: "audience_id", says: "no audience 99"}, "updateAudienceCustomersAttributes"},
	"catalog to edit":           {reference{kind: "talonone_edit_catalog_items", config: acctest.Attributes{"catalog_id": 99, "edit": "remove", "all_items": true}, at: "catalog_id", says: "no catalog 99"}, "syncCatalog"},
	"event type":                {reference{kind: "talonone_track_event", config: acctest.Attributes{"type": "none", "profile_id": "a"}, at: "type", says: `no event type "none"`}, "trackEventV2"},
	"session of a return":       {reference{kind: "talonone_return_cart_items", config: acctest.Attributes{"session_integration_id": "none", "returned_cart_items": []any{acctest.Attributes{"sku": "SOCKS"}}}, at: "session_integration_id", says: `no customer session "none"`}, "returnCartItems"},
	"attribute with a list":     {reference{kind: "talonone_import_allowed_values", config: acctest.Attributes{"attribute_id": 99999, "values": `["red"]`}, at: "attribute_id", says: "no attribute 99999"}, "importAllowedList"},
	"attribute that is defined": {reference{kind: "talonone_track_event", config: acctest.Attributes{"type": "product_shared", "profile_id": "a", "attributes": `{"none":1}`}, at: "attributes", says: `no attribute "none"`}, "trackEventV2"},
}

// An action finds what it names before it does anything, and with validate_references = false tries it.
func TestActionsFindWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	for name, test := range missingInActions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			_, diags := d.NewProcess(t, nil).Invoke(t, test.kind, test.config)
			found := errorsIn(diags)
			if len(found) != 1 || found[0].Attribute == nil || !strings.Contains(found[0].Attribute.String(), test.at) || !strings.Contains(found[0].Detail, test.says) {
				t.Errorf("got %q, want one error with %q on %s", acctest.Problem(diags), test.says, test.at)
			}
			if d.Count(test.operation) > 0 {
				t.Error("it was found out by trying only")
			}
			_, diags = d.NewProcess(t, acctest.Attributes{"validate_references": false}).Invoke(t, test.kind, test.config)
			if !strings.Contains(acctest.Warning(diags), test.says) || d.Count(test.operation) == 0 {
				t.Errorf("with validate_references = false: got %q and %q", acctest.Problem(diags), acctest.Warning(diags))
			}
		})
	}
}

// Timeouts that leave no time are refused, too.
func TestNoTimeAtAllIsFoundWhenPlanning(t *testing.T) {
	t.Parallel()
	_, diags := acctest.Start(t).NewProcess(t, nil).Plan(t, "talonone_catalog_items", acctest.Instance{},
		acctest.Attributes{"catalog_id": 6, "items": `{}`, "timeouts": map[string]any{"create": "0s"}})
	if problem := acctest.Problem(diags); !strings.Contains(problem, `AttributeName("timeouts")`) || !strings.Contains(problem, "0s") {
		t.Errorf("got %q", problem)
	}
}
