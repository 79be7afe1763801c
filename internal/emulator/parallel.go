package emulator

import (
	"context"
	"slices"
	"strings"
	"sync"
)

// maxQueued is how many requests per profile or session the Integration API holds at a time: one runs, two wait.
const maxQueued = 3

// queueKey names a profile or session whose updates run one after the other.
type queueKey struct {
	kind  string // "profile" or "session"
	scope string // environment or Application, since the same ID may exist in several
	id    string
}

// profileQueue is the queue of a profile in the key's environment.
func (r *request) profileQueue(integrationID string) queueKey {
	scope := "live"
	if r.cred.sandbox() {
		scope = "sandbox"
	}
	return queueKey{kind: "profile", scope: scope, id: r.server.normal(kindOfProfileID, integrationID)}
}

// sessionQueue is the queue of a session. Sessions belong to the environment as profiles do.
func (r *request) sessionQueue(integrationID string) queueKey {
	key := r.profileQueue(integrationID)
	key.kind = "session"
	return key
}

// queueFull is the 409 of a fourth request.
func (k queueKey) queueFull() error {
	if k.kind == "session" {
		return conflict(msgSessionQueue)
	}
	return conflict(msgProfileQueue)
}

// queues is where requests wait for others that update the same profile or session.
type queues struct {
	mu   sync.Mutex
	held map[queueKey]*queue
}

type queue struct {
	members int
	turn    chan struct{} // holds one token: its holder runs
}

// enter waits for the request's turn in every queue and returns what ends it. It is a 409 when a queue is full,
// and the context's error when the client goes away first.
func (q *queues) enter(ctx context.Context, keys []queueKey) (leave func(), err error) {
	keys = slices.Clone(keys)
	// One order for everyone, or two requests could wait for each other.
	slices.SortFunc(keys, func(a, b queueKey) int {
		return strings.Compare(a.kind+"\x00"+a.scope+"\x00"+a.id, b.kind+"\x00"+b.scope+"\x00"+b.id)
	})
	keys = slices.Compact(keys)
	joined, err := q.join(keys)
	if err != nil {
		return nil, err
	}
	running := 0
	leave = func() {
		for _, one := range joined[:running] {
			one.turn <- struct{}{}
		}
		q.part(keys)
	}
	for _, one := range joined {
		select {
		case <-one.turn:
			running++
		case <-ctx.Done():
			leave()
			return nil, ctx.Err()
		}
	}
	return leave, nil
}

func (q *queues) join(keys []queueKey) ([]*queue, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, key := range keys {
		if one, ok := q.held[key]; ok && one.members >= maxQueued {
			return nil, key.queueFull()
		}
	}
	if q.held == nil {
		q.held = make(map[queueKey]*queue)
	}
	joined := make([]*queue, len(keys))
	for i, key := range keys {
		one, ok := q.held[key]
		if !ok {
			one = &queue{turn: make(chan struct{}, 1)}
			one.turn <- struct{}{}
			q.held[key] = one
		}
		one.members++
		joined[i] = one
	}
	return joined, nil
}

func (q *queues) part(keys []queueKey) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, key := range keys {
		one := q.held[key]
		if one.members--; one.members == 0 {
			delete(q.held, key)
		}
	}
}
