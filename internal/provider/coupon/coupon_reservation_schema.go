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
		MarkdownDescription: "Reserves a coupon code for customers, so that it shows in their wallets. A reservation is *hard* where the coupon demands one " +
			"(then nobody else can redeem it) and *soft* otherwise.\n\n" +
			"Needs the Integration API key of the coupon's Application. With a Management API key that allows the applications and coupon search endpoints, " +
			"the plan also finds personal and expired coupons and changes of spelling that mean the same code; without one, the API says so during apply.\n\n" +
			"Redemptions and rules make reservations too. They are no drift for an additive resource. " +
			"The API ignores the coupon's reservation limit here, and makes reservations in batches of 1000 customers.",
		Attributes: map[string]schema.Attribute{
			"coupon_value": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "The coupon code, written as it is (`SUMMER25%OFF`, not escaped). It must exist in the Application of the Integration key and have no recipient. " +
					"The spelling stays as written. A change replaces the resource, unless it only changes letter case and the provider can see that the Application ignores case.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"customers": schema.ListAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Integration IDs of the customers who have the coupon reserved, in any order, each once, at most %d; more go into further resources. "+
					"A creation sends them all, which changes nothing for those who have the coupon reserved already; a change is made in place and sends only the difference. May be empty.", maxCustomers),
				Validators: []validator.List{framework.IDList{Max: maxCustomers}},
			},
			"ownership": bulk.OwnershipAttribute("`additive` (default) manages the customers listed and leaves all other reservations alone, so that several resources can share a coupon. " +
				"`exclusive` also ends every other reservation of the coupon, those that redemptions and rules made included; only one resource per coupon can be exclusive. A warning in the plan says how many. Changes in place; " +
				"changing from `exclusive` to `additive` ends no reservation."),
			"max_removal_percent": bulk.MaxRemovalAttribute("reservations of the coupon"),
			"coupon_id": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "ID of the coupon. Null as long as nothing showed it: after the import of a coupon that nobody has reserved.",
			},
			"campaign_id": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "ID of the campaign that the coupon belongs to; null like `coupon_id`.",
			},
			"reservation_type": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`hard` when only customers with a reservation can redeem the coupon, `soft` when anybody can; as of the last change of `customers`, null like `coupon_id`.",
			},
			"reservation_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "How many customers have the coupon reserved, whoever made the reservation.",
			},
			"last_sync": bulk.MembershipLastSyncAttribute("reservations"),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Longest time to make the reservations, such as `10m`. Default `20m`.",
				ReadDescription:   "Longest time to read them. Default `5m`.",
				UpdateDescription: "Longest time to change them. Default `20m`.",
				DeleteDescription: "Longest time to end them. Default `20m`. Must be applied before the destroy.",
			}),
		},
	}
}
