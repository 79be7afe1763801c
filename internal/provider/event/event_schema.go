package event

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/promotion"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func (r *eventResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	const again = " A change tracks another event."
	text := func(name string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: eventText[name] + again, Validators: validators}
	}
	attributes := framework.ResourceEffects("Those of the event. The effects of `v1` have no names for their properties: `props` has them in order, as `arguments`.")
	maps.Copy(attributes, promotion.ResourceAttributes("Null for `v1`.", outcomeAttributes...))
	maps.Copy(attributes, map[string]schema.Attribute{
		"api_version": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(v2), MarkdownDescription: eventText["api_version"] + again,
			Validators: []validator.String{stringvalidator.OneOf(v1, v2, v3)},
		},
		"type": schema.StringAttribute{
			Required: true, MarkdownDescription: eventText["type"] + again, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"profile_id":           text("profile_id", framework.IntegrationID()...),
		"session_id":           text("session_id", stringvalidator.LengthAtLeast(1)),
		"integration_id":       text("integration_id", framework.IntegrationID()...),
		"connected_session_id": text("connected_session_id", stringvalidator.LengthAtLeast(1)),
		"store_integration_id": text("store_integration_id", framework.IntegrationID()...),
		"loyalty_cards": schema.ListAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: eventText["loyalty_cards"] + again, Validators: cardValidators(),
		},
		"attributes": schema.StringAttribute{
			Optional: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: eventText["attributes"] + again,
			Validators: []validator.String{customattr.Validator{}},
		},
		"idempotency_key": schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: eventText["idempotency_key"] + again,
			Validators: framework.IdempotencyKey(),
		},
		"triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Any strings. Changing them tracks the event again.",
		},
		"response_content": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further parts of the response to keep in `response`, in the API's spelling: for `v2` " + framework.ListedNames(partsOf[v2]) + "; for `v3` " + framework.ListedNames(partsOf[v3]) +
				"; for `v1` " + framework.ListedNames(partsOf[v1]) + ". Several contain personal data, which is then stored in the state. Changing this takes effect with the next run.",
			Validators: []validator.List{listvalidator.NoNullValues(), listvalidator.UniqueValues()},
		},
		"response": schema.StringAttribute{
			Computed: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "JSON object with the parts that `response_content` named when the event was tracked, or null.",
		},
		"id":             schema.Int64Attribute{Computed: true, MarkdownDescription: "Internal ID of the event."},
		"created":        schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the event was tracked, RFC 3339 in UTC."},
		"application_id": schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the Application that the event belongs to: that of the Integration API key."},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: eventAbout + "The event is tracked when the resource is created, and again when an argument or `triggers` change. Destroying the resource only removes it from state. " +
			"With Terraform 1.14 and later, the action `talonone_track_event` does the same without a resource.\n\nRequires an Integration API key.",
		Attributes: attributes,
	}
}

func cardValidators() []validator.List {
	return []validator.List{
		listvalidator.SizeAtMost(talonone.MaxLoyaltyCards), listvalidator.NoNullValues(),
		listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
	}
}
