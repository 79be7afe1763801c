// Package calls keeps a provider that serves thousands of calls small.
package calls

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// Server is all that the framework's server implements. Two of its parts have names that are to go away once all is in
// one interface.
type Server interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

// server lets go of what belongs to a call when the call has ended.
type server struct{ Server }

// Forgetting wraps the framework's server, which remembers the context of every call until the process ends, so that
// Terraform can interrupt it. To a context belong the stream of the call, its buffers and its loggers: thousands of
// resources would hold hundreds of megabytes. It wraps the calls that there are many of.
func Forgetting(of Server) Server { return &server{of} }

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

// Deadline is none: who cancels is during.
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

// call does a call of the framework with a context of its own.
func call[Request, Response any](ctx context.Context, req Request, do func(context.Context, Request) (Response, error)) (Response, error) {
	own, end := during(ctx)
	defer end()
	return do(own, req)
}

// ValidateResourceConfig is the framework's.
func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return call(ctx, req, s.Server.ValidateResourceConfig)
}

// UpgradeResourceState is the framework's.
func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return call(ctx, req, s.Server.UpgradeResourceState)
}

// UpgradeResourceIdentity is the framework's.
func (s *server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return call(ctx, req, s.Server.UpgradeResourceIdentity)
}

// ReadResource is the framework's.
func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	return call(ctx, req, s.Server.ReadResource)
}

// PlanResourceChange is the framework's.
func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	return call(ctx, req, s.Server.PlanResourceChange)
}

// ApplyResourceChange is the framework's.
func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return call(ctx, req, s.Server.ApplyResourceChange)
}

// ImportResourceState is the framework's.
func (s *server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	return call(ctx, req, s.Server.ImportResourceState)
}
