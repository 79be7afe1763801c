package framework

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/action"
)

// PlannedAction makes a look-up of an action's plan that fails a warning, where validate_references is false.
func PlannedAction(construct func() action.Action) func() action.Action {
	return func() action.Action { return &plannedAction{Action: construct()} }
}

type plannedAction struct {
	action.Action

	data *Data
}

var (
	_ action.ActionWithConfigure      = (*plannedAction)(nil)
	_ action.ActionWithModifyPlan     = (*plannedAction)(nil)
	_ action.ActionWithValidateConfig = (*plannedAction)(nil)
)

// Configure keeps the provider's data.
func (a *plannedAction) Configure(ctx context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = DataFrom(req.ProviderData, &resp.Diagnostics)
	if inner, ok := a.Action.(action.ActionWithConfigure); ok {
		inner.Configure(ctx, req, resp)
	}
}

// ValidateConfig is the action's.
func (a *plannedAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	if inner, ok := a.Action.(action.ActionWithValidateConfig); ok {
		inner.ValidateConfig(ctx, req, resp)
	}
}

// ModifyPlan is the action's.
func (a *plannedAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	if inner, ok := a.Action.(action.ActionWithModifyPlan); ok && a.data != nil {
		inner.ModifyPlan(ctx, req, resp)
		resp.Diagnostics = planDiagnostics(resp.Diagnostics, false, false, a.data.ValidateReferences)
	}
}
