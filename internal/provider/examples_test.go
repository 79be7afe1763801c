package provider_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// The documentation shows an example of every construct; the end-to-end tests apply them.
func TestEveryConstructHasAnExample(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	expect := func(kind, name, file string) {
		path := filepath.Join("..", "..", "examples", kind, name, file)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s %s has no example: %v", kind, name, err)
		}
	}
	for name := range schemas.ResourceSchemas {
		expect("resources", name, "resource.tf")
	}
	for name := range schemas.DataSourceSchemas {
		expect("data-sources", name, "data-source.tf")
	}
	for name := range schemas.ActionSchemas {
		expect("actions", name, "action.tf")
	}
	for name := range schemas.ListResourceSchemas {
		expect("list-resources", name, "list-resource.tfquery.hcl")
	}
	for name := range schemas.Functions {
		expect("functions", name, "function.tf")
	}
}
