package framework

import "sync"

// Claims remembers which objects of the deployment belong to a resource of this
// run, so that an object is never adopted by a second one. The zero value is
// ready to use.
type Claims struct {
	mu  sync.Mutex
	ids map[int64]bool
}

// Add claims id, and says whether it was free.
func (c *Claims) Add(id int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ids[id] {
		return false
	}
	if c.ids == nil {
		c.ids = make(map[int64]bool)
	}
	c.ids[id] = true
	return true
}

// Has says whether id is claimed.
func (c *Claims) Has(id int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ids[id]
}
