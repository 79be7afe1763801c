package event

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
)

var (
	_ action.Action                   = (*trackAction)(nil)
	_ action.ActionWithConfigure      = (*trackAction)(nil)
	_ action.ActionWithValidateConfig = (*trackAction)(nil)
	_ action.ActionWithModifyPlan     = (*trackAction)(nil)
)

const actionType = "talonone_track_event"

type trackAction struct{ data *framework.Data }

// NewTrackEventAction is the action talonone_track_event.
func NewTrackEventAction() action.Action { return &trackAction{} }

func (a *trackAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = actionType
}

func (a *trackAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *trackAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config eventInput
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		config.validate(&resp.Diagnostics)
	}
}

func (a *trackAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config eventInput
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if a.data != nil && !resp.Diagnostics.HasError() {
		config.check(ctx, a.data, &resp.Diagnostics)
	}
}

func (a *trackAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	ctx = framework.Progress(ctx, resp)
	var config eventInput
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run := &journal.Run{}
	if config.version() != v1 {
		run = config.begin(a.data, actionType, config.inputs(config))
	}
	result := config.run(ctx, a.data, "action "+actionType, run, nil, &resp.Diagnostics)
	if result == nil {
		return
	}
	message := fmt.Sprintf("Tracked event %q", config.Type.ValueString())
	if result.event != nil {
		message += fmt.Sprintf(" (%d)", result.event.ID)
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: message + ": " + framework.EffectSummary(result.effects) + "."})
}
