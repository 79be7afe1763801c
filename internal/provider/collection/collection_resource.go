package collection

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                   = (*collectionResource)(nil)
	_ resource.ResourceWithConfigure      = (*collectionResource)(nil)
	_ resource.ResourceWithValidateConfig = (*collectionResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*collectionResource)(nil)
	_ resource.ResourceWithImportState    = (*collectionResource)(nil)
	_ resource.ResourceWithIdentity       = (*collectionResource)(nil)
)

const (
	resourceType = "talonone_collection"

	// defaultTimeout is that of every entry of the timeouts.
	defaultTimeout = 30 * time.Minute
)

type collectionResource struct {
	framework.InAccount

	data *framework.Data
}

// NewCollectionResource is the resource talonone_collection.
func NewCollectionResource() resource.Resource { return &collectionResource{} }

// collectionName accepts what the API documents, without white space at the end.
type collectionName struct{}

func (collectionName) Description(context.Context) string {
	return "at least one character, no control characters, and no white space around it"
}

func (v collectionName) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v collectionName) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	name := req.ConfigValue.ValueString()
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() || name != "" && name == strings.TrimSpace(name) && !strings.ContainsFunc(name, unicode.IsControl) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid name", fmt.Sprintf("The name is %q. A name has %s.", name, v.Description(ctx)))
}

func (r *collectionResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (r *collectionResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id":             identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the collection."},
			"application_id": identityschema.Int64Attribute{OptionalForImport: true, Description: "ID of the Application, for a campaign's collection."},
			"campaign_id":    identityschema.Int64Attribute{OptionalForImport: true, Description: "ID of the campaign, for a campaign's collection."},
		},
	}
}

func (r *collectionResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *collectionResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config collectionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	// A file is read when there is a plan to make.
	if !resp.Diagnostics.HasError() && config.ItemsFile.IsNull() && !config.Items.IsNull() {
		config.desired(ctx, &resp.Diagnostics)
	}
}

func (r *collectionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	diags := &resp.Diagnostics
	var state, plan, config collectionModel
	creating := req.State.Raw.IsNull()
	if !creating {
		diags.Append(req.State.Get(ctx, &state)...)
		bulk.NoteReplaced(ctx, resp.Private, bulk.Target{Count: state.held().Count, Digest: state.importID()}, diags)
	}
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, state.guards(), diags)
		r.planEnd(&state, state.guards(), "", diags)
		r.data.Owners.Leave(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, diags)
		return
	}
	diags.Append(req.Plan.Get(ctx, &plan)...)
	diags.Append(req.Config.Get(ctx, &config)...)
	if diags.HasError() {
		return
	}
	if replaces := plan.replaces(&state); !creating && replaces != "" {
		r.planEnd(&state, plan.guards(), fmt.Sprintf(" The API can't change %s of an existing collection, so a new one takes its place.", replaces), diags)
		r.data.Owners.Remove(ctx, state.claim(), state.claim().Rows, req.Private, resp.Private, diags)
		return
	}
	desired := plan.desired(ctx, diags)
	if diags.HasError() {
		return
	}
	r.data.ExpectApplications(ctx, path.Root("subscribed_application_ids"), plan.SubscribedApplicationIDs, state.SubscribedApplicationIDs, diags)
	if creating {
		bulk.NoteGuards(ctx, resp.Private, plan.guards(), diags)
		r.planCreate(ctx, &plan, desired, req.Private, diags)
	} else {
		plan.keepComputed(&state, &config)
	}
	if plan.isPlaced() {
		claim := plan.claim()
		claim.Held = func(string) bool { return !creating }
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, diags)
	}
	r.planItems(ctx, &plan, &state, creating, desired, req.Private, diags)
	if !diags.HasError() {
		diags.Append(resp.Plan.Set(ctx, &plan)...)
	}
}

func (r *collectionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan collectionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Create, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	desired := plan.desired(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || plan.isStale(desired, &resp.Diagnostics) {
		return
	}
	// What a failed create has made stays, without state: the next one takes it over, while a tainted one would be deleted.
	if r.create(ctx, &plan, desired, resp.Private, &resp.Diagnostics); resp.Diagnostics.HasError() {
		return
	}
	plan.noteApplied(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, plan.identity())...)
}

