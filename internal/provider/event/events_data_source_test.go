package event_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func TestEventsAreListed(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, rewarding)
	d.Call(t, http.MethodPut, "/v2/customer_sessions/cart-1", map[string]any{"customerSession": map[string]any{"couponCodes": []string{"SUMMER10"}, "referralCode": "FRIEND-1"}}, nil)
	d.Call(t, http.MethodPost, "/v2/events", map[string]any{"profileId": "customer-1", "type": "product_shared", "attributes": map[string]any{"url": "x"}}, nil)
	d.Call(t, http.MethodPost, "/v3/events?silent=no", map[string]any{"profileId": "customer-2", "type": "product_shared", "integrationId": "share-1", "storeIntegrationId": "store-1"}, nil)
	list := func(name, settings string) string {
		return "data \"talonone_events\" \"" + name + "\" {\n  application_id = 1\n  " + settings + "\n}\n"
	}
	size := func(name string, want int) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.talonone_events."+name, tfjsonpath.New("events"), knownvalue.ListSizeExact(want))
	}
	of := func(name string, want knownvalue.Check, attribute string) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.talonone_events."+name, tfjsonpath.New("events").AtSliceIndex(0).AtMapKey(attribute), want)
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(list("all", "") + list("custom", `types = ["product_shared"]`) + list("both", `types = ["product_shared", "talon_session_created"]`) +
					list("anna", `profile = "customer-2"`) + list("cart", `session = "cart-1"`) + list("coupon", `coupon_code = "SUMMER10"`) +
					list("referral", `referral_code = "FRIEND-1"`) + list("points", `effect_type = "addLoyaltyPoints"`) + list("first", `max_results = 1`) +
					list("past", `created_before = "2020-01-01T00:00:00Z"`) + list("since", `created_after = "2020-01-01T00:00:00Z"`)),
				ConfigStateChecks: []statecheck.StateCheck{
					size("all", 3), size("custom", 2), size("both", 3), size("anna", 1), size("cart", 1), size("coupon", 1), size("referral", 1),
					size("points", 2), size("first", 1), size("past", 0), size("since", 3),
					of("custom", knownvalue.StringExact(`{"url":"x"}`), "attributes"), of("custom", knownvalue.Null(), "integration_id"),
					of("custom", knownvalue.ListSizeExact(1), "effects"), of("first", knownvalue.StringExact("talon_session_created"), "type"),
					of("first", knownvalue.StringExact("{}"), "attributes"), of("anna", knownvalue.StringExact("share-1"), "integration_id"),
					of("anna", knownvalue.StringExact("store-1"), "store_integration_id"),
				},
			},
			{Config: d.Config(list("x", `types = []`)), ExpectError: regexp.MustCompile(`(?s)types.*at least 1`)},
			{Config: d.Config("data \"talonone_events\" \"x\" { application_id = 99 }"), ExpectError: regexp.MustCompile(`(?s)Unable to list the events of Application 99.*404`)},
		},
	})
}
