package collection

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ list.ListResource              = (*collectionList)(nil)
	_ list.ListResourceWithConfigure = (*collectionList)(nil)
)

type collectionList struct{ data *framework.Data }

// NewCollectionList is the list resource talonone_collection.
func NewCollectionList() list.ListResource { return &collectionList{} }

func (l *collectionList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (l *collectionList) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *collectionList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists collections for `terraform query`, in order of their IDs: those of the account, or with `application_id` those of the campaigns of an Application. All filters that are set must match. " +
			"With `include_resource` the items of every collection are exported, three collections a second.\n\n" +
			"Requires a Management API key that allows the collections endpoint, and `export` with `include_resource`.",
		Attributes: map[string]schema.Attribute{
			"name_regex":     schema.StringAttribute{Optional: true, MarkdownDescription: framework.NameRegexDescription, Validators: []validator.String{framework.RegexValidator{}}},
			"application_id": schema.Int64Attribute{Optional: true, MarkdownDescription: "ID of an Application, for the collections of its campaigns. Without it, those of the account."},
			"campaign_id":    schema.Int64Attribute{Optional: true, MarkdownDescription: "Only collections of this campaign. Requires `application_id`."},
		},
	}
}

func (l *collectionList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config struct {
		NameRegex     types.String `tfsdk:"name_regex"`
		ApplicationID types.Int64  `tfsdk:"application_id"`
		CampaignID    types.Int64  `tfsdk:"campaign_id"`
	}
	diags := req.Config.Get(ctx, &config)
	matches := framework.NameMatcher(config.NameRegex, &diags)
	var listing []talonone.Collection
	if !diags.HasError() {
		var err error
		if listing, err = l.data.Client.ListCollections(ctx, config.ApplicationID.ValueInt64()); err != nil {
			framework.AddError(&diags, framework.Operation{Construct: "list " + resourceType, Action: "read collections"}, err)
		}
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		sent := int64(0)
		for _, one := range listing {
			if !matches(one.Name) || !config.CampaignID.IsNull() && one.Place().CampaignID != config.CampaignID.ValueInt64() {
				continue
			}
			if sent == req.Limit || !push(l.result(ctx, req, &one)) {
				return
			}
			sent++
		}
	}
}

func (l *collectionList) result(ctx context.Context, req list.ListRequest, one *talonone.Collection) list.ListResult {
	result := req.NewListResult(ctx)
	model := newModel()
	model.Deployed, model.Timeouts = l.data.Here(), framework.NoTimeouts(req, &result.Diagnostics)
	model.fromAPI(one)
	result.DisplayName = model.label()
	result.Diagnostics.Append(result.Identity.Set(ctx, model.identity())...)
	if !req.IncludeResource {
		return result
	}
	items, err := l.data.Client.ExportCollectionItems(ctx, one.Place(), one.ID)
	if err != nil {
		framework.AddError(&result.Diagnostics, operation("read collection", &model), err)
		return result
	}
	model.setItems(items, targetOf(items))
	result.Diagnostics.Append(result.Resource.Set(ctx, &model)...)
	return result
}
