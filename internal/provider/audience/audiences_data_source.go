package audience

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource              = (*audiencesDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*audiencesDataSource)(nil)
)

type audiencesDataSource struct{ data *framework.Data }

// NewAudiencesDataSource is the data source talonone_audiences.
func NewAudiencesDataSource() datasource.DataSource { return &audiencesDataSource{} }

// audiencesModel mirrors the data source.
type audiencesModel struct {
	NameRegex       types.String   `tfsdk:"name_regex"`
	Integration     types.String   `tfsdk:"integration"`
	Sandbox         types.Bool     `tfsdk:"sandbox"`
	WithMemberCount types.Bool     `tfsdk:"with_member_count"`
	Audiences       []countedModel `tfsdk:"audiences"`
}

type countedModel struct {
	foundModel
	MemberCount types.Int64 `tfsdk:"member_count"`
}

func (d *audiencesDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = "talonone_audiences"
}

func (d *audiencesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *audiencesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config audiencesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	operation := framework.Operation{Construct: "data talonone_audiences", Action: "read audiences"}
	listing, err := d.data.Client.GetAudiences(ctx)
	if err != nil {
		framework.AddError(&resp.Diagnostics, operation, err)
		return
	}
	var counts map[int64]int64
	if config.WithMemberCount.ValueBool() {
		if counts, err = d.data.Client.GetAudiencesAnalytics(ctx); err != nil {
			operation.Action = "count the members of audiences"
			framework.AddError(&resp.Diagnostics, operation, err)
			return
		}
	}
	matches := framework.NameMatcher(config.NameRegex, &resp.Diagnostics)
	config.Audiences = []countedModel{}
	for _, audience := range listing.All {
		if !config.asksFor(audience, matches) {
			continue
		}
		counted := countedModel{foundModel: foundFromAPI(audience), MemberCount: types.Int64Null()}
		if counts != nil {
			counted.MemberCount = types.Int64Value(counts[audience.ID])
		}
		config.Audiences = append(config.Audiences, counted)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &config)...)
}

func (m audiencesModel) asksFor(audience *talonone.Audience, matches func(name string) bool) bool {
	return matches(audience.Name) &&
		(m.Integration.IsNull() || m.Integration.ValueString() == framework.ValueOf(audience.Integration)) &&
		(m.Sandbox.IsNull() || m.Sandbox.ValueBool() == framework.ValueOf(audience.Sandbox))
}
