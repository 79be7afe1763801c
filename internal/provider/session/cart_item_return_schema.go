package session

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *returnResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	const again = " Changing this returns again."
	attributes := framework.ResourceEffects("Those of the return.")
	maps.Copy(attributes, map[string]schema.Attribute{
		"session_integration_id": schema.StringAttribute{
			Required: true, MarkdownDescription: returnText["session_integration_id"] + again,
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"returned_cart_items": schema.ListNestedAttribute{
			Required: true, MarkdownDescription: returnText["returned_cart_items"] + again,
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
		"run_rule_engine": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false), MarkdownDescription: returnText["run_rule_engine"] + again,
		},
		"returned": schema.ListAttribute{
			Computed: true, ElementType: returnedColumns.Object(), MarkdownDescription: "What was really returned. " + returnedColumns.Describe(),
		},
		"triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Any strings. Changing them returns again, which returns further units.",
		},
		"idempotency_key": schema.StringAttribute{
			Optional: true, Computed: true,
			MarkdownDescription: "Idempotency key, 1 to 255 printable characters. For 24 hours, the deployment returns the items only once under one key and repeats its response. Default: a random key for every run, kept through retries, and for 23 hours in Terraform's data folder if the response was lost." + again,
			Validators:          framework.IdempotencyKey(),
		},
		"response_content": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further parts of the response to keep in `response`, in the API's spelling: " + framework.ListedNames(returnParts) + ". Several contain personal data, which is then stored in the state. Changing this takes effect with the next run.",
			Validators:          framework.PartValidators(returnParts),
		},
		"response": schema.StringAttribute{
			Computed: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "JSON object with the parts that `response_content` named when the return was made, or null.",
		},
		"id":         schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the return."},
		"created":    schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the items were returned, RFC 3339 in UTC."},
		"event_id":   schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the event that the return caused."},
		"session_id": schema.Int64Attribute{Computed: true, MarkdownDescription: "Internal ID of the session."},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: returnAbout + "The return is made when the resource is created, and again when an argument or `triggers` change. Destroying the resource only removes it from state. " +
			"With Terraform 1.14 and later, the action `talonone_return_cart_items` does the same without a resource.\n\nRequires an Integration API key.",
		Attributes: attributes,
	}
}

func positionValidators() []validator.Int64 {
	return []validator.Int64{int64validator.AtLeast(0), returnedItemValidator{}}
}
