package framework

import (
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Names are names that resources of this run plan, compared exactly. The zero value is ready to use.
type Names struct{ names sync.Map }

// Add notes a name that is known.
func (n *Names) Add(name types.String) {
	if !name.IsNull() && !name.IsUnknown() {
		n.names.Store(name.ValueString(), true)
	}
}

// Has says whether a name was noted.
func (n *Names) Has(name types.String) bool {
	_, has := n.names.Load(name.ValueString())
	return has
}

// Codes are codes that resources of this run create, compared without case. The zero value is ready to use.
type Codes struct{ codes sync.Map }

// Add notes a code.
func (c *Codes) Add(code string) { c.codes.Store(strings.ToUpper(code), true) }

// Has says whether a code was noted.
func (c *Codes) Has(code string) bool {
	_, has := c.codes.Load(strings.ToUpper(code))
	return has
}
