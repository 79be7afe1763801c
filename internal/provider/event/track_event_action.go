package event

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
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

func (a *trackAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	text := func(name string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: eventText[name], Validators: validators}
	}
	kind := text("type", stringvalidator.LengthAtLeast(1))
	kind.Optional, kind.Required = false, true
	resp.Schema = schema.Schema{
		MarkdownDescription: eventAbout + "Needs an Integration API key, and Terraform 1.14 or later; for other versions there is the resource `talonone_event`, which also keeps the effects.",
		Attributes: map[string]schema.Attribute{
			"api_version":          text("api_version", stringvalidator.OneOf(v1, v2, v3)),
			"type":                 kind,
			"profile_id":           text("profile_id", framework.IntegrationID()...),
			"session_id":           text("session_id", stringvalidator.LengthAtLeast(1)),
			"integration_id":       text("integration_id", framework.IntegrationID()...),
			"connected_session_id": text("connected_session_id", stringvalidator.LengthAtLeast(1)),
			"store_integration_id": text("store_integration_id", framework.IntegrationID()...),
			"loyalty_cards": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, MarkdownDescription: eventText["loyalty_cards"], Validators: cardValidators(),
			},
			"attributes": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: eventText["attributes"],
				Validators: []validator.String{customattr.Validator{}},
			},
			"idempotency_key": text("idempotency_key", stringvalidator.LengthBetween(1, 255)),
		},
	}
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
		config.checkAttributes(ctx, a.data, &resp.Diagnostics)
	}
}

func (a *trackAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	var config eventInput
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run := &journal.Run{}
	if config.version() != v1 {
		run = config.begin(a.data.Journal, actionType, config.inputs(config))
	}
	result := config.run(ctx, a.data, "action "+actionType, run, nil, &resp.Diagnostics)
	if result == nil {
		return
	}
	run.Forget()
	message := fmt.Sprintf("Tracked event %q", config.Type.ValueString())
	if result.event != nil {
		message += fmt.Sprintf(" (%d)", result.event.ID)
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: message + ": " + framework.EffectSummary(result.effects) + "."})
}
