package event

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/promotion"
)

var (
	_ resource.Resource                   = (*eventResource)(nil)
	_ resource.ResourceWithConfigure      = (*eventResource)(nil)
	_ resource.ResourceWithValidateConfig = (*eventResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*eventResource)(nil)
	_ resource.ResourceWithIdentity       = (*eventResource)(nil)
)

const resourceType = "talonone_event"

type eventResource struct {
	framework.InApplication

	data *framework.Data
}

// NewEventResource is the resource talonone_event.
func NewEventResource() resource.Resource { return &eventResource{} }

// resourceModel mirrors the resource.
type resourceModel struct {
	framework.Deployed
	framework.Timed
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
	TotalPointsAdded types.Number         `tfsdk:"total_points_added"`
	FreeItems        types.List           `tfsdk:"free_items"`
	AudiencesJoined  types.List           `tfsdk:"audiences_joined"`
}

// outcomeAttributes are those that the effects amount to.
var outcomeAttributes = []string{"total_points_added", "free_items", "audiences_joined"}

// identityModel mirrors the resource's identity.
type identityModel struct {
	APIVersion types.String `tfsdk:"api_version"`
	ID         types.Int64  `tfsdk:"id"`
}

func (r *eventResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = resourceType
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
			resp.Diagnostics.AddAttributeError(path.Root("response_content").AtListIndex(i), "No part of the response",
				"The response of version "+config.version()+" has no "+part+". Choose from: "+framework.ListedNames(allowed)+".")
		}
	}
}

func (r *eventResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning("The event stays", "Destroying "+resourceType+" only removes it from state: the API can't delete events.")
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
	if plan.APIVersion.ValueString() == v1 {
		plan.noOutcome()
	}
	if !req.State.Raw.IsNull() {
		var state resourceModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		resp.RequiresReplace = plan.runsAgain(state, config)
		if len(resp.RequiresReplace) == 0 {
			state.Triggers, state.Attributes = journal.Spelled(plan.Triggers, state.Triggers), journal.Spelled(plan.Attributes, state.Attributes)
			state.LoyaltyCards, state.ResponseContent = journal.Spelled(plan.LoyaltyCards, state.LoyaltyCards), plan.ResponseContent
			if plan.ResponseContent.IsNull() {
				state.Response = plan.Response
			}
			resp.Diagnostics.Append(resp.Plan.Set(ctx, &state)...)
			return
		}
		journal.WarnOfReplay(config.IdempotencyKey, state.IdempotencyKey, &resp.Diagnostics)
	}
	plan.check(ctx, r.data, &resp.Diagnostics)
	if config.IdempotencyKey.IsNull() && r.data.Journal.Begun(resourceType, plan.inputs(plan)) {
		plan.reportBegun(&resp.Diagnostics)
	} else if !resp.Diagnostics.HasError() || !r.data.ValidateReferences {
		plan.warnOfRun(&resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *eventResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan resourceModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run := plan.begin(r.data, resourceType, plan.inputs(plan))
	if run.Begun && plan.version() == v1 {
		run.Keep()
		plan.reportBegun(&resp.Diagnostics)
		return
	}
	plan.IdempotencyKey = types.StringNull()
	if plan.version() == v2 {
		plan.IdempotencyKey = types.StringValue(run.Key)
	}
	parts, _ := framework.Strings(plan.ResponseContent)
	result := plan.run(ctx, r.data, resourceType, run, runOptions{parts: parts}, &resp.Diagnostics)
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

// runsAgain lists the arguments whose change tracks another event.
func (m *resourceModel) runsAgain(state, config resourceModel) path.Paths {
	key := m.IdempotencyKey
	if config.IdempotencyKey.IsNull() {
		key = state.IdempotencyKey
	}
	return journal.RunsAgain(append(m.inputs(state), journal.Input{Name: "idempotency_key", Planned: key, Prior: state.IdempotencyKey}))
}

// warnOfRun says what the apply does. Terraform shows it for replacements, too, in the call that plans the end of the event
// before.
func (m *resourceModel) warnOfRun(diags *diag.Diagnostics) {
	which, of := "an event", "a customer who is not known yet"
	if !m.Type.IsUnknown() {
		which = fmt.Sprintf("event %q", m.Type.ValueString())
	}
	switch {
	case m.ProfileID.IsNull():
		of = "session " + m.SessionID.String()
	case !m.ProfileID.IsUnknown():
		of = "customer " + m.ProfileID.String()
	}
	diags.AddWarning("Applying tracks "+which+" of "+of,
		"The event runs the rules of campaigns, which can give coupons, points and more. It can't be undone.")
}

// inputs are the arguments that make an event another one.
func (m *resourceModel) inputs(state resourceModel) []journal.Input {
	return append(m.eventInput.inputs(state.eventInput), journal.Input{Name: "triggers", Planned: m.Triggers, Prior: state.Triggers})
}

// noOutcome says that the effects amount to nothing that has a name: those of v1 have no names for their properties.
func (m *resourceModel) noOutcome() {
	m.TotalPointsAdded, m.FreeItems, m.AudiencesJoined = types.NumberNull(), types.ListNull(types.StringType), types.ListNull(types.StringType)
}

func (m *resourceModel) setResult(result *tracked) {
	m.ID, m.ApplicationID, m.Created = types.Int64Null(), types.Int64Null(), timetypes.NewRFC3339Null()
	if event := result.event; event != nil {
		m.ID, m.ApplicationID, m.Created = types.Int64Value(event.ID), types.Int64Value(event.ApplicationID), framework.Time(event.Created)
		m.LocatedIn(0, event.ApplicationID)
	}
	m.Effects = framework.Effects(result.effects)
	m.CreatedCoupons, m.CreatedReferrals = framework.CreatedCoupons(result.coupons), framework.CreatedReferrals(result.referrals)
	if m.version() == v1 {
		m.noOutcome()
		return
	}
	outcome := promotion.Of(result.effects, promotion.Context{})
	m.TotalPointsAdded = promotion.Value[types.Number](outcome, "total_points_added")
	m.FreeItems = promotion.Value[types.List](outcome, "free_items")
	m.AudiencesJoined = promotion.Value[types.List](outcome, "audiences_joined")
}

// newKey is the planned key where none is configured: v2 gets one, the others
// have none.
func newKey(version types.String) types.String {
	if version.IsUnknown() || version.ValueString() == v2 {
		return types.StringUnknown()
	}
	return types.StringNull()
}
