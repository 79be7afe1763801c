package audience

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

var (
	_ list.ListResource              = (*customerAudiencesList)(nil)
	_ list.ListResourceWithConfigure = (*customerAudiencesList)(nil)
)

type customerAudiencesList struct{ data *framework.Data }

// NewCustomerAudiencesList is the list resource talonone_customer_audiences.
func NewCustomerAudiencesList() list.ListResource { return &customerAudiencesList{} }

func (l *customerAudiencesList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = customerAudiencesType
}

func (l *customerAudiencesList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the customers of an audience, oldest profiles first: one `talonone_customer_audiences` per customer, with all of the customer's audiences. " +
			"With `include_resource`, the audiences of every customer are read, with one request each.\n\n" +
			"Requires a Management API key that allows the audience memberships endpoint, and an Integration API key with `include_resource`.",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{Required: true, MarkdownDescription: "ID of the audience.", Validators: framework.ReferenceID()},
		},
	}
}

func (l *customerAudiencesList) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *customerAudiencesList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	listMembers(ctx, l.data, customerAudiencesType, req, stream, func(_ types.Int64, customer string) list.ListResult {
		return l.result(ctx, req, customer)
	})
}

func (l *customerAudiencesList) result(ctx context.Context, req list.ListRequest, id string) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = fmt.Sprintf("Audiences of customer %s", strconv.Quote(id))
	state := customerAudiencesModel{
		Deployed: l.data.Here(), ProfileIntegrationID: types.StringValue(id), AudienceIDs: types.ListNull(types.Int64Type), LastSync: bulk.NullLastSync(),
	}
	result.Diagnostics.Append(result.Identity.Set(ctx, customerAudiencesIdentity{state.ProfileIntegrationID})...)
	if !req.IncludeResource {
		return result
	}
	state.Timeouts = framework.NoTimeouts(req, &result.Diagnostics)
	manager := customerAudiencesResource{data: l.data}
	remote, err := manager.remote(ctx, &state)
	if err != nil {
		manager.addError(&result.Diagnostics, "read the audiences of", &state, err)
		return result
	}
	state.setAudiences(remote)
	result.Diagnostics.Append(result.Resource.Set(ctx, &state)...)
	return result
}
