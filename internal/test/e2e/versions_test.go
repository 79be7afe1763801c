package e2e

import (
	"fmt"
	"sync"

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

// ofCLI is what the CLI calls itself and its version, of which a prerelease counts as its release.
var ofCLI struct {
	sync.Once

	product string
	version *version.Version
}

// lacks says why the CLI can't do something; nothing if it can.
func (c *cli) lacks(f feature) string {
	c.t.Helper()
	ofCLI.Do(func() {
		var number string
		if _, err := fmt.Sscanf(c.Output("version"), "%s v%s", &ofCLI.product, &number); err != nil {
			c.t.Fatal(err)
		}
		ofCLI.version = version.Must(version.NewVersion(number)).Core()
	})
	first := f.terraform
	if ofCLI.product == "OpenTofu" {
		first = f.tofu
	}
	switch {
	case first == "":
		return fmt.Sprintf("%s has no %s: run this with make test CLI=/path/to/terraform, version %s or later", ofCLI.product, f.name, f.terraform)
	case ofCLI.version.LessThan(version.Must(version.NewVersion(first))):
		return fmt.Sprintf("%s %s has no %s: run this with make test CLI=/path/to/one, version %s or later", ofCLI.product, ofCLI.version, f.name, first)
	}
	return ""
}

// needs skips the test where the CLI lacks the feature.
func (c *cli) needs(f feature) {
	c.t.Helper()
	if why := c.lacks(f); why != "" {
		c.t.Skip(why)
	}
}
