package emulator

import (
	"context"
	"maps"
	"sync"
	"time"
	"unicode/utf8"
)

const (
	idempotencyHeader = "Idempotency-Key"
	maxIdempotencyKey = 255
	// idempotencyTime is how long a response is kept for retries.
	idempotencyTime = 24 * time.Hour
)

// storedResponse is the response of an idempotent operation, kept for retries.
type storedResponse struct {
	At     time.Time `json:"at"`
	Status int       `json:"status"`
	Body   []byte    `json:"body,omitempty"`
}

// idempotencyKey returns the request's key, scoped to the credential; "" when there is none.
func (r *request) idempotencyKey() (string, error) {
	values := r.http.Header.Values(idempotencyHeader)
	if len(values) == 0 {
		return "", nil
	}
	key := values[0]
	if key == "" || utf8.RuneCountInString(key) > maxIdempotencyKey {
		return "", badRequest(atParameter(idempotencyHeader, titleInvalidValue, "the header must have 1 to %d characters", maxIdempotencyKey))
	}
	return r.cred.scope() + " " + key, nil
}

// recall finds the response given to the key within the last 24 hours; the state must be locked.
func (s *Server) recall(key string) (storedResponse, bool) {
	a, ok := s.state.Responses[key]
	return a, ok && s.now().Sub(a.At) < idempotencyTime
}

// remember keeps a response and drops those that have expired; the state must be locked.
func (s *Server) remember(key string, status int, body []byte) {
	now := s.now()
	if s.state.Responses == nil {
		s.state.Responses = make(map[string]storedResponse)
	}
	s.forgetAt.Do(now, func() {
		maps.DeleteFunc(s.state.Responses, func(_ string, a storedResponse) bool { return now.Sub(a.At) >= idempotencyTime })
	})
	s.state.Responses[key] = storedResponse{At: now, Status: status, Body: body}
}

// hourly runs something at most once an hour of the deployment's clock.
type hourly struct{ last time.Time }

func (h *hourly) Do(now time.Time, do func()) {
	if now.Sub(h.last) >= time.Hour {
		h.last = now
		do()
	}
}

// keyLocks lets a retry wait for the first request with the same key.
type keyLocks struct {
	mu   sync.Mutex
	held map[string]chan struct{}
}

func (k *keyLocks) enter(ctx context.Context, key string) (leave func(), err error) {
	for {
		k.mu.Lock()
		running, busy := k.held[key]
		if !busy {
			if k.held == nil {
				k.held = make(map[string]chan struct{})
			}
			done := make(chan struct{})
			k.held[key] = done
			k.mu.Unlock()
			return func() {
				k.mu.Lock()
				delete(k.held, key)
				k.mu.Unlock()
				close(done)
			}, nil
		}
		k.mu.Unlock()
		select {
		case <-running:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
