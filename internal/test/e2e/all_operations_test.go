package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// operationsOf2022 are those of the Integration API's reference of that year, by
// the names that it gives them.
var operationsOf2022 = []string{
	"createAudienceV2", "createCouponReservation", "createReferral", "createReferralsForMultipleAdvocates",
	"deleteAudienceMembershipsV2", "deleteAudienceV2", "deleteCouponReservation", "deleteCustomerData",
	"getCustomerInventory", "getCustomerSession", "getLoyaltyTransactions", "getReservedCustomers",
	"returnCartItems", "syncCatalog", "trackEvent", "trackEventV2", "updateAudienceCustomersAttributes",
	"updateAudienceV2", "updateCustomerProfileAudiences", "updateCustomerProfileV2", "updateCustomerProfilesV2",
	"updateCustomerSessionV2",
}

// TestEveryOperationIsUsable takes one configuration through its life, and
// compares what the deployment received with the list of operations.
func TestEveryOperationIsUsable(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) { o.LegacyEvents = true })
	c := newCLI(t, d.URL, "")
	if err := os.Remove(filepath.Join(c.Dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	c.Env = append(c.Env, "TF_VAR_retired_events=true")
	copyExample(t, filepath.Join("..", "..", "..", "examples", "all-operations"), c)
	c.must(0, "apply", "-auto-approve", "-no-color")
	c.must(0, "apply", "-auto-approve", "-no-color", "-var", "revision=2")
	c.must(0, "plan", "-detailed-exitcode", "-no-color", "-var", "revision=2")
	c.must(0, "destroy", "-auto-approve", "-no-color", "-var", "revision=2")

	succeeded := make(map[string]bool)
	for _, request := range d.Server.Requests() {
		if request.Status < http.StatusMultipleChoices {
			succeeded[request.Operation] = true
		}
	}
	for _, operation := range operationsOf2022 {
		if !succeeded[operation] {
			t.Errorf("%s was not used", operation)
		}
	}
}
