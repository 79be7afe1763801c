package event

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (a *trackAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	text := func(name string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: eventText[name], Validators: validators}
	}
	kind := text("type", stringvalidator.LengthAtLeast(1))
	kind.Optional, kind.Required = false, true
	resp.Schema = schema.Schema{
		MarkdownDescription: eventAbout + "Requires an Integration API key, and Terraform 1.14 or later. For earlier versions, use the resource `talonone_event`, which also stores the effects.",
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
			"idempotency_key": text("idempotency_key", framework.IdempotencyKey()...),
			"dry": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Whether to only evaluate the event and report its effects. Nothing is stored, and no rule takes effect. For `v1` and `v2`. Default: `false`.",
			},
		},
	}
}
