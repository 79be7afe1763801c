package coupon

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ list.ListResource              = (*reservationList)(nil)
	_ list.ListResourceWithConfigure = (*reservationList)(nil)
)

type reservationList struct{ data *framework.Data }

// NewCouponReservationList lists the reservations of a customer for terraform query.
func NewCouponReservationList() list.ListResource { return &reservationList{} }

// reservationListModel mirrors the configuration of the list.
type reservationListModel struct {
	IntegrationID types.String `tfsdk:"integration_id"`
	CampaignID    types.Int64  `tfsdk:"campaign_id"`
	State         types.String `tfsdk:"state"`
}

func (l *reservationList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = reservationResourceType
}

func (l *reservationList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the coupons that a customer has reserved, for `terraform query` and for importing them. All filters that are set must match. " +
			"Personal coupons and those that every customer has can't be reserved and are omitted, as are coupons of other Applications.\n\n" +
			"Each result is a whole `talonone_coupon_reservation`: like any import of it, it covers the reservations of all customers, not only of this one.\n\n" +
			"Requires the Integration API key of the Application. Takes one request, and one for each coupon found.",
		Attributes: map[string]schema.Attribute{
			"integration_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "Integration ID of the customer.",
				Validators:          framework.IntegrationID(),
			},
			"campaign_id": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Only coupons of this campaign.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"state": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Only coupons that the customer can redeem now (`active`) or later (`pending`), has redeemed (`used`), has let expire (`expired`), " +
					"or can't redeem since the campaign doesn't run (`disabled`).",
				Validators: []validator.String{stringvalidator.OneOf("active", "used", "expired", "pending", "disabled")},
			},
		},
	}
}

func (l *reservationList) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *reservationList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config reservationListModel
	diags := req.Config.Get(ctx, &config)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	customer := config.IntegrationID.ValueString()
	inventory, err := l.data.Client.GetCustomerInventory(ctx, customer, talonone.InventoryParts{Coupons: true})
	if err != nil {
		attempt := framework.Operation{Construct: "list " + reservationResourceType, Action: "read the coupons of customer", Object: strconv.Quote(customer)}
		if talonone.IsNotFound(err) {
			framework.AddAttributeError(&diags, path.Root("integration_id"), attempt, err)
		} else {
			framework.AddError(&diags, attempt, err)
		}
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	sharing := make(map[string]int)
	for i := range inventory.Coupons {
		sharing[inventory.Coupons[i].Value]++
	}
	stream.Results = func(push func(list.ListResult) bool) {
		sent := int64(0)
		for i := range inventory.Coupons {
			coupon := &inventory.Coupons[i]
			if sent == req.Limit {
				return
			}
			if !config.asksFor(coupon) {
				continue
			}
			result, found := l.result(ctx, req, coupon, customer, sharing[coupon.Value] > 1)
			if !found {
				continue
			}
			if !push(result) || result.Diagnostics.HasError() {
				return
			}
			if result.Identity != nil {
				sent++
			}
		}
	}
}

// asksFor says whether the filters let a coupon through.
func (m reservationListModel) asksFor(coupon *talonone.InventoryCoupon) bool {
	return (coupon.RecipientIntegrationID == nil || *coupon.RecipientIntegrationID == "") &&
		(m.CampaignID.IsNull() || m.CampaignID.ValueInt64() == coupon.CampaignID) &&
		(m.State.IsNull() || m.State.ValueString() == coupon.State)
}

// result is what a query shows of one coupon, if the customer has it reserved in the
// Application of the key. Where several Applications share the code, a Management key
// tells which coupon is the right one.
func (l *reservationList) result(ctx context.Context, req list.ListRequest, coupon *talonone.InventoryCoupon, customer string, shared bool) (result list.ListResult, found bool) {
	manager := reservationResource{data: l.data}
	reserved, err := manager.reserved(ctx, coupon.Value)
	if talonone.IsNotFound(err) {
		return result, false
	}
	if err != nil {
		addError(&result.Diagnostics, "read the reservations of coupon", coupon.Value, err)
		return result, true
	}
	if !slices.Contains(reserved, customer) {
		return result, false
	}
	if shared {
		match, err := findByKey(ctx, l.data.Client, coupon.Value)
		if err != nil {
			addError(&result.Diagnostics, "look up coupon", coupon.Value, err)
			return result, true
		}
		if match != nil && match.ID != coupon.ID {
			return result, false
		}
	}
	if len(reserved) > maxCustomers {
		summary, detail := tooMany(coupon.Value, len(reserved))
		result.Diagnostics = diag.Diagnostics{diag.NewWarningDiagnostic(summary, detail)}
		return result, true
	}
	result = req.NewListResult(ctx)
	result.DisplayName = fmt.Sprintf("%s (%d)", coupon.Value, coupon.CampaignID)
	result.Diagnostics.Append(result.Identity.Set(ctx, reservationIdentity{types.StringValue(coupon.Value)})...)
	if req.IncludeResource {
		state := reservationModel{
			Deployed:    manager.data.Here(),
			CouponValue: types.StringValue(coupon.Value), Customers: types.ListNull(types.StringType),
			LastSync: bulk.NullLastSync(), Timeouts: framework.NoTimeouts(req, &result.Diagnostics),
		}
		state.fromAPI(&coupon.Coupon)
		manager.locate(ctx, &state)
		manager.fill(ctx, &state, reserved, &result.Diagnostics)
		result.Diagnostics.Append(result.Resource.Set(ctx, &state)...)
	}
	return result, true
}
