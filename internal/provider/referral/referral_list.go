package referral

import (
	"context"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ list.ListResource              = (*referralList)(nil)
	_ list.ListResourceWithConfigure = (*referralList)(nil)
)

type referralList struct{ data *framework.Data }

// NewReferralList lists the referrals of a campaign for terraform query.
func NewReferralList() list.ListResource { return &referralList{} }

// referralListModel mirrors the configuration of the list.
type referralListModel struct {
	CampaignID    types.Int64  `tfsdk:"campaign_id"`
	ApplicationID types.Int64  `tfsdk:"application_id"`
	Advocate      types.String `tfsdk:"advocate_profile_integration_id"`
	Valid         types.String `tfsdk:"valid"`
	Usable        types.Bool   `tfsdk:"usable"`
}

func (l *referralList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (l *referralList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the referrals of a campaign, in order of their IDs, for `terraform query` and for importing them. All filters that are set must match.\n\n" +
			"Requires a Management API key that allows the referrals endpoint, and the applications and campaigns endpoints where `application_id` is omitted.",
		Attributes: map[string]schema.Attribute{
			"campaign_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the campaign.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"application_id": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "ID of the campaign's Application. Default: looked up.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
			"advocate_profile_integration_id": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only referrals of this advocate.",
				Validators:          framework.IntegrationID(),
			},
			"valid": schema.StringAttribute{
				Optional:            true,
				MarkdownDescription: "Only referrals that are valid now (`validNow`), later (`validFuture`) or no longer (`expired`).",
				Validators:          []validator.String{stringvalidator.OneOf("expired", "validNow", "validFuture")},
			},
			"usable": schema.BoolAttribute{
				Optional:            true,
				MarkdownDescription: "Only referrals that have been used less often than their limit allows (`true`), or as often (`false`).",
			},
		},
	}
}

func (l *referralList) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *referralList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config referralListModel
	diags := req.Config.Get(ctx, &config)
	if config.ApplicationID.IsNull() && !diags.HasError() {
		config.ApplicationID = types.Int64Value(l.applicationOf(ctx, config.CampaignID.ValueInt64(), &diags))
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		// Each page is passed on before the next one is asked for.
		enough := errors.New("enough")
		var sent int64
		err := l.data.Client.GetReferrals(ctx, config.ApplicationID.ValueInt64(), config.CampaignID.ValueInt64(), config.filter(), func(page []*talonone.Referral) error {
			for _, referral := range page {
				if !push(l.result(ctx, req, referral, config.ApplicationID)) {
					return enough
				}
				if sent++; req.Limit > 0 && sent >= req.Limit {
					return enough
				}
			}
			return nil
		})
		if err == nil || errors.Is(err, enough) {
			return
		}
		var failed diag.Diagnostics
		framework.AddError(&failed, framework.Operation{Construct: "list " + resourceType, Action: fmt.Sprintf("list the referrals of campaign %d", config.CampaignID.ValueInt64())}, err)
		push(list.ListResult{Diagnostics: failed})
	}
}

func (l *referralList) applicationOf(ctx context.Context, campaignID int64, diags *diag.Diagnostics) int64 {
	id := resolveApplication(ctx, l.data.Client, types.Int64Null(), types.Int64Value(campaignID), diags)
	if id.IsNull() && !diags.HasError() {
		diags.AddAttributeError(path.Root("campaign_id"), "Campaign not found",
			fmt.Sprintf("No Application that the Management API key can read has a campaign %d. Correct the ID; if it is right, set application_id.", campaignID))
	}
	return id.ValueInt64()
}

func (m referralListModel) filter() talonone.ReferralFilter {
	return talonone.ReferralFilter{Advocate: m.Advocate.ValueString(), Valid: m.Valid.ValueString(), Usable: framework.BoolPointer(m.Usable)}
}

func (l *referralList) result(ctx context.Context, req list.ListRequest, referral *talonone.Referral, applicationID types.Int64) list.ListResult {
	item := req.NewListResult(ctx)
	model := fromAPI(referral, referralModel{Deployed: l.data.Here(), ApplicationID: applicationID})
	item.DisplayName = referral.Code
	item.Diagnostics.Append(item.Identity.Set(ctx, model.identity())...)
	if req.IncludeResource {
		item.Diagnostics.Append(item.Resource.Set(ctx, &model)...)
	}
	return item
}
