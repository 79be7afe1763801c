package bulk

import (
	"slices"
)

// Plan is what an apply does to the rows of a resource: the keys of each kind, sorted.
type Plan struct {
	// Added are new to the resource, whether or not they are on the deployment already.
	Added []string
	// Updated get other content.
	Updated []string
	// Removed leave the deployment.
	Removed []string
	// Released stay on the deployment, and the resource no longer manages them.
	Released []string
}

// Compare plans the change from the prior rows of a resource to the desired ones, by key. Rows that equal calls the same
// are in none of the lists. It takes linear time, and memory only for the keys that change.
func Compare[V any](prior, desired map[string]V, equal func(prior, desired V) bool) Plan {
	var p Plan
	for key, want := range desired {
		have, exists := prior[key]
		switch {
		case !exists:
			p.Added = append(p.Added, key)
		case !equal(have, want):
			p.Updated = append(p.Updated, key)
		}
	}
	for key := range prior {
		if _, wanted := desired[key]; !wanted {
			p.Removed = append(p.Removed, key)
		}
	}
	slices.Sort(p.Added)
	slices.Sort(p.Updated)
	slices.Sort(p.Removed)
	return p
}

// Empty says whether no row changes hands or content.
func (p Plan) Empty() bool {
	return len(p.Added)+len(p.Updated)+len(p.Removed)+len(p.Released) == 0
}

// Releasing is the plan with every removal turned into a release.
func (p Plan) Releasing() Plan {
	p.Released = slices.Sorted(slices.Values(slices.Concat(p.Released, p.Removed)))
	p.Removed = nil
	return p
}

// Requests is how many requests of at most size rows carry n rows.
func Requests(n, size int) int {
	return (n + size - 1) / size
}
