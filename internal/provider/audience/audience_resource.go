package audience

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                = (*audienceResource)(nil)
	_ resource.ResourceWithConfigure   = (*audienceResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*audienceResource)(nil)
	_ resource.ResourceWithImportState = (*audienceResource)(nil)
	_ resource.ResourceWithIdentity    = (*audienceResource)(nil)
)

const (
	resourceType = "talonone_audience"

	// privateDescription keeps the description that the deployment has, where it
	// is not the configured one.
	privateDescription = "description"
)

type audienceResource struct {
	framework.InAccount

	data *framework.Data
}

// NewAudienceResource is the resource talonone_audience.
func NewAudienceResource() resource.Resource { return &audienceResource{} }

func (r *audienceResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (r *audienceResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the audience."},
		},
	}
}

func (r *audienceResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *audienceResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan, config audienceModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		r.data.Audiences.Add(state.ID.ValueInt64())
		created, _ := state.Created.ValueRFC3339Time()
		r.data.Journal.Held(resourceType, journal.Object{ID: state.ID.ValueInt64(), Created: created})
		bulk.NoteReplaced(ctx, resp.Private, bulk.Target{Count: 1, Digest: state.ID.String()}, &resp.Diagnostics)
	}
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, state.guards(), &resp.Diagnostics)
		r.checkRemoval(ctx, state, state.DeletionProtection, "Destroying", path.Empty(), &resp.Diagnostics)
		r.data.Owners.Leave(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if checkName(plan.Name, state.Name, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	r.data.ExpectApplications(ctx, path.Root("subscribed_application_ids"), plan.SubscribedApplicationIDs, state.SubscribedApplicationIDs, &resp.Diagnostics)
	if req.State.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, plan.guards(), &resp.Diagnostics)
		if replaced := bulk.Replaced(ctx, req.Private, &resp.Diagnostics); replaced != nil {
			bulk.Protect(r.data.AllowDelete, resourceType, replaced.Digest, "Audience "+replaced.Digest, plan.DeletionProtection, "", &resp.Diagnostics)
		}
		r.planCreate(ctx, plan, config, &resp.Diagnostics)
		return
	}

	resp.RequiresReplace = replacedBy(plan, state, config)
	if actual := bulk.ReadPrivate[*string](ctx, req.Private, privateDescription, &resp.Diagnostics); actual != nil && plan.Description.Equal(types.StringValue(*actual)) {
		// The configuration has come round to what the Campaign Manager shows:
		// there is nothing left to change.
		resp.RequiresReplace = slices.DeleteFunc(resp.RequiresReplace, path.Root("description").Equal)
	}
	if len(resp.RequiresReplace) > 0 {
		protection := plan.DeletionProtection
		if protection.IsUnknown() {
			protection = state.DeletionProtection
		}
		r.checkRemoval(ctx, state, protection, "Replacing", resp.RequiresReplace[0], &resp.Diagnostics)
		r.data.Owners.Remove(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	keepComputed(&plan, state, config)
	claim := state.claim()
	claim.Held = func(string) bool { return true }
	r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// checkName refuses a new name with white space around it: a deployment that drops it would show a change in every plan.
func checkName(name, before types.String, diags *diag.Diagnostics) {
	if text := name.ValueString(); text != strings.TrimSpace(text) && !name.Equal(before) {
		diags.AddAttributeError(path.Root("name"), "White space around a name",
			fmt.Sprintf("The name %q begins or ends with white space, which a deployment may remove. Remove it.", text))
	}
}

func (r *audienceResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan audienceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	created, err := r.create(ctx, plan.toAPI())
	if err != nil {
		r.reportCreate(ctx, plan, err, &resp.Diagnostics)
		return
	}
	model := fromAPI(created, plan)
	r.save(ctx, model, &resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *audienceResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state audienceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// The framework asks for it on every path, also when the audience is gone.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, audienceIdentity{ID: state.ID})...)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	imported := state.Name.IsNull()
	if !r.data.Client.HasManagementKey() && !imported {
		resp.Diagnostics.AddWarning("Changes made outside Terraform are not detected",
			framework.MissingKey(resourceType, &talonone.MissingCredentialError{Operation: "getAudiences", Credential: talonone.ManagementCredential})+
				" The state is kept as it is.")
		return
	}
	listing, err := r.data.Client.GetAudiences(ctx)
	if err != nil {
		framework.AddError(&resp.Diagnostics, operation("read audience", state), err)
		return
	}
	audience := listing.ByID(state.ID.ValueInt64())
	if audience != nil && framework.IsAnother(state.Created, audience.Created) {
		framework.WarnAnother(&resp.Diagnostics, "audience "+label(state), state.Created, audience.Created)
		audience = nil
	}
	if audience == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	r.data.Audiences.Add(audience.ID)
	r.data.Journal.Held(resourceType, journal.Object{ID: audience.ID, Created: audience.Created})
	model := fromAPI(audience, state)
	if !imported {
		keepDescription(ctx, &model, state, resp)
	}
	r.save(ctx, model, &resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *audienceResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state audienceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	// deletion_protection, and a description that only catches up with the
	// deployment, need no request.
	if plan.Name.Equal(state.Name) && plan.SubscribedApplicationIDs.Equal(state.SubscribedApplicationIDs) {
		bulk.WritePrivate(ctx, resp.Private, privateDescription, nil, &resp.Diagnostics)
		r.save(ctx, plan, &resp.State, resp.Identity, &resp.Diagnostics)
		return
	}
	if other := r.another(ctx, state, &resp.Diagnostics); other != nil {
		framework.AddAnother(&resp.Diagnostics, "audience "+label(state), state.Created, other.Created)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	updated, err := r.data.Client.UpdateAudienceV2(ctx, state.ID.ValueInt64(), plan.toUpdate())
	if err != nil {
		framework.AddError(&resp.Diagnostics, operation("update audience", state), err)
		return
	}
	model := fromAPI(updated, plan)
	model.Created = plan.Created
	// Drift in the description has been reported by Read.
	model.Description = plan.Description
	r.save(ctx, model, &resp.State, resp.Identity, &resp.Diagnostics)
}

func (r *audienceResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state audienceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if other := r.another(ctx, state, &resp.Diagnostics); other != nil {
		framework.WarnAnother(&resp.Diagnostics, "audience "+label(state), state.Created, other.Created)
		return
	}
	if resp.Diagnostics.HasError() {
		return
	}
	guards := bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics)
	bulk.Protect(r.data.AllowDelete, resourceType, state.ID.String(), "Audience "+label(state), guards.DeletionProtection, "", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	if remove, _ := r.data.Owners.Spare(ctx, state.claim(), state.claim().Rows, req.Private, &resp.Diagnostics); len(remove) == 0 {
		return
	}
	// The create of a replacement is not warned of it.
	r.data.Audiences.Add(state.ID.ValueInt64())
	err := r.data.Client.DeleteAudienceV2(ctx, state.ID.ValueInt64())
	if err == nil || talonone.IsNotFound(err) && r.isGone(ctx, state.ID.ValueInt64()) {
		return
	}
	failed := operation("delete audience", state)
	failed.Advice = map[int]string{
		http.StatusBadRequest: "An audience that a campaign's rules use can't be deleted. Remove it from the rules in the Campaign Manager, then run terraform apply again; " +
			"or stop managing it with a removed block.",
		http.StatusNotFound: "The account still has this audience, so it belongs to the other environment (sandbox or live) than the Integration API key. " +
			"Use a provider alias with a key of an Application of that environment.",
	}
	framework.AddError(&resp.Diagnostics, failed, err)
}

func (r *audienceResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := audienceIdentity{ID: types.Int64Null()}
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		identity.ID = r.findImported(ctx, req.ID, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model := importedAudience()
	model.ID = identity.ID
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

// save writes state and identity; an update returns its identity too, since
// Terraform before 1.12 keeps none.
func (r *audienceResource) save(ctx context.Context, model audienceModel, state *tfsdk.State, identity *tfsdk.ResourceIdentity, diags *diag.Diagnostics) {
	diags.Append(state.Set(ctx, &model)...)
	diags.Append(identity.Set(ctx, audienceIdentity{ID: model.ID})...)
}

// create makes one audience, also where a response was lost or an earlier apply was interrupted.
func (r *audienceResource) create(ctx context.Context, want talonone.NewAudience) (*talonone.Audience, error) {
	var created *talonone.Audience
	create := journal.Create{
		Kind: resourceType, Settings: want,
		Send: func(ctx context.Context) error {
			sent, err := r.data.Client.CreateAudienceV2(ctx, want)
			if err == nil {
				created = sent
			}
			return err
		},
	}
	if r.data.Client.HasManagementKey() {
		create.Look = func(ctx context.Context, period journal.Period) (bool, error) {
			found, err := r.look(ctx, want, period)
			created = found
			return found != nil, err
		}
	}
	if err := r.data.Once(ctx, create); err != nil {
		return nil, err
	}
	r.data.Audiences.Add(created.ID)
	r.data.Journal.Know(resourceType, want, journal.Object{ID: created.ID, Created: created.Created})
	return created, nil
}

// look is the audience that a create made in a period, nil where there is none.
func (r *audienceResource) look(ctx context.Context, want talonone.NewAudience, period journal.Period) (*talonone.Audience, error) {
	listing, err := r.data.Client.GetAudiencesAnew(ctx)
	if err != nil {
		return nil, err
	}
	found := slices.DeleteFunc(equal(listing, want), func(one *talonone.Audience) bool {
		return !period.Contains(one.ID, one.Created) || r.data.Audiences.Has(one.ID)
	})
	switch len(found) {
	case 0:
		return nil, nil
	case 1:
		return found[0], nil
	}
	ambiguous := &journal.AmbiguousError{}
	for _, one := range found {
		id := strconv.FormatInt(one.ID, 10)
		ambiguous.Candidates = append(ambiguous.Candidates, journal.Candidate{
			Name: "audience " + id + ", created at " + one.Created.Format(time.RFC3339), ImportID: id,
		})
	}
	return nil, ambiguous
}

// another is the audience that has the state's ID by now and is another one; nil where it is the same or can't be read.
func (r *audienceResource) another(ctx context.Context, state audienceModel, diags *diag.Diagnostics) *talonone.Audience {
	if !r.data.Client.HasManagementKey() {
		return nil
	}
	listing, err := r.data.Client.GetAudiencesAtStart(ctx)
	if err != nil {
		if !talonone.IsUnauthorized(err) {
			framework.AddError(diags, operation("look, before a change, for audience", state), err)
		}
		return nil
	}
	if audience := listing.ByID(state.ID.ValueInt64()); audience != nil && framework.IsAnother(state.Created, audience.Created) {
		return audience
	}
	return nil
}

// isGone confirms a response of 404, which a key of the other environment gets for
// an audience that is still there. Without a Management key it is believed. The list may lag behind a deletion whose response
// was lost.
func (r *audienceResource) isGone(ctx context.Context, id int64) bool {
	if !r.data.Client.HasManagementKey() {
		return true
	}
	gone := false
	err := r.data.Await(ctx, func(ctx context.Context) (bool, error) {
		listing, err := r.data.Client.GetAudiences(ctx)
		gone = err == nil && listing.ByID(id) == nil
		if !gone {
			r.data.Client.ForgetReads(r.data.Client.ServerTime(time.Now()))
		}
		return gone, err
	})
	return err == nil && gone
}

// planCreate warns of what an earlier apply may have left and of an audience with the same settings, and refuses an
// integration ID that is taken. Nothing that it sees becomes a planned value.
func (r *audienceResource) planCreate(ctx context.Context, plan, config audienceModel, diags *diag.Diagnostics) {
	if hasUnknownSettings(config) {
		return
	}
	want := plan.toAPI()
	interrupted := r.data.Journal.Interrupted(resourceType, want, nil)
	framework.WarnInterrupted(diags, "an audience", interrupted, r.data.Client.HasManagementKey())
	if !r.data.Client.HasManagementKey() {
		return
	}
	// Terraform plans once more right before each create, so a listing that every create drops would be read again and
	// again, and would show what this run has created.
	listing, err := r.data.Client.GetAudiencesAtStart(ctx)
	if err != nil {
		framework.AddError(diags, operation("read the audiences that exist, before creating", plan), err)
		return
	}
	free := func(id int64) bool { return !r.data.Audiences.Has(id) }
	for i, twin := range equal(listing, want) {
		r.data.Journal.Know(resourceType, want, journal.Object{ID: twin.ID, Created: twin.Created})
		// Whether or not a resource of this plan manages it: that resource may be planned later.
		if i == 0 && len(interrupted) == 0 && framework.ValueOf(want.IntegrationID) == "" {
			age := framework.Age(r.data.Client.ServerTime(time.Now()).Sub(twin.Created))
			diags.AddWarning(fmt.Sprintf("Audience %d has the same settings", twin.ID),
				fmt.Sprintf("Audience %d %q, created %s (%s), has the same name and settings. Applying creates another one. "+
					"If no other resource or configuration manages the existing audience, you can import it instead:\n\n%s",
					twin.ID, twin.Name, age, twin.Created.Format(time.RFC3339), framework.ImportBlock(resourceType, strconv.FormatInt(twin.ID, 10))))
		}
	}
	if taken := holderOf(listing, want); taken != nil && free(taken.ID) && len(interrupted) == 0 {
		diags.AddAttributeError(path.Root("integration_id"), "Integration ID is taken", takenAdvice(taken, want))
	}
}

// checkRemoval refuses what deletion_protection forbids and otherwise says what
// goes with the audience.
func (r *audienceResource) checkRemoval(ctx context.Context, state audienceModel, protection types.Bool, verb string, because path.Path, diags *diag.Diagnostics) {
	reason := ""
	if !because.Equal(path.Empty()) {
		reason = fmt.Sprintf(" The API can't change %s of an existing audience, so a new audience takes its place.", because)
	}
	bulk.Protect(r.data.AllowDelete, resourceType, state.ID.String(), "Audience "+label(state), protection, reason, diags)
	if diags.HasError() {
		return
	}
	members := "its memberships (their number can't be known without a Management API key)"
	if r.data.Client.HasManagementKey() {
		counts, err := r.data.Client.GetAudiencesAnalytics(ctx)
		if err != nil {
			members = "its memberships (their number could not be read: " + err.Error() + ")"
		} else if count := counts[state.ID.ValueInt64()]; count == 0 {
			return
		} else if count == 1 {
			members = "its only membership"
		} else {
			members = fmt.Sprintf("its %d memberships", count)
		}
	}
	diags.AddAttributeWarning(because, fmt.Sprintf("%s audience %s deletes its memberships", verb, label(state)),
		fmt.Sprintf("%s audience %s deletes %s.%s", verb, label(state), members, reason))
}

// reportCreate explains a failed create.
func (r *audienceResource) reportCreate(ctx context.Context, plan audienceModel, err error, diags *diag.Diagnostics) {
	failed := operation("create audience", plan)
	switch {
	case talonone.IsConflict(err):
		failed.Advice = map[int]string{http.StatusConflict: "An integration ID belongs to one audience only. Choose another one, or import the audience that has it."}
		if r.data.Client.HasManagementKey() {
			if listing, listErr := r.data.Client.GetAudiences(ctx); listErr == nil {
				if taken := holderOf(listing, plan.toAPI()); taken != nil {
					failed.Advice[http.StatusConflict] = takenAdvice(taken, plan.toAPI())
				}
			}
		}
		framework.AddAttributeError(diags, path.Root("integration_id"), failed, err)
	default:
		framework.AddOnceError(diags, resourceType, "the audience", failed, err)
	}
}

// findImported resolves an import ID: the audience's number, or
// integration/integration_id with an empty integration for other platforms.
func (r *audienceResource) findImported(ctx context.Context, importID string, diags *diag.Diagnostics) types.Int64 {
	if id, err := strconv.ParseInt(importID, 10, 64); err == nil {
		return types.Int64Value(id)
	}
	integration, integrationID, ok := strings.Cut(importID, "/")
	if !ok || integrationID == "" {
		diags.AddError("Invalid import ID",
			fmt.Sprintf("%q is neither the ID of an audience, such as 748, nor integration/integration_id, such as mparticle/382370BKDB946 "+
				"(/382370BKDB946 for a platform that is not a technology partner).", importID))
		return types.Int64Null()
	}
	listing, err := r.data.Client.GetAudiences(ctx)
	if err != nil {
		framework.AddError(diags, framework.Operation{Construct: resourceType, Action: "find audience", Object: strconv.Quote(importID)}, err)
		return types.Int64Null()
	}
	holder := holderOf(listing, talonone.NewAudience{Integration: &integration, IntegrationID: &integrationID})
	if holder == nil {
		diags.AddError("Audience not found", fmt.Sprintf("No audience of the account has integration %q and integration ID %q.", integration, integrationID))
		return types.Int64Null()
	}
	return types.Int64Value(holder.ID)
}

// keepDescription leaves the configured description in state when someone
// edited it elsewhere, since the API can't change it back; a warning says where
// to repair it, and the private state remembers what the deployment has.
func keepDescription(ctx context.Context, model *audienceModel, state audienceModel, resp *resource.ReadResponse) {
	if model.Description.Equal(state.Description) {
		bulk.WritePrivate(ctx, resp.Private, privateDescription, nil, &resp.Diagnostics)
		return
	}
	bulk.WritePrivate(ctx, resp.Private, privateDescription, model.Description.ValueString(), &resp.Diagnostics)
	resp.Diagnostics.AddAttributeWarning(path.Root("description"), "Description was changed outside Terraform",
		fmt.Sprintf("Audience %s is described as %q on the deployment, and as %q in Terraform. The API can't change a description. "+
			"Edit it in the Campaign Manager under Audiences, or write the new text into the configuration; neither replaces the audience.",
			label(state), model.Description.ValueString(), state.Description.ValueString()))
	model.Description = state.Description
}

// replacedBy lists the attributes that changed and that updateAudienceV2 can't change.
func replacedBy(plan, state, config audienceModel) path.Paths {
	var changed path.Paths
	if !config.Description.IsNull() && !plan.Description.Equal(state.Description) {
		changed = append(changed, path.Root("description"))
	}
	if !config.Sandbox.IsNull() && !plan.Sandbox.Equal(state.Sandbox) {
		changed = append(changed, path.Root("sandbox"))
	}
	if !plan.Integration.Equal(state.Integration) {
		changed = append(changed, path.Root("integration"))
	}
	if !plan.IntegrationID.Equal(state.IntegrationID) {
		changed = append(changed, path.Root("integration_id"))
	}
	if !config.CreatedIn3rdParty.IsNull() && !plan.CreatedIn3rdParty.Equal(state.CreatedIn3rdParty) {
		changed = append(changed, path.Root("created_in_3rd_party"))
	}
	return changed
}

// keepComputed fills in what an update in place leaves as it is.
func keepComputed(plan *audienceModel, state, config audienceModel) {
	plan.ID, plan.AccountID, plan.Created = state.ID, state.AccountID, state.Created
	if config.Description.IsNull() {
		plan.Description = state.Description
	}
	if config.Sandbox.IsNull() {
		plan.Sandbox = state.Sandbox
	}
	if config.CreatedIn3rdParty.IsNull() {
		plan.CreatedIn3rdParty = state.CreatedIn3rdParty
	}
	planned, known := framework.Int64s(plan.SubscribedApplicationIDs)
	before, _ := framework.Int64s(state.SubscribedApplicationIDs)
	if config.SubscribedApplicationIDs.IsNull() || (known && !state.SubscribedApplicationIDs.IsNull() && framework.SameNumbers(planned, before)) {
		plan.SubscribedApplicationIDs = state.SubscribedApplicationIDs
	}
}

// hasUnknownSettings says whether something configured becomes known only during apply.
func hasUnknownSettings(config audienceModel) bool {
	return config.Name.IsUnknown() || config.Description.IsUnknown() || config.Sandbox.IsUnknown() ||
		config.Integration.IsUnknown() || config.IntegrationID.IsUnknown() || config.CreatedIn3rdParty.IsUnknown() ||
		config.SubscribedApplicationIDs.IsUnknown()
}

// holderOf is the audience that has the pair of integration and integration ID.
func holderOf(listing *talonone.AudienceListing, want talonone.NewAudience) *talonone.Audience {
	if framework.ValueOf(want.IntegrationID) == "" {
		return nil
	}
	for _, audience := range listing.All {
		if framework.ValueOf(audience.IntegrationID) == *want.IntegrationID && framework.ValueOf(audience.Integration) == framework.ValueOf(want.Integration) {
			return audience
		}
	}
	return nil
}

func takenAdvice(taken *talonone.Audience, want talonone.NewAudience) string {
	return fmt.Sprintf("integration_id %q is taken by audience %d %q. To manage that audience, import it: terraform import %s.NAME %d. "+
		"Otherwise choose another integration_id. If this plan destroys that audience under another address, add a moved block instead. "+
		"If it replaces that audience, remove create_before_destroy: two audiences can't have the ID at the same time.",
		framework.ValueOf(want.IntegrationID), taken.ID, taken.Name, resourceType, taken.ID)
}

func operation(action string, m audienceModel) framework.Operation {
	return framework.Operation{
		Construct: resourceType, Action: action, Object: label(m),
		Pointers: map[string]path.Path{
			"/name":                      path.Root("name"),
			"/description":               path.Root("description"),
			"/sandbox":                   path.Root("sandbox"),
			"/integration":               path.Root("integration"),
			"/integrationId":             path.Root("integration_id"),
			"/createdIn3rdParty":         path.Root("created_in_3rd_party"),
			"/subscribedApplicationsIds": path.Root("subscribed_application_ids"),
		},
	}
}

// label names an audience to a reader: its name, and its number once it has one.
func label(m audienceModel) string {
	text := strconv.Quote(m.Name.ValueString())
	if !m.ID.IsNull() && !m.ID.IsUnknown() {
		text += " (" + strconv.FormatInt(m.ID.ValueInt64(), 10) + ")"
	}
	return text
}
