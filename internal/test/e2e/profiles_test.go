package e2e

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"sync/atomic"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// An import leaves alone what the configuration doesn't name. That this was an import is kept beside the state, and lost
// when the provider is killed; the next apply must not clear the attributes of a live customer.
func TestImportedProfilesKeepTheirAttributesWhenTheProviderIsKilled(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("finding the provider's processes needs /proc")
	}
	for operation, config := range map[string]string{
		"updateCustomerProfileV2": `
			resource "talonone_customer_profile" "one" {
			  integration_id = "anna"
			  attributes     = jsonencode({ Language = "en" })
			}`,
		"updateCustomerProfilesV2": `
			resource "talonone_customer_profiles" "one" {
			  profiles = jsonencode({ anna = { Language = "en" } })
			}`,
	} {
		t.Run(operation, func(t *testing.T) {
			t.Parallel()
			var running atomic.Pointer[cli]
			var armed atomic.Bool
			d := acctest.Start(t, func(o *emulator.Options) {
				o.OnRequest = func(_ context.Context, got string) {
					if got == operation && armed.CompareAndSwap(true, false) {
						running.Load().KillProvider()
					}
				}
			})
			d.Call(t, http.MethodPut, "/v2/customer_profiles/anna", map[string]any{"attributes": map[string]any{"Language": "de", "age": 41}}, nil)
			c := newCLI(t, d.URL, config)
			running.Store(c)
			kind := map[string]string{"updateCustomerProfileV2": "talonone_customer_profile", "updateCustomerProfilesV2": "talonone_customer_profiles"}[operation]
			c.must(0, "import", kind+".one", "anna")
			armed.Store(true)
			if output, code := c.Run("apply", "-auto-approve", "-no-color"); code == 0 || armed.Load() {
				t.Fatalf("the apply was not disturbed:\n%s", output)
			}
			c.must(0, "apply", "-auto-approve", "-no-color")
			c.must(0, "plan", "-detailed-exitcode", "-no-color")
			var inventory struct {
				Profile struct{ Attributes map[string]any }
			}
			d.Call(t, http.MethodGet, "/v1/customer_profiles/anna/inventory?profile=true", nil, &inventory)
			if got, _ := json.Marshal(inventory.Profile.Attributes); string(got) != `{"Language":"en","age":41}` {
				t.Errorf("the customer has %s", got)
			}
		})
	}
}
