package audience

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net/http"
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
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		r.planRemoval(state, "Destroying", &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var held holding
	if !req.State.Raw.IsNull() {
		if !plan.AudienceID.Equal(state.AudienceID) {
			r.planRemoval(state, "Replacing", &resp.Diagnostics)
			return
		}
		var err error
		if held, err = state.holding(); err != nil {
			resp.Diagnostics.AddAttributeError(path.Root("managed_set"), "Unreadable state", framework.Sentence(err.Error()))
			return
		}
	}
	r.checkKeys(plan, !held.exists, &resp.Diagnostics)
	want := plan.desired(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if want == nil || plan.Ownership.IsUnknown() || plan.ShowSamples.IsUnknown() {
		plan.MemberCount, plan.MembersDigest = types.Int64Unknown(), types.StringUnknown()
		plan.showUnknown()
	} else {
		r.planMembers(ctx, &plan, state, held, want, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *membershipsResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan membershipsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	allowed, diags := plan.Timeouts.Create(ctx, membershipsTimeout)
	resp.Diagnostics.Append(diags...)
	want := plan.desired(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	// What has landed of a failed create stays, without state: creating again
	// converges, while a tainted resource would first remove it.
	done := r.carryOut(ctx, &plan, holding{}, want, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		if n := len(done.joined) + len(done.left); n > 0 {
			resp.Diagnostics.AddWarning("A part of the members has been changed",
				fmt.Sprintf("%d members of audience %d have joined and %d have left before the failure, and stay like this. Run terraform apply again to go on. "+
					"An additive resource then takes those who have joined for members that were there before, and never removes them.",
					len(done.joined), plan.AudienceID.ValueInt64(), len(done.left)))
		}
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, membershipsIdentity{AudienceID: plan.AudienceID})...)
}

func (r *membershipsResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state membershipsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	allowed, diags := state.Timeouts.Read(ctx, membershipsTimeout)
	resp.Diagnostics.Append(diags...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, membershipsIdentity{AudienceID: state.AudienceID})...)
	// The next plan shows who comes and goes then, not the difference to whom it was before.
	state.SampleJoining, state.SampleLeaving = listOf(nil), listOf(nil)
	if !r.data.Client.HasManagementKey() {
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		resp.Diagnostics.AddWarning("Members who joined or left outside of Terraform stay unseen",
			framework.MissingKey(membershipsType, &talonone.MissingCredentialError{Operation: "exportAudiencesMemberships", Credential: talonone.ManagementCredential})+
				" The rest of the state is kept as it is.")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	err := r.refresh(ctx, &state)
	if talonone.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, membershipsOperation("read the members of", state), err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *membershipsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state membershipsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Until something has landed, the state is what it was.
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, membershipsIdentity{AudienceID: state.AudienceID})...)
	allowed, diags := plan.Timeouts.Update(ctx, membershipsTimeout)
	resp.Diagnostics.Append(diags...)
	held, err := state.holding()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("managed_set"), "Unreadable state", framework.Sentence(err.Error()))
	}
	want := plan.desired(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	within, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	if done := r.carryOut(within, &plan, held, want, &resp.Diagnostics); done.nothing() && resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

func (r *membershipsResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state membershipsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	allowed, diags := state.Timeouts.Delete(ctx, membershipsTimeout)
	resp.Diagnostics.Append(diags...)
	held, err := state.holding()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("managed_set"), "Unreadable state", framework.Sentence(err.Error()))
	}
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, allowed)
	defer cancel()
	unlock, err := r.data.Members.Lock(ctx, state.AudienceID.String())
	if err == nil {
		defer unlock()
		err = r.removeAll(ctx, state, held)
	}
	if err != nil && !talonone.IsNotFound(err) {
		addMembershipsError(&resp.Diagnostics, membershipsOperation("remove the members of", state), err)
	}
}

