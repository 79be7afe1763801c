package coupon

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

func (d *couponDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds a coupon by its code in any campaign of an Application, for example to check its settings in a `check` block.\n\n" +
			"Requires a Management API key that allows the applications and coupon search endpoints.",
		Attributes: map[string]schema.Attribute{
			"value": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The coupon code, not escaped. Letter case matters if the Application distinguishes it.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"application_id": schema.Int64Attribute{
				Optional: true, Computed: true,
				MarkdownDescription: "ID of the Application to search. Default: the Application of the Integration API key if it has the code; otherwise the only Application of the account that has it, which takes one request per Application.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"case_sensitivity": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "How the Application compares codes: `sensitive`, `insensitive-uppercase` or `insensitive-lowercase`.",
			},
			"id":           schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the coupon."},
			"campaign_id":  schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the campaign that the coupon belongs to."},
			"created":      schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the coupon was created, RFC 3339 in UTC."},
			"stored_value": schema.StringAttribute{Computed: true, MarkdownDescription: "The code in the deployment's spelling."},
			"usage_limit":  schema.Int64Attribute{Computed: true, MarkdownDescription: "How often the code can be redeemed; 0 means no limit."},
			"usage_counter": schema.Int64Attribute{
				Computed: true, MarkdownDescription: "How often the code has been redeemed.",
			},
			"discount_limit":      schema.NumberAttribute{Computed: true, MarkdownDescription: "Maximum total discount of the code, in the Application's currency; null for no limit."},
			"discount_counter":    schema.NumberAttribute{Computed: true, MarkdownDescription: "Total discount given so far, in the Application's currency; null for no limit."},
			"discount_remainder":  schema.NumberAttribute{Computed: true, MarkdownDescription: "Remaining discount, in the Application's currency; null for no limit."},
			"reservation_limit":   schema.Int64Attribute{Computed: true, MarkdownDescription: "Maximum number of reservations by rules; null or 0 means no limit. Reservations through the API ignore it."},
			"reservation_counter": schema.NumberAttribute{Computed: true, MarkdownDescription: "How often the coupon has been reserved; null if the deployment does not report it."},
			"reservation_type": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "Type of reservations: `hard` if only customers with a reservation can redeem the coupon, otherwise `soft`.",
			},
			"reservation":              schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether several customers can reserve the coupon; `false` for a personal one."},
			"is_reservation_mandatory": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the code can be redeemed only by customers who have reserved it."},
			"implicitly_reserved":      schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the coupon is in the wallet of every customer."},
			"start_date":               schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the code becomes valid, RFC 3339 in UTC; null if it is valid immediately."},
			"expiry_date":              schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the code expires, RFC 3339 in UTC; null if it never does."},
			"limits": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Limits of this coupon that override those of the campaign; may be empty.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"action":   schema.StringAttribute{Computed: true, MarkdownDescription: "What is limited, such as `redeemCoupon` or `setDiscount`."},
					"limit":    schema.NumberAttribute{Computed: true, MarkdownDescription: "The limit: a count or an amount."},
					"period":   schema.StringAttribute{Computed: true, MarkdownDescription: "When it resets: `daily`, `weekly`, `monthly` or `yearly`; null for never."},
					"entities": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What the limit counts by, such as `Coupon` or `Profile`."},
				}},
			},
			"attributes": schema.StringAttribute{
				Computed: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "Custom attributes of the coupon as a JSON object, for `jsondecode`.",
			},
			"referral_id":              schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the referral whose redemption created the coupon; null for others."},
			"recipient_integration_id": schema.StringAttribute{Computed: true, MarkdownDescription: "Integration ID of the only customer who can redeem the coupon; null if anyone can. A personal coupon can't be reserved."},
			"import_id":                schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the import that created the coupon; null for others."},
			"batch_id":                 schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the coupon's batch, or null."},
		},
	}
}
