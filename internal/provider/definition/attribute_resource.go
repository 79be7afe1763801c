package definition

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.ResourceWithConfigure      = (*attributeResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*attributeResource)(nil)
	_ resource.ResourceWithImportState    = (*attributeResource)(nil)
	_ resource.ResourceWithIdentity       = (*attributeResource)(nil)
	_ resource.ResourceWithValidateConfig = (*attributeResource)(nil)
)

const attributeType = "talonone_attribute"

type attributeResource struct {
	framework.InAccount

	data *framework.Data
}

// NewAttributeResource is the resource talonone_attribute.
func NewAttributeResource() resource.Resource { return &attributeResource{} }

func (r *attributeResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = attributeType
}

func (r *attributeResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = idIdentitySchema("attribute")
}

// idIdentitySchema is the identity of what has an ID of its own in the account.
func idIdentitySchema(noun string) identityschema.Schema {
	return identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the " + noun + "."},
	}}
}

func (r *attributeResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *attributeResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config attributeModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.Entity.IsUnknown() {
		return
	}
	entity := talonone.Entity(config.Entity.ValueString())
	if entity == talonone.EntityEvent && config.EventType.IsNull() {
		resp.Diagnostics.AddAttributeError(path.Root("entity"), "Missing event_type", "An attribute of Event belongs to one event type. Set event_type; a new name creates a new event type.")
	}
	// A configuration that is generated has empty lists, as responses do.
	only := func(is bool, name, of string) {
		if is {
			resp.Diagnostics.AddAttributeError(path.Root(name), "Unexpected "+name, fmt.Sprintf("Only attributes of %s have %s, and this one is of %s. Remove it.", of, name, entity))
		}
	}
	only(entity != talonone.EntityEvent && !config.EventType.IsNull(), "event_type", "Event")
	only(entity != talonone.EntityCartItem && len(config.SubscribedCatalogIDs.Elements()) > 0, "subscribed_catalog_ids", "CartItem")
	only(entity != talonone.EntityCartItem && len(config.AllowedSubscriptions.Elements()) > 0, "allowed_subscriptions", "CartItem")
}

func (r *attributeResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan, config attributeModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		warnForgotten(&resp.Diagnostics, "attribute", state.label())
		r.data.Owners.Leave(ctx, state.claim(), nil, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.ExpectApplications(ctx, path.Root("subscribed_application_ids"), plan.SubscribedApplicationIDs, state.SubscribedApplicationIDs, &resp.Diagnostics)
	r.expectCatalogs(ctx, plan.SubscribedCatalogIDs, state.SubscribedCatalogIDs, &resp.Diagnostics)
	if !req.State.Raw.IsNull() {
		refuseChange(&resp.Diagnostics, "attribute", state.label(), []setting{
			{"entity", config.Entity, state.Entity}, {"event_type", config.EventType, state.EventType}, {"name", config.Name, state.Name}, {"type", config.Type, state.Type},
		})
		before := framework.StringList(texts(state.AllowedSubscriptions), config.AllowedSubscriptions, framework.Exactly)
		if !config.AllowedSubscriptions.IsNull() {
			refuseChange(&resp.Diagnostics, "attribute", state.label(), []setting{{"allowed_subscriptions", config.AllowedSubscriptions, before}})
		}
		plan = keptAttribute(plan, state, config)
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
	} else {
		if !plan.Entity.IsUnknown() && talonone.Entity(plan.Entity.ValueString()) != talonone.EntityEvent {
			resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("event_type_id"), types.Int64Null())...)
		}
		if plan.hasKey() {
			r.planCreate(ctx, plan, &resp.Diagnostics)
		}
	}
	if plan.hasKey() {
		claim := plan.claim()
		claim.Held = func(string) bool { return !req.State.Raw.IsNull() }
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	}
	if plan.hasKey() && !plan.Type.IsUnknown() && !resp.Diagnostics.HasError() {
		r.data.Attributes.Put(plan.planned())
	}
}

