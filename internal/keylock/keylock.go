// Package keylock lets one holder at a time have each of any number of keys. The client and the resources use it for
// objects of the deployment that only one request at a time may change.
package keylock

import (
	"context"
	"math"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"
)

// Locks lets one holder at a time have each key, or several who share it. The zero value is ready to use. Keys that no one
// holds or waits for take no memory.
type Locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	weight *semaphore.Weighted
	users  int
}

// whole is the weight of a holder who is alone.
const whole = math.MaxInt64

// Lock waits for all keys and returns what gives them back. It fails with the context's error only, and then holds none.
func (l *Locks) Lock(ctx context.Context, keys ...string) (unlock func(), err error) {
	return l.lock(ctx, whole, keys)
}

// Share is Lock for a holder who lets others share the keys. Who waits for a key in Lock gets it before those who ask for a
// share later.
func (l *Locks) Share(ctx context.Context, keys ...string) (unlock func(), err error) {
	return l.lock(ctx, 1, keys)
}

func (l *Locks) lock(ctx context.Context, weight int64, keys []string) (unlock func(), err error) {
	// One order for everyone, or two callers could wait for each other.
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	taken := 0
	unlock = func() {
		for _, key := range keys[:taken] {
			l.leave(key, weight)
		}
	}
	for _, key := range keys {
		if err := l.join(key).Acquire(ctx, weight); err != nil {
			l.leave(key, 0)
			unlock()
			return nil, err
		}
		taken++
	}
	return unlock, nil
}

// Len is how many keys are held or waited for.
func (l *Locks) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.held)
}

func (l *Locks) join(key string) *semaphore.Weighted {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.held[key]
	if one == nil {
		if l.held == nil {
			l.held = make(map[string]*lock)
		}
		one = &lock{weight: semaphore.NewWeighted(whole)}
		l.held[key] = one
	}
	one.users++
	return one.weight
}

func (l *Locks) leave(key string, weight int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.held[key]
	one.weight.Release(weight)
	if one.users--; one.users == 0 {
		delete(l.held, key)
	}
}
