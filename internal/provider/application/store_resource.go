package application

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/lookup"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.ResourceWithConfigure   = (*storeResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*storeResource)(nil)
	_ resource.ResourceWithImportState = (*storeResource)(nil)
	_ resource.ResourceWithIdentity    = (*storeResource)(nil)
)

const storeType = "talonone_store"

type storeResource struct{ data *framework.Data }

// NewStoreResource is the resource talonone_store.
func NewStoreResource() resource.Resource { return &storeResource{} }

// NewStoreList is the list resource talonone_store.
func NewStoreList() list.ListResource {
	return lookup.List[talonone.Store]{
		Object: stores,
		Identity: func(s talonone.Store) any {
			return storeIdentity{types.Int64Value(s.ApplicationID), types.StringValue(s.IntegrationID)}
		},
		Model: func(s talonone.Store, here framework.Deployed) any {
			return storeFromAPI(&s, storeModel{Deployed: here})
		},
	}.ListResource()
}

// storeModel mirrors the resource talonone_store.
type storeModel struct {
	framework.Deployed
	framework.Timed

	ID                 types.Int64          `tfsdk:"id"`
	ApplicationID      types.Int64          `tfsdk:"application_id"`
	IntegrationID      types.String         `tfsdk:"integration_id"`
	Name               types.String         `tfsdk:"name"`
	Description        types.String         `tfsdk:"description"`
	Attributes         jsontypes.Normalized `tfsdk:"attributes"`
	Created            timetypes.RFC3339    `tfsdk:"created"`
	DeletionProtection types.Bool           `tfsdk:"deletion_protection"`
}

// storeIdentity mirrors the resource's identity.
type storeIdentity struct {
	ApplicationID types.Int64  `tfsdk:"application_id"`
	IntegrationID types.String `tfsdk:"integration_id"`
}

func (m storeModel) identity() storeIdentity { return storeIdentity{m.ApplicationID, m.IntegrationID} }

// toAPI is the whole body of a create or update. Attributes that before has and the configuration doesn't are cleared.
func (m storeModel) toAPI(before jsontypes.Normalized) talonone.NewStore {
	store := talonone.NewStore{Name: m.Name.ValueString(), Description: m.Description.ValueString(), IntegrationID: m.IntegrationID.ValueString()}
	if attributes := customattr.FromConfig(m.Attributes); attributes != nil {
		store.Attributes = json.RawMessage(attributes.Clearing(customattr.FromConfig(before)).String())
	}
	return store
}

func storeFromAPI(api *talonone.Store, prior storeModel) storeModel {
	return storeModel{
		Deployed: prior.Deployed, ID: types.Int64Value(api.ID), ApplicationID: types.Int64Value(api.ApplicationID), IntegrationID: types.StringValue(api.IntegrationID),
		Name: types.StringValue(api.Name), Description: types.StringValue(api.Description), Attributes: managed(api.Attributes, prior.Attributes),
		Created: framework.Time(api.Created), DeletionProtection: types.BoolValue(prior.DeletionProtection.ValueBool()),
	}
}

// managed are the attributes of a response that a resource manages: those of prior, none where it has none.
func managed(raw json.RawMessage, prior jsontypes.Normalized) jsontypes.Normalized {
	attributes, err := customattr.FromAPI(raw)
	if prior.IsNull() || err != nil {
		return prior
	}
	return attributes.ManagedValue(prior)
}

// claim is what the resource wants to own.
func (m storeModel) claim() bulk.Claim {
	application := "Application " + m.ApplicationID.String()
	return bulk.Claim{
		Subject: bulk.Subject{Noun: stores.Noun, Place: application, ResourceType: storeType, ImportID: importedStore(m)},
		Target:  "stores of " + application, At: path.Root("integration_id"), Rows: []string{m.IntegrationID.ValueString()},
		Lost: "campaigns that are limited to the store lose it",
	}
}

func (m storeModel) label() string { return m.IntegrationID.String() }

func storeOperation(action string, m storeModel) framework.Operation {
	return framework.Operation{
		Construct: storeType, Action: action, Object: m.label(), NotFound: path.Root("application_id"),
		Pointers: map[string]path.Path{
			"/name": path.Root("name"), "/description": path.Root("description"), "/integrationId": path.Root("integration_id"), "/attributes": path.Root("attributes"),
		},
	}
}

func (r *storeResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = storeType
}

func (r *storeResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"application_id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the Application."},
		"integration_id": identityschema.StringAttribute{RequiredForImport: true, Description: "Integration ID of the store."},
	}}
}

