// Package protocol wraps the framework's server once, for what has to be done around every call of Terraform: texts that
// are safe to show, and contexts that end with their call. The provider is served through it.
package protocol

import (
	"context"
	"iter"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// maxSummary and maxDetail bound the texts of a diagnostic, in bytes.
const (
	maxSummary = 1 << 10
	maxDetail  = 16 << 10
)

// Server is all that the framework's server implements. Two of its parts have names that are to go away once all is in
// one interface.
type Server interface {
	tfprotov6.ProviderServer
	tfprotov6.ListResourceServer
	tfprotov6.ActionServer
}

type server struct{ Server }

// Wrap stands between the framework and Terraform. It sees every diagnostic: those that the framework's own types and
// validators write repeat the value they refuse, whatever it is. None is longer than what someone reads, holds what a
// terminal obeys, or repeats a JSON text, which can be all attributes of a customer. And no call outlives its end: see
// during.
func Wrap(framework tfprotov6.ProviderServer) tfprotov6.ProviderServer {
	whole, ok := framework.(Server)
	if !ok {
		panic("the framework no longer serves actions and list resources")
	}
	return &server{whole}
}

// serve does one call of the framework, with a context of its own and presentable diagnostics.
func serve[Request, Response any](ctx context.Context, req Request, call func(context.Context, Request) (*Response, error), diagsOf func(*Response) []*tfprotov6.Diagnostic) (*Response, error) {
	own, end := during(ctx)
	defer end()
	resp, err := call(own, req)
	if resp != nil {
		present(diagsOf(resp))
	}
	return resp, err
}

func present(diags []*tfprotov6.Diagnostic) {
	for _, d := range diags {
		ownWords(d)
		if d.Summary == "Invalid JSON String Value" {
			d.Detail = "This is not valid JSON. Write it with jsonencode(...). It is not repeated here because it may contain personal data."
		}
		d.Summary, d.Detail = presentable(d.Summary, maxSummary), presentable(d.Detail, maxDetail)
		d.Attribute = inSource(d.Attribute)
	}
}

func presentable(text string, most int) string { return talonone.Presentable(text, most, "\n\t") }

// oneLine is a text that Terraform prints as a line of its own.
func oneLine(text string) string { return talonone.Presentable(text, maxSummary, "") }

func presentEach[T any](events iter.Seq[T], prepare func(*T) []*tfprotov6.Diagnostic) iter.Seq[T] {
	return func(yield func(T) bool) {
		for event := range events {
			present(prepare(&event))
			if !yield(event) {
				return
			}
		}
	}
}

// ValidateProviderConfig is the framework's.
func (s *server) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	return serve(ctx, req, s.Server.ValidateProviderConfig, func(r *tfprotov6.ValidateProviderConfigResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// ConfigureProvider is the framework's.
func (s *server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return serve(ctx, req, s.Server.ConfigureProvider, func(r *tfprotov6.ConfigureProviderResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// ValidateResourceConfig is the framework's.
func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	return serve(ctx, req, s.Server.ValidateResourceConfig, func(r *tfprotov6.ValidateResourceConfigResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// UpgradeResourceState is the framework's.
func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	return serve(ctx, req, s.Server.UpgradeResourceState, func(r *tfprotov6.UpgradeResourceStateResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// UpgradeResourceIdentity is the framework's.
func (s *server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	return serve(ctx, req, s.Server.UpgradeResourceIdentity, func(r *tfprotov6.UpgradeResourceIdentityResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// ReadResource is the framework's. The plugin library keeps the request until the end of the call, but not the state in it: the
// framework has decoded that at the beginning, and a state of millions of rows is not held twice.
func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	own := *req
	req.CurrentState = nil
	resp, err := serve(ctx, &own, s.Server.ReadResource, func(r *tfprotov6.ReadResourceResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
	if resp != nil {
		boundRead(req.TypeName, resp)
	}
	return resp, err
}

// PlanResourceChange is the framework's. See ReadResource.
func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	own, asked := *req, sizeOf(req.PriorState, req.Config)
	req.PriorState, req.ProposedNewState, req.Config = nil, nil, nil
	resp, err := serve(ctx, &own, s.Server.PlanResourceChange, func(r *tfprotov6.PlanResourceChangeResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
	if resp != nil {
		boundPlan(req.TypeName, asked, resp)
	}
	return resp, err
}

// ApplyResourceChange is the framework's.
func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	return serve(ctx, req, s.Server.ApplyResourceChange, func(r *tfprotov6.ApplyResourceChangeResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// ImportResourceState is the framework's.
func (s *server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	resp, err := serve(ctx, req, s.Server.ImportResourceState, func(r *tfprotov6.ImportResourceStateResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
	if resp != nil {
		boundImport(req, resp)
	}
	return resp, err
}

// MoveResourceState is the framework's.
func (s *server) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	return serve(ctx, req, s.Server.MoveResourceState, func(r *tfprotov6.MoveResourceStateResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// ValidateDataResourceConfig is the framework's.
func (s *server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	return serve(ctx, req, s.Server.ValidateDataResourceConfig, func(r *tfprotov6.ValidateDataResourceConfigResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// ReadDataSource is the framework's.
func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	resp, err := serve(ctx, req, s.Server.ReadDataSource, func(r *tfprotov6.ReadDataSourceResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
	if resp != nil {
		boundData(req, resp)
	}
	return resp, err
}

// ValidateListResourceConfig is the framework's.
func (s *server) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	return serve(ctx, req, s.Server.ValidateListResourceConfig, func(r *tfprotov6.ValidateListResourceConfigResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// ValidateActionConfig is the framework's.
func (s *server) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	return serve(ctx, req, s.Server.ValidateActionConfig, func(r *tfprotov6.ValidateActionConfigResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// PlanAction is the framework's.
func (s *server) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	return serve(ctx, req, s.Server.PlanAction, func(r *tfprotov6.PlanActionResponse) []*tfprotov6.Diagnostic { return r.Diagnostics })
}

// CallFunction is the framework's.
func (s *server) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	resp, err := serve(ctx, req, s.Server.CallFunction, func(*tfprotov6.CallFunctionResponse) []*tfprotov6.Diagnostic { return nil })
	if resp != nil && resp.Error != nil {
		// Terraform ends it with a full stop.
		resp.Error.Text = presentable(strings.TrimSuffix(resp.Error.Text, "."), maxDetail)
	}
	return resp, err
}

// ListResource is the framework's. Its stream is read after the call has ended, with the call's context.
func (s *server) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	stream, err := s.Server.ListResource(ctx, req)
	if stream != nil && stream.Results != nil {
		stream.Results = presentEach(stream.Results, func(r *tfprotov6.ListResourceResult) []*tfprotov6.Diagnostic {
			r.DisplayName = oneLine(r.DisplayName)
			return r.Diagnostics
		})
	}
	return stream, err
}

// InvokeAction is the framework's. Its stream is read after the call has ended, with the call's context.
func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.Server.InvokeAction(ctx, req)
	if stream != nil && stream.Events != nil {
		stream.Events = presentEach(stream.Events, func(e *tfprotov6.InvokeActionEvent) []*tfprotov6.Diagnostic {
			switch event := e.Type.(type) {
			case tfprotov6.ProgressInvokeActionEventType:
				event.Message = oneLine(event.Message)
				e.Type = event
			case tfprotov6.CompletedInvokeActionEventType:
				return event.Diagnostics
			}
			return nil
		})
	}
	return stream, err
}
