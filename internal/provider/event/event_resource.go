package event

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                   = (*eventResource)(nil)
	_ resource.ResourceWithConfigure      = (*eventResource)(nil)
	_ resource.ResourceWithValidateConfig = (*eventResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*eventResource)(nil)
	_ resource.ResourceWithIdentity       = (*eventResource)(nil)
)

const resourceType = "talonone_event"

type eventResource struct{ data *framework.Data }

// NewEventResource is the resource talonone_event.
func NewEventResource() resource.Resource { return &eventResource{} }

// resourceModel mirrors the resource.
type resourceModel struct {
	eventInput

	Triggers         types.Map            `tfsdk:"triggers"`
	ResponseContent  types.List           `tfsdk:"response_content"`
	Response         jsontypes.Normalized `tfsdk:"response"`
	ID               types.Int64          `tfsdk:"id"`
	Created          timetypes.RFC3339    `tfsdk:"created"`
	ApplicationID    types.Int64          `tfsdk:"application_id"`
	Effects          types.List           `tfsdk:"effects"`
	CreatedCoupons   types.List           `tfsdk:"created_coupons"`
	CreatedReferrals types.List           `tfsdk:"created_referrals"`
}

// identityModel mirrors the resource's identity.
type identityModel struct {
	APIVersion types.String `tfsdk:"api_version"`
	ID         types.Int64  `tfsdk:"id"`
}

func (r *eventResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
}

func (r *eventResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	const again = " A change tracks another event."
	text := func(name string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: eventText[name] + again, Validators: validators}
	}
	attributes := framework.ResourceEffects("Those of the event. The effects of `v1` have no names for their properties: `props` has them in order, as `arguments`.")
	maps.Copy(attributes, map[string]schema.Attribute{
		"api_version": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(v2), MarkdownDescription: eventText["api_version"] + again,
			Validators: []validator.String{stringvalidator.OneOf(v1, v2, v3)},
		},
		"type": schema.StringAttribute{
			Required: true, MarkdownDescription: eventText["type"] + again, Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"profile_id":           text("profile_id", framework.IntegrationID()...),
		"session_id":           text("session_id", stringvalidator.LengthAtLeast(1)),
		"integration_id":       text("integration_id", framework.IntegrationID()...),
		"connected_session_id": text("connected_session_id", stringvalidator.LengthAtLeast(1)),
		"store_integration_id": text("store_integration_id", framework.IntegrationID()...),
		"loyalty_cards": schema.ListAttribute{
			Optional: true, ElementType: types.StringType, MarkdownDescription: eventText["loyalty_cards"] + again, Validators: cardValidators(),
		},
		"attributes": schema.StringAttribute{
			Optional: true, CustomType: jsontypes.NormalizedType{}, MarkdownDescription: eventText["attributes"] + again,
			Validators: []validator.String{customattr.Validator{}},
		},
		"idempotency_key": schema.StringAttribute{
			Optional: true, Computed: true, MarkdownDescription: eventText["idempotency_key"] + again,
			Validators: []validator.String{stringvalidator.LengthBetween(1, 255)},
		},
		"triggers": schema.MapAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Any texts: a change of them tracks the event again.",
		},
		"response_content": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Further parts of the answer to keep in `response`, in the API's spelling: for `v2` " + framework.ListedNames(partsOf[v2]) + "; for `v3` " + framework.ListedNames(partsOf[v3]) +
				"; for `v1` " + framework.ListedNames(partsOf[v1]) + ". Several of them hold personal data, which then is in the state. A change takes effect with the next run.",
			Validators: []validator.List{listvalidator.NoNullValues(), listvalidator.UniqueValues()},
		},
		"response": schema.StringAttribute{
			Computed: true, CustomType: jsontypes.NormalizedType{},
			MarkdownDescription: "JSON object with the parts that `response_content` named when the event was tracked; null when it named none.",
		},
		"id":             schema.Int64Attribute{Computed: true, MarkdownDescription: "Internal ID of the event."},
		"created":        schema.StringAttribute{Computed: true, CustomType: timetypes.RFC3339Type{}, MarkdownDescription: "When the event was tracked, RFC 3339 in UTC."},
		"application_id": schema.Int64Attribute{Computed: true, MarkdownDescription: "ID of the Application that the event belongs to: that of the Integration API key."},
	})
	resp.Schema = schema.Schema{
		MarkdownDescription: eventAbout + "The event is tracked when the resource is created, and again when an argument or `triggers` change. Destroying it only forgets it. " +
			"With Terraform 1.14 and later the action `talonone_track_event` does the same without a resource.\n\nNeeds an Integration API key.",
		Attributes: attributes,
	}
}

func (r *eventResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"api_version": identityschema.StringAttribute{RequiredForImport: true, Description: "Version of the API that tracked the event. An event can't be imported."},
			"id":          identityschema.Int64Attribute{OptionalForImport: true, Description: "Internal ID of the event."},
		},
	}
}

