package coupon

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// maxUses bounds the limits of a coupon (createCoupons).
const maxUses = 999_999

func (r *couponResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Manages a coupon with a code of your choice. Manage its reservations with `talonone_coupon_reservation`.\n\n" +
			"Creating it adopts an existing coupon in the campaign with the same code, and the plan warns about this. Destroying it deletes the coupon with its reservations, redeemed or not.\n\n" +
			"Every update sends all settings. Omitting dates, the recipient or the flags unsets them on the deployment. " +
			"The API documents no way to remove `discount_limit` and `reservation_limit`, so omitting them keeps them.\n\n" +
			"Requires a Management API key that allows the endpoint `/v1/applications`.",
		Attributes: map[string]schema.Attribute{
			"id": schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the coupon."},
			"application_id": schema.Int64Attribute{
				Required: true, Validators: framework.ReferenceID(),
				MarkdownDescription: "ID of the Application. Changing this replaces the coupon.",
			},
			"campaign_id": schema.Int64Attribute{
				Required: true, Validators: framework.ReferenceID(),
				MarkdownDescription: "ID of the campaign, which must have the feature coupons. Changing this replaces the coupon.",
			},
			"value": schema.StringAttribute{
				Required: true,
				Validators: []validator.String{
					stringvalidator.UTF8LengthBetween(4, 100),
					stringvalidator.RegexMatches(regexp.MustCompile(`^[^#[:cntrl:]]*$`), "must have no # and no control characters: the API replaces # by a random character"),
				},
				MarkdownDescription: "The code, 4 to 100 characters without `#`, unique in the Application. Letter case is ignored if the Application ignores it. Changing this replaces the coupon.",
			},
			"usage_limit": schema.Int64Attribute{
				Optional: true, Computed: true, Default: int64default.StaticInt64(1), Validators: []validator.Int64{int64validator.Between(0, maxUses)},
				MarkdownDescription: "How often the code can be redeemed, 0 to 999,999; 0 for no limit. Default: 1. Updated in place.",
			},
			"discount_limit": schema.NumberAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "Maximum total discount of the code, in the Application's currency. Default for a new coupon: no limit. Updated in place; omitting it later keeps the limit.",
			},
			"reservation_limit": schema.Int64Attribute{
				Optional: true, Computed: true, Validators: []validator.Int64{int64validator.Between(0, maxUses)},
				MarkdownDescription: "How often rules can reserve the code, 0 to 999,999. It does not limit `talonone_coupon_reservation`. Default for a new coupon: no limit. Updated in place; omitting it later keeps the limit.",
			},
			"start_date":  schema.StringAttribute{Optional: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the coupon becomes valid, RFC 3339. Default: immediately. Updated in place."},
			"expiry_date": schema.StringAttribute{Optional: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the coupon expires, RFC 3339. Default: never. Updated in place."},
			"recipient_integration_id": schema.StringAttribute{
				Optional: true, Validators: framework.IntegrationID(),
				MarkdownDescription: "Integration ID of the only customer who can redeem the coupon. Such a personal coupon can't be reserved. Default: anyone. Updated in place.",
			},
			"is_reservation_mandatory": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether only customers who have reserved the code can redeem it. Default: `false`. Updated in place.",
			},
			"implicitly_reserved": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether every customer sees the code as reserved. Default: `false`. Updated in place.",
			},
			"attributes": schema.StringAttribute{
				Optional: true, CustomType: jsontypes.NormalizedType{}, Validators: []validator.String{customattr.Validator{}},
				MarkdownDescription: "Custom attributes of the coupon, as one JSON object. Only the listed names are managed. Names and types are checked against the account's definitions. Updated in place.",
			},
			"batch_id": schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the coupon's batch, or null."},
			"created":  schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the coupon was created, RFC 3339 in UTC."},
			"deletion_protection": schema.BoolAttribute{
				Optional: true, Computed: true, Default: booldefault.StaticBool(false),
				MarkdownDescription: "Whether the plan refuses to destroy or replace the coupon. Stored in state only. Default: `false`.",
			},
		},
	}
}
