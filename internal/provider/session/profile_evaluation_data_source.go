package session

import (
	"context"
	"encoding/json"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ datasource.DataSource              = (*profileEvaluationDataSource)(nil)
	_ datasource.DataSourceWithConfigure = (*profileEvaluationDataSource)(nil)
)

const profileEvaluationType = "talonone_profile_evaluation"

type profileEvaluationDataSource struct{ data *framework.Data }

// NewProfileEvaluationDataSource is the data source talonone_profile_evaluation.
func NewProfileEvaluationDataSource() datasource.DataSource { return &profileEvaluationDataSource{} }

// profileEvaluationModel mirrors the data source.
type profileEvaluationModel struct {
	IntegrationID        types.String         `tfsdk:"integration_id"`
	Attributes           jsontypes.Normalized `tfsdk:"attributes"`
	AudienceChanges      types.Object         `tfsdk:"audience_changes"`
	EvaluableCampaignIDs types.List           `tfsdk:"evaluable_campaign_ids"`
	ResponseContent      types.List           `tfsdk:"response_content"`
	Response             jsontypes.Normalized `tfsdk:"response"`
	Effects              types.List           `tfsdk:"effects"`
	CreatedCoupons       types.List           `tfsdk:"created_coupons"`
	CreatedReferrals     types.List           `tfsdk:"created_referrals"`
	EffectTypes          types.List           `tfsdk:"effect_types"`
	customerOutcomeModel
}

// audienceChangesModel mirrors audience_changes.
type audienceChangesModel struct {
	Adds    types.List `tfsdk:"adds"`
	Deletes types.List `tfsdk:"deletes"`
}

func (d *profileEvaluationDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = profileEvaluationType
}

func (d *profileEvaluationDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (d *profileEvaluationDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model profileEvaluationModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	var moves audienceChangesModel
	if !model.AudienceChanges.IsNull() {
		resp.Diagnostics.Append(model.AudienceChanges.As(ctx, &moves, basetypes.ObjectAsOptions{})...)
	}
	customattr.Check(ctx, d.data, talonone.EntityCustomerProfile, nil, model.Attributes, path.Root("attributes"), &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	update := talonone.ProfileRequest{RunRuleEngine: true, Dry: true, ResponseContent: evaluationParts(model.ResponseContent, true)}
	update.IntegrationID = model.IntegrationID.ValueString()
	if isSet(model.Attributes) {
		update.Attributes = json.RawMessage(model.Attributes.ValueString())
	}
	update.Joins, _ = framework.Int64s(moves.Adds)
	update.Leaves, _ = framework.Int64s(moves.Deletes)
	update.EvaluableCampaignIDs, _ = framework.Int64s(model.EvaluableCampaignIDs)
	response, err := d.data.Client.UpdateCustomerProfileV2(ctx, update)
	if err != nil {
		framework.AddError(&resp.Diagnostics, framework.Operation{
			Construct: "data " + profileEvaluationType, Action: "evaluate the update of customer profile", Object: strconv.Quote(update.IntegrationID),
			Pointers: map[string]path.Path{
				"/attributes": path.Root("attributes"), "/audiencesChanges/adds": path.Root("audience_changes").AtName("adds"),
				"/audiencesChanges/deletes": path.Root("audience_changes").AtName("deletes"), "/evaluableCampaignIds": path.Root("evaluable_campaign_ids"),
			},
		}, err)
		return
	}
	model.Effects, model.EffectTypes = framework.Effects(response.Effects), effectTypes(response.Effects)
	model.CreatedCoupons, model.CreatedReferrals = framework.CreatedCoupons(response.CreatedCoupons), framework.CreatedReferrals(response.CreatedReferrals)
	model.customerOutcomeModel = customerOutcomeFrom(outcomeOf(ctx, d.data, response))
	model.Response = framework.Parts(model.ResponseContent, response.Parts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}
