package fw

import (
	"context"
	"sync"
)

// Locks lets one holder at a time have each key. The zero value is ready to use.
type Locks struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

// Lock waits for the key and returns what gives it back. It ends early, with the
// context's error, when the context does.
func (l *Locks) Lock(ctx context.Context, key string) (unlock func(), err error) {
	l.mu.Lock()
	if l.held == nil {
		l.held = make(map[string]chan struct{})
	}
	turn, ok := l.held[key]
	if !ok {
		turn = make(chan struct{}, 1)
		l.held[key] = turn
	}
	l.mu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