func (r *membershipsResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := membershipsIdentity{AudienceID: types.Int64Null()}
	ownership, members := bulk.Exclusive, types.ListNull(types.StringType)
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
			ownership, members = bulk.Additive, listOf(ids)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if !r.data.Client.HasManagementKey() {
		resp.Diagnostics.AddError("Importing members needs a Management API key",
			framework.MissingKey(membershipsType, &talonone.MissingCredentialError{Operation: "exportAudiencesMemberships", Credential: talonone.ManagementCredential}))
		return
	}
	for attribute, value := range map[string]any{
		"audience_id": identity.AudienceID, "ownership": ownership, "members": members, "show_samples": true,
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
			var members roll
			for i, id := range ids {
				err = errors.Join(err, members.add([]byte(id), i))
			}
		}
	}
	if err != nil || audienceID < 1 {
		return 0, nil, fmt.Errorf("this is neither the number of an audience, such as 748, which imports all its members with exclusive ownership, " +
			"nor the number and its listed members, such as 748/customer-1,customer-2, with additive ownership (an ID with a comma stands in double quotes)")
	}
	return audienceID, ids, nil
}

// checkKeys reports at plan time which key an ownership lacks.
func (r *membershipsResource) checkKeys(plan membershipsModel, creating bool, diags *diag.Diagnostics) {
	if r.data.Client.HasManagementKey() {
		return
	}
	missing := framework.MissingKey(membershipsType, &talonone.MissingCredentialError{Operation: "exportAudiencesMemberships", Credential: talonone.ManagementCredential})
	if plan.exclusive() {
		diags.AddAttributeError(path.Root("ownership"), "Exclusive ownership needs a Management API key",
			"Only with it the provider sees who else is in the audience. Use additive ownership, or configure the key.\n\n"+missing)
		return
	}
	if creating {
		// Read says so from then on.
		diags.AddWarning("Members who joined or left outside of Terraform stay unseen", missing)
	}
}

// planRemoval guards and announces that the resource's members leave with it.
func (r *membershipsResource) planRemoval(state membershipsModel, verb string, diags *diag.Diagnostics) {
	held, err := state.holding()
	if err != nil {
		diags.AddAttributeError(path.Root("managed_set"), "Unreadable state", framework.Sentence(err.Error()))
		return
	}
	leaving := held.count
	if held.ownership == bulk.Additive {
		leaving = len(held.own())
	}
	diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), state.MaxRemovalPercent, leaving, held.count, "members")...)
	if leaving > 0 && !diags.HasError() {
		diags.AddWarning(verb+" memberships removes members", fmt.Sprintf("%d members leave audience %d.", leaving, state.AudienceID.ValueInt64()))
	}
}

// planMembers writes into the plan who joins and who leaves.
func (r *membershipsResource) planMembers(ctx context.Context, plan *membershipsModel, state membershipsModel, held holding, want *roll, diags *diag.Diagnostics) {
	plan.MemberCount = types.Int64Value(int64(want.digest.count))
	plan.MembersDigest = types.StringValue(want.digest.String())
	if plan.AudienceID.IsUnknown() {
		plan.showUnknown()
		return
	}
	c, present, err := r.compare(ctx, *plan, held, want)
	if err == nil && plan.ShowSamples.ValueBool() && len(c.unresolved) > 0 {
		err = r.resolve(ctx, *plan, &c)
	}
	if err != nil {
		addMembershipsError(diags, membershipsOperation("plan the members of", *plan), err)
		return
	}
	r.keepWritten(plan, state, held, want)
	plan.show(c)
	if held.exists && c.empty() && plan.Ownership.Equal(state.Ownership) {
		plan.LastSync = state.LastSync
		if plan.ShowSamples.ValueBool() {
			plan.SampleJoining, plan.SampleLeaving = state.SampleJoining, state.SampleLeaving
		}
	}
	diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), plan.MaxRemovalPercent, c.removed(), present, "members")...)
	if c.staying > 0 {
		diags.AddAttributeWarning(path.Root("ownership"), "Members stay in the audience",
			fmt.Sprintf("With additive ownership the %d members of audience %d that are not listed are nobody's business of this resource any more: they stay. "+
				"To remove them, apply the shorter list with exclusive ownership first.", c.staying, plan.AudienceID.ValueInt64()))
	}
	if !c.empty() && c.method != byImport && !r.data.Client.HasIntegrationKey() {
		diags.AddError("Members can't be changed without an Integration API key",
			framework.MissingKey(membershipsType, &talonone.MissingCredentialError{Operation: "updateCustomerProfileAudiences", Credential: talonone.IntegrationCredential}))
	}
}

