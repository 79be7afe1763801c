package event

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource              = (*eventsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*eventsDataSource)(nil)
)

const listType = "talonone_events"

type eventsDataSource struct{ data *framework.Data }

// NewEventsDataSource is the data source talonone_events.
func NewEventsDataSource() datasource.DataSource { return &eventsDataSource{} }

// eventsModel mirrors the data source.
type eventsModel struct {
	ApplicationID types.Int64       `tfsdk:"application_id"`
	Types         types.List        `tfsdk:"types"`
	Profile       types.String      `tfsdk:"profile"`
	Session       types.String      `tfsdk:"session"`
	CouponCode    types.String      `tfsdk:"coupon_code"`
	ReferralCode  types.String      `tfsdk:"referral_code"`
	EffectType    types.String      `tfsdk:"effect_type"`
	CreatedAfter  timetypes.RFC3339 `tfsdk:"created_after"`
	CreatedBefore timetypes.RFC3339 `tfsdk:"created_before"`
	MaxResults    types.Int64       `tfsdk:"max_results"`
	Events        []listedModel     `tfsdk:"events"`
}

// listedModel mirrors one event of the list.
type listedModel struct {
	ID                 types.Int64          `tfsdk:"id"`
	Created            timetypes.RFC3339    `tfsdk:"created"`
	Type               types.String         `tfsdk:"type"`
	IntegrationID      types.String         `tfsdk:"integration_id"`
	StoreIntegrationID types.String         `tfsdk:"store_integration_id"`
	Attributes         jsontypes.Normalized `tfsdk:"attributes"`
	Effects            types.List           `tfsdk:"effects"`
}

func (d *eventsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = listType
}

func (d *eventsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *eventsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model eventsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	kinds, _ := framework.Strings(model.Types)
	filter := talonone.EventFilter{
		Types: kinds, Profile: model.Profile.ValueString(), Session: model.Session.ValueString(), CouponCode: model.CouponCode.ValueString(),
		ReferralCode: model.ReferralCode.ValueString(), EffectType: model.EffectType.ValueString(),
		CreatedAfter: framework.Instant(model.CreatedAfter, &resp.Diagnostics), CreatedBefore: framework.Instant(model.CreatedBefore, &resp.Diagnostics),
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model.Events = []listedModel{}
	err := d.data.Client.GetApplicationEvents(ctx, model.ApplicationID.ValueInt64(), filter, func(events []talonone.ApplicationEvent) error {
		for _, event := range events {
			if !model.MaxResults.IsNull() && int64(len(model.Events)) == model.MaxResults.ValueInt64() {
				return talonone.ErrStop
			}
			model.Events = append(model.Events, listedFromAPI(event))
		}
		return nil
	})
	if err != nil {
		attempt := framework.Operation{Construct: "data " + listType, Action: "list the events of Application", Object: strconv.FormatInt(model.ApplicationID.ValueInt64(), 10)}
		if talonone.IsNotFound(err) {
			framework.AddAttributeError(&resp.Diagnostics, path.Root("application_id"), attempt, err)
			return
		}
		framework.AddError(&resp.Diagnostics, attempt, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func listedFromAPI(api talonone.ApplicationEvent) listedModel {
	attributes := jsontypes.NewNormalizedValue("{}")
	if len(api.Attributes) > 0 && string(api.Attributes) != "null" {
		attributes = jsontypes.NewNormalizedValue(string(api.Attributes))
	}
	return listedModel{
		ID: types.Int64Value(api.ID), Created: framework.Time(api.Created), Type: types.StringValue(api.Type),
		IntegrationID:      framework.OptionalString(&api.IntegrationID, types.StringNull()),
		StoreIntegrationID: framework.OptionalString(&api.StoreIntegrationID, types.StringNull()),
		Attributes:         attributes, Effects: framework.Effects(api.Effects),
	}
}