func texts(list types.List) []string {
	all, _ := framework.Strings(list)
	return all
}

// warnForgotten says in a plan what a destroy does to an object that the API can't delete.
func warnForgotten(diags *diag.Diagnostics, noun, label string) {
	diags.AddWarning(strings.ToUpper(noun[:1])+noun[1:]+" stays on the deployment",
		fmt.Sprintf("The API can't delete %s %s. Destroying it only removes it from state. A later create with the same name adopts it again.", noun, label))
}

// refuseChange reports what identifies an object and is configured differently.
func refuseChange(diags *diag.Diagnostics, noun, label string, identifying []setting) {
	for _, s := range identifying {
		if s.want.IsUnknown() || s.want.Equal(s.have) {
			continue
		}
		diags.AddAttributeError(path.Root(s.name), "Change of "+s.name+" not possible", fmt.Sprintf(
			"%s of %s %s is %s, and the API can neither change it nor delete the %s. Undo the change; or define another %s under a new resource name, "+
				"and stop managing this one with a removed block that has destroy = false.", s.name, noun, label, s.have, noun, noun))
	}
}

// keptAttribute fills in what an update in place leaves as it is.
func keptAttribute(plan, state, config attributeModel) attributeModel {
	plan.ID, plan.AccountID, plan.Created, plan.EventTypeID, plan.HasAllowedList = state.ID, state.AccountID, state.Created, state.EventTypeID, state.HasAllowedList
	keep(&plan.Title, state.Title, config.Title.IsNull())
	keep(&plan.Description, state.Description, config.Description.IsNull())
	keep(&plan.Suggestions, state.Suggestions, config.Suggestions.IsNull())
	keep(&plan.RestrictedBySuggestions, state.RestrictedBySuggestions, config.RestrictedBySuggestions.IsNull())
	keep(&plan.Editable, state.Editable, config.Editable.IsNull())
	keep(&plan.AllowedSubscriptions, state.AllowedSubscriptions, true)
	plan.SubscribedApplicationIDs = keptIDs(plan.SubscribedApplicationIDs, state.SubscribedApplicationIDs, config.SubscribedApplicationIDs)
	plan.SubscribedCatalogIDs = keptIDs(plan.SubscribedCatalogIDs, state.SubscribedCatalogIDs, config.SubscribedCatalogIDs)
	return plan
}

func keep[T any](planned *T, state T, omitted bool) {
	if omitted {
		*planned = state
	}
}

// keptIDs is the state's list where the plan omits it or has the same IDs in another order.
func keptIDs(planned, state, config types.List) types.List {
	before, _ := framework.Int64s(state)
	if wanted, known := framework.Int64s(planned); config.IsNull() || known && !state.IsNull() && framework.SameNumbers(wanted, before) {
		return state
	}
	return planned
}

// planCreate warns of a takeover, and refuses what can't be created. Nothing that it sees becomes a planned value.
func (r *attributeResource) planCreate(ctx context.Context, plan attributeModel, diags *diag.Diagnostics) {
	listed, err := r.data.Client.GetAttributes(ctx)
	if err != nil {
		framework.AddError(diags, attributeOperation("look for the attribute", plan), err)
		return
	}
	existing := withKey(listed, plan.key())
	if existing == nil {
		if twin := withTitle(listed, plan); twin != nil {
			diags.AddAttributeError(path.Root("title"), "Title is taken", fmt.Sprintf(
				"Attribute %q (%d) of %s has the title %q already. Titles are unique for an entity: choose another one.", twin.Name, twin.ID, twin.Entity, twin.Title))
		}
		return
	}
	if !plan.Type.IsUnknown() && existing.Type != plan.Type.ValueString() {
		addTypeDiffers(diags, plan, existing)
		return
	}
	changes := notTaken(plan.settings(attributeFromAPI(existing, plan)))
	what := "It already has the configured settings, so nothing is sent."
	if len(changes) > 0 {
		what = "Applying changes its " + settingNames(changes) + "."
	}
	diags.AddWarning("Attribute "+plan.label()+" exists already", fmt.Sprintf(
		"Attribute %s exists with ID %d. Applying adopts it instead of creating it. %s If another configuration manages it, remove it from one of them.", plan.label(), existing.ID, what))
}

