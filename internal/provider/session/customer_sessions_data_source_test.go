package session_test

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func TestSessionsAreListed(t *testing.T) {
	t.Parallel()
	d := ordered(t)
	put(t, d, "cart-1", map[string]any{"referralCode": "FRIEND-1", "storeIntegrationId": "store-1"})()
	put(t, d, "cart-2", map[string]any{"profileId": "customer-2"})()
	size := func(name string, want int) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.talonone_customer_sessions."+name, at("sessions"), knownvalue.ListSizeExact(want))
	}
	of := func(name, attribute string, want knownvalue.Check) statecheck.StateCheck {
		return statecheck.ExpectKnownValue("data.talonone_customer_sessions."+name, at("sessions", 0, attribute), want)
	}
	list := func(name, settings string) string {
		return "data \"talonone_customer_sessions\" \"" + name + "\" {\n  application_id = 1\n  " + settings + "\n}\n"
	}
	acctest.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		Steps: []resource.TestStep{
			{
				Config: d.Config(list("all", "") + list("closed", `state = "closed"`) + list("anna", `profile = "customer-2"`) + list("coupon", `coupon = "SUMMER10"`) +
					list("referral", `referral = "FRIEND-1"`) + list("store", `store_integration_id = "store-1"`) + list("one", `integration_id = "cart-2"`) +
					list("first", `max_results = 1`) + list("past", `created_before = "2020-01-01T00:00:00Z"`) + list("since", `created_after = "2020-01-01T00:00:00+01:00"`)),
				ConfigStateChecks: []statecheck.StateCheck{
					size("all", 3), size("closed", 1), size("anna", 1), size("coupon", 1), size("referral", 1), size("store", 1), size("one", 1),
					size("first", 1), size("past", 0), size("since", 3),
					of("first", "integration_id", knownvalue.StringExact("order-1")), of("first", "profile_integration_id", knownvalue.StringExact("customer-1")),
					of("first", "coupon", knownvalue.StringExact("SUMMER10")), of("first", "referral", knownvalue.Null()),
					of("first", "total", knownvalue.Int64Exact(35)), of("first", "state", knownvalue.StringExact("closed")),
					of("referral", "profile_integration_id", knownvalue.Null()),
				},
			},
			{Config: d.Config(list("x", `state = "paid"`)), ExpectError: regexp.MustCompile(`(?s)state`)},
			{Config: d.Config("data \"talonone_customer_sessions\" \"x\" { application_id = 99 }"), ExpectError: regexp.MustCompile(`(?s)Unable to list the customer sessions of Application 99.*404`)},
			{
				Config:      d.ConfigWith("integration_api_key = \"demo-integration-key\"", list("x", "")),
				ExpectError: regexp.MustCompile(`(?s)data talonone_customer_sessions requires the Management API\s+key`),
			},
		},
	})
}