func (r *storeResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *storeResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan storeModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		bulk.NoteReplaced(ctx, resp.Private, bulk.Target{Count: 1, Digest: importedStore(state)}, &resp.Diagnostics)
	}
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, bulk.Guards{DeletionProtection: state.DeletionProtection}, &resp.Diagnostics)
		r.protect(state, state.DeletionProtection, "", &resp.Diagnostics)
		r.data.Owners.Leave(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.Attributes = customattr.Spelled(plan.Attributes, state.Attributes)
	r.data.Stores.Add(plan.IntegrationID)
	if req.State.Raw.IsNull() || !plan.Attributes.Equal(state.Attributes) {
		customattr.Check(ctx, r.data, talonone.EntityStore, nil, plan.Attributes, path.Root("attributes"), &resp.Diagnostics)
	}
	bulk.NoteGuards(ctx, resp.Private, bulk.Guards{DeletionProtection: plan.DeletionProtection}, &resp.Diagnostics)
	if req.State.Raw.IsNull() {
		replaced := bulk.Replaced(ctx, req.Private, &resp.Diagnostics)
		if replaced != nil {
			bulk.Protect(r.data.AllowDelete, storeType, replaced.Digest, "store "+replaced.Digest, plan.DeletionProtection, "", &resp.Diagnostics)
		}
		if !plan.ApplicationID.IsUnknown() && !plan.IntegrationID.IsUnknown() {
			r.data.Owners.Claim(ctx, plan.claim(), req.Private, resp.Private, &resp.Diagnostics)
			r.planCreate(ctx, plan, replaced, &resp.Diagnostics)
		}
		return
	}
	if !plan.ApplicationID.Equal(state.ApplicationID) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("application_id"))
	}
	if !plan.IntegrationID.Equal(state.IntegrationID) {
		resp.RequiresReplace = append(resp.RequiresReplace, path.Root("integration_id"))
	}
	if len(resp.RequiresReplace) > 0 {
		r.protect(state, plan.DeletionProtection, fmt.Sprintf(" The API can't change %s, so a new store takes its place.", resp.RequiresReplace[0]), &resp.Diagnostics)
		r.data.Owners.Remove(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	claim := state.claim()
	claim.Held = func(string) bool { return true }
	r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	plan.ID, plan.Created = state.ID, state.Created
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *storeResource) protect(state storeModel, protection types.Bool, because string, diags *diag.Diagnostics) {
	bulk.Protect(r.data.AllowDelete, storeType, importedStore(state), "store "+state.label(), protection, because, diags)
}

func importedStore(m storeModel) string {
	return strconv.FormatInt(m.ApplicationID.ValueInt64(), 10) + "/" + m.IntegrationID.ValueString()
}

// planCreate warns that a store is adopted. Nothing that it sees becomes a planned value.
func (r *storeResource) planCreate(ctx context.Context, plan storeModel, replaced *bulk.Target, diags *diag.Diagnostics) {
	existing, err := r.look(ctx, plan, false)
	if err != nil {
		failed := storeOperation("look for store", plan)
		failed.Advice = framework.NoApplication
		framework.AddError(diags, failed, err)
		return
	}
	if existing == nil || replaced != nil && replaced.Digest == importedStore(plan) {
		return
	}
	changes := ""
	if !plan.Name.IsUnknown() && existing.Name != plan.Name.ValueString() {
		changes = fmt.Sprintf(" Applying changes its name from %q.", talonone.Presentable(existing.Name, 100, ""))
	}
	diags.AddWarning("Store "+plan.label()+" exists already", fmt.Sprintf(
		"Application %d has a store %s with ID %d. Applying adopts it, and destroying it later deletes it.%s If another configuration manages it, remove it from one of them.",
		existing.ApplicationID, plan.label(), existing.ID, changes))
}

// look finds the store with the integration ID; nil where there is none. again asks for a new listing.
func (r *storeResource) look(ctx context.Context, m storeModel, anew bool) (*talonone.Store, error) {
	if anew {
		r.data.Client.ForgetStores(m.ApplicationID.ValueInt64())
	}
	listed, err := r.data.Client.ListStores(ctx, m.ApplicationID.ValueInt64())
	at := slices.IndexFunc(listed, func(s talonone.Store) bool { return s.IntegrationID == m.IntegrationID.ValueString() })
	if err != nil || at < 0 {
		return nil, err
	}
	return &listed[at], nil
}

// replacedBy says whether what has the integration ID is another store than the state's.
func (m storeModel) replacedBy(found *talonone.Store) bool {
	return !m.ID.IsNull() && found.ID != m.ID.ValueInt64() || framework.IsAnother(m.Created, found.Created)
}

// lock waits for the store.
func (r *storeResource) lock(ctx context.Context, m storeModel, diags *diag.Diagnostics) (unlock func()) {
	unlock, err := r.data.LockRow(ctx, m.claim().Target, m.IntegrationID.ValueString())
	if err != nil {
		framework.AddError(diags, storeOperation("change store", m), err)
		return func() {}
	}
	return unlock
}

func (r *storeResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan storeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	unlock := r.lock(ctx, plan, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	application, body := plan.ApplicationID.ValueInt64(), plan.toAPI(jsontypes.NewNormalizedNull())
	made, err := r.data.Client.CreateStore(ctx, application, body)
	if talonone.IsConflict(err) {
		var existing *talonone.Store
		existing, err = framework.AwaitTaken(ctx, r.data, err, func(ctx context.Context) (*talonone.Store, error) { return r.look(ctx, plan, true) })
		if err == nil {
			made, err = r.data.Client.UpdateStore(ctx, application, existing.ID, body)
		}
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, storeOperation("create store", plan), err)
		return
	}
	model := storeFromAPI(made, plan)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)
}

