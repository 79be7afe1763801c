package e2e

import (
	"fmt"

	"github.com/hashicorp/go-version"
)

// feature is something that not every supported CLI has. The versions are the first
// that have it; none means that no version does.
type feature struct{ name, terraform, tofu string }

var (
	identityImports = feature{"import by identity", "1.12", "1.12"}
	// Older ones crash over resources with computed attributes within an attribute.
	generation = feature{"generated configuration", "1.8", "1.10"}
	// Terraform before 1.9.3 reports nested computed attributes as missing.
	nestedGeneration = feature{"generated configuration of nested computed attributes", "1.9.3", "1.10"}
	queries          = feature{"terraform query", "1.14", ""}
	// Events before and after a destroy.
	destroyActions = feature{"actions on destroy", "1.16", ""}
	actions        = feature{"actions", "1.14", ""}
)

// needs skips the test where the CLI lacks the feature.
func (c *cli) needs(f feature) {
	c.t.Helper()
	var product, number string
	if _, err := fmt.Sscanf(c.stdout("version"), "%s v%s", &product, &number); err != nil {
		c.t.Fatal(err)
	}
	first := f.terraform
	if product == "OpenTofu" {
		first = f.tofu
	}
	if first == "" {
		c.t.Skipf("%s has no %s: run this with make test CLI=/path/to/terraform, version %s or later", product, f.name, f.terraform)
	}
	// A prerelease counts as its release.
	if has := version.Must(version.NewVersion(number)).Core(); has.LessThan(version.Must(version.NewVersion(first))) {
		c.t.Skipf("%s %s has no %s: run this with make test CLI=/path/to/one, version %s or later", product, has, f.name, first)
	}
}
