package provider

import (
	"context"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/calls"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// maxSummary and maxDetail bound the texts of a diagnostic, in bytes.
const (
	maxSummary = 1 << 10
	maxDetail  = 16 << 10
)

// NewServer serves the provider. It stands between the framework and Terraform to see every diagnostic: those that the
// framework's own types and validators write repeat the value they refuse, whatever it is. None is longer than what
// somebody reads, holds what a terminal obeys, or repeats a JSON text, which can be all attributes of a customer.
func NewServer(build Build) func() tfprotov6.ProviderServer {
	return func() tfprotov6.ProviderServer {
		framework, ok := providerserver.NewProtocol6(New(build)())().(frameworkServer)
		if !ok {
			panic("the framework serves neither actions nor list resources any more")
		}
		return &server{calls.Forgetting(framework)}
	}
}

// frameworkServer is what the framework's server implements.
type frameworkServer = calls.Server

type server struct{ frameworkServer }

func present(diags []*tfprotov6.Diagnostic) {
	for _, d := range diags {
		if d.Summary == "Invalid JSON String Value" {
			d.Detail = "This is not valid JSON. Write it with jsonencode(...). It is not repeated here, since it may hold data of a person."
		}
		d.Summary, d.Detail = presentable(d.Summary, maxSummary), presentable(d.Detail, maxDetail)
	}
}

func presentable(text string, most int) string { return talonone.Presentable(text, most, "\n\t") }

func presentEach[T any](events iter.Seq[T], diagsOf func(T) []*tfprotov6.Diagnostic) iter.Seq[T] {
	return func(yield func(T) bool) {
		for event := range events {
			present(diagsOf(event))
			if !yield(event) {
				return
			}
		}
	}
}

// ValidateProviderConfig is the framework's, with presentable diagnostics.
func (s *server) ValidateProviderConfig(ctx context.Context, req *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateProviderConfig(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ConfigureProvider is the framework's, with presentable diagnostics.
func (s *server) ConfigureProvider(ctx context.Context, req *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	resp, err := s.frameworkServer.ConfigureProvider(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ValidateResourceConfig is the framework's, with presentable diagnostics.
func (s *server) ValidateResourceConfig(ctx context.Context, req *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateResourceConfig(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// UpgradeResourceState is the framework's, with presentable diagnostics.
func (s *server) UpgradeResourceState(ctx context.Context, req *tfprotov6.UpgradeResourceStateRequest) (*tfprotov6.UpgradeResourceStateResponse, error) {
	resp, err := s.frameworkServer.UpgradeResourceState(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// UpgradeResourceIdentity is the framework's, with presentable diagnostics.
func (s *server) UpgradeResourceIdentity(ctx context.Context, req *tfprotov6.UpgradeResourceIdentityRequest) (*tfprotov6.UpgradeResourceIdentityResponse, error) {
	resp, err := s.frameworkServer.UpgradeResourceIdentity(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ReadResource is the framework's, with presentable diagnostics.
func (s *server) ReadResource(ctx context.Context, req *tfprotov6.ReadResourceRequest) (*tfprotov6.ReadResourceResponse, error) {
	resp, err := s.frameworkServer.ReadResource(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// PlanResourceChange is the framework's, with presentable diagnostics.
func (s *server) PlanResourceChange(ctx context.Context, req *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	resp, err := s.frameworkServer.PlanResourceChange(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ApplyResourceChange is the framework's, with presentable diagnostics.
func (s *server) ApplyResourceChange(ctx context.Context, req *tfprotov6.ApplyResourceChangeRequest) (*tfprotov6.ApplyResourceChangeResponse, error) {
	resp, err := s.frameworkServer.ApplyResourceChange(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ImportResourceState is the framework's, with presentable diagnostics.
func (s *server) ImportResourceState(ctx context.Context, req *tfprotov6.ImportResourceStateRequest) (*tfprotov6.ImportResourceStateResponse, error) {
	resp, err := s.frameworkServer.ImportResourceState(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// MoveResourceState is the framework's, with presentable diagnostics.
func (s *server) MoveResourceState(ctx context.Context, req *tfprotov6.MoveResourceStateRequest) (*tfprotov6.MoveResourceStateResponse, error) {
	resp, err := s.frameworkServer.MoveResourceState(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ValidateDataResourceConfig is the framework's, with presentable diagnostics.
func (s *server) ValidateDataResourceConfig(ctx context.Context, req *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateDataResourceConfig(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ReadDataSource is the framework's, with presentable diagnostics.
func (s *server) ReadDataSource(ctx context.Context, req *tfprotov6.ReadDataSourceRequest) (*tfprotov6.ReadDataSourceResponse, error) {
	resp, err := s.frameworkServer.ReadDataSource(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ValidateListResourceConfig is the framework's, with presentable diagnostics.
func (s *server) ValidateListResourceConfig(ctx context.Context, req *tfprotov6.ValidateListResourceConfigRequest) (*tfprotov6.ValidateListResourceConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateListResourceConfig(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ValidateActionConfig is the framework's, with presentable diagnostics.
func (s *server) ValidateActionConfig(ctx context.Context, req *tfprotov6.ValidateActionConfigRequest) (*tfprotov6.ValidateActionConfigResponse, error) {
	resp, err := s.frameworkServer.ValidateActionConfig(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// PlanAction is the framework's, with presentable diagnostics.
func (s *server) PlanAction(ctx context.Context, req *tfprotov6.PlanActionRequest) (*tfprotov6.PlanActionResponse, error) {
	resp, err := s.frameworkServer.PlanAction(ctx, req)
	if resp != nil {
		present(resp.Diagnostics)
	}
	return resp, err
}

// ListResource is the framework's, with presentable diagnostics.
func (s *server) ListResource(ctx context.Context, req *tfprotov6.ListResourceRequest) (*tfprotov6.ListResourceServerStream, error) {
	stream, err := s.frameworkServer.ListResource(ctx, req)
	if stream != nil && stream.Results != nil {
		stream.Results = presentEach(stream.Results, func(r tfprotov6.ListResourceResult) []*tfprotov6.Diagnostic { return r.Diagnostics })
	}
	return stream, err
}

// InvokeAction is the framework's, with presentable diagnostics.
func (s *server) InvokeAction(ctx context.Context, req *tfprotov6.InvokeActionRequest) (*tfprotov6.InvokeActionServerStream, error) {
	stream, err := s.frameworkServer.InvokeAction(ctx, req)
	if stream != nil && stream.Events != nil {
		stream.Events = presentEach(stream.Events, func(e tfprotov6.InvokeActionEvent) []*tfprotov6.Diagnostic {
			completed, _ := e.Type.(tfprotov6.CompletedInvokeActionEventType)
			return completed.Diagnostics
		})
	}
	return stream, err
}

// CallFunction is the framework's, with presentable diagnostics.
func (s *server) CallFunction(ctx context.Context, req *tfprotov6.CallFunctionRequest) (*tfprotov6.CallFunctionResponse, error) {
	resp, err := s.frameworkServer.CallFunction(ctx, req)
	if resp != nil && resp.Error != nil {
		resp.Error.Text = presentable(resp.Error.Text, maxDetail)
	}
	return resp, err
}
