package e2e

import (
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// TestExportedDeploymentIsAdopted exports a deployment that people have filled, and adopts it with a CLI that knows no queries:
// the plan imports everything and changes nothing there.
func TestExportedDeploymentIsAdopted(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, func(o *emulator.Options) {
		o.Fixture = existingDeployment()
		for i := range 200 {
			o.Fixture.Coupons = append(o.Fixture.Coupons, emulator.FixtureCoupon{CampaignID: 13, Value: fmt.Sprintf(`${A} "%d"`, i), UsageLimit: int64(i)})
		}
	})
	d.Call(t, http.MethodPost, "/v1/applications/1/stores", map[string]any{"name": "Harbour", "description": "", "integrationId": "harbour/street"}, nil)
	d.Call(t, http.MethodPost, "/v1/additional_costs", map[string]any{"name": "shipping", "title": "Shipping", "description": ""}, nil)
	collect := func(path, name string, items ...string) {
		t.Helper()
		var made struct {
			ID int64 `json:"id"`
		}
		d.Call(t, http.MethodPost, path, map[string]any{"name": name}, &made)
		if len(items) > 0 {
			d.Upload(t, fmt.Sprintf("%s/%d/import", path, made.ID), "item", items...)
		}
	}
	collect("/v1/collections", "Luxury SKUs", `A,"quoted"`, "${B}", "=C", "Ü")
	collect("/v1/collections", "for")
	collect("/v1/applications/1/campaigns/12/collections", "luxury-skus", "A")
	for _, name := range []string{"for", "true", `say "hi" ${var.secret} %{ if true }`, "two\nlines", "日本語", "Bought \"0%\" – ${twice}", "bought 0 twice"} {
		d.Call(t, http.MethodPost, "/v2/audiences", map[string]any{"name": name, "description": `{ "looks": "like JSON" }`}, nil)
	}
	d.Forget()
	c := newCLI(t, d.URL, "")
	folder := filepath.Join(c.Dir, "adopted")
	export := exec.CommandContext(t.Context(), filepath.Join(binaries.Dir, "talonone-export"),
		"-out", folder, "-catalogs", "6", "-coupons", "12", "-coupon-sets", "13", "-customers", "customer-1", "-reservations", "SUMMER10,SUMMER25%OFF", "-referrals", "11", "-profiles", "customer-1,customer-2")
	export.Env = append(c.Env, "TALONONE_BASE_URL="+d.URL, "TALONONE_INTEGRATION_API_KEY="+acctest.IntegrationKey, "TALONONE_MANAGEMENT_API_KEY="+acctest.ManagementKey,
		"TALONONE_MANAGEMENT_REQUESTS_PER_SECOND=10000")
	output, err := export.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "Exported 100 objects") {
		t.Fatalf("%v\n%s", err, output)
	}
	again, err := exec.CommandContext(t.Context(), export.Path, "-out", folder).CombinedOutput()
	if err == nil {
		t.Errorf("a folder with files was written to:\n%s", again)
	}

	for _, file := range []string{"main.tf", "resources.tf", "imports.tf", "catalog_items.catalog_6.items.json", "coupons.trial_run.coupons.json"} {
		c.Write(file, c.Read(filepath.Join("adopted", file)))
	}
	c.Write("speed_override.tf", "provider \"talonone\" {\n  management_requests_per_second = 10000\n}\n")
	if plan := c.must(0, "plan", "-no-color", "-out=adopt.tfplan"); !strings.Contains(plan, "100 to import, 0 to add") || !strings.Contains(plan, "0 to destroy") {
		t.Errorf("the plan does more than import:\n%s", clip(plan))
	}
	c.must(0, "apply", "-no-color", "adopt.tfplan")
	if output, code := c.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		t.Errorf("the plan after the import is not empty (%d):\n%s", code, clip(output))
	}
	expectNoWrites(t, d)
	if size := len(c.Read("resources.tf")); size > 100_000 {
		t.Errorf("the items of the catalog are not in a file of their own: resources.tf has %d bytes", size)
	}
}
