package e2e

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
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
	c.Write("main.tf", string(config))
	c.Env = append(c.Env, "TF_VAR_resources=100")

	c.must(0, "apply", "-auto-approve", "-parallelism=50")
	c.must(0, "plan", "-detailed-exitcode", "-parallelism=50")
	c.must(0, "destroy", "-auto-approve", "-parallelism=50")

	if state := strings.TrimSpace(c.must(0, "state", "list")); state != "" {
		t.Errorf("left in the state:\n%s", state)
	}
	if audiences := d.Audiences(t); len(audiences) != 0 {
		t.Errorf("left behind: %v", audiences)
	}
	refused, requests := 0, d.Server.Requests()
	for _, request := range requests {
		if request.Status == http.StatusTooManyRequests {
			refused++
		}
	}
	// On a busy machine what was sent in time can arrive too close together. A storm is something else.
	if refused*10 > len(requests) {
		t.Errorf("%d of %d requests were refused with 429", refused, len(requests))
	}
}
