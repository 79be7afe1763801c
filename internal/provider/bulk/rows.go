package bulk

import (
	"maps"
	"slices"
)

// Rows without content, such as members and reservations, are a set of keys.

// SetOf is the set of the keys.
func SetOf(keys []string) map[string]struct{} {
	set := make(map[string]struct{}, len(keys))
	for _, key := range keys {
		set[key] = struct{}{}
	}
	return set
}

// SameKey is the comparison for rows without content.
func SameKey(struct{}, struct{}) bool { return true }

// In lists the keys that the rows have, in their order.
func In[V any](keys []string, rows map[string]V) []string {
	return filter(keys, func(key string) bool { _, has := rows[key]; return has })
}

// NotIn lists the keys that the rows lack, in their order.
func NotIn[V any](keys []string, rows map[string]V) []string {
	return filter(keys, func(key string) bool { _, has := rows[key]; return !has })
}

// With are the keys, and behind them those of more that they lack.
func With(keys, more []string) []string { return slices.Concat(keys, NotIn(more, SetOf(keys))) }

func filter(keys []string, keep func(string) bool) []string {
	var kept []string
	for _, key := range keys {
		if keep(key) {
			kept = append(kept, key)
		}
	}
	return kept
}

// Applied keeps account of the rows that a resource manages while its plan is carried out, so that a failure in the
// middle leaves in the state what has been applied.
type Applied[V any] struct {
	prior map[string]V
	// put are the rows that differ from prior, gone those of prior that are no longer managed.
	put      map[string]V
	gone     map[string]struct{}
	released []string
	same     func(a, b V) bool
}

// StartApply begins with the prior rows of a resource, less those that the plan releases. A create begins with none. prior
// must not be changed afterwards.
func StartApply[V any](prior map[string]V, released []string, same func(a, b V) bool) *Applied[V] {
	return &Applied[V]{prior: prior, put: make(map[string]V), gone: SetOf(released), released: released, same: same}
}

// Put notes a row that is on the deployment. A row whose outcome is unknown counts as managed, and is put, too.
func (a *Applied[V]) Put(key string, row V) {
	a.put[key] = row
	delete(a.gone, key)
}

// Remove notes rows that are gone.
func (a *Applied[V]) Remove(keys ...string) {
	for _, key := range keys {
		delete(a.put, key)
		a.gone[key] = struct{}{}
	}
}

// Has says whether the resource manages a row by now.
func (a *Applied[V]) Has(key string) bool {
	_, put := a.put[key]
	_, gone := a.gone[key]
	_, had := a.prior[key]
	return put || had && !gone
}

// Rows are those that the resource manages by now.
func (a *Applied[V]) Rows() map[string]V {
	rows := make(map[string]V, len(a.prior)+len(a.put))
	for key, row := range a.prior {
		if _, gone := a.gone[key]; !gone {
			rows[key] = row
		}
	}
	maps.Copy(rows, a.put)
	return rows
}

// Keys are the keys of Rows, those of order first and in that order, the rest sorted behind them.
func (a *Applied[V]) Keys(order []string) []string {
	rows := a.Rows()
	first := In(order, rows)
	listed := SetOf(first)
	var rest []string
	for key := range rows {
		if _, has := listed[key]; !has {
			rest = append(rest, key)
		}
	}
	slices.Sort(rest)
	return append(first, rest...)
}

// Plan is what has been applied so far; what is released needs no request.
func (a *Applied[V]) Plan() Plan {
	prior := a.prior
	if len(a.released) > 0 {
		prior = maps.Clone(prior)
		for _, key := range a.released {
			delete(prior, key)
		}
	}
	p := Compare(prior, a.Rows(), a.same)
	p.Released = a.released
	return p
}