func (r *collectionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state collectionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := framework.Within(ctx, state.Timeouts.Read, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	found, err := r.byID(ctx, &state)
	if err == nil && found != nil && framework.IsAnother(state.Created, found.Created) {
		framework.WarnAnother(&resp.Diagnostics, "collection "+state.label(), state.Created, found.Created)
		found = nil
	}
	var items *talonone.MemberIDs
	if err == nil && found != nil {
		items, err = r.data.Client.ExportCollectionItems(ctx, state.place(), found.ID)
	}
	switch {
	case talonone.IsNotFound(err), err == nil && found == nil:
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		framework.AddError(&resp.Diagnostics, operation("read collection", &state), err)
		return
	}
	target := targetOf(items)
	r.data.Targets.NoteRead(targetKey(found.ID), target)
	state.fromAPI(found)
	state.setItems(items, target)
	state.noteFile(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *collectionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	// The plan may have items_file as it was, where it lists the same items.
	var plan, state, config collectionModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Until something has been applied, the state is what it was.
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	bulk.WritePrivate(ctx, resp.Private, privateFile, nil, &resp.Diagnostics)
	within, cancel := framework.Within(ctx, plan.Timeouts.Update, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	desired := config.desired(within, &resp.Diagnostics)
	if resp.Diagnostics.HasError() || plan.isStale(desired, &resp.Diagnostics) {
		return
	}
	next := plan
	if r.update(within, &next, &state, desired, resp.Private, &resp.Diagnostics); resp.Diagnostics.HasError() {
		// The settings may have been written, and the items not.
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	next.noteApplied(ctx, resp.Private, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &next)...)
}

func (r *collectionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state collectionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	ctx, cancel := framework.Within(ctx, state.Timeouts.Delete, defaultTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	r.guardEnd(&state, bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics), "", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	r.delete(ctx, &state, req.Private, &resp.Diagnostics)
}

func (r *collectionResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity collectionIdentity
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		if identity.ApplicationID.IsNull() != identity.CampaignID.IsNull() {
			resp.Diagnostics.AddError("Invalid identity", "Write both application_id and campaign_id for a campaign's collection, and neither for one of the account.")
		}
	} else {
		var err error
		if identity, err = parseID(req.ID); err != nil {
			resp.Diagnostics.AddError("Invalid import ID", framework.Sentence(err.Error()))
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	for attribute, value := range map[string]any{"id": identity.ID, "application_id": identity.ApplicationID, "campaign_id": identity.CampaignID} {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root(attribute), value)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

// byID is the collection of the state; nil where there is none.
func (r *collectionResource) byID(ctx context.Context, m *collectionModel) (*talonone.Collection, error) {
	return r.find(ctx, m, func(c talonone.Collection) bool { return c.ID == m.ID.ValueInt64() })
}

// byName is the collection with the name of the plan that this process has not deleted; nil where there is none.
func (r *collectionResource) byName(ctx context.Context, m *collectionModel) (*talonone.Collection, error) {
	return r.find(ctx, m, func(c talonone.Collection) bool {
		return c.Name == m.Name.ValueString() && !r.data.Targets.WasDeleted(targetKey(c.ID))
	})
}

func (r *collectionResource) find(ctx context.Context, m *collectionModel, is func(talonone.Collection) bool) (*talonone.Collection, error) {
	listing, err := r.data.Client.ListCollections(ctx, m.place().ApplicationID)
	if err != nil {
		return nil, err
	}
	for _, one := range listing {
		if one.Place() == m.place() && is(one) {
			return &one, nil
		}
	}
	return nil, nil
}

// newModel is a model without anything in it.
func newModel() collectionModel {
	return collectionModel{
		SubscribedApplicationIDs: types.ListNull(types.Int64Type), ItemsFile: types.ObjectNull(files.Types(files.ForMembers())), LastSync: bulk.NullLastSync(),
	}
}

func operation(action string, m *collectionModel) framework.Operation {
	of := framework.Operation{
		Construct: resourceType, Action: action, Object: m.label(),
		Pointers: map[string]path.Path{
			"/name": path.Root("name"), "/description": path.Root("description"), "/subscribedApplicationsIds": path.Root("subscribed_application_ids"),
		},
	}
	if !m.CampaignID.IsNull() {
		of.NotFound = path.Root("campaign_id")
	}
	return of
}

// errGone says that a collection has vanished since the plan.
var errGone = errors.New("the collection is gone")
