package audience

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                = (*customerAttributesResource)(nil)
	_ resource.ResourceWithConfigure   = (*customerAttributesResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*customerAttributesResource)(nil)
	_ resource.ResourceWithImportState = (*customerAttributesResource)(nil)
	_ resource.ResourceWithIdentity    = (*customerAttributesResource)(nil)
)

const (
	customerAttributesType = "talonone_audience_customer_attributes"

	// customerAttributesTimeout is the default of every entry of the timeouts.
	customerAttributesTimeout = 20 * time.Minute
)

type customerAttributesResource struct{ data *framework.Data }

// NewAudienceCustomerAttributesResource is the resource talonone_audience_customer_attributes.
func NewAudienceCustomerAttributesResource() resource.Resource { return &customerAttributesResource{} }

// customerAttributesModel mirrors the resource.
type customerAttributesModel struct {
	framework.Deployed

	AudienceID      types.Int64          `tfsdk:"audience_id"`
	Attributes      jsontypes.Normalized `tfsdk:"attributes"`
	CheckMembers    types.Bool           `tfsdk:"check_members"`
	MembersTotal    types.Int64          `tfsdk:"members_total"`
	MembersMatching types.Int64          `tfsdk:"members_matching"`
	Timeouts        timeouts.Value       `tfsdk:"timeouts"`
}

func (r *customerAttributesResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = customerAttributesType
}

func (r *customerAttributesResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"audience_id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the audience."},
		},
	}
}

func (r *customerAttributesResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *customerAttributesResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan customerAttributesModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning("Members keep their attribute values",
			fmt.Sprintf("The API can't restore earlier values. Destroying this resource only removes it from state; the members of audience %d keep the values.", state.AudienceID.ValueInt64()))
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.Attributes = customattr.Spelled(plan.Attributes, state.Attributes)
	if !plan.AudienceID.Equal(state.AudienceID) {
		expectAudience(ctx, r.data, customerAttributesType, plan.AudienceID, &resp.Diagnostics)
	}
	if req.State.Raw.IsNull() || !plan.Attributes.Equal(state.Attributes) {
		customattr.Check(ctx, r.data, talonone.EntityCustomerProfile, nil, plan.Attributes, path.Root("attributes"), &resp.Diagnostics)
	}
	if !plan.AudienceID.IsUnknown() && !plan.Attributes.IsUnknown() {
		claim := plan.claim()
		held := customattr.FromConfig(state.Attributes)
		claim.Held = func(name string) bool { _, has := held[name]; return has && plan.AudienceID.Equal(state.AudienceID) }
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	}
	switch {
	case !r.checks(plan):
		plan.MembersTotal, plan.MembersMatching = types.Int64Null(), types.Int64Null()
	case req.State.Raw.IsNull() || !plan.AudienceID.Equal(state.AudienceID) || state.MembersTotal.IsNull():
		plan.MembersTotal, plan.MembersMatching = types.Int64Unknown(), types.Int64Unknown()
	default:
		// Setting the values makes every member match.
		plan.MembersTotal, plan.MembersMatching = state.MembersTotal, state.MembersTotal
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *customerAttributesResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan customerAttributesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	within, cancel := framework.Within(ctx, plan.Timeouts.Create, customerAttributesTimeout, &resp.Diagnostics)
	defer cancel()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, plan.claim(), resp.Private, &resp.Diagnostics)
	if err := r.set(within, &plan); err != nil {
		framework.AddError(&resp.Diagnostics, attributesOperation(customerAttributesType, plan.AudienceID), err)
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, membershipsIdentity{AudienceID: plan.AudienceID})...)
}

func (r *customerAttributesResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state customerAttributesModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	within, cancel := framework.Within(ctx, state.Timeouts.Read, customerAttributesTimeout, &resp.Diagnostics)
	defer cancel()
	resp.Diagnostics.Append(resp.Identity.Set(ctx, membershipsIdentity{AudienceID: state.AudienceID})...)
	if resp.Diagnostics.HasError() || !state.CheckMembers.ValueBool() {
		return
	}
	if !r.data.Client.HasManagementKey() {
		resp.Diagnostics.AddWarning("Attribute values of members are not compared",
			framework.MissingKey(customerAttributesType, &talonone.MissingCredentialError{Operation: "getAudienceMemberships", Credential: talonone.ManagementCredential})+
				" The state is kept as it is.")
		return
	}
	total, matching, err := r.count(within, &state)
	if talonone.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		framework.AddError(&resp.Diagnostics, framework.Operation{Construct: customerAttributesType, Action: "compare the members of", Object: "audience " + state.AudienceID.String()}, err)
		return
	}
	state.MembersTotal, state.MembersMatching = types.Int64Value(total), types.Int64Value(matching)
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *customerAttributesResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state customerAttributesModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	within, cancel := framework.Within(ctx, plan.Timeouts.Update, customerAttributesTimeout, &resp.Diagnostics)
	defer cancel()
	resp.Diagnostics.Append(resp.Identity.Set(ctx, membershipsIdentity{AudienceID: state.AudienceID})...)
	if resp.Diagnostics.HasError() {
		return
	}
	drifted := !state.MembersMatching.Equal(state.MembersTotal)
	if drifted || !plan.Attributes.Equal(state.Attributes) {
		if err := r.set(within, &plan); err != nil {
			framework.AddError(&resp.Diagnostics, attributesOperation(customerAttributesType, plan.AudienceID), err)
			return
		}
	}
	r.fill(within, &plan)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
}

