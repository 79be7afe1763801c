package acctest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// Trap stands before a deployment, and cuts an apply off at one of its writes.
type Trap struct {
	deployment http.Handler
	armed      atomic.Pointer[cut]
	sprung     atomic.Bool
}

type cut struct {
	at     int64
	after  bool
	cancel context.CancelFunc
	writes atomic.Int64
}

// Trap leads everyone who takes the deployment's URL from now on through a trap.
func (d *Deployment) Trap(t testing.TB) *Trap {
	t.Helper()
	trap := &Trap{deployment: d.handler}
	listener := httptest.NewServer(trap)
	t.Cleanup(listener.Close)
	d.URL = listener.URL
	return trap
}

// Arm lets the trap cut off the given write, counted from one, or its response if the deployment is to carry the write out.
// Nothing gets through then until Disarm, and the context ends.
func (h *Trap) Arm(ctx context.Context, at int64, carriedOut bool) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	h.sprung.Store(false)
	h.armed.Store(&cut{at: at, after: carriedOut, cancel: cancel})
	return ctx
}

// Disarm lets everything through again.
func (h *Trap) Disarm() {
	if armed := h.armed.Swap(nil); armed != nil {
		armed.cancel()
	}
}

// Sprung says whether there was such a write.
func (h *Trap) Sprung() bool { return h.sprung.Load() }

func (h *Trap) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if armed := h.armed.Load(); armed != nil {
		if IsWrite(r.Method, r.URL.RequestURI()) && armed.writes.Add(1) == armed.at {
			if armed.after {
				h.deployment.ServeHTTP(httptest.NewRecorder(), r)
			}
			h.sprung.Store(true)
			armed.cancel()
		}
		if h.sprung.Load() {
			panic(http.ErrAbortHandler)
		}
	}
	h.deployment.ServeHTTP(w, r)
}

// IsWrite says whether a request can change something.
func IsWrite(method, uri string) bool {
	return method != http.MethodGet && !strings.Contains(uri, "_search") && !strings.Contains(uri, "dry=true")
}