// expectCatalogs reports catalogs that do not exist, where a Management key can tell. It does not look at those that before has.
func (r *attributeResource) expectCatalogs(ctx context.Context, ids, before types.List, diags *diag.Diagnostics) {
	wanted, _ := framework.Int64s(ids)
	had, _ := framework.Int64s(before)
	for i, id := range wanted {
		if id < 1 || slices.Contains(had, id) || !r.data.Client.MayCall("listCatalogItems") {
			continue
		}
		err := r.data.Client.LookAtCatalog(ctx, id)
		switch at := path.Root("subscribed_catalog_ids").AtListIndex(i); {
		case talonone.IsNotFound(err):
			framework.AddMissing(diags, at, "Catalog does not exist", fmt.Sprintf(
				"The deployment has no catalog %d. Copy its ID from the Campaign Manager, under Account > Tools > Cart item catalogs.", id))
		case err != nil && !talonone.IsUnauthorized(err):
			framework.AddAttributeError(diags, at, framework.Operation{Construct: attributeType, Action: "look for", Object: fmt.Sprint("catalog ", id)}, err)
		}
	}
}

func addTypeDiffers(diags *diag.Diagnostics, plan attributeModel, existing *talonone.AttributeDefinition) {
	diags.AddAttributeError(path.Root("type"), "Attribute exists with another type", fmt.Sprintf(
		"Attribute %s exists with ID %d and type %s. The API can neither change the type nor delete the attribute. Choose another name; or correct type and import it:\n\n%s",
		plan.label(), existing.ID, existing.Type, framework.ImportBlock(attributeType, strconv.FormatInt(existing.ID, 10))))
}

// withKey finds the attribute with a key.
func withKey(listed []talonone.AttributeDefinition, key framework.AttributeKey) *talonone.AttributeDefinition {
	return first(listed, func(d talonone.AttributeDefinition) bool { return framework.KeyOf(d) == key })
}

// first is the first of a listing that is the one; nil where there is none.
func first[T any](listed []T, is func(T) bool) *T {
	at := slices.IndexFunc(listed, is)
	if at < 0 {
		return nil
	}
	return &listed[at]
}

func withTitle(listed []talonone.AttributeDefinition, plan attributeModel) *talonone.AttributeDefinition {
	key := plan.key()
	return first(listed, func(d talonone.AttributeDefinition) bool {
		return d.Entity == key.Entity && framework.ValueOf(d.EventType) == key.EventType && plan.Title.ValueString() != "" && d.Title == plan.Title.ValueString()
	})
}

func (r *attributeResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan attributeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	listed, err := r.data.Client.GetAttributes(ctx)
	if err != nil {
		framework.AddError(&resp.Diagnostics, attributeOperation("look for the attribute", plan), err)
		return
	}
	made := withKey(listed, plan.key())
	if made == nil {
		made, err = r.data.Client.CreateAttribute(ctx, plan.toAPI())
		if talonone.IsConflict(err) {
			made, err = framework.AwaitTaken(ctx, r.data, err, func(ctx context.Context) (*talonone.AttributeDefinition, error) {
				listed, err := r.data.Client.GetAttributesAnew(ctx)
				return withKey(listed, plan.key()), err
			})
		}
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, attributeOperation("create attribute", plan), err)
		return
	}
	if made.Type != plan.Type.ValueString() {
		addTypeDiffers(&resp.Diagnostics, plan, made)
		return
	}
	model := r.put(ctx, made, plan, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, idIdentity{ID: model.ID})...)
}

