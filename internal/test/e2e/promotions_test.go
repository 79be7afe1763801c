package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// The showcase runs under terraform test, and fails where a promotion is not what
// it is said to be.
func TestPromotionsAreTestedWithTerraformTest(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		off  int
		code int
		want string
	}{
		"as expected":      {10, 0, "3 passed, 0 failed"},
		"another discount": {5, 1, "SUMMER10 takes 5 off, not 10."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t, func(o *emulator.Options) {
				o.Fixture = emulator.DefaultFixture()
				for i := range o.Fixture.Effects {
					if o.Fixture.Effects[i].EffectType == "setDiscount" {
						o.Fixture.Effects[i].Props = map[string]any{"name": "off", "value": test.off}
					}
				}
			})
			c := newCLI(t, d.URL, "")
			if err := os.Remove(filepath.Join(c.Dir, "main.tf")); err != nil {
				t.Fatal(err)
			}
			copyExample(t, filepath.Join("..", "..", "..", "examples", "promotion-tests"), c)
			if output := c.must(test.code, "test", "-no-color"); !strings.Contains(output, test.want) {
				t.Errorf("terraform test does not say %q:\n%s", test.want, output)
			}
			for _, request := range d.Server.Requests() {
				if request.Method != "GET" && !strings.Contains(request.Query, "dry=true") {
					t.Errorf("%s %s was no dry run", request.Method, request.Path)
				}
			}
		})
	}
}
