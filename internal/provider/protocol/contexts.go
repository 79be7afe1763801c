package protocol

import (
	"context"
	"sync/atomic"
	"time"
)

// The framework's server (proto6server, registerContext) appends the cancel function of every call's context to a list
// that it empties only when Terraform stops the provider, so that an interrupt reaches all of them. To a context belong
// the stream of the call, its buffers and its loggers: thousands of resources would hold hundreds of megabytes. So a
// call gets a context that no longer holds anything once the call has ended.

// during is a context for the time of a call. What remembers it afterwards remembers nothing of the call.
func during(ctx context.Context) (own context.Context, end func()) {
	values := &values{}
	values.of.Store(&ctx)
	own, cancel := context.WithCancel(values)
	stop := context.AfterFunc(ctx, cancel)
	return own, func() {
		stop()
		cancel()
		values.of.Store(nil)
	}
}

// values is a context that has the values of another one as long as that is there.
type values struct {
	of atomic.Pointer[context.Context]
}

// Deadline reports none: during decides when to cancel.
func (*values) Deadline() (deadline time.Time, ok bool) { return time.Time{}, false }

// Done is never.
func (*values) Done() <-chan struct{} { return nil }

// Err is nil.
func (*values) Err() error { return nil }

// Value is that of the other context.
func (v *values) Value(key any) any {
	if ctx := v.of.Load(); ctx != nil {
		return (*ctx).Value(key)
	}
	return nil
}
