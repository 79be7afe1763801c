package coupon

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
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
	_ datasource.DataSource              = (*couponDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*couponDataSource)(nil)
)

const couponDataSourceType = "talonone_coupon"

type couponDataSource struct{ data *framework.Data }

// NewCouponDataSource is the data source talonone_coupon.
func NewCouponDataSource() datasource.DataSource { return &couponDataSource{} }

// couponModel mirrors the data source.
type couponModel struct {
	Value                  types.String         `tfsdk:"value"`
	ApplicationID          types.Int64          `tfsdk:"application_id"`
	CaseSensitivity        types.String         `tfsdk:"case_sensitivity"`
	ID                     types.Int64          `tfsdk:"id"`
	CampaignID             types.Int64          `tfsdk:"campaign_id"`
	Created                timetypes.RFC3339    `tfsdk:"created"`
	StoredValue            types.String         `tfsdk:"stored_value"`
	UsageLimit             types.Int64          `tfsdk:"usage_limit"`
	UsageCounter           types.Int64          `tfsdk:"usage_counter"`
	DiscountLimit          types.Number         `tfsdk:"discount_limit"`
	DiscountCounter        types.Number         `tfsdk:"discount_counter"`
	DiscountRemainder      types.Number         `tfsdk:"discount_remainder"`
	ReservationLimit       types.Int64          `tfsdk:"reservation_limit"`
	ReservationCounter     types.Number         `tfsdk:"reservation_counter"`
	ReservationType        types.String         `tfsdk:"reservation_type"`
	Reservation            types.Bool           `tfsdk:"reservation"`
	IsReservationMandatory types.Bool           `tfsdk:"is_reservation_mandatory"`
	ImplicitlyReserved     types.Bool           `tfsdk:"implicitly_reserved"`
	StartDate              timetypes.RFC3339    `tfsdk:"start_date"`
	ExpiryDate             timetypes.RFC3339    `tfsdk:"expiry_date"`
	Limits                 []limitModel         `tfsdk:"limits"`
	Attributes             jsontypes.Normalized `tfsdk:"attributes"`
	ReferralID             types.Int64          `tfsdk:"referral_id"`
	RecipientIntegrationID types.String         `tfsdk:"recipient_integration_id"`
	ImportID               types.Int64          `tfsdk:"import_id"`
	BatchID                types.String         `tfsdk:"batch_id"`
}

type limitModel struct {
	Action   types.String `tfsdk:"action"`
	Limit    types.Number `tfsdk:"limit"`
	Period   types.String `tfsdk:"period"`
	Entities []string     `tfsdk:"entities"`
}

func (d *couponDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = couponDataSourceType
}

func (d *couponDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Finds a coupon by its code, in whichever campaign of an Application it is, for instance to assert with a `check` block what a reservation is about.\n\n" +
			"Needs a Management API key that allows the applications and coupon search endpoints.",
		Attributes: map[string]schema.Attribute{
			"value": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: "The coupon code, written as it is, not escaped. Letter case counts where the Application distinguishes it.",
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"application_id": schema.Int64Attribute{
				Optional: true, Computed: true,
				MarkdownDescription: "ID of the Application to search. Default: the only Application of the account that has the code, which takes a request per Application.",
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
			"usage_limit":  schema.Int64Attribute{Computed: true, MarkdownDescription: "How often the code can be redeemed; 0 is without limit."},
			"usage_counter": schema.Int64Attribute{
				Computed: true, MarkdownDescription: "How often the code has been redeemed.",
			},
			"discount_limit":      schema.NumberAttribute{Computed: true, MarkdownDescription: "Largest sum of discounts that the code gives, in the Application's currency; null without such a budget."},
			"discount_counter":    schema.NumberAttribute{Computed: true, MarkdownDescription: "Sum of the discounts given, in the Application's currency; null without a budget."},
			"discount_remainder":  schema.NumberAttribute{Computed: true, MarkdownDescription: "What is left of the budget, in the Application's currency; null without one."},
			"reservation_limit":   schema.Int64Attribute{Computed: true, MarkdownDescription: "How many reservations rules may make; null or 0 is without limit. Reservations made through the API ignore it."},
			"reservation_counter": schema.NumberAttribute{Computed: true, MarkdownDescription: "How often the coupon has been reserved; null where the deployment does not say."},
			"reservation_type": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "What a reservation of the coupon is: `hard` when only customers with one can redeem it, `soft` otherwise.",
			},
			"reservation":              schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether several customers can reserve the coupon; `false` for a personal one."},
			"is_reservation_mandatory": schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the code can be redeemed only by customers who have reserved it."},
			"implicitly_reserved":      schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether the coupon shows in the wallet of every customer."},
			"start_date":               schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the code becomes valid, RFC 3339 in UTC; null for at once."},
			"expiry_date":              schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the code stops being valid, RFC 3339 in UTC; null for never."},
			"limits": schema.ListNestedAttribute{
				Computed:            true,
				MarkdownDescription: "Limits of this coupon that take the place of the campaign's; empty when there are none.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"action":   schema.StringAttribute{Computed: true, MarkdownDescription: "What is limited, such as `redeemCoupon` or `setDiscount`."},
					"limit":    schema.NumberAttribute{Computed: true, MarkdownDescription: "The limit, a count or an amount of money."},
					"period":   schema.StringAttribute{Computed: true, MarkdownDescription: "When it starts anew: `daily`, `weekly`, `monthly` or `yearly`; null for never."},
					"entities": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What it is counted by, such as `Coupon` or `Profile`."},
				}},
			},
			"attributes": schema.StringAttribute{
				Computed: true, CustomType: jsontypes.NormalizedType{},
				MarkdownDescription: "Custom attributes of the coupon as a JSON object, for `jsondecode`.",
			},
			"referral_id":              schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the referral whose redemption created the coupon; null for others."},
			"recipient_integration_id": schema.StringAttribute{Computed: true, MarkdownDescription: "Integration ID of the only customer who may redeem the coupon; null when it is not personal. A personal coupon can't be reserved."},
			"import_id":                schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the import that created the coupon; null for others."},
			"batch_id":                 schema.StringAttribute{Computed: true, MarkdownDescription: "ID of the batch of coupons that it was created with; null for others."},
		},
	}
}

