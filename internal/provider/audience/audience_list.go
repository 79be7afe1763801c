package audience

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

var (
	_ list.ListResource              = (*audienceList)(nil)
	_ list.ListResourceWithConfigure = (*audienceList)(nil)
)

type audienceList struct{ data *framework.Data }

// NewAudienceList is the list resource talonone_audience.
func NewAudienceList() list.ListResource { return &audienceList{} }

// audienceListModel mirrors the list resource's configuration.
type audienceListModel struct {
	NameRegex   types.String `tfsdk:"name_regex"`
	Integration types.String `tfsdk:"integration"`
	Sandbox     types.Bool   `tfsdk:"sandbox"`
}

func (l *audienceList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (l *audienceList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the audiences of the account for `terraform query`, in order of their IDs, to import them with generated configuration. All filters that are set must match.\n\n" +
			"Requires a Management API key that allows the audiences endpoint.",
		Attributes: map[string]schema.Attribute{
			"name_regex": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: framework.NameRegexDescription,
				Validators:          []validator.String{framework.RegexValidator{}},
			},
			"integration": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only audiences of this technology partner. An empty string selects audiences without one.",
			},
			"sandbox": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Only audiences of the sandbox (`true`) or of the live environment (`false`).",
			},
		},
	}
}

func (l *audienceList) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *audienceList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config audienceListModel
	diags := req.Config.Get(ctx, &config)
	matches := framework.NameMatcher(config.NameRegex, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	listing, err := l.data.Client.GetAudiences(ctx)
	if err != nil {
		framework.AddError(&diags, framework.Operation{Construct: "list talonone_audience", Action: "read audiences"}, err)
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	filter := audiencesModel{Integration: config.Integration, Sandbox: config.Sandbox}
	stream.Results = func(push func(list.ListResult) bool) {
		sent := int64(0)
		for _, found := range listing.All {
			if sent == req.Limit {
				return
			}
			if !filter.asksFor(found, matches) {
				continue
			}
			sent++
			prior := importedAudience()
			prior.Deployed = l.data.Here()
			model := fromAPI(found, prior)
			result := req.NewListResult(ctx)
			result.DisplayName = label(model)
			result.Diagnostics.Append(result.Identity.Set(ctx, audienceIdentity{ID: model.ID})...)
			if req.IncludeResource {
				result.Diagnostics.Append(result.Resource.Set(ctx, &model)...)
			}
			if !push(result) {
				return
			}
		}
	}
}

// importedAudience holds what an import knows beforehand: the defaults of what
// the API has no notion of.
func importedAudience() audienceModel {
	return audienceModel{
		SubscribedApplicationIDs: types.ListNull(types.Int64Type),
	}
}
