package session

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ action.Action               = (*returnAction)(nil)
	_ action.ActionWithConfigure  = (*returnAction)(nil)
	_ action.ActionWithModifyPlan = (*returnAction)(nil)
)

const returnActionType = "talonone_return_cart_items"

type returnAction struct{ data *framework.Data }

// returnActionModel mirrors the action.
type returnActionModel struct {
	returnInput

	Dry types.Bool `tfsdk:"dry"`
}

// NewReturnCartItemsAction is the action talonone_return_cart_items.
func NewReturnCartItemsAction() action.Action { return &returnAction{} }

func (a *returnAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = returnActionType
}

func (a *returnAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: returnAbout + "Requires an Integration API key, and Terraform 1.14 or later. For earlier versions, use the resource `talonone_cart_item_return`.",
		Attributes: map[string]schema.Attribute{
			"session_integration_id": schema.StringAttribute{
				Required: true, MarkdownDescription: returnText["session_integration_id"],
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"returned_cart_items": schema.ListNestedAttribute{
				Required: true, MarkdownDescription: returnText["returned_cart_items"],
				Validators: []validator.List{listvalidator.SizeAtLeast(1), listvalidator.NoNullValues()},
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"position": schema.Int64Attribute{Optional: true, MarkdownDescription: returnText["position"], Validators: positionValidators()},
					"sku": schema.StringAttribute{
						Optional: true, MarkdownDescription: returnText["sku"], Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
					},
					"quantity": schema.Int64Attribute{
						Optional: true, MarkdownDescription: returnText["quantity"], Validators: []validator.Int64{int64validator.AtLeast(1)},
					},
				}},
			},
			"run_rule_engine": schema.BoolAttribute{Optional: true, MarkdownDescription: returnText["run_rule_engine"]},
			"dry": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to only evaluate the return and report its effects. Nothing is returned. Default: `false`.",
			},
			"idempotency_key": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Idempotency key, 1 to 255 printable characters. For 24 hours, the deployment returns the items only once under one key and repeats its response. Default: a random key for every invocation, kept through retries, and for 23 hours in Terraform's data folder if the response was lost.",
				Validators:          framework.IdempotencyKey(),
			},
		},
	}
}

func (a *returnAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *returnAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config returnActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if a.data != nil && !resp.Diagnostics.HasError() {
		a.data.ExpectSession(ctx, path.Root("session_integration_id"), config.SessionIntegrationID, &resp.Diagnostics)
	}
}

func (a *returnAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	ctx = framework.Progress(ctx, resp)
	var config returnActionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run, dry := &journal.Run{}, config.Dry.ValueBool()
	if !dry {
		run = a.data.Journal.BeginRun(returnActionType, config.inputs(config.returnInput), config.IdempotencyKey, a.data.Client.ServerTime(time.Now()))
	}
	response := config.run(ctx, a.data, "action "+returnActionType, run, talonone.ReturnOptions{Dry: dry}, &resp.Diagnostics)
	if response == nil {
		return
	}
	did, what := "Returned", "items"
	if response.Return != nil {
		did, what = fmt.Sprintf("Return %d: returned", response.Return.ID), returnedUnits(response.Return.ReturnedCartItems)
	}
	if dry {
		did = "Dry run, nothing is returned: returning"
	}
	message := fmt.Sprintf("%s %s of customer session %q; %s.", did, what, config.SessionIntegrationID.ValueString(), framework.EffectSummary(response.Effects))
	resp.SendProgress(action.InvokeProgressEvent{Message: message})
}
