package e2e

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// TestAPlanBelongsToOneDeployment makes plans for staging and applies them, and destroys, with the address of production, where
// the same IDs exist.
func TestAPlanBelongsToOneDeployment(t *testing.T) {
	t.Parallel()
	staging, production := acctest.Start(t), acctest.Start(t)
	const configuration = `
		resource "talonone_audience" "vip" {
		  name = "VIP"
		}
		resource "talonone_audience_memberships" "vip" {
		  audience_id = talonone_audience.vip.id
		  members     = ["customer-1"%s]
		}`
	c := newCLI(t, staging.URL, fmt.Sprintf(configuration, ""))
	here := c.Env
	at := func(url string, more ...string) {
		c.Env = append(append(slices.Clip(here), "TALONONE_BASE_URL="+url), more...)
	}
	refused := func(what, words string, args ...string) {
		t.Helper()
		production.Forget()
		at(production.URL)
		output := c.must(1, args...)
		at(staging.URL)
		if !strings.Contains(strings.Join(strings.Fields(strings.ReplaceAll(output, "│", " ")), " "), words) {
			t.Errorf("%s: got\n%s", what, output)
		}
		expectNoWrites(t, production)
	}

	c.must(0, "plan", "-out=create.tfplan", "-no-color")
	refused("a create planned elsewhere", "inconsistent final plan", "apply", "-no-color", "create.tfplan")

	c.must(0, "apply", "-auto-approve", "-no-color")
	c.configure(fmt.Sprintf(configuration, `, "customer-2"`))
	c.must(0, "plan", "-out=update.tfplan", "-no-color")
	const elsewhere = "belongs to another deployment"
	refused("an update planned elsewhere", elsewhere, "apply", "-no-color", "update.tfplan")
	c.must(0, "plan", "-destroy", "-out=destroy.tfplan", "-no-color")
	refused("a destroy planned elsewhere", elsewhere, "apply", "-no-color", "destroy.tfplan")
	refused("a plan", elsewhere, "plan", "-no-color")
	refused("a destroy", elsewhere, "destroy", "-auto-approve", "-no-color")
	refused("a destroy without a refresh", elsewhere, "destroy", "-auto-approve", "-no-color", "-refresh=false")

	// The deployment gets another address.
	moved := httptest.NewServer(staging.Server)
	t.Cleanup(moved.Close)
	c.configure(fmt.Sprintf(configuration, ""))
	at(moved.URL, "TALONONE_MOVED_FROM="+staging.URL)
	c.must(0, "apply", "-refresh-only", "-auto-approve", "-no-color")
	at(moved.URL)
	c.must(0, "plan", "-detailed-exitcode", "-no-color")
	c.must(0, "destroy", "-auto-approve", "-no-color")
}