func (d *couponDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *couponDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config couponModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	code := config.Value.ValueString()
	doing := framework.Doing{Construct: "data " + couponDataSourceType, Action: "find coupon", Object: strconv.Quote(code)}
	applications, err := d.data.Client.GetApplications(ctx)
	if err != nil {
		framework.AddError(&resp.Diagnostics, doing, err)
		return
	}
	where := "no Application of the account has one"
	if !config.ApplicationID.IsNull() {
		id := config.ApplicationID.ValueInt64()
		if applications = only(applications, id); len(applications) == 0 {
			resp.Diagnostics.AddAttributeError(path.Root("application_id"), "Application not found", fmt.Sprintf("The account has no Application %d.", id))
			return
		}
		where = fmt.Sprintf("Application %d has none", id)
	}
	matches, err := findIn(ctx, d.data.Client.FindCoupons, applications, code)
	switch {
	case err != nil:
		framework.AddError(&resp.Diagnostics, doing, err)
	case len(matches) == 0:
		resp.Diagnostics.AddAttributeError(path.Root("value"), "Coupon not found",
			fmt.Sprintf("There is no coupon %q: %s. Check the spelling, and letter case where the Application distinguishes it.", code, where))
	case len(matches) > 1:
		resp.Diagnostics.AddAttributeError(path.Root("value"), "Several Applications have this coupon",
			fmt.Sprintf("Coupon %q exists in the Applications %s. Set application_id to one of them.", code, applicationIDs(matches)))
	default:
		model := fromAPI(matches[0], config.Value)
		resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	}
}

func applicationIDs(matches []found) string {
	ids := make([]string, len(matches))
	for i, match := range matches {
		ids[i] = strconv.FormatInt(match.applicationID, 10)
	}
	return strings.Join(ids, ", ")
}

// fromAPI is the coupon as found; value keeps the spelling of the configuration.
func fromAPI(match found, value types.String) couponModel {
	coupon := match.coupon
	return couponModel{
		Value:                  value,
		ApplicationID:          types.Int64Value(match.applicationID),
		CaseSensitivity:        framework.OptionalString(&match.caseSensitivity, types.StringNull()),
		ID:                     types.Int64Value(coupon.ID),
		CampaignID:             types.Int64Value(coupon.CampaignID),
		Created:                framework.Time(coupon.Created),
		StoredValue:            types.StringValue(coupon.Value),
		UsageLimit:             types.Int64Value(coupon.UsageLimit),
		UsageCounter:           types.Int64Value(coupon.UsageCounter),
		DiscountLimit:          framework.Number(coupon.DiscountLimit),
		DiscountCounter:        framework.Number(coupon.DiscountCounter),
		DiscountRemainder:      framework.Number(coupon.DiscountRemainder),
		ReservationLimit:       types.Int64PointerValue(coupon.ReservationLimit),
		ReservationCounter:     framework.Number(coupon.ReservationCounter),
		ReservationType:        types.StringValue(reservationType(coupon)),
		Reservation:            types.BoolValue(coupon.Reservation == nil || *coupon.Reservation),
		IsReservationMandatory: types.BoolValue(reservationType(coupon) == hard),
		ImplicitlyReserved:     types.BoolValue(coupon.ImplicitlyReserved != nil && *coupon.ImplicitlyReserved),
		StartDate:              framework.OptionalTime(coupon.StartDate),
		ExpiryDate:             framework.OptionalTime(coupon.ExpiryDate),
		Limits:                 limitsFromAPI(coupon.Limits),
		Attributes:             customattr.Shown(coupon.Attributes),
		ReferralID:             types.Int64PointerValue(coupon.ReferralID),
		RecipientIntegrationID: framework.OptionalString(coupon.RecipientIntegrationID, types.StringNull()),
		ImportID:               types.Int64PointerValue(coupon.ImportID),
		BatchID:                framework.OptionalString(coupon.BatchID, types.StringNull()),
	}
}

func limitsFromAPI(limits []talonone.CouponLimit) []limitModel {
	models := make([]limitModel, len(limits))
	for i, limit := range limits {
		models[i] = limitModel{
			Action: types.StringValue(limit.Action), Limit: framework.Number(limit.Limit),
			Period: framework.OptionalString(limit.Period, types.StringNull()), Entities: limit.Entities,
		}
	}
	return models
}
