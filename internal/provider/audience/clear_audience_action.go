package audience

import (
	"context"
	"fmt"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

var (
	_ action.Action               = (*clearAudienceAction)(nil)
	_ action.ActionWithConfigure  = (*clearAudienceAction)(nil)
	_ action.ActionWithModifyPlan = (*clearAudienceAction)(nil)
)

const clearAudienceType = "talonone_clear_audience"

type clearAudienceAction struct{ data *framework.Data }

// NewClearAudienceAction is the action talonone_clear_audience.
func NewClearAudienceAction() action.Action { return &clearAudienceAction{} }

// clearAudienceModel mirrors the action.
type clearAudienceModel struct {
	AudienceID types.Int64 `tfsdk:"audience_id"`
}

func (a *clearAudienceAction) Metadata(_ context.Context, _ action.MetadataRequest, resp *action.MetadataResponse) {
	resp.TypeName = clearAudienceType
}

func (a *clearAudienceAction) Schema(_ context.Context, _ action.SchemaRequest, resp *action.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Removes all members of an audience and keeps the audience. **This can't be undone.** The plan says how many members that is if a Management API key " +
			"allows the audience analytics endpoint.\n\n" +
			"Requires an Integration API key (on deployments from before 2023 the Management credential, see `legacy_manager_auth` of the provider).",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
		},
	}
}

func (a *clearAudienceAction) Configure(_ context.Context, req action.ConfigureRequest, resp *action.ConfigureResponse) {
	a.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (a *clearAudienceAction) ModifyPlan(ctx context.Context, req action.ModifyPlanRequest, resp *action.ModifyPlanResponse) {
	var config clearAudienceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if a.data == nil || config.AudienceID.IsUnknown() || resp.Diagnostics.HasError() {
		return
	}
	expectAudience(ctx, a.data, clearAudienceType, config.AudienceID, &resp.Diagnostics)
	id := config.AudienceID.ValueInt64()
	if members := a.members(ctx, id); members != "" && !resp.Diagnostics.HasError() {
		resp.Diagnostics.AddWarning(fmt.Sprintf("The action removes all members of audience %d", id),
			fmt.Sprintf("It removes %s of audience %d. This can't be undone.", members, id))
	}
}

func (a *clearAudienceAction) Invoke(ctx context.Context, req action.InvokeRequest, resp *action.InvokeResponse) {
	ctx = framework.Progress(ctx, resp)
	var config clearAudienceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := config.AudienceID.ValueInt64()
	unlock, err := a.data.Rows.Lock(ctx, framework.MembersTarget(config.AudienceID))
	if err == nil {
		defer unlock()
		resp.SendProgress(action.InvokeProgressEvent{Message: a.announce(ctx, id)})
		err = a.data.Client.DeleteAudienceMembershipsV2(ctx, id)
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, framework.Operation{
			Construct: clearAudienceType, Action: "remove the members of", Object: "audience " + config.AudienceID.String(),
			NotFound: path.Root("audience_id"),
			Advice:   map[int]string{http.StatusNotFound: "There is no such audience, or it belongs to the other environment (sandbox or live) than the Integration API key."},
		}, err)
		return
	}
	resp.SendProgress(action.InvokeProgressEvent{Message: fmt.Sprintf("Audience %d is empty.", id)})
}

func (a *clearAudienceAction) announce(ctx context.Context, id int64) string {
	if members := a.members(ctx, id); members != "" {
		return fmt.Sprintf("Removing %s of audience %d.", members, id)
	}
	return fmt.Sprintf("Audience %d has no members.", id)
}

// members says how many there are to remove, where a Management key can count them;
// empty for none.
func (a *clearAudienceAction) members(ctx context.Context, id int64) string {
	if !a.data.Client.HasManagementKey() {
		return "all members"
	}
	counts, err := a.data.Client.GetAudiencesAnalytics(ctx)
	switch {
	case err != nil:
		return "all members"
	case counts[id] == 0:
		return ""
	case counts[id] == 1:
		return "1 member"
	default:
		return fmt.Sprintf("%d members", counts[id])
	}
}
