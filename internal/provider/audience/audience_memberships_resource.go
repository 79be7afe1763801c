package audience

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/resourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                     = (*membershipsResource)(nil)
	_ resource.ResourceWithConfigure        = (*membershipsResource)(nil)
	_ resource.ResourceWithConfigValidators = (*membershipsResource)(nil)
	_ resource.ResourceWithValidateConfig   = (*membershipsResource)(nil)
	_ resource.ResourceWithModifyPlan       = (*membershipsResource)(nil)
	_ resource.ResourceWithImportState      = (*membershipsResource)(nil)
	_ resource.ResourceWithIdentity         = (*membershipsResource)(nil)
)

const (
	membershipsType = "talonone_audience_memberships"

	// membershipsTimeout is the default of every entry of the timeouts: a
	// million members one by one are 1000 requests.
	membershipsTimeout = 30 * time.Minute
)

type membershipsResource struct{ data *framework.Data }

// NewAudienceMembershipsResource is the resource talonone_audience_memberships.
func NewAudienceMembershipsResource() resource.Resource { return &membershipsResource{} }

func (r *membershipsResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = membershipsType
}

func (r *membershipsResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"audience_id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the audience."},
		},
	}
}

func (r *membershipsResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *membershipsResource) ConfigValidators(context.Context) []resource.ConfigValidator {
	return []resource.ConfigValidator{
		resourcevalidator.ExactlyOneOf(path.MatchRoot("members"), path.MatchRoot("members_json"), path.MatchRoot("members_file")),
	}
}

func (r *membershipsResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config membershipsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !config.MembersFile.IsNull() {
		// A file is read when there is a plan to make.
		return
	}
	config.desired(ctx, &resp.Diagnostics)
}