// Delete forgets: the API can't take values back, which the plan has said.
func (r *customerAttributesResource) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {
}

func (r *customerAttributesResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	identity := membershipsIdentity{AudienceID: types.Int64Null()}
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		id, err := strconv.ParseInt(req.ID, 10, 64)
		if err != nil || id < 1 {
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q is not the ID of an audience, such as 748.", req.ID))
			return
		}
		identity.AudienceID = types.Int64Value(id)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	// Nothing tells which values were set: the first read takes those that all members share.
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("audience_id"), identity.AudienceID)...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("attributes"), jsontypes.NewNormalizedValue("{}"))...)
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("check_members"), true)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}

// claim is what the resource wants to own: the values of attributes of all members.
func (m *customerAttributesModel) claim() bulk.Claim {
	return bulk.Claim{
		Subject: bulk.Subject{Noun: bulk.Noun{One: "attribute", Many: "attributes"}, Place: "the members of " + framework.MembersTarget(m.AudienceID), ResourceType: customerAttributesType, ImportID: m.AudienceID.String()},
		Target:  "attributes of the members of " + framework.MembersTarget(m.AudienceID), At: path.Root("attributes"), Rows: slices.Sorted(maps.Keys(customattr.FromConfig(m.Attributes))),
	}
}

// checks says whether members are looked at.
func (r *customerAttributesResource) checks(m customerAttributesModel) bool {
	return m.CheckMembers.ValueBool() && r.data.Client.HasManagementKey()
}

// set sends the values, and fills in what the plan left open.
func (r *customerAttributesResource) set(ctx context.Context, plan *customerAttributesModel) error {
	err := r.data.Client.UpdateAudienceCustomersAttributes(ctx, plan.AudienceID.ValueInt64(), json.RawMessage(plan.Attributes.ValueString()))
	if err == nil {
		r.fill(ctx, plan)
	}
	return err
}

// fill counts the members where the plan did not know them: all of them have the
// values now. A count that can't be had is left to the next refresh.
func (r *customerAttributesResource) fill(ctx context.Context, plan *customerAttributesModel) {
	if !plan.MembersTotal.IsUnknown() {
		return
	}
	plan.MembersTotal, plan.MembersMatching = types.Int64Null(), types.Int64Null()
	counts, err := r.data.Client.GetAudiencesAnalytics(ctx)
	if err != nil {
		return
	}
	if count, known := counts[plan.AudienceID.ValueInt64()]; known {
		plan.MembersTotal, plan.MembersMatching = types.Int64Value(count), types.Int64Value(count)
	}
}

// count compares every member's values with the wanted ones. After an import nothing is
// wanted yet: then it is what all members share.
func (r *customerAttributesResource) count(ctx context.Context, state *customerAttributesModel) (total, matching int64, err error) {
	wanted, err := customattr.Parse(state.Attributes.ValueString())
	if err != nil {
		return 0, 0, err
	}
	imported := len(wanted) == 0
	err = r.data.Client.GetAudienceMemberships(ctx, state.AudienceID.ValueInt64(), func(members []talonone.AudienceMember) error {
		for _, member := range members {
			has, err := customattr.FromAPI(member.Attributes)
			if err != nil {
				return fmt.Errorf("getAudienceMemberships: %w", err)
			}
			if imported {
				wanted = shared(total == 0, wanted, has)
			}
			total++
			if has.Has(wanted) {
				matching++
			}
		}
		return nil
	})
	if imported && err == nil {
		state.Attributes = wanted.Value()
	}
	return total, matching, err
}

// shared takes out of the values that members share those that another member lacks.
func shared(first bool, values, has customattr.Attributes) customattr.Attributes {
	if first {
		return has
	}
	maps.DeleteFunc(values, func(name string, value json.RawMessage) bool { return !has.Has(customattr.Attributes{name: value}) })
	return values
}

// attributesOperation describes the setting of values, for resource and action.
func attributesOperation(construct string, audienceID types.Int64) framework.Operation {
	return framework.Operation{
		Construct: construct, Action: "set attributes of the members of", Object: "audience " + audienceID.String(),
		Pointers: map[string]path.Path{"/": path.Root("attributes")}, NotFound: path.Root("audience_id"),
		Advice: map[int]string{
			http.StatusNotFound: "There is no such audience, or it belongs to the other environment (sandbox or live) than the Integration API key.",
		},
	}
}
