package emulator

import (
	"encoding/json"
	"io"
	"slices"
	"sync"
	"time"
)

// maxRequests is how many requests are kept in memory; beyond it the oldest half is dropped.
const maxRequests = 200_000

// Request is one received request. It holds no key, and a body only with Options.KeepBodies.
type Request struct {
	Time   time.Time `json:"time"`
	Method string    `json:"method"`
	// Path is escaped, as it came over the wire.
	Path string `json:"path"`
	// Query is the raw query string.
	Query string `json:"query,omitempty"`
	// Operation is the API's name, such as createAudienceV2; "" where no route matches.
	Operation string `json:"operation,omitempty"`
	// Status is 0 when the connection ended without a response.
	Status int `json:"status"`
	// Fault says which injected fault hit the request, such as "503" or "reset after-apply"; "" for none.
	Fault string `json:"fault,omitempty"`
	// Replayed tells that the response is an earlier one, given again for the same Idempotency-Key.
	Replayed bool `json:"replayed,omitempty"`
	// Credential is one of the Credential constants.
	Credential string `json:"credential"`
	// BodyBytes is how much of the request's body was read.
	BodyBytes int64 `json:"bodyBytes"`
	// Duration is from the request's first line to the moment before its response is sent.
	Duration time.Duration `json:"durationNs"`
	// Body is the request's body when Options.KeepBodies is set; streamed bodies (imports) are omitted.
	Body []byte `json:"-"`
}

// requestLog keeps what was received and writes it down as JSON Lines.
type requestLog struct {
	mu      sync.Mutex
	entries []Request
	writer  io.Writer     // nil: none
	waiting chan struct{} // closed at the next change; nil while no one waits
}

func (l *requestLog) record(entry Request) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.entries) >= maxRequests {
		l.entries = slices.Clone(l.entries[len(l.entries)/2:])
	}
	l.entries = append(l.entries, entry)
	l.wake()
	if l.writer != nil {
		line, err := json.Marshal(entry)
		if err == nil {
			_, _ = l.writer.Write(append(line, '\n')) // the log is a convenience: a full disk must not end the service
		}
	}
}

func (l *requestLog) snapshot() []Request {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.entries)
}

func (l *requestLog) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = nil
	l.wake()
}

// last returns the latest n entries, oldest first, and how many there are in all.
func (l *requestLog) last(n int) (entries []Request, total int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	total = len(l.entries)
	return slices.Clone(l.entries[max(0, total-n):]), total
}

// changed returns a channel that is closed when the log changes next.
func (l *requestLog) changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting = make(chan struct{})
	}
	return l.waiting
}

// wake tells those who wait; the log must be locked.
func (l *requestLog) wake() {
	if l.waiting != nil {
		close(l.waiting)
		l.waiting = nil
	}
}

// Requests returns everything received since the start or the last ResetRequests, in the order of completion,
// without calls to the emulator's own /_emulator paths and its page. A request is listed before its response is sent.
func (s *Server) Requests() []Request { return s.log.snapshot() }

// ResetRequests forgets the requests received so far.
func (s *Server) ResetRequests() { s.log.reset() }
