package talonone

import (
	"context"
	"slices"
	"sync"
)

// turns lets requests about one profile or session follow each other. The
// deployment runs one of them at a time and lets two wait; a fourth is a 409.
// The zero value is ready to use.
type turns struct {
	mu   sync.Mutex
	held map[string]*turn
}

type turn struct {
	// token is held by the request whose turn it is.
	token chan struct{}
	users int
}

// take waits until it is the caller's turn for all keys and returns what ends it.
// It fails with the context's error only.
func (t *turns) take(ctx context.Context, keys []string) (end func(), err error) {
	// One order for everybody, or two callers could wait for each other.
	keys = slices.Compact(slices.Sorted(slices.Values(keys)))
	taken := 0
	end = func() {
		for _, key := range keys[:taken] {
			t.leave(key, true)
		}
	}
	for _, key := range keys {
		select {
		case t.join(key) <- struct{}{}:
			taken++
		case <-ctx.Done():
			t.leave(key, false)
			end()
			return nil, ctx.Err()
		}
	}
	return end, nil
}

func (t *turns) join(key string) chan<- struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.held[key]
	if one == nil {
		if t.held == nil {
			t.held = make(map[string]*turn)
		}
		one = &turn{token: make(chan struct{}, 1)}
		t.held[key] = one
	}
	one.users++
	return one.token
}

func (t *turns) leave(key string, hasToken bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.held[key]
	if hasToken {
		<-one.token
	}
	if one.users--; one.users == 0 {
		delete(t.held, key)
	}
}

// profileTurn and sessionTurn are the keys of a call's turns; an empty ID has none.
func profileTurn(integrationID string) []string {
	if integrationID == "" {
		return nil
	}
	return []string{"profile " + integrationID}
}

func sessionTurn(integrationID string) []string { return []string{"session " + integrationID} }
