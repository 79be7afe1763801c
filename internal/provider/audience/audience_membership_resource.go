package audience

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                = (*membershipResource)(nil)
	_ resource.ResourceWithConfigure   = (*membershipResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*membershipResource)(nil)
	_ resource.ResourceWithImportState = (*membershipResource)(nil)
	_ resource.ResourceWithIdentity    = (*membershipResource)(nil)
)

const membershipType = "talonone_audience_membership"

type membershipResource struct{ data *framework.Data }

// NewAudienceMembershipResource is the resource talonone_audience_membership.
func NewAudienceMembershipResource() resource.Resource { return &membershipResource{} }

// membershipModel mirrors the resource, and its identity.
type membershipModel struct {
	framework.Deployed
	framework.Timed
	membershipIdentity
}

// membershipIdentity mirrors the resource's identity.
type membershipIdentity struct {
	AudienceID           types.Int64  `tfsdk:"audience_id"`
	ProfileIntegrationID types.String `tfsdk:"profile_integration_id"`
}

func (r *membershipResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = membershipType
}

func (r *membershipResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Makes one customer a member of one audience, for modules that manage a single membership. `talonone_audience_memberships` manages many at once. " +
			"Memberships of one run are added, removed and read in shared requests; a higher `-parallelism` shares more.\n\n" +
			"A profile that does not exist is created. An existing membership is managed like a new one, without a warning in the plan, and ends when the resource is destroyed.\n\n" +
			"Requires an Integration API key. Without a Management API key, each membership is read with its own request.",
		Attributes: map[string]schema.Attribute{
			"audience_id": schema.Int64Attribute{
				Required:            true,
				MarkdownDescription: "ID of the audience. Changing this replaces the membership.",
				Validators:          framework.ReferenceID(),
				PlanModifiers:       []planmodifier.Int64{int64planmodifier.RequiresReplace()},
			},
			"profile_integration_id": schema.StringAttribute{
				Required:            true,
				MarkdownDescription: fmt.Sprintf("Integration ID of the customer profile, 1 to %d characters, case-sensitive. Changing this replaces the membership.", talonone.MaxIntegrationID),
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, talonone.MaxIntegrationID)},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
		},
	}
}

func (r *membershipResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"audience_id":            identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the audience."},
			"profile_integration_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Integration ID of the customer profile."},
		},
	}
}

func (r *membershipResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *membershipResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan membershipModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		r.data.Owners.Leave(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !plan.AudienceID.Equal(state.AudienceID) {
		expectAudience(ctx, r.data, membershipType, plan.AudienceID, &resp.Diagnostics)
	}
	if plan.AudienceID.IsUnknown() || plan.ProfileIntegrationID.IsUnknown() {
		return
	}
	claim := plan.claim()
	claim.Held = func(string) bool {
		return plan.AudienceID.Equal(state.AudienceID) && plan.ProfileIntegrationID.Equal(state.ProfileIntegrationID)
	}
	r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
}

func (r *membershipResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan membershipModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	unlock, err := r.data.LockRow(ctx, framework.MembersTarget(plan.AudienceID), plan.ProfileIntegrationID.ValueString())
	if err == nil {
		defer unlock()
		r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
		err = r.data.Client.ChangeAudienceMember(ctx, plan.toAPI(talonone.AddToAudience))
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, plan.operation("add"), err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.membershipIdentity)...)
}

func (r *membershipResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state membershipModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.membershipIdentity)...)
	member, err := r.data.Client.IsAudienceMember(ctx, state.AudienceID.ValueInt64(), state.ProfileIntegrationID.ValueString())
	switch {
	case talonone.IsNotFound(err), err == nil && !member:
		resp.State.RemoveResource(ctx)
	case err != nil:
		framework.AddError(&resp.Diagnostics, state.operation("read"), err)
	}
}

// Update has nothing to do: every change replaces.
func (r *membershipResource) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {
}

func (r *membershipResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state membershipModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	unlock, err := r.data.LockRow(ctx, framework.MembersTarget(state.AudienceID), state.ProfileIntegrationID.ValueString())
	if err == nil {
		defer unlock()
		if remove, _ := r.data.Owners.Spare(ctx, state.claim(), state.claim().Rows, req.Private, &resp.Diagnostics); len(remove) > 0 {
			err = r.data.Client.ChangeAudienceMember(ctx, state.toAPI(talonone.DeleteFromAudience))
			r.data.Owners.NoteRemoved(state.claim().Target, remove)
		}
	}
	if err != nil && !talonone.IsNotFound(err) {
		framework.AddError(&resp.Diagnostics, state.operation("remove"), err)
	}
}

func (r *membershipResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var imported membershipModel
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &imported.membershipIdentity)...)
	} else {
		number, profile, listed := strings.Cut(req.ID, "/")
		id, err := strconv.ParseInt(number, 10, 64)
		if err != nil || id < 1 || !listed || profile == "" {
			resp.Diagnostics.AddError("Invalid import ID",
				"Write the ID of the audience, a slash and the integration ID of the profile, unescaped, such as 748/customer-1.")
			return
		}
		imported.membershipIdentity = membershipIdentity{AudienceID: types.Int64Value(id), ProfileIntegrationID: types.StringValue(profile)}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &imported)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, imported.membershipIdentity)...)
}

// claim is what the resource wants to own.
func (m membershipModel) claim() bulk.Claim {
	profile := m.ProfileIntegrationID.ValueString()
	return bulk.Claim{
		Subject: bulk.Subject{Noun: framework.MemberNoun, Place: framework.MembersTarget(m.AudienceID), ResourceType: membershipType, ImportID: m.AudienceID.String() + "/" + profile},
		Target:  framework.MembersTarget(m.AudienceID), At: path.Root("profile_integration_id"), Rows: []string{profile},
	}
}

func (m membershipModel) toAPI(action string) talonone.AudienceAction {
	return talonone.AudienceAction{Action: action, ProfileIntegrationID: m.ProfileIntegrationID.ValueString(), AudienceID: m.AudienceID.ValueInt64()}
}

func (m membershipModel) operation(action string) framework.Operation {
	return framework.Operation{
		Construct: membershipType, Action: action + " a member of", Object: "audience " + m.AudienceID.String(),
		Pointers: map[string]path.Path{
			"/audienceId": path.Root("audience_id"), "/profileIntegrationId": path.Root("profile_integration_id"),
		},
		NotFound: path.Root("audience_id"),
		Advice: map[int]string{
			http.StatusNotFound: "There is no such audience on this deployment, or it belongs to the other environment (sandbox or live) than the Integration API key.",
		},
	}
}
