package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/acctest"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// TestManyResourcesOfAllKindsKeepToTheLimit is `make load` with few resources.
func TestManyResourcesOfAllKindsKeepToTheLimit(t *testing.T) {
	t.Parallel()
	config, err := os.ReadFile(filepath.Join("testdata", "load", "main.tf"))
	if err != nil {
		t.Fatal(err)
	}
	d := acctest.Start(t, func(o *emulator.Options) { o.ManagementRPS = 3 })
	c := newCLI(t, d.URL, "")
	c.write("main.tf", string(config))
	c.env = append(c.env, "TF_VAR_resources=100")
	before, err := d.Server.State()
	if err != nil {
		t.Fatal(err)
	}

	c.must(0, "apply", "-auto-approve", "-parallelism=50")
	c.must(0, "plan", "-detailed-exitcode", "-parallelism=50")
	c.must(0, "destroy", "-auto-approve", "-parallelism=50")

	if state := strings.TrimSpace(c.must(0, "state", "list")); state != "" {
		t.Errorf("left in the state:\n%s", state)
	}
	if audiences := d.Audiences(t); len(audiences) != 0 {
		t.Errorf("left behind: %v", audiences)
	}
	_ = before
	requests, refused := 0, 0
	for _, request := range d.Server.Requests() {
		requests++
		if request.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused*100 > requests {
		t.Errorf("%d of %d requests were refused with 429, want at most 1 in 100", refused, requests)
	}
}
