package coupon

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource              = (*reservedCustomersDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*reservedCustomersDataSource)(nil)
)

const reservedCustomersType = "talonone_reserved_customers"

type reservedCustomersDataSource struct{ data *framework.Data }

// NewReservedCustomersDataSource is the data source talonone_reserved_customers.
func NewReservedCustomersDataSource() datasource.DataSource { return &reservedCustomersDataSource{} }

// reservedCustomersModel mirrors the data source.
type reservedCustomersModel struct {
	CouponValue    types.String    `tfsdk:"coupon_value"`
	Customers      types.List      `tfsdk:"customers"`
	IntegrationIDs []string        `tfsdk:"integration_ids"`
	Profiles       []reservedModel `tfsdk:"profiles"`
	Total          types.Int64     `tfsdk:"total"`
}

type reservedModel struct {
	ID                  types.Int64          `tfsdk:"id"`
	IntegrationID       types.String         `tfsdk:"integration_id"`
	AccountID           types.Int64          `tfsdk:"account_id"`
	Created             timetypes.RFC3339    `tfsdk:"created"`
	Attributes          jsontypes.Normalized `tfsdk:"attributes"`
	ClosedSessions      types.Int64          `tfsdk:"closed_sessions"`
	TotalSales          types.Number         `tfsdk:"total_sales"`
	LastActivity        timetypes.RFC3339    `tfsdk:"last_activity"`
	AudienceMemberships []membershipModel    `tfsdk:"audience_memberships"`
	Sandbox             types.Bool           `tfsdk:"sandbox"`
}

type membershipModel struct {
	ID   types.Int64  `tfsdk:"id"`
	Name types.String `tfsdk:"name"`
}

func (d *reservedCustomersDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = reservedCustomersType
}

func (d *reservedCustomersDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *reservedCustomersDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config reservedCustomersModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var keep func(*talonone.CustomerProfile) bool
	if asked, some := framework.Strings(config.Customers); some {
		wanted := bulk.SetOf(asked)
		keep = func(profile *talonone.CustomerProfile) bool { _, found := wanted[profile.IntegrationID]; return found }
	}
	code := config.CouponValue.ValueString()
	profiles, total, err := d.data.Client.GetReservedCustomers(ctx, code, keep)
	if talonone.IsNotFound(err) {
		resp.Diagnostics.AddAttributeError(path.Root("coupon_value"), "Coupon not found", missingCoupon(code))
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, framework.Operation{
			Construct: "data " + reservedCustomersType, Action: "read the reservations of coupon", Object: strconv.Quote(code),
		}, err)
		return
	}
	config.Total = types.Int64Value(int64(total))
	config.IntegrationIDs = make([]string, len(profiles))
	config.Profiles = make([]reservedModel, len(profiles))
	for i, profile := range profiles {
		config.IntegrationIDs[i] = profile.IntegrationID
		config.Profiles[i] = reservedFromAPI(profile)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}

func reservedFromAPI(profile *talonone.CustomerProfile) reservedModel {
	memberships := make([]membershipModel, len(profile.AudienceMemberships))
	for i, membership := range profile.AudienceMemberships {
		memberships[i] = membershipModel{ID: types.Int64Value(membership.ID), Name: types.StringValue(membership.Name)}
	}
	return reservedModel{
		ID:                  types.Int64Value(profile.ID),
		IntegrationID:       types.StringValue(profile.IntegrationID),
		AccountID:           types.Int64Value(profile.AccountID),
		Created:             framework.Time(profile.Created),
		Attributes:          customattr.Shown(profile.Attributes),
		ClosedSessions:      types.Int64Value(profile.ClosedSessions),
		TotalSales:          framework.Number(profile.TotalSales),
		LastActivity:        framework.OptionalTime(profile.LastActivity),
		AudienceMemberships: memberships,
		Sandbox:             types.BoolPointerValue(profile.Sandbox),
	}
}
