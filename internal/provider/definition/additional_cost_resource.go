package definition

import (
	"context"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/lookup"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.ResourceWithConfigure   = (*costResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*costResource)(nil)
	_ resource.ResourceWithImportState = (*costResource)(nil)
	_ resource.ResourceWithIdentity    = (*costResource)(nil)
)

const costType = "talonone_additional_cost"

// additionalCosts are what the list resource lists.
var additionalCosts = lookup.Object[talonone.AdditionalCostDefinition]{
	Name: costType, Noun: bulk.Noun{One: "additional cost", Many: "additional costs"}, Endpoint: "/v1/additional_costs",
	Columns: []lookup.Column[talonone.AdditionalCostDefinition]{
		lookup.ID("additional cost", func(c talonone.AdditionalCostDefinition) int64 { return c.ID }),
		lookup.Name("Name of the additional cost.", func(c talonone.AdditionalCostDefinition) string { return c.Name }),
		lookup.OptionalText("type", lookup.Filters, "Where the cost applies: `session`, `item` or `both`.", func(c talonone.AdditionalCostDefinition) *string { return c.Type }),
	},
	List: func(ctx context.Context, client *talonone.Client, _ lookup.Scope) ([]talonone.AdditionalCostDefinition, error) {
		return client.GetAdditionalCosts(ctx)
	},
}

// costModel mirrors the resource talonone_additional_cost.
type costModel struct {
	framework.Deployed
	framework.Timed

	ID                       types.Int64       `tfsdk:"id"`
	AccountID                types.Int64       `tfsdk:"account_id"`
	Created                  timetypes.RFC3339 `tfsdk:"created"`
	Name                     types.String      `tfsdk:"name"`
	Title                    types.String      `tfsdk:"title"`
	Description              types.String      `tfsdk:"description"`
	Type                     types.String      `tfsdk:"type"`
	SubscribedApplicationIDs types.List        `tfsdk:"subscribed_application_ids"`
}

func (m costModel) settings(have costModel) []setting {
	return []setting{
		{"title", m.Title, have.Title}, {"description", m.Description, have.Description}, {"type", m.Type, have.Type},
		{"subscribed_application_ids", m.SubscribedApplicationIDs, have.SubscribedApplicationIDs},
	}
}

// over is existing with what is configured put over it.
func (m costModel) over(existing talonone.AdditionalCostDefinition) talonone.NewAdditionalCost {
	n := talonone.NewAdditionalCost{
		Name: existing.Name, Title: existing.Title, Description: existing.Description, Type: existing.Type, SubscribedApplicationIDs: existing.SubscribedApplicationIDs,
	}
	setText(&n.Title, m.Title)
	setText(&n.Description, m.Description)
	if kind := framework.StringPointer(m.Type); kind != nil {
		n.Type = kind
	}
	if ids, known := framework.Int64s(m.SubscribedApplicationIDs); known {
		n.SubscribedApplicationIDs = ids
	}
	return n
}

func (m costModel) toAPI() talonone.NewAdditionalCost {
	return m.over(talonone.AdditionalCostDefinition{Name: m.Name.ValueString(), Title: m.Name.ValueString()})
}

func costFromAPI(api *talonone.AdditionalCostDefinition, prior costModel) costModel {
	kind := "session"
	if api.Type != nil {
		kind = *api.Type
	}
	m := costModel{
		Deployed: prior.Deployed, ID: types.Int64Value(api.ID), AccountID: types.Int64Value(api.AccountID), Created: framework.Time(api.Created), Name: types.StringValue(api.Name),
		Title: types.StringValue(api.Title), Description: types.StringValue(api.Description), Type: types.StringValue(kind),
		SubscribedApplicationIDs: framework.Int64List(api.SubscribedApplicationIDs, orEmpty(prior.SubscribedApplicationIDs, types.Int64Type)),
	}
	m.LocatedIn(api.AccountID, 0)
	return m
}

// claim is what the resource wants to own.
func (m costModel) claim() bulk.Claim {
	return accountClaim(costType, additionalCosts.Noun, m.Name.ValueString())
}

func costOperation(action string, m costModel) framework.Operation {
	return framework.Operation{
		Construct: costType, Action: action, Object: strconv.Quote(m.Name.ValueString()),
		Pointers: map[string]path.Path{
			"/name": path.Root("name"), "/title": path.Root("title"), "/description": path.Root("description"), "/type": path.Root("type"),
			"/subscribedApplicationsIds": path.Root("subscribed_application_ids"),
		},
	}
}

