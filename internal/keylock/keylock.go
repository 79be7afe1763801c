// Package keylock lets one holder at a time have each of any number of keys. The client and the resources use it for
// objects of the deployment that only one request at a time may change.
package keylock

import (
	"context"
	"slices"
	"sync"
)

// Locks lets one holder at a time have each key. The zero value is ready to use. Keys that nobody holds or waits for
// take no memory.
type Locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	// token is in the channel while the key is held.
	token chan struct{}
	users int
}

// Lock waits for all keys and returns what gives them back. It fails with the context's error only, and then holds none.
func (l *Locks) Lock(ctx context.Context, keys ...string) (unlock func(), err error) {
	// One order for everybody, or two callers could wait for each other.
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	taken := 0
	unlock = func() {
		for _, key := range keys[:taken] {
			l.leave(key, true)
		}
	}
	for _, key := range keys {
		select {
		case l.join(key) <- struct{}{}:
			taken++
		case <-ctx.Done():
			l.leave(key, false)
			unlock()
			return nil, ctx.Err()
		}
	}
	return unlock, nil
}

// Len is how many keys are held or waited for.
func (l *Locks) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.held)
}

func (l *Locks) join(key string) chan<- struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.held[key]
	if one == nil {
		if l.held == nil {
			l.held = make(map[string]*lock)
		}
		one = &lock{token: make(chan struct{}, 1)}
		l.held[key] = one
	}
	one.users++
	return one.token
}

func (l *Locks) leave(key string, hasToken bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.held[key]
	if hasToken {
		<-one.token
	}
	if one.users--; one.users == 0 {
		delete(l.held, key)
	}
}