func (r *membershipsResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan membershipsModel
	creating := req.State.Raw.IsNull()
	if !creating {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, state.guards(), &resp.Diagnostics)
		r.planRemoval(&state, bulk.Subject.WarnDestroyed, state.MaxRemovalPercent, &resp.Diagnostics)
		if prior := readPrior(&state, &resp.Diagnostics); prior != nil && prior.complete {
			r.data.Owners.Leave(ctx, state.claim(nil), prior.ids, req.Private, resp.Private, &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var prior *priorMembers
	if creating {
		bulk.NoteGuards(ctx, resp.Private, plan.guards(), &resp.Diagnostics)
	} else {
		if !plan.AudienceID.Equal(state.AudienceID) {
			bulk.NoteReplaced(ctx, resp.Private, bulk.Target{}, &resp.Diagnostics)
			r.planRemoval(&state, bulk.Subject.WarnReplaced, plan.MaxRemovalPercent, &resp.Diagnostics)
			return
		}
		if prior = readPrior(&state, &resp.Diagnostics); prior == nil {
			return
		}
		bulk.NoteReplaced(ctx, resp.Private, prior.target, &resp.Diagnostics)
	}
	diags := &resp.Diagnostics
	r.checkOwnership(&plan, creating, diags)
	desired := plan.desiredAfter(ctx, &state, prior, diags)
	switch {
	case diags.HasError():
	case desired == nil || plan.Ownership.IsUnknown() || plan.ShowSamples.IsUnknown():
		plan.showUnknown()
		if prior != nil {
			plan.subject().WarnUnknown(plan.source(), prior.target.Count, plan.MaxRemovalPercent, diags)
		} else {
			expectAudience(ctx, r.data, membershipsType, plan.AudienceID, diags)
		}
	default:
		r.planMembers(ctx, &plan, &state, prior, desired, req.Private, resp.Private, diags)
	}
	if !diags.HasError() {
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	}
}

func (r *membershipsResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan membershipsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Create, membershipsTimeout, &resp.Diagnostics)
	defer cancel()
	desired := plan.desired(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	// What a failed create has added stays, without state: creating again converges, while a tainted resource would first
	// remove it.
	applied := r.apply(ctx, &plan, &membershipsModel{}, nil, desired, nil, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		if n := len(applied.Added); n > 0 {
			resp.Diagnostics.AddWarning("Some of the members have been added", fmt.Sprintf(
				"%s of %s have been added to audience %d before the failure, and stay. Run terraform apply again to add the rest.",
				bulk.Thousands(n), framework.MemberNoun.Count(desired.digest.Count), plan.AudienceID.ValueInt64()))
		}
		return
	}
	noteApplied(ctx, &plan, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, membershipsIdentity{AudienceID: plan.AudienceID})...)
}

func (r *membershipsResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state membershipsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := framework.Within(ctx, state.Timeouts.Read, membershipsTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, membershipsIdentity{AudienceID: state.AudienceID})...)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	var members *talonone.MemberIDs
	var target bulk.Target
	var err error
	file := state.fileDigest()
	if r.data.Client.MayCall(exportMembers) {
		members, target, err = r.refresh(ctx, &state, file)
	}
	if !r.data.Client.MayCall(exportMembers) {
		noteFile(ctx, &state, file, nil, resp.Private, &resp.Diagnostics)
		resp.Diagnostics.AddWarning(undetected, r.missingAccess()+" The rest of the state is kept as it is.")
		return
	}
	if talonone.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		addMembershipsError(&resp.Diagnostics, &state, "read the members of", err)
		return
	}
	bulk.NoteTarget(ctx, resp.Private, &target, &resp.Diagnostics)
	if state.exclusive() {
		r.data.Targets.NoteRead(state.targetKey(), target)
	}
	noteFile(ctx, &state, file, members, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *membershipsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	// The plan may have members_file as it was, where it lists the same members.
	var plan, state, config membershipsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Until something has been applied, the state is what it was.
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, membershipsIdentity{AudienceID: state.AudienceID})...)
	seen := bulk.SeenTarget(ctx, req.Private, &resp.Diagnostics)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	bulk.WritePrivate(ctx, resp.Private, privateFile, nil, &resp.Diagnostics)
	within, cancel := framework.Within(ctx, plan.Timeouts.Update, membershipsTimeout, &resp.Diagnostics)
	defer cancel()
	prior := readPrior(&state, &resp.Diagnostics)
	planned := plan.MembersFile
	plan.MembersFile = config.MembersFile
	desired := plan.desiredAfter(ctx, &state, prior, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	applied := r.apply(within, &plan, &state, prior, desired, seen, resp.Private, &resp.Diagnostics)
	plan.MembersFile = planned
	if applied.Empty() && resp.Diagnostics.HasError() {
		return
	}
	if !resp.Diagnostics.HasError() {
		noteApplied(ctx, &plan, resp.Private, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func (r *membershipsResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state membershipsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := framework.Within(ctx, state.Timeouts.Delete, membershipsTimeout, &resp.Diagnostics)
	defer cancel()
	prior := readPrior(&state, &resp.Diagnostics)
	count := int(state.MemberCount.ValueInt64())
	guards := bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics)
	state.subject().GuardEnd(r.data.AllowDelete, guards.MaxRemovalPercent, count, count, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	unlock, err := r.data.Rows.Lock(ctx, framework.MembersTarget(state.AudienceID))
	if err == nil {
		defer unlock()
		err = r.removeAll(ctx, &state, prior, req.Private, &resp.Diagnostics)
	}
	if err != nil && !talonone.IsNotFound(err) {
		addMembershipsError(&resp.Diagnostics, &state, "remove the members of", err)
		return
	}
	r.data.Targets.NoteDeleted(state.targetKey())
}

func (r *membershipsResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := membershipsIdentity{AudienceID: types.Int64Null()}
	members := types.ListNull(types.StringType)
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		id, ids, err := parseMembershipsID(req.ID)
		if err != nil {
			resp.Diagnostics.AddError("Invalid import ID", err.Error())
			return
		}
		identity.AudienceID = types.Int64Value(id)
		if ids != nil {
			members = listOf(ids)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.data.Client.HasManagementKey() {
		resp.Diagnostics.AddError("Importing members requires a Management API key",
			missingKey("exportAudiencesMemberships", talonone.ManagementCredential))
		return
	}
	for attribute, value := range map[string]any{
		"audience_id": identity.AudienceID, "members": members, "show_samples": true,
	} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

// parseMembershipsID reads AUDIENCE, or AUDIENCE/ID,ID,… with the IDs as one
// record of CSV; ids is nil without them.
func parseMembershipsID(text string) (audienceID int64, ids []string, err error) {
	number, list, listed := strings.Cut(text, "/")
	audienceID, err = strconv.ParseInt(number, 10, 64)
	if err == nil && listed {
		in := csv.NewReader(strings.NewReader(list))
		if ids, err = in.Read(); err == nil {
			var members idSet
			for i, id := range ids {
				err = errors.Join(err, members.add([]byte(id), i))
			}
		}
	}
	if err != nil || audienceID < 1 {
		return 0, nil, fmt.Errorf("use the ID of an audience, such as 748, to import all its members, " +
			"or the ID and some of its members, such as 748/customer-1,customer-2 (an ID with a comma is in double quotes)")
	}
	return audienceID, ids, nil
}

// readPrior is what the state says of its members; nil when it can't be read.
func readPrior(state *membershipsModel, diags *diag.Diagnostics) *priorMembers {
	prior, err := state.prior()
	if err != nil {
		diags.AddAttributeError(path.Root("managed_set"), "Unreadable state", framework.Sentence(err.Error()))
	}
	return prior
}