type costResource struct {
	framework.InAccount

	data *framework.Data
}

// NewAdditionalCostResource is the resource talonone_additional_cost.
func NewAdditionalCostResource() resource.Resource { return &costResource{} }

func (r *costResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = costType
}

func (r *costResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = idIdentitySchema("additional cost")
}

func (r *costResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *costResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An additional cost, such as shipping, that sessions and items can have in addition to prices.\n\n" +
			"The API can't delete an additional cost. Destroying this resource only removes it from the state. Therefore creating it adopts an existing one with the same name, and the plan warns about this. " +
			"Omitted arguments keep their values.\n\nRequires a Management API key that allows the endpoint `/v1/additional_costs`.",
		Attributes: map[string]schema.Attribute{
			"id":         schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the additional cost."},
			"account_id": schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the account."},
			"created":    schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the additional cost was created, RFC 3339 in UTC."},
			"name": schema.StringAttribute{
				Required: true, Validators: nameValidators,
				MarkdownDescription: "Name of the additional cost in sessions: a letter followed by letters, digits and underscores. Unique in the account. Can't be changed.",
			},
			"title": schema.StringAttribute{
				Optional: true, Computed: true, Validators: titleValidators,
				MarkdownDescription: "Title that the Campaign Manager shows, unique in the account. Default for a new cost: its name. Updated in place.",
			},
			"description": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Description of the additional cost. Updated in place."},
			"type": schema.StringAttribute{
				Optional: true, Computed: true, Validators: []validator.String{stringvalidator.OneOf("session", "item", "both")},
				MarkdownDescription: "What can have the cost: `session`, `item` or `both`. Default for a new cost: `session`. It decides which discounts rules can give. Updated in place.",
			},
			"subscribed_application_ids": idList("IDs of the Applications in which the cost can be used; order is ignored. Updated in place."),
		},
	}
}

func (r *costResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan, config costModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		warnForgotten(&resp.Diagnostics, "additional cost", state.Name.String())
		r.data.Owners.Leave(ctx, state.claim(), nil, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.ExpectApplications(ctx, path.Root("subscribed_application_ids"), plan.SubscribedApplicationIDs, state.SubscribedApplicationIDs, &resp.Diagnostics)
	if !plan.Name.IsUnknown() {
		claim := plan.claim()
		claim.Held = func(string) bool { return !req.State.Raw.IsNull() }
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	}
	if req.State.Raw.IsNull() {
		r.planCreate(ctx, plan, &resp.Diagnostics)
		return
	}
	refuseChange(&resp.Diagnostics, "additional cost", state.Name.String(), []setting{{"name", config.Name, state.Name}})
	plan.ID, plan.AccountID, plan.Created = state.ID, state.AccountID, state.Created
	keep(&plan.Title, state.Title, config.Title.IsNull())
	keep(&plan.Description, state.Description, config.Description.IsNull())
	keep(&plan.Type, state.Type, config.Type.IsNull())
	plan.SubscribedApplicationIDs = keptIDs(plan.SubscribedApplicationIDs, state.SubscribedApplicationIDs, config.SubscribedApplicationIDs)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planCreate warns of a takeover. Nothing that it sees becomes a planned value.
func (r *costResource) planCreate(ctx context.Context, plan costModel, diags *diag.Diagnostics) {
	if plan.Name.IsUnknown() {
		return
	}
	listed, err := r.data.Client.GetAdditionalCosts(ctx)
	if err != nil {
		framework.AddError(diags, costOperation("look for additional cost", plan), err)
		return
	}
	for _, one := range listed {
		switch {
		case one.Name == plan.Name.ValueString():
			what := "It already has the configured settings, so nothing is sent."
			if changes := notTaken(plan.settings(costFromAPI(&one, plan))); len(changes) > 0 {
				what = "Applying changes its " + settingNames(changes) + "."
			}
			diags.AddWarning("Additional cost "+plan.Name.String()+" exists already", fmt.Sprintf("Additional cost %s exists with ID %d. Applying adopts it instead of creating it. %s "+
				"If another configuration manages it, remove it from one of them.", plan.Name, one.ID, what))
		case plan.Title.ValueString() != "" && one.Title == plan.Title.ValueString():
			diags.AddAttributeError(path.Root("title"), "Title is taken", fmt.Sprintf("Additional cost %q (%d) has the title %q already. Titles are unique: choose another one.", one.Name, one.ID, one.Title))
		}
	}
}

// listing is a list of all additional costs.
type listing func(context.Context) ([]talonone.AdditionalCostDefinition, error)

// find is the first additional cost in a listing that is the one; nil where there is none.
func (list listing) find(ctx context.Context, is func(talonone.AdditionalCostDefinition) bool) (*talonone.AdditionalCostDefinition, error) {
	listed, err := list(ctx)
	if err != nil {
		return nil, err
	}
	return first(listed, is), nil
}

func named(name string) func(talonone.AdditionalCostDefinition) bool {
	return func(c talonone.AdditionalCostDefinition) bool { return c.Name == name }
}

func (r *costResource) byID(ctx context.Context, id types.Int64) (*talonone.AdditionalCostDefinition, error) {
	return listing(r.data.Client.GetAdditionalCosts).find(ctx, func(c talonone.AdditionalCostDefinition) bool { return c.ID == id.ValueInt64() })
}

func (r *costResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan costModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	made, err := listing(r.data.Client.GetAdditionalCosts).find(ctx, named(plan.Name.ValueString()))
	if err == nil && made == nil {
		if made, err = r.data.Client.CreateAdditionalCost(ctx, plan.toAPI()); talonone.IsConflict(err) {
			made, err = framework.AwaitTaken(ctx, r.data, err, func(ctx context.Context) (*talonone.AdditionalCostDefinition, error) {
				return listing(r.data.Client.GetAdditionalCostsAnew).find(ctx, named(plan.Name.ValueString()))
			})
		}
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, costOperation("create additional cost", plan), err)
		return
	}
	model := r.put(ctx, *made, plan, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, idIdentity{ID: model.ID})...)
}

