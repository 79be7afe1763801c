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
	prior, rows map[string]V
	released    []string
	same        func(a, b V) bool
}

// StartApply begins with the prior rows of a resource, less those that the plan releases. A create begins with none.
func StartApply[V any](prior map[string]V, released []string, same func(a, b V) bool) *Applied[V] {
	a := &Applied[V]{prior: maps.Clone(prior), rows: make(map[string]V, len(prior)), released: released, same: same}
	maps.Copy(a.rows, prior)
	for _, key := range released {
		delete(a.prior, key)
		delete(a.rows, key)
	}
	return a
}

// Put notes a row that is on the deployment. A row whose outcome is unknown counts as managed, and is put, too.
func (a *Applied[V]) Put(key string, row V) { a.rows[key] = row }

// Remove notes rows that are gone.
func (a *Applied[V]) Remove(keys ...string) {
	for _, key := range keys {
		delete(a.rows, key)
	}
}

// Has says whether the resource manages a row by now.
func (a *Applied[V]) Has(key string) bool { _, has := a.rows[key]; return has }

// Rows are those that the resource manages by now. They must not be changed.
func (a *Applied[V]) Rows() map[string]V { return a.rows }

// Keys are the keys of Rows, those of order first and in that order, the rest sorted behind them.
func (a *Applied[V]) Keys(order []string) []string {
	first := In(order, a.rows)
	listed := SetOf(first)
	var rest []string
	for key := range a.rows {
		if _, has := listed[key]; !has {
			rest = append(rest, key)
		}
	}
	slices.Sort(rest)
	return append(first, rest...)
}

// Plan is what has been applied so far; what is released needs no request.
func (a *Applied[V]) Plan() Plan {
	p := Compare(a.prior, a.rows, a.same)
	p.Released = a.released
	return p
}