func (r *storeResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state storeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	found, err := r.look(ctx, state, false)
	if err != nil && !talonone.IsNotFound(err) {
		framework.AddError(&resp.Diagnostics, storeOperation("read store", state), err)
		return
	}
	if found != nil && state.replacedBy(found) {
		framework.WarnAnother(&resp.Diagnostics, "store "+state.label(), state.Created, found.Created)
		found = nil
	}
	if found == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	model := storeFromAPI(found, state)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *storeResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state storeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	unlock := r.lock(ctx, state, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, state.claim(), resp.Private, &resp.Diagnostics)
	model := plan
	if !plan.Name.Equal(state.Name) || !plan.Description.Equal(state.Description) || !plan.Attributes.Equal(state.Attributes) {
		existing, err := r.look(ctx, state, false)
		switch {
		case err != nil:
			framework.AddError(&resp.Diagnostics, storeOperation("update store", state), err)
		case existing == nil:
			framework.AddGone(&resp.Diagnostics, "store "+state.label())
		case state.replacedBy(existing):
			framework.AddAnother(&resp.Diagnostics, "store "+state.label(), state.Created, existing.Created)
		}
		if resp.Diagnostics.HasError() {
			return
		}
		updated, err := r.data.Client.UpdateStore(ctx, state.ApplicationID.ValueInt64(), state.ID.ValueInt64(), plan.toAPI(state.Attributes))
		if err != nil {
			framework.AddError(&resp.Diagnostics, storeOperation("update store", state), err)
			return
		}
		model = storeFromAPI(updated, plan)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)
}

func (r *storeResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state storeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	guards := bulk.GuardsOf(ctx, req.Private, bulk.Guards{DeletionProtection: state.DeletionProtection}, &resp.Diagnostics)
	r.protect(state, guards.DeletionProtection, "", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	unlock := r.lock(ctx, state, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	if remove, _ := r.data.Owners.SpareEnd(ctx, r.data.AllowDelete, state.claim(), req.Private, &resp.Diagnostics); len(remove) == 0 {
		return
	}
	existing, err := r.look(ctx, state, false)
	switch {
	case err != nil && !talonone.IsNotFound(err):
		framework.AddError(&resp.Diagnostics, storeOperation("delete store", state), err)
		return
	case existing != nil && state.replacedBy(existing):
		framework.WarnAnother(&resp.Diagnostics, "store "+state.label(), state.Created, existing.Created)
		return
	}
	err = r.data.Client.DeleteStore(ctx, state.ApplicationID.ValueInt64(), state.ID.ValueInt64())
	if err != nil && !talonone.IsNotFound(err) {
		framework.AddError(&resp.Diagnostics, storeOperation("delete store", state), err)
	}
}

func (r *storeResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity storeIdentity
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		application, id, _ := strings.Cut(req.ID, "/")
		number, err := strconv.ParseInt(application, 10, 64)
		if err != nil || id == "" {
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q does not name a store. Use the ID of the Application and the integration ID of the store, such as 1/harbour-street.", req.ID))
			return
		}
		identity = storeIdentity{types.Int64Value(number), types.StringValue(id)}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model := storeModel{ApplicationID: identity.ApplicationID, IntegrationID: identity.IntegrationID}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
