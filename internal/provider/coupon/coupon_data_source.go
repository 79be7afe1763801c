package coupon

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
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
	attempt := framework.Operation{Construct: "data " + couponDataSourceType, Action: "find coupon", Object: strconv.Quote(code)}
	applications, err := d.data.Client.GetApplications(ctx)
	if err != nil {
		framework.AddError(&resp.Diagnostics, attempt, err)
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
	matches, err := d.find(ctx, applications, code)
	switch {
	case err != nil:
		framework.AddError(&resp.Diagnostics, attempt, err)
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

// find looks in the Application of the Integration key first: what it has is what reservations with this key reserve.
func (d *couponDataSource) find(ctx context.Context, applications []talonone.Application, code string) ([]found, error) {
	client := d.data.Client
	if len(applications) < 2 || !client.HasIntegrationKey() {
		return findIn(ctx, client.FindCoupons, applications, code)
	}
	own, err := client.IntegrationApplicationID(ctx)
	if err != nil && !talonone.IsUnauthorized(err) {
		return nil, err
	}
	matches, err := findIn(ctx, client.FindCoupons, only(applications, own), code)
	if err != nil || len(matches) > 0 {
		return matches, err
	}
	others := slices.DeleteFunc(slices.Clone(applications), func(a talonone.Application) bool { return a.ID == own })
	return findIn(ctx, client.FindCoupons, others, code)
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
