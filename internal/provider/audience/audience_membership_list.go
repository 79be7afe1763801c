package audience

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ list.ListResource              = (*membershipList)(nil)
	_ list.ListResourceWithConfigure = (*membershipList)(nil)
)

type membershipList struct{ data *framework.Data }

// NewAudienceMembershipList is the list resource talonone_audience_membership.
func NewAudienceMembershipList() list.ListResource { return &membershipList{} }

// membershipListModel mirrors the list blocks that name an audience.
type membershipListModel struct {
	AudienceID types.Int64 `tfsdk:"audience_id"`
}

func (l *membershipList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = membershipType
}

func (l *membershipList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the members of an audience, oldest profiles first: one `talonone_audience_membership` per member.\n\n" +
			"Requires a Management API key that allows the audience memberships endpoint.",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
		},
	}
}

func (l *membershipList) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *membershipList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	listMembers(ctx, l.data, membershipType, req, stream, func(audienceID types.Int64, customer string) list.ListResult {
		return l.result(ctx, req, membershipIdentity{AudienceID: audienceID, ProfileIntegrationID: types.StringValue(customer)})
	})
}

// listMembers streams a result for each member of the audience that a list block names.
func listMembers(ctx context.Context, data *framework.Data, listed string, req list.ListRequest, stream *list.ListResultsStream, result func(audienceID types.Int64, customer string) list.ListResult) {
	var config membershipListModel
	if diags := req.Config.Get(ctx, &config); diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		_, err := data.Client.GetAudienceMembershipsUpTo(ctx, config.AudienceID.ValueInt64(), int(req.Limit), func(members []talonone.AudienceMember) error {
			for _, member := range members {
				if !push(result(config.AudienceID, member.IntegrationID)) {
					return talonone.ErrStop
				}
			}
			return nil
		})
		if err != nil && !errors.Is(err, talonone.ErrStop) {
			var diags diag.Diagnostics
			framework.AddError(&diags, framework.Operation{Construct: "list " + listed, Action: "read the members of", Object: "audience " + config.AudienceID.String()}, err)
			push(list.ListResult{Diagnostics: diags})
		}
	}
}

func (l *membershipList) result(ctx context.Context, req list.ListRequest, member membershipIdentity) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = fmt.Sprintf("%s in audience %d", member.ProfileIntegrationID.ValueString(), member.AudienceID.ValueInt64())
	result.Diagnostics.Append(result.Identity.Set(ctx, member)...)
	if req.IncludeResource {
		result.Diagnostics.Append(result.Resource.Set(ctx, membershipModel{Deployed: l.data.Here(), membershipIdentity: member})...)
	}
	return result
}
