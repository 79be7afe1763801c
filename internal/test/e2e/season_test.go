package e2e

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// seasonExample is the folder of the example; TestSeasonInTwoEnvironments applies it instead of TestEveryExampleIsApplied.
const seasonExample = "season"

// TestSeasonInTwoEnvironments takes a copy of examples/season, which needs no init, through two environments of one account: what
// they share stays when one of them ends.
func TestSeasonInTwoEnvironments(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	folder := filepath.Join("..", "..", "..", "examples", seasonExample)
	dev, live := newExampleCLI(t, d.URL, folder), newExampleCLI(t, d.URL, folder)
	settled := func(c *cli, args ...string) {
		t.Helper()
		output, code := c.Run(append([]string{"plan", "-detailed-exitcode", "-no-color"}, args...)...)
		if code != 0 || strings.Contains(output, "Warning: Check") {
			t.Errorf("there is something left to do, or carts are wrong (%d):\n%s", code, output)
		}
	}

	dev.must(0, "apply", "-auto-approve", "-no-color")
	settled(dev)
	dev.expectRefreshed(nil)
	output := live.must(0, "apply", "-auto-approve", "-no-color", "-var", "environment=live")
	settled(live, "-var", "environment=live")
	for _, text := range []string{`Warning: Attribute \S+ exists already`, `Warning: Additional cost \S+ exists already`} {
		if !regexp.MustCompile(text).MatchString(output) {
			t.Errorf("the plan of live doesn't say what it shares: no %q in\n%s", text, output)
		}
	}

	// An item, a code and a guest more, an item and a partner less, and a test that is wrong.
	dev.Write("items.csv", strings.Replace(dev.Read("items.csv"), "SUN-HAT-M,Sun hat,25,summer", "PARASOL,Parasol,59,summer", 1))
	dev.Write("coupons.csv", dev.Read("coupons.csv")+"LAST-DAY,mail\n")
	dev.Write("partners-dev.csv", strings.NewReplacer("TEST-ANNA,5", "TEST-ANNA,50", "TEST-BEN", "TEST-EMIL").Replace(dev.Read("partners-dev.csv")))
	dev.Write("guests.csv", strings.Replace(dev.Read("guests.csv"), "customer-3,no", "customer-3,yes", 1))
	dev.Write("carts.csv", dev.Read("carts.csv")+"parasol,,1 PARASOL,49\n")
	output = dev.must(0, "apply", "-auto-approve", "-no-color")
	if !strings.Contains(output, "parasol: pays 59, not 49") {
		t.Errorf("no check reports the wrong cart:\n%s", output)
	}
	var codes map[string]string
	if err := json.Unmarshal([]byte(dev.Output("output", "-json", "referral_codes")), &codes); err != nil || len(codes) != 3 {
		t.Errorf("the guests have the codes %v (%v)", codes, err)
	}
	dev.Write("carts.csv", strings.Replace(dev.Read("carts.csv"), "1 PARASOL,49", "1 PARASOL,59", 1))
	dev.must(0, "apply", "-auto-approve", "-no-color")
	settled(dev)

	dev.must(0, "destroy", "-auto-approve", "-no-color")
	settled(live, "-var", "environment=live")
	live.must(0, "destroy", "-auto-approve", "-no-color", "-var", "environment=live")
	if got := itemCount(t, d); got != 0 {
		t.Errorf("%d items are left in the catalog of dev", got)
	}
}

// No ID but that of a catalog stands in the example.
func TestSeasonHasNoIDsButThoseOfCatalogs(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "..", "examples", seasonExample, "*.tf"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	typed := regexp.MustCompile(`(\w*_ids?)\s*=\s*\[?\s*\d`)
	for _, file := range files {
		for _, match := range typed.FindAllStringSubmatch(readExample(t, seasonExample+"/"+filepath.Base(file)), -1) {
			if match[1] != "catalog_id" {
				t.Errorf("%s has the ID %s", filepath.Base(file), match[0])
			}
		}
	}
}
