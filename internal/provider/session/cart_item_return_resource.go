package session

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource               = (*returnResource)(nil)
	_ resource.ResourceWithConfigure  = (*returnResource)(nil)
	_ resource.ResourceWithModifyPlan = (*returnResource)(nil)
	_ resource.ResourceWithIdentity   = (*returnResource)(nil)
)

const (
	returnType = "talonone_cart_item_return"
	// namedItems is how many items a warning names.
	namedItems = 5
)

type returnResource struct{ data *framework.Data }

// NewCartItemReturnResource is the resource talonone_cart_item_return.
func NewCartItemReturnResource() resource.Resource { return &returnResource{} }

// returnModel mirrors the resource.
type returnModel struct {
	framework.Deployed
	framework.Timed
	returnInput

	Returned         types.List           `tfsdk:"returned"`
	Triggers         types.Map            `tfsdk:"triggers"`
	ResponseContent  types.List           `tfsdk:"response_content"`
	Response         jsontypes.Normalized `tfsdk:"response"`
	ID               types.Int64          `tfsdk:"id"`
	Created          timetypes.RFC3339    `tfsdk:"created"`
	EventID          types.Int64          `tfsdk:"event_id"`
	SessionID        types.Int64          `tfsdk:"session_id"`
	Effects          types.List           `tfsdk:"effects"`
	CreatedCoupons   types.List           `tfsdk:"created_coupons"`
	CreatedReferrals types.List           `tfsdk:"created_referrals"`
}

// returnIdentity mirrors the resource's identity.
type returnIdentity struct {
	SessionIntegrationID types.String `tfsdk:"session_integration_id"`
	ID                   types.Int64  `tfsdk:"id"`
}

func (r *returnResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = returnType
}

func (r *returnResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"session_integration_id": identityschema.StringAttribute{RequiredForImport: true, Description: "ID of the session. A return can't be imported."},
			"id":                     identityschema.Int64Attribute{OptionalForImport: true, Description: "ID of the return."},
		},
	}
}

func (r *returnResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *returnResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning("The return stays", "Destroying "+returnType+" only removes it from state: the API can't undo a return.")
		return
	}
	var plan, config returnModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.ResponseContent.IsNull() {
		plan.Response = jsontypes.NewNormalizedNull()
	}
	if !req.State.Raw.IsNull() {
		var state returnModel
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if config.IdempotencyKey.IsNull() {
			plan.IdempotencyKey = state.IdempotencyKey
		}
		resp.RequiresReplace = journal.RunsAgain(append(plan.inputs(state),
			journal.Input{Name: "idempotency_key", Planned: plan.IdempotencyKey, Prior: state.IdempotencyKey}))
		if len(resp.RequiresReplace) == 0 {
			state.Triggers, state.ResponseContent = journal.Spelled(plan.Triggers, state.Triggers), plan.ResponseContent
			if plan.ResponseContent.IsNull() {
				state.Response = plan.Response
			}
			plan = state
		} else {
			journal.WarnOfReplay(config.IdempotencyKey, state.IdempotencyKey, &resp.Diagnostics)
			if config.IdempotencyKey.IsNull() {
				plan.IdempotencyKey = types.StringUnknown()
			}
		}
	}
	if plan.ID.IsUnknown() && r.data != nil {
		r.data.ExpectSession(ctx, path.Root("session_integration_id"), plan.SessionIntegrationID, &resp.Diagnostics)
	}
	switch {
	case !plan.ID.IsUnknown():
	case config.IdempotencyKey.IsNull() && r.data != nil && r.data.Journal.Begun(returnType, plan.inputs(plan)):
		resp.Diagnostics.AddWarning("An earlier apply began this return",
			"Its response is not in the state. Applying sends it again with the same idempotency key: if the items were returned, the deployment repeats its response, and they are not returned twice.")
	case r.data == nil || !resp.Diagnostics.HasError() || !r.data.ValidateReferences:
		plan.warnOfRun(ctx, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *returnResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan returnModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	run := r.data.Journal.BeginRun(returnType, plan.inputs(plan), plan.IdempotencyKey, r.data.Client.ServerTime(time.Now()))
	parts, _ := framework.Strings(plan.ResponseContent)
	response := plan.run(ctx, r.data, returnType, run, talonone.ReturnOptions{ResponseContent: parts}, &resp.Diagnostics)
	if response == nil {
		return
	}
	plan.IdempotencyKey = types.StringValue(run.Key)
	plan.ID, plan.EventID, plan.SessionID, plan.Created = types.Int64Null(), types.Int64Null(), types.Int64Null(), timetypes.NewRFC3339Null()
	plan.Returned = returnedFromAPI(nil)
	if created := response.Return; created != nil {
		plan.Returned = returnedFromAPI(created.ReturnedCartItems)
		plan.ID, plan.EventID, plan.SessionID = types.Int64Value(created.ID), types.Int64Value(created.EventID), types.Int64Value(created.SessionID)
		plan.Created = framework.Time(created.Created)
	}
	plan.Effects = framework.Effects(response.Effects)
	plan.CreatedCoupons, plan.CreatedReferrals = framework.CreatedCoupons(response.CreatedCoupons), framework.CreatedReferrals(response.CreatedReferrals)
	plan.Response = framework.Parts(plan.ResponseContent, response.Parts, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, returnIdentity{SessionIntegrationID: plan.SessionIntegrationID, ID: plan.ID})...)
}

// Read has nothing to read: the API shows returns in responses to updates only.
func (r *returnResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state returnModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, returnIdentity{SessionIntegrationID: state.SessionIntegrationID, ID: state.ID})...)
}

// Update keeps response_content for the next run.
func (r *returnResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan returnModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, returnIdentity{SessionIntegrationID: plan.SessionIntegrationID, ID: plan.ID})...)
}

// Delete forgets the return.
func (r *returnResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}

// warnOfRun says what the apply does. Terraform shows it for replacements, too, in the call that plans the end of the return
// before.
func (m *returnModel) warnOfRun(ctx context.Context, diags *diag.Diagnostics) {
	of := "a session that is not known yet"
	if !m.SessionIntegrationID.IsUnknown() {
		of = "session " + strconv.Quote(m.SessionIntegrationID.ValueString())
	}
	what := "The items are not known yet."
	if items := elements[returnedModel](ctx, m.ReturnedCartItems, diags); len(items) > 0 {
		texts := make([]string, 0, namedItems)
		for _, one := range items[:min(len(items), namedItems)] {
			texts = append(texts, one.String())
		}
		what = "Returns " + strings.Join(texts, ", ")
		if more := len(items) - len(texts); more > 0 {
			what += fmt.Sprintf(" and %d more", more)
		}
		what += "."
	}
	diags.AddWarning("Applying returns items of "+of, what+" This rolls back effects on the items and can't be undone.")
}

// inputs are the arguments that make a return another one.
func (m *returnModel) inputs(prior returnModel) []journal.Input {
	return append(m.returnInput.inputs(prior.returnInput), journal.Input{Name: "triggers", Planned: m.Triggers, Prior: prior.Triggers})
}
