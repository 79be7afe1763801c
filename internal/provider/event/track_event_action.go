package event

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

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

// trackModel mirrors the action.
type trackModel struct {
	eventInput

	Dry types.Bool `tfsdk:"dry"`
}

// NewTrackEventAction is the action talonone_track_event.
func NewTrackEventAction() action.Action { return &trackAction{} }

func (a *trackAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = actionType
}

func (a *trackAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *trackAction) ValidateConfig(ctx context.Context, req action.ValidateConfigRequest, resp *action.ValidateConfigResponse) {
	var config trackModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if !resp.Diagnostics.HasError() {
		config.validate(&resp.Diagnostics)
		if config.Dry.ValueBool() && !config.APIVersion.IsUnknown() && config.version() == v3 {
			resp.Diagnostics.AddAttributeError(path.Root("dry"), "Attribute does not belong here", "A dry run is for events of v1 and v2. Remove dry, or choose another api_version.")
		}
	}
}

func (a *trackAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config trackModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if a.data != nil && !resp.Diagnostics.HasError() {
		config.check(ctx, a.data, &resp.Diagnostics)
	}
}

func (a *trackAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	ctx = framework.Progress(ctx, resp)
	var config trackModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, dry := &journal.Run{}, config.Dry.ValueBool()
	if config.version() != v1 && !dry {
		run = config.begin(a.data, actionType, config.inputs(config.eventInput))
	}
	result := config.run(ctx, a.data, "action "+actionType, run, runOptions{dry: dry}, &resp.Diagnostics)
	if result == nil {
		return
	}
	message := fmt.Sprintf("Tracked event %q", config.Type.ValueString())
	switch {
	case dry:
		message = fmt.Sprintf("Dry run of event %q, nothing is stored", config.Type.ValueString())
	case result.event != nil:
		message += fmt.Sprintf(" (%d)", result.event.ID)
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: message + ": " + framework.EffectSummary(result.effects) + "."})
}
