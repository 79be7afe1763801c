package audience

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource                     = (*audienceDataSource)(nil)
	_ datasource.DataSourceWithConfigure        = (*audienceDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*audienceDataSource)(nil)
)

type audienceDataSource struct{ data *framework.Data }

// NewAudienceDataSource is the data source talonone_audience.
func NewAudienceDataSource() datasource.DataSource { return &audienceDataSource{} }

// foundModel mirrors an audience that was looked up.
type foundModel struct {
	ID                       types.Int64       `tfsdk:"id"`
	AccountID                types.Int64       `tfsdk:"account_id"`
	Created                  timetypes.RFC3339 `tfsdk:"created"`
	LastUpdate               timetypes.RFC3339 `tfsdk:"last_update"`
	Name                     types.String      `tfsdk:"name"`
	Description              types.String      `tfsdk:"description"`
	Sandbox                  types.Bool        `tfsdk:"sandbox"`
	Integration              types.String      `tfsdk:"integration"`
	IntegrationID            types.String      `tfsdk:"integration_id"`
	CreatedIn3rdParty        types.Bool        `tfsdk:"created_in_3rd_party"`
	SubscribedApplicationIDs types.List        `tfsdk:"subscribed_application_ids"`
}

func (d *audienceDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (d *audienceDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *audienceDataSource) ConfigValidators(context.Context) []datasource.ConfigValidator {
	return []datasource.ConfigValidator{
		datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("name"), path.MatchRoot("integration_id")),
	}
}

func (d *audienceDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config foundModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	listing, err := d.data.Client.GetAudiences(ctx)
	if err != nil {
		framework.AddError(&resp.Diagnostics, framework.Operation{Construct: "data talonone_audience", Action: "read audiences"}, err)
		return
	}
	var found []*talonone.Audience
	for _, audience := range listing.All {
		if config.asksFor(audience) {
			found = append(found, audience)
		}
	}
	at, asked := config.question()
	switch len(found) {
	case 1:
		resp.Diagnostics.Append(resp.State.Set(ctx, foundFromAPI(found[0]))...)
	case 0:
		resp.Diagnostics.AddAttributeError(at, "Audience not found",
			fmt.Sprintf("None of the %d audiences of the account has %s.", len(listing.All), asked))
	default:
		ids := make([]int64, len(found))
		for i, audience := range found {
			ids[i] = audience.ID
		}
		resp.Diagnostics.AddAttributeError(at, "Several audiences match",
			fmt.Sprintf("The audiences %v all have %s. Set id to choose one of them.", ids, asked))
	}
}

func (m foundModel) asksFor(audience *talonone.Audience) bool {
	switch {
	case !m.ID.IsNull():
		return audience.ID == m.ID.ValueInt64()
	case !m.Name.IsNull():
		return audience.Name == m.Name.ValueString()
	default:
		return framework.ValueOf(audience.IntegrationID) == m.IntegrationID.ValueString() && framework.ValueOf(audience.Integration) == m.Integration.ValueString()
	}
}

// question names what was asked for, and the attribute that asked.
func (m foundModel) question() (path.Path, string) {
	switch {
	case !m.ID.IsNull():
		return path.Root("id"), fmt.Sprintf("ID %d", m.ID.ValueInt64())
	case !m.Name.IsNull():
		return path.Root("name"), fmt.Sprintf("the name %q", m.Name.ValueString())
	default:
		return path.Root("integration_id"), fmt.Sprintf("integration %q and integration ID %q", m.Integration.ValueString(), m.IntegrationID.ValueString())
	}
}

func foundFromAPI(api *talonone.Audience) foundModel {
	lastUpdate := timetypes.NewRFC3339Null()
	if api.LastUpdate != nil {
		lastUpdate = framework.Time(*api.LastUpdate)
	}
	return foundModel{
		ID:                       types.Int64Value(api.ID),
		AccountID:                types.Int64Value(api.AccountID),
		Created:                  framework.Time(api.Created),
		LastUpdate:               lastUpdate,
		Name:                     types.StringValue(api.Name),
		Description:              types.StringValue(framework.ValueOf(api.Description)),
		Sandbox:                  types.BoolValue(framework.ValueOf(api.Sandbox)),
		Integration:              framework.OptionalString(api.Integration, types.StringNull()),
		IntegrationID:            framework.OptionalString(api.IntegrationID, types.StringNull()),
		CreatedIn3rdParty:        types.BoolValue(framework.ValueOf(api.CreatedIn3rdParty)),
		SubscribedApplicationIDs: framework.Int64List(api.SubscribedApplicationIDs, types.ListValueMust(types.Int64Type, nil)),
	}
}