// put changes a cost to what is planned, if it differs.
func (r *costResource) put(ctx context.Context, existing talonone.AdditionalCostDefinition, plan costModel, diags *diag.Diagnostics) costModel {
	model := costFromAPI(&existing, plan)
	if len(notTaken(plan.settings(model))) == 0 {
		return model
	}
	updated, err := r.data.Client.UpdateAdditionalCost(ctx, existing.ID, plan.over(existing))
	if err != nil {
		framework.AddError(diags, costOperation("update additional cost", plan), err)
		return model
	}
	return costFromAPI(updated, plan)
}

func (r *costResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state costModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, idIdentity{ID: state.ID})...)
	found, err := r.byID(ctx, state.ID)
	if err != nil {
		framework.AddError(&resp.Diagnostics, costOperation("read additional cost", state), err)
		return
	}
	if found != nil && framework.IsAnother(state.Created, found.Created) {
		framework.WarnAnother(&resp.Diagnostics, "additional cost "+state.Name.String(), state.Created, found.Created)
		found = nil
	}
	if found == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	model := costFromAPI(found, state)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *costResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state costModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	// Whatever is not configured is sent as the deployment has it now.
	existing, err := r.byID(ctx, state.ID)
	switch {
	case err != nil:
		framework.AddError(&resp.Diagnostics, costOperation("update additional cost", plan), err)
	case existing == nil:
		framework.AddGone(&resp.Diagnostics, "additional cost "+state.Name.String())
	case framework.IsAnother(state.Created, existing.Created):
		framework.AddAnother(&resp.Diagnostics, "additional cost "+state.Name.String(), state.Created, existing.Created)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	model := r.put(ctx, *existing, plan, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, idIdentity{ID: model.ID})...)
}

// Delete sends nothing, since the API can't delete additional costs. The plan has said so.
func (r *costResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

func (r *costResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := idIdentity{ID: types.Int64Null()}
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else if number, err := strconv.ParseInt(req.ID, 10, 64); err == nil {
		identity.ID = types.Int64Value(number)
	} else {
		switch found, err := listing(r.data.Client.GetAdditionalCosts).find(ctx, named(req.ID)); {
		case err != nil:
			framework.AddError(&resp.Diagnostics, framework.Operation{Construct: costType, Action: "import additional cost", Object: req.ID}, err)
		case found == nil:
			resp.Diagnostics.AddError("Additional cost not found", fmt.Sprintf("No additional cost has the name %q. The import ID is the ID or the name.", req.ID))
		default:
			identity.ID = types.Int64Value(found.ID)
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), identity.ID)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
