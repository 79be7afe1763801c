package event

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
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

func (d *eventsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	filter := func(description string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description + " Default: all.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		}
	}
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	bound := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: description + " Default: all."}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists events of an Application, custom and built-in ones, in order of creation: the only way to read events of versions 1 and 2.\n\n" +
			"Needs a Management API key that allows the applications endpoint. 1000 events take one request, and three requests a second are allowed, so narrow large Applications with filters or `max_results`.",
		Attributes: map[string]schema.Attribute{
			"application_id": schema.Int64Attribute{
				Required: true, MarkdownDescription: "ID of the Application.", Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"types": schema.ListAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only events of these types, such as `product_shared` or the built-in `talon_session_closed`. Default: all.",
				Validators: []validator.List{
					listvalidator.SizeAtLeast(1), listvalidator.NoNullValues(), listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
				},
			},
			"profile":        filter("Only events of the customer with this integration ID, exactly."),
			"session":        filter("Only events of the session with this integration ID, exactly."),
			"coupon_code":    filter("Only events with this coupon code."),
			"referral_code":  filter("Only events with this referral code."),
			"effect_type":    filter("Only events that had an effect of this type, such as `rejectCoupon`."),
			"created_after":  bound("Only events after this time, RFC 3339."),
			"created_before": bound("Only events before this time, RFC 3339."),
			"max_results": schema.Int64Attribute{
				Optional: true, MarkdownDescription: "Largest number of events, the oldest first; at least 1. Default: all.", Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"events": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The events found.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":                   schema.Int64Attribute{Computed: true, MarkdownDescription: "Internal ID of the event."},
					"created":              schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the event happened, RFC 3339 in UTC."},
					"type":                 text("Type of the event; built-in ones begin with `talon_`."),
					"integration_id":       text("ID of an advanced event (version 3) in its Application; null for others."),
					"store_integration_id": text("Integration ID of the store; null when there is none."),
					"attributes": schema.StringAttribute{
						Computed: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: "Custom attributes of the event as a JSON object.",
					},
					"effects": framework.DataSourceEffects("Those of this event.")["effects"],
				}},
			},
		},
	}
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
		doing := framework.Doing{Construct: "data " + listType, Action: "list the events of Application", Object: strconv.FormatInt(model.ApplicationID.ValueInt64(), 10)}
		if talonone.IsNotFound(err) {
			framework.AddAttributeError(&resp.Diagnostics, path.Root("application_id"), doing, err)
			return
		}
		framework.AddError(&resp.Diagnostics, doing, err)
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