// put changes an attribute to what is planned, if it differs, and says what the deployment has not taken.
func (r *attributeResource) put(ctx context.Context, existing *talonone.AttributeDefinition, plan attributeModel, diags *diag.Diagnostics) attributeModel {
	model := attributeFromAPI(existing, plan)
	if len(notTaken(plan.settings(model))) == 0 {
		return model
	}
	updated, err := r.data.Client.UpdateAttribute(ctx, existing.ID, plan.over(*existing))
	if err != nil {
		framework.AddError(diags, attributeOperation("update attribute", plan), err)
		return model
	}
	model = attributeFromAPI(updated, plan)
	for _, s := range notTaken(plan.settings(model)) {
		diags.AddAttributeError(path.Root(s.name), "Change was not applied", fmt.Sprintf(
			"The deployment reported success for the update of attribute %s, but %s is still %s. The API documents changes of the description only. "+
				"Change it in the Campaign Manager, or omit %s from the configuration.", plan.label(), s.name, s.have, s.name))
	}
	return model
}

func (r *attributeResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state attributeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, idIdentity{ID: state.ID})...)
	found, err := r.byID(ctx, state.ID)
	if err != nil {
		framework.AddError(&resp.Diagnostics, attributeOperation("read attribute", state), err)
		return
	}
	if found != nil && framework.IsAnother(state.Created, found.Created) {
		framework.WarnAnother(&resp.Diagnostics, "attribute "+state.label(), state.Created, found.Created)
		found = nil
	}
	if found == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	model := attributeFromAPI(found, state)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

// byID is the attribute with an ID; nil where there is none.
func (r *attributeResource) byID(ctx context.Context, id types.Int64) (*talonone.AttributeDefinition, error) {
	listed, err := r.data.Client.GetAttributes(ctx)
	if err != nil {
		return nil, err
	}
	return first(listed, func(d talonone.AttributeDefinition) bool { return d.ID == id.ValueInt64() }), nil
}

func (r *attributeResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state attributeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Whatever is not configured is sent as the deployment has it now.
	existing, err := r.byID(ctx, state.ID)
	switch {
	case err != nil:
		framework.AddError(&resp.Diagnostics, attributeOperation("update attribute", state), err)
	case existing == nil:
		framework.AddGone(&resp.Diagnostics, "attribute "+state.label())
	case framework.IsAnother(state.Created, existing.Created):
		framework.AddAnother(&resp.Diagnostics, "attribute "+state.label(), state.Created, existing.Created)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	model := r.put(ctx, existing, plan, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, idIdentity{ID: model.ID})...)
}

// Delete sends nothing, since the API can't delete attributes. The plan has said so.
func (r *attributeResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

func (r *attributeResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := idIdentity{ID: types.Int64Null()}
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		identity.ID = r.findImported(ctx, req.ID, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), identity.ID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

// findImported reads an import ID: the number, CartItem/color or Event/product_shared/url.
func (r *attributeResource) findImported(ctx context.Context, id string, diags *diag.Diagnostics) types.Int64 {
	if number, err := strconv.ParseInt(id, 10, 64); err == nil {
		return types.Int64Value(number)
	}
	listed, err := r.data.Client.GetAttributes(ctx)
	if err != nil {
		framework.AddError(diags, framework.Operation{Construct: attributeType, Action: "import attribute", Object: id}, err)
		return types.Int64Null()
	}
	parts := strings.Split(id, "/")
	key := framework.AttributeKey{Entity: talonone.Entity(parts[0]), Name: parts[len(parts)-1]}
	if len(parts) > 2 {
		key.EventType = strings.Join(parts[1:len(parts)-1], "/")
	}
	found := withKey(listed, key)
	if found == nil || len(parts) < 2 {
		diags.AddError("Attribute not found", fmt.Sprintf("%q does not name an attribute. The import ID is the ID of the attribute, or entity and name such as CartItem/color, or for an event Event/product_shared/url.", id))
		return types.Int64Null()
	}
	return types.Int64Value(found.ID)
}
