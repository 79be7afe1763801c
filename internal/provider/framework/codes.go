package framework

import (
	"strings"
	"sync"
)

// Codes are codes that resources of this run create, compared without case. The zero value is ready to use.
type Codes struct{ codes sync.Map }

// Add notes a code.
func (c *Codes) Add(code string) { c.codes.Store(strings.ToUpper(code), true) }

// Has says whether a code was noted.
func (c *Codes) Has(code string) bool {
	_, has := c.codes.Load(strings.ToUpper(code))
	return has
}
