package coupon

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

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

func (d *reservedCustomersDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the customers who have a coupon reserved, hard or soft, whoever made the reservation: Terraform, a rule, or a redemption.\n\n" +
			"Needs the Integration API key of the coupon's Application. It is one request, however many customers there are; profiles with their attributes end up in the state.",
		Attributes: map[string]schema.Attribute{
			"coupon_value": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The coupon code, written as it is, not escaped. It must exist in the Application of the Integration key.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"customers": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only these customers, by integration ID, at most 5000; those of them without a reservation are left out. Default: all. The API has no filter, so the request is the same.",
				Validators:          []validator.List{framework.IDList{Max: maxCustomers}},
			},
			"integration_ids": schema.ListAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The integration IDs alone, in the same order as `profiles`, for example for `contains`.",
			},
			"total": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "How many customers have the coupon reserved, also when `customers` asks for a few.",
			},
			"profiles": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "The customers' profiles, in the order of the API.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":              schema.Int64Attribute{Computed: true, MarkdownDescription: "Internal ID of the profile."},
					"integration_id":  schema.StringAttribute{Computed: true, MarkdownDescription: "Integration ID of the customer."},
					"account_id":      schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the account."},
					"created":         schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the profile was created, RFC 3339 in UTC."},
					"attributes":      schema.StringAttribute{Computed: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: "Custom attributes of the profile as a JSON object, for `jsondecode`."},
					"closed_sessions": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of closed sessions, without cancelled and reopened ones."},
					"total_sales":     schema.NumberAttribute{Computed: true, MarkdownDescription: "Sum of the closed sessions before discounts, in the Application's currency."},
					"last_activity":   schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When a request last ran the rules for the customer, RFC 3339 in UTC; null for never. A reservation does not move it."},
					"sandbox":         schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the profile belongs to the sandbox environment; null where the deployment does not say."},
					"audience_memberships": schema.ListNestedAttribute{
						Computed:            true,
						MarkdownDescription: "The audiences that the customer belongs to.",
						NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
							"id":   schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the audience."},
							"name": schema.StringAttribute{Computed: true, MarkdownDescription: "Name of the audience."},
						}},
					},
				}},
			},
		},
	}
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
		wanted := setOf(asked)
		keep = func(profile *talonone.CustomerProfile) bool { return wanted[profile.IntegrationID] }
	}
	code := config.CouponValue.ValueString()
	profiles, total, err := d.data.Client.GetReservedCustomers(ctx, code, keep)
	if talonone.IsNotFound(err) {
		resp.Diagnostics.AddAttributeError(path.Root("coupon_value"), "Coupon does not exist", missingCoupon(code))
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, framework.Doing{
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
