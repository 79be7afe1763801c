package coupon

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ list.ListResource              = (*couponsList)(nil)
	_ list.ListResourceWithConfigure = (*couponsList)(nil)
)

type couponsList struct{ data *framework.Data }

// NewCouponsList is the list resource talonone_coupons.
func NewCouponsList() list.ListResource { return &couponsList{} }

// couponsListModel mirrors the list block.
type couponsListModel struct {
	ApplicationID types.Int64  `tfsdk:"application_id"`
	NameRegex     types.String `tfsdk:"name_regex"`
}

func (l *couponsList) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = couponsType
}

func (l *couponsList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Lists the campaigns of an Application that have the feature coupons, in order of their IDs: one `talonone_coupons` per campaign, with all of its coupons. " +
			"With `include_resource`, the coupons of every campaign are read, with one or two requests each.\n\n" +
			"Requires a Management API key that allows the endpoint `/v1/applications`.",
		Attributes: map[string]schema.Attribute{
			"application_id": schema.Int64Attribute{Required: true, MarkdownDescription: "ID of the Application.", Validators: framework.ReferenceID()},
			"name_regex": schema.StringAttribute{
				Optional: true, MarkdownDescription: "Regular expression (RE2) that the name of the campaign must match.", Validators: []validator.String{framework.RegexValidator{}},
			},
		},
	}
}

func (l *couponsList) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	l.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (l *couponsList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var config couponsListModel
	diags := req.Config.Get(ctx, &config)
	matches := framework.NameMatcher(config.NameRegex, &diags)
	var campaigns []talonone.Campaign
	if !diags.HasError() {
		var err error
		if campaigns, err = l.data.Client.GetCampaignsOf(ctx, config.ApplicationID.ValueInt64()); err != nil {
			framework.AddError(&diags, framework.Operation{Construct: "list " + couponsType, Action: "read the campaigns of", Object: "Application " + config.ApplicationID.String()}, err)
		}
	}
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		sent := int64(0)
		for _, campaign := range campaigns {
			if !slices.Contains(campaign.Features, "coupons") || !matches(campaign.Name) {
				continue
			}
			if sent == req.Limit || !push(l.result(ctx, req, campaign)) {
				return
			}
			sent++
		}
	}
}

func (l *couponsList) result(ctx context.Context, req list.ListRequest, campaign talonone.Campaign) list.ListResult {
	result := req.NewListResult(ctx)
	result.DisplayName = fmt.Sprintf("Coupons of %q (%d)", campaign.Name, campaign.ID)
	state := couponsModel{
		Deployed: l.data.Here(), ApplicationID: types.Int64Value(campaign.ApplicationID), CampaignID: types.Int64Value(campaign.ID),
		CouponsFile: types.ObjectNull(files.Types(files.ForCoupons())), LastSync: bulk.NullLastSync(),
	}
	result.Diagnostics.Append(result.Identity.Set(ctx, state.identity())...)
	if !req.IncludeResource {
		return result
	}
	state.Timeouts = framework.NoTimeouts(req, &result.Diagnostics)
	manager := couponsResource{data: l.data}
	found, err := manager.refresh(ctx, &state, nil, true)
	if err != nil {
		manager.addError(&result.Diagnostics, "read the coupons of", &state, err)
		return result
	}
	state.setRows(rowsOf(found.others, nil), nil)
	result.Diagnostics.Append(result.Resource.Set(ctx, &state)...)
	return result
}