// keepWritten leaves in the plan what the state says already in other words, and
// what the provider remembers where nothing of it changes.
func (*membershipsResource) keepWritten(plan *membershipsModel, state membershipsModel, held holding, want *roll) {
	plan.ManagedSet = types.StringNull()
	if !plan.exclusive() {
		plan.ManagedSet = types.StringUnknown()
	}
	if !held.exists || held.digest != want.digest.String() {
		return
	}
	if !plan.Members.IsNull() && !state.Members.IsNull() {
		plan.Members = state.Members
	}
	if !plan.MembersJSON.IsNull() && !state.MembersJSON.IsNull() {
		plan.MembersJSON = state.MembersJSON
	}
	if plan.fromFile() == state.fromFile() && plan.Ownership.Equal(state.Ownership) {
		plan.ManagedSet = state.ManagedSet
	}
}

// compare finds out who has to join and to leave, and how many members could
// leave at most. It needs no request with additive ownership, nor with exclusive
// ownership where the state lists all members.
func (r *membershipsResource) compare(ctx context.Context, plan membershipsModel, held holding, want *roll) (c change, present int, err error) {
	wasExclusive := held.exists && held.ownership == bulk.Exclusive
	if !plan.exclusive() && !wasExclusive {
		return changeAdditively(held, want), held.count, nil
	}
	if wasExclusive && held.digest == want.digest.String() && held.count == want.digest.count {
		return change{}, held.count, nil
	}
	switch {
	case wasExclusive && held.complete:
		c, present = changeExclusively(bytesOf(held.ids), want), held.count
	default:
		var members *talonone.MemberIDs
		if wasExclusive {
			members, err = r.reader().exactly(ctx, plan.AudienceID.ValueInt64(), held.digest)
		} else {
			members, err = r.data.Client.AudienceMembers(ctx, plan.AudienceID.ValueInt64(), somebodyMissing)
		}
		if err != nil {
			return change{}, 0, err
		}
		c, present = changeExclusively(members.All(), want), members.Len()
	}
	if !plan.exclusive() {
		c = c.released()
	}
	return c, present, nil
}

// resolve finds the IDs of members of whom the state knows only the mark; where
// some have left by themselves, it is errChanged and those who are left.
func (r *membershipsResource) resolve(ctx context.Context, plan membershipsModel, c *change) error {
	if !r.data.Client.HasManagementKey() {
		return fmt.Errorf("%d members are to leave, and the state holds fingerprints instead of their IDs: %w", len(c.unresolved),
			&talonone.MissingCredentialError{Operation: "exportAudiencesMemberships", Credential: talonone.ManagementCredential})
	}
	ids, err := r.reader().marked(ctx, plan.AudienceID.ValueInt64(), c.unresolved)
	if err != nil {
		return err
	}
	complete := len(ids) == len(c.unresolved)
	c.leaving, c.unresolved = ids, nil
	if !complete {
		return errChanged
	}
	return nil
}

// refresh reads into the state who is a member.
func (r *membershipsResource) refresh(ctx context.Context, state *membershipsModel) error {
	imported := state.MembersDigest.IsNull()
	if imported {
		state.show(change{})
	}
	if state.exclusive() {
		members, err := r.reader().exactly(ctx, state.AudienceID.ValueInt64(), state.MembersDigest.ValueString())
		switch {
		case err == nil:
			return nil
		case !errors.Is(err, errChanged):
			return err
		}
		if imported && members.Len() <= maxListed {
			state.Members = listOf(nil)
		}
		state.fromExport(members)
		return nil
	}
	if imported {
		state.MemberCount = types.Int64Value(int64(len(state.Members.Elements())))
	}
	held, err := state.holding()
	if err != nil {
		return err
	}
	if held.complete {
		return r.refreshListed(ctx, state, held, imported)
	}
	return r.refreshMarked(ctx, state, held)
}

