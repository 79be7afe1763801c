package talonone

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"golang.org/x/sync/singleflight"
)

// cached keeps one value that many resources of a run read: the first reader
// loads it, those who come in the meantime wait for the same load, and a write drops it.
type cached[T any] struct {
	mu         sync.Mutex
	flights    singleflight.Group
	generation int
	loaded     bool
	value      T
}

// get returns the value, loading it when there is none. A load outlives the
// context of the reader who started it, since others wait for it too; each
// reader's wait ends with its own context.
func (c *cached[T]) get(ctx context.Context, load func(context.Context) (T, error)) (T, error) {
	c.mu.Lock()
	generation := c.generation
	if c.loaded {
		defer c.mu.Unlock()
		return c.value, nil
	}
	c.mu.Unlock()

	// The key keeps readers who come after a write from joining a load that
	// began before it.
	flight := c.flights.DoChan(strconv.Itoa(generation), func() (any, error) {
		value, err := load(context.WithoutCancel(ctx))
		if err != nil {
			return value, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.generation == generation {
			c.value, c.loaded = value, true
		}
		return value, nil
	})
	var none T
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case result := <-flight:
		if result.Err != nil {
			return none, result.Err
		}
		value, _ := result.Val.(T)
		return value, nil
	}
}

// has says whether the value is there without loading it.
func (c *cached[T]) has() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.loaded
}

// drop forgets the value, also one whose load is under way.
func (c *cached[T]) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	var none T
	c.generation++
	c.loaded, c.value = false, none
}

// change edits the value where it is there. A load that is under way is dropped, since it may lack what was written.
func (c *cached[T]) change(edit func(T) T) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.generation++
	if c.loaded {
		c.value = edit(c.value)
	}
}

// noteRow puts the row that a write has returned into a cached list, in the place of the one with its ID. After a failure the
// list is dropped, since no one knows what is there.
func noteRow[T listRow](list *cached[[]T], written *T, err error) {
	if err != nil || written == nil {
		list.drop()
		return
	}
	id, _ := (*written).identity()
	list.change(func(rows []T) []T {
		rows = slices.Clone(rows) // readers have the old slice
		if at := indexOf(rows, id); at >= 0 {
			rows[at] = *written
			return rows
		}
		return append(rows, *written)
	})
}

// noteDeleted takes a row out of a cached list, or drops the list after a failure.
func noteDeleted[T listRow](list *cached[[]T], id int64, err error) {
	if err != nil {
		list.drop()
		return
	}
	list.change(func(rows []T) []T {
		return slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return hasID(row, id) })
	})
}

func indexOf[T listRow](rows []T, id int64) int {
	return slices.IndexFunc(rows, func(row T) bool { return hasID(row, id) })
}

func hasID[T listRow](row T, id int64) bool {
	own, _ := row.identity()
	return own == id
}

// cachedBy is a cached value for each key. The zero value is ready to use.
type cachedBy[K comparable, T any] struct {
	mu   sync.Mutex
	made map[K]*cached[T]
}

// of is the value of one key.
func (c *cachedBy[K, T]) of(key K) *cached[T] {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made = make(map[K]*cached[T])
	}
	value, ok := c.made[key]
	if !ok {
		value = &cached[T]{}
		c.made[key] = value
	}
	return value
}

// dropAll forgets the values of all keys.
func (c *cachedBy[K, T]) dropAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, value := range c.made {
		value.drop()
	}
}