func (r *eventResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *eventResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config resourceModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.validate(&resp.Diagnostics)
	if config.APIVersion.IsUnknown() {
		return
	}
	allowed := partsOf[config.version()]
	parts, _ := framework.Strings(config.ResponseContent)
	for i, part := range parts {
		if !slices.Contains(allowed, part) {
			resp.Diagnostics.AddAttributeError(path.Root("response_content").AtListIndex(i), "No part of the answer",
				"The answer of version "+config.version()+" has no "+part+". Choose from: "+framework.ListedNames(allowed)+".")
		}
	}
}

func (r *eventResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning("The event stays", "Destroying "+resourceType+" only forgets it: the API deletes no events.")
		return
	}
	if r.data == nil {
		return
	}
	var plan, config resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.ResponseContent.IsNull() {
		plan.Response = jsontypes.NewNormalizedNull()
	}
	if config.IdempotencyKey.IsNull() {
		plan.IdempotencyKey = newKey(plan.APIVersion)
	}
	if !req.State.Raw.IsNull() {
		var state resourceModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		r.settle(state)
		resp.RequiresReplace = plan.runsAgain(state, config)
		if len(resp.RequiresReplace) == 0 {
			state.ResponseContent = plan.ResponseContent
			if plan.ResponseContent.IsNull() {
				state.Response = plan.Response
			}
			resp.Diagnostics.Append(resp.Plan.Set(ctx, &state)...)
			return
		}
		journal.WarnOfReplay(config.IdempotencyKey, state.IdempotencyKey, &resp.Diagnostics)
	}
	plan.checkAttributes(ctx, r.data, &resp.Diagnostics)
	if config.IdempotencyKey.IsNull() && r.data.Journal.Begun(resourceType, plan.inputs(plan)) {
		plan.tellBegun(&resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *eventResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run := plan.begin(r.data.Journal, resourceType, plan.inputs(plan))
	if run.Begun && plan.version() == v1 {
		plan.tellBegun(&resp.Diagnostics)
		return
	}
	plan.IdempotencyKey = types.StringNull()
	if plan.version() == v2 {
		plan.IdempotencyKey = types.StringValue(run.Key)
	}
	parts, _ := framework.Strings(plan.ResponseContent)
	result := plan.run(ctx, r.data, resourceType, run, parts, &resp.Diagnostics)
	if result == nil {
		return
	}
	plan.setResult(result)
	plan.Response = framework.Parts(plan.ResponseContent, result.parts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{APIVersion: plan.APIVersion, ID: plan.ID})...)
}

// Read has nothing to read: events never change, and those of v1 and v2 can't be
// read with an Integration key.
func (r *eventResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state resourceModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	r.settle(state)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{APIVersion: state.APIVersion, ID: state.ID})...)
}

// Update keeps response_content for the next run.
func (r *eventResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identityModel{APIVersion: plan.APIVersion, ID: plan.ID})...)
}

// Delete forgets the event.
func (r *eventResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// settle forgets that the run was begun: the state holds what came of it.
func (r *eventResource) settle(state resourceModel) {
	r.data.Journal.SettleRun(resourceType, state.IdempotencyKey.ValueString())
	switch state.version() {
	case v3:
		r.data.Journal.SettleRun(resourceType, state.IntegrationID.ValueString())
	case v1:
		r.data.Journal.Settle(resourceType, state.ID.ValueInt64())
	}
}

// runsAgain lists the arguments whose change tracks another event.
func (m *resourceModel) runsAgain(state, config resourceModel) path.Paths {
	key := m.IdempotencyKey
	if config.IdempotencyKey.IsNull() {
		key = state.IdempotencyKey
	}
	return journal.RunsAgain(append(m.inputs(state), journal.Input{Name: "idempotency_key", Planned: key, Prior: state.IdempotencyKey}))
}

// inputs are the arguments that make an event another one.
func (m *resourceModel) inputs(state resourceModel) []journal.Input {
	return append(m.eventInput.inputs(state.eventInput), journal.Input{Name: "triggers", Planned: m.Triggers, Prior: state.Triggers})
}

func (m *resourceModel) setResult(result *tracked) {
	m.ID, m.ApplicationID, m.Created = types.Int64Null(), types.Int64Null(), timetypes.NewRFC3339Null()
	if event := result.event; event != nil {
		m.ID, m.ApplicationID, m.Created = types.Int64Value(event.ID), types.Int64Value(event.ApplicationID), framework.Time(event.Created)
	}
	m.Effects = framework.Effects(result.effects)
	m.CreatedCoupons, m.CreatedReferrals = framework.CreatedCoupons(result.coupons), framework.CreatedReferrals(result.referrals)
}

// newKey is the planned key where none is configured: v2 gets one, the others
// have none.
func newKey(version types.String) types.String {
	if version.IsUnknown() || version.ValueString() == v2 {
		return types.StringUnknown()
	}
	return types.StringNull()
}

func cardValidators() []validator.List {
	return []validator.List{
		listvalidator.SizeAtMost(talonone.MaxLoyaltyCards), listvalidator.NoNullValues(),
		listvalidator.ValueStringsAre(stringvalidator.LengthAtLeast(1)),
	}
}
