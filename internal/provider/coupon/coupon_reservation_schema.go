package coupon

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

func (r *reservationResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reserves a coupon code for customers, so that it appears in their wallets. A reservation is *hard* if the coupon requires one " +
			"(then only customers with a reservation can redeem it) and *soft* otherwise.\n\n" +
			"Requires the Integration API key of the coupon's Application. With a Management API key that allows the applications and coupon search endpoints, " +
			"the plan also detects personal and expired coupons, and changes of spelling that mean the same code. Without one, the API reports them during apply.\n\n" +
			"Redemptions and rules make reservations too. They are not drift for an additive resource. " +
			"The API ignores the coupon's reservation limit here. A request carries up to 1,000 customers.",
		Attributes: map[string]schema.Attribute{
			"coupon_value": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "The coupon code, not escaped (`SUMMER25%OFF`). It must exist in the Application of the Integration key and have no recipient. " +
					"Changing this replaces the resource, unless only letter case changes and the provider can read that the Application ignores case.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"customers": schema.ListAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Integration IDs of the customers who have the coupon reserved. At most %s unique IDs; order is ignored; may be empty. Terraform turns them into Unicode's form NFC; customers with IDs in another form are not touched. "+
					"Every listed reservation is managed by this resource, including existing ones (the plan warns about these), and ends when the customer is no longer listed or the resource is destroyed. "+
					"Updated in place; only differences are sent.", bulk.Thousands(maxCustomers)),
				Validators: []validator.List{framework.IDList{Max: maxCustomers}},
			},
			"ownership": bulk.OwnershipAttribute("`additive` (default) manages the listed customers and does not touch other reservations, so that several resources can share a coupon. " +
				"`exclusive` also ends every other reservation of the coupon, including those that redemptions and rules made. Use one exclusive resource per coupon, and no other resource for it. " +
				"Creating an exclusive resource never ends reservations: import a coupon that other customers have reserved. " +
				"Changing to `exclusive` ends the others in the same apply, and the plan names them, if it was made with a refresh. Changing to `additive` ends none."),
			"max_removal_percent": bulk.MaxRemovalPercentAttribute(reservations),
			"coupon_id": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "ID of the coupon. Null after the import of a coupon without reservations, until one is made.",
			},
			"campaign_id": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "ID of the campaign that the coupon belongs to; null like `coupon_id`.",
			},
			"reservation_type": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`hard` if only customers with a reservation can redeem the coupon, otherwise `soft`; from the last change of `customers`. Null like `coupon_id`.",
			},
			"reservation_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "Number of customers who have the coupon reserved, including those not listed here.",
			},
			"last_sync": bulk.LastSyncSchema(reservations),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Time limit for making the reservations, such as `10m`. Default: `20m`.",
				ReadDescription:   "Time limit for reading them. Default: `5m`.",
				UpdateDescription: "Time limit for changing them. Default: `20m`.",
				DeleteDescription: "Time limit for ending them. Default: `20m`. A change must be applied before the destroy.",
			}),
		},
	}
}
