package session

import (
	"context"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
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
	_ datasource.DataSource              = (*sessionsDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*sessionsDataSource)(nil)
)

const listType = "talonone_customer_sessions"

type sessionsDataSource struct{ data *framework.Data }

// NewCustomerSessionsDataSource is the data source talonone_customer_sessions.
func NewCustomerSessionsDataSource() datasource.DataSource { return &sessionsDataSource{} }

// sessionsModel mirrors the data source.
type sessionsModel struct {
	ApplicationID      types.Int64       `tfsdk:"application_id"`
	IntegrationID      types.String      `tfsdk:"integration_id"`
	Profile            types.String      `tfsdk:"profile"`
	State              types.String      `tfsdk:"state"`
	Coupon             types.String      `tfsdk:"coupon"`
	Referral           types.String      `tfsdk:"referral"`
	StoreIntegrationID types.String      `tfsdk:"store_integration_id"`
	CreatedAfter       timetypes.RFC3339 `tfsdk:"created_after"`
	CreatedBefore      timetypes.RFC3339 `tfsdk:"created_before"`
	MaxResults         types.Int64       `tfsdk:"max_results"`
	Sessions           []listedModel     `tfsdk:"sessions"`
}

// listedModel mirrors one session of the list.
type listedModel struct {
	ID                   types.Int64       `tfsdk:"id"`
	Created              timetypes.RFC3339 `tfsdk:"created"`
	IntegrationID        types.String      `tfsdk:"integration_id"`
	ProfileIntegrationID types.String      `tfsdk:"profile_integration_id"`
	StoreIntegrationID   types.String      `tfsdk:"store_integration_id"`
	Coupon               types.String      `tfsdk:"coupon"`
	Referral             types.String      `tfsdk:"referral"`
	State                types.String      `tfsdk:"state"`
	Total                types.Number      `tfsdk:"total"`
}

func (d *sessionsDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = listType
}

func (d *sessionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	filter := func(description string) schema.StringAttribute {
		return schema.StringAttribute{
			Optional: true, MarkdownDescription: description + " Default: all.", Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		}
	}
	state := filter("Only sessions in this state: `open`, `closed`, `partially_returned` or `cancelled`.")
	state.Validators = []validator.String{stringvalidator.OneOf(talonone.SessionOpen, talonone.SessionClosed, talonone.SessionPartiallyReturned, talonone.SessionCancelled)}
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists customer sessions of an Application, in order of creation. For everything about one session use `talonone_customer_session`.\n\n" +
			"Requires a Management API key that allows the applications endpoint. 1,000 sessions take one request, and three requests per second are allowed, so narrow large Applications with filters or `max_results`.",
		Attributes: map[string]schema.Attribute{
			"application_id": schema.Int64Attribute{
				Required: true, MarkdownDescription: "ID of the Application.", Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"integration_id":       filter("Only the session with this ID, exactly."),
			"profile":              filter("Only sessions of the customer with this integration ID, exactly."),
			"state":                state,
			"coupon":               filter("Only sessions with this coupon code, exactly."),
			"referral":             filter("Only sessions with this referral code, exactly."),
			"store_integration_id": filter("Only sessions in the store with this integration ID, exactly."),
			"created_after": schema.StringAttribute{
				Optional: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "Only sessions created after this time, RFC 3339. Default: all.",
			},
			"created_before": schema.StringAttribute{
				Optional: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "Only sessions created before this time, RFC 3339. Default: all.",
			},
			"max_results": schema.Int64Attribute{
				Optional: true, MarkdownDescription: "Largest number of sessions, the oldest first; at least 1. Default: all.", Validators: []validator.Int64{int64validator.AtLeast(1)},
			},
			"sessions": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The sessions found.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"id":                     schema.Int64Attribute{Computed: true, MarkdownDescription: resultText["id"]},
					"created":                schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: resultText["created"]},
					"integration_id":         text("ID of the session in its Application."),
					"profile_integration_id": text("Integration ID of the customer; null for an anonymous session."),
					"store_integration_id":   text("Integration ID of the store; null when there is none."),
					"coupon":                 text("First coupon code of the session; null when there is none."),
					"referral":               text("Referral code of the session; null when there is none."),
					"state":                  text("State of the session: `open`, `closed`, `partially_returned` or `cancelled`."),
					"total":                  schema.NumberAttribute{Computed: true, MarkdownDescription: resultText["total"]},
				}},
			},
		},
	}
}

func (d *sessionsDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *sessionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model sessionsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	filter := talonone.SessionFilter{
		IntegrationID: model.IntegrationID.ValueString(), Profile: model.Profile.ValueString(), State: model.State.ValueString(),
		Coupon: model.Coupon.ValueString(), Referral: model.Referral.ValueString(), StoreIntegrationID: model.StoreIntegrationID.ValueString(),
		CreatedAfter: framework.Instant(model.CreatedAfter, &resp.Diagnostics), CreatedBefore: framework.Instant(model.CreatedBefore, &resp.Diagnostics),
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model.Sessions = []listedModel{}
	err := d.data.Client.GetApplicationSessions(ctx, model.ApplicationID.ValueInt64(), filter, func(sessions []talonone.ApplicationSession) error {
		for _, session := range sessions {
			if !model.MaxResults.IsNull() && int64(len(model.Sessions)) == model.MaxResults.ValueInt64() {
				return talonone.ErrStop
			}
			model.Sessions = append(model.Sessions, listedFromAPI(session))
		}
		return nil
	})
	if err != nil {
		operation := framework.Operation{Construct: "data " + listType, Action: "list the customer sessions of Application", Object: strconv.FormatInt(model.ApplicationID.ValueInt64(), 10)}
		if talonone.IsNotFound(err) {
			framework.AddAttributeError(&resp.Diagnostics, path.Root("application_id"), operation, err)
			return
		}
		framework.AddError(&resp.Diagnostics, operation, err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func listedFromAPI(api talonone.ApplicationSession) listedModel {
	return listedModel{
		ID: types.Int64Value(api.ID), Created: framework.Time(api.Created), IntegrationID: types.StringValue(api.IntegrationID),
		ProfileIntegrationID: optional(&api.ProfileIntegrationID), StoreIntegrationID: optional(&api.StoreIntegrationID),
		Coupon: optional(&api.Coupon), Referral: optional(&api.Referral), State: types.StringValue(api.State), Total: framework.Number(api.Total),
	}
}
