package provider_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// Every JSON object of every resource refuses what is read in two ways, and numbers that can't be read back, before anything is sent.
func TestJSONIsReadInOneWayOrRefused(t *testing.T) {
	t.Parallel()
	p := acctest.StartProvider(t)
	checked := 0
	for kind, config := range configurations {
		for attribute, value := range config {
			text, ok := value.(string)
			if !ok || !strings.HasPrefix(text, "{") {
				continue
			}
			checked++
			for _, hostile := range []string{`{"a":1,"a":2}`, `{"a":{"b":{"c":1,"c":2}}}`, `{"a":{"price":1e999}}`, `{"a":[1e-999]}`, `{"a":1`, `{"a":1} {}`, `[]`} {
				t.Run(kind+"/"+attribute+"/"+hostile, func(t *testing.T) {
					t.Parallel()
					written := maps.Clone(config)
					written[attribute] = hostile
					_, diags := p.Plan(t, kind, acctest.Instance{}, written)
					if problem := acctest.Problem(diags); problem == "" || strings.Contains(problem, "1e999") && !strings.Contains(problem, "range") {
						t.Errorf("%s takes it: %q", kind, problem)
					}
				})
			}
		}
	}
	if checked < 6 {
		t.Errorf("only %d attributes were checked", checked)
	}
}