// refreshListed refreshes a state that lists its members.
func (r *membershipsResource) refreshListed(ctx context.Context, state *membershipsModel, held holding, imported bool) error {
	id := state.AudienceID.ValueInt64()
	found, err := r.data.Client.AudienceMembersAmong(ctx, id, held.ids)
	if err != nil || !imported && len(found) == len(held.ids) {
		return err
	}
	// They may be missing because the audience is.
	listing, err := r.data.Client.GetAudiences(ctx)
	if err != nil {
		return err
	}
	if listing.ByID(id) == nil {
		return &talonone.Error{Operation: "getAudiences", StatusCode: http.StatusNotFound, Message: fmt.Sprintf("the account has no audience %d", id)}
	}
	state.setMembers(found, held.kept, held.ids != nil && state.fromFile())
	return nil
}

// refreshMarked refreshes a state that remembers its members by marks.
func (r *membershipsResource) refreshMarked(ctx context.Context, state *membershipsModel, held holding) error {
	var found marks
	var digest setDigest
	_, err := r.data.Client.AudienceMembers(ctx, state.AudienceID.ValueInt64(), func(members *talonone.MemberIDs) bool {
		found, digest = make(marks, 0, len(held.listed)), setDigest{}
		for id := range members.All() {
			if f := fingerprintOf(id); held.listed.has(f.mark) {
				found = append(found, f.mark)
				digest.add(f)
			}
		}
		found = found.sorted()
		return len(found) == len(held.listed)
	})
	if err != nil || len(found) == len(held.listed) {
		return err
	}
	state.MemberCount = types.Int64Value(int64(len(found)))
	state.MembersDigest = types.StringValue(digest.String())
	state.remember(memory{kept: held.kept.without(held.kept.without(found)), listed: found})
	return nil
}

// removeAll ends the memberships that the resource owns.
func (r *membershipsResource) removeAll(ctx context.Context, state membershipsModel, held holding) error {
	id := state.AudienceID.ValueInt64()
	if held.ownership == bulk.Exclusive {
		if held.count == 0 {
			return nil
		}
		if r.data.Client.HasManagementKey() {
			if _, err := r.reader().exactly(ctx, id, held.digest); err != nil {
				return err
			}
		}
		return r.data.Client.DeleteAudienceMembershipsV2(ctx, id)
	}
	var c change
	c.leaving, c.unresolved = held.resolve(held.own())
	if len(c.unresolved) > 0 {
		if err := r.resolve(ctx, state, &c); err != nil && !errors.Is(err, errChanged) {
			return err
		}
	}
	_, err := r.sendActions(ctx, id, c)
	return err
}

func (r *membershipsResource) reader() reader { return reader{r.data.Client} }

// addMembershipsError is framework.AddError, with advice for what only memberships know.
func addMembershipsError(diags *diag.Diagnostics, operation framework.Doing, err error) {
	if errors.Is(err, errChanged) {
		diags.AddError("Unable to "+operation.Action+" "+operation.Object,
			"Members have joined or left since the state was read, so that the plan would not say what happens. Nothing has been changed. Run terraform plan again, without -refresh=false.")
		return
	}
	if talonone.IsNotFound(err) {
		diags.AddAttributeError(path.Root("audience_id"), "Audience not found",
			"There is no such audience on this deployment. Create it first, for example with a talonone_audience resource, and refer to its id.")
		return
	}
	framework.AddError(diags, operation, err)
}

func membershipsOperation(action string, m membershipsModel) framework.Doing {
	return framework.Doing{
		Construct: membershipsType, Action: action, Object: "audience " + m.AudienceID.String(),
		Advice: map[int]string{
			http.StatusNotFound: "There is no such audience on this deployment, or it belongs to the other environment (sandbox or live) than the Integration API key.",
			http.StatusForbidden: "The Management API key must allow the audience endpoints memberships and memberships/export, and memberships/import for exclusive ownership. " +
				"Its endpoints are chosen in the Campaign Manager under Account > Management API Keys.",
		},
	}
}
