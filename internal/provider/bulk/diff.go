package bulk

import (
	"slices"
)

// Changes names, sorted, the keys that a set of objects must gain, replace and lose.
type Changes struct {
	Added, Updated, Removed []string
}

// Empty tells whether nothing has to be done.
func (c Changes) Empty() bool {
	return len(c.Added)+len(c.Updated)+len(c.Removed) == 0
}

// Diff compares what is with what shall be, by key. Objects that equal calls the same are in none of the lists. It
// takes linear time, and memory only for the keys that change.
func Diff[V any](current, desired map[string]V, equal func(current, desired V) bool) Changes {
	var c Changes
	for key, want := range desired {
		have, exists := current[key]
		switch {
		case !exists:
			c.Added = append(c.Added, key)
		case !equal(have, want):
			c.Updated = append(c.Updated, key)
		}
	}
	for key := range current {
		if _, wanted := desired[key]; !wanted {
			c.Removed = append(c.Removed, key)
		}
	}
	slices.Sort(c.Added)
	slices.Sort(c.Updated)
	slices.Sort(c.Removed)
	return c
}
