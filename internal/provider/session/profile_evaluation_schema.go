package session

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/promotion"
)

func (d *profileEvaluationDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	ids := func(text string) schema.ListAttribute {
		return schema.ListAttribute{
			Optional: true, ElementType: types.Int64Type, MarkdownDescription: text,
			Validators: []validator.List{listvalidator.NoNullValues(), listvalidator.UniqueValues(), listvalidator.ValueInt64sAre(int64validator.AtLeast(1))},
		}
	}
	attributes := framework.DataSourceEffects("A dry run does not store them.")
	maps.Copy(attributes, promotion.DataSourceAttributes(customerOutcome...))
	maps.Copy(attributes, map[string]schema.Attribute{
		"integration_id": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "ID of the customer in your own systems, 1 to 1,000 characters. An unknown customer is evaluated as a new one.",
			Validators:          framework.IntegrationID(),
		},
		"attributes": schema.StringAttribute{
			Optional: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "Custom attributes that the update sets, as one JSON object (`jsonencode({...})`). Other attributes keep the customer's values. The account must define the attributes for CustomerProfile.",
			Validators:          []validator.String{customattr.Validator{}},
		},
		"audience_changes": schema.SingleNestedAttribute{
			Optional:            true,
			MarkdownDescription: "Audiences that the update lets the customer join and leave.",
			Attributes: map[string]schema.Attribute{
				"adds":    ids("IDs of audiences that the customer joins."),
				"deletes": ids("IDs of audiences that the customer leaves."),
			},
		},
		"evaluable_campaign_ids": ids("IDs of the only campaigns to evaluate, even if they are disabled. Use it to test a campaign before you enable it. Default: all running campaigns."),
		"response_content": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further parts of the response to keep in `response`, in the API's spelling: " + framework.ListedNames(eventParts) + ". Several contain personal data, which is then stored in the state.",
			Validators:          framework.PartValidators(eventParts),
		},
		"response": schema.StringAttribute{
			Computed: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "JSON object with the parts that `response_content` names; null when it names none.",
		},
		"effect_types": schema.ListAttribute{
			Computed: true, ElementType: types.StringType, MarkdownDescription: effectTypesText,
		},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: "Shows what an update of a customer profile would do: points, coupons, and audiences that rules let the customer join. " +
			"It is a dry run that stores nothing. Use it in `check` blocks and in `terraform test`. For carts and events, use `talonone_session_evaluation`.\n\n" +
			"Terraform evaluates it in every plan. Requires an Integration API key.",
		Attributes: attributes,
	}
}
