package audience

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ list.ListResource              = (*membershipsList)(nil)
	_ list.ListResourceWithConfigure = (*membershipsList)(nil)
)

type membershipsList struct{ data *framework.Data }

// NewAudienceMembershipsList is the list resource talonone_audience_memberships.
func NewAudienceMembershipsList() list.ListResource { return &membershipsList{} }

func (l *membershipsList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = membershipsType
}

func (l *membershipsList) ListResourceConfigSchema(ctx context.Context, req list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	// The same filters choose audiences and their members.
	(&audienceList{}).ListResourceConfigSchema(ctx, req, resp)
	resp.Schema.MarkdownDescription = "Lists audiences in order of their IDs: one `talonone_audience_memberships` per audience, with all of its members. " +
		"All filters that are set must match. With `include_resource`, every audience is exported, three per second.\n\n" +
		"Requires a Management API key that allows the audiences endpoint, and `memberships/export` with `include_resource`."
}

func (l *membershipsList) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *membershipsList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config audienceListModel
	diags := req.Config.Get(ctx, &config)
	matches := framework.NameMatcher(config.NameRegex, &diags)
	listing, err := l.data.Client.GetAudiences(ctx)
	if err != nil {
		framework.AddError(&diags, framework.Operation{Construct: "list talonone_audience_memberships", Action: "read audiences"}, err)
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	filter := audiencesModel{Integration: config.Integration, Sandbox: config.Sandbox}
	stream.Results = func(push func(list.ListResult) bool) {
		sent := int64(0)
		for _, audience := range listing.All {
			if !filter.asksFor(audience, matches) {
				continue
			}
			if sent == req.Limit || !push(l.result(ctx, req, audience)) {
				return
			}
			sent++
		}
	}
}

func (l *membershipsList) result(ctx context.Context, req list.ListRequest, audience *talonone.Audience) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = fmt.Sprintf("%q (%d)", audience.Name, audience.ID)
	result.Diagnostics.Append(result.Identity.Set(ctx, membershipsIdentity{AudienceID: types.Int64Value(audience.ID)})...)
	if !req.IncludeResource {
		return result
	}
	state := membershipsModel{
		Deployed:   l.data.Here(),
		AudienceID: types.Int64Value(audience.ID), ShowSamples: types.BoolValue(true),
		Members: types.ListNull(types.StringType), MembersFile: types.ObjectNull(files.Types(files.ForMembers())),
		LastSync: bulk.NullLastSync(), SampleJoining: types.ListNull(types.StringType), SampleLeaving: types.ListNull(types.StringType),
		Timeouts: framework.NoTimeouts(req, &result.Diagnostics),
	}
	manager := membershipsResource{data: l.data}
	if _, _, err := manager.refresh(ctx, &state, nil); err != nil {
		addMembershipsError(&result.Diagnostics, &state, "read the members of", err)
		return result
	}
	result.Diagnostics.Append(result.Resource.Set(ctx, &state)...)
	return result
}
