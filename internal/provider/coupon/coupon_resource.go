package coupon

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
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
	_ resource.ResourceWithConfigure   = (*couponResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*couponResource)(nil)
	_ resource.ResourceWithImportState = (*couponResource)(nil)
	_ resource.ResourceWithIdentity    = (*couponResource)(nil)
)

const couponResourceType = "talonone_coupon"

var redemptions = bulk.Noun{One: "redemption", Many: "redemptions"}

type couponResource struct{ data *framework.Data }

// NewCouponResource is the resource talonone_coupon.
func NewCouponResource() resource.Resource { return &couponResource{} }

// placedCoupon is a coupon of a list, with the Application that no response names.
type placedCoupon struct {
	*talonone.Coupon
	applicationID int64
}

// NewCouponList is the list resource talonone_coupon.
func NewCouponList() list.ListResource {
	model := func(c placedCoupon, here framework.Deployed) codeModel {
		return couponFromAPI(c.Coupon, codeModel{Deployed: here, ApplicationID: types.Int64Value(c.applicationID)})
	}
	return lookup.List[placedCoupon]{
		Object: lookup.Object[placedCoupon]{
			Name: couponResourceType, Named: "value", Noun: bulk.Noun{One: "coupon", Many: "coupons"}, Endpoint: "/v1/applications",
			Columns: []lookup.Column[placedCoupon]{
				lookup.ID("coupon", func(c placedCoupon) int64 { return c.ID }),
				lookup.Text("value", lookup.Key, "Code of the coupon.", func(c placedCoupon) string { return c.Value }),
				lookup.Number("application_id", lookup.Within, "ID of the Application.", func(c placedCoupon) int64 { return c.applicationID }),
				lookup.Number("campaign_id", lookup.Within, "ID of the campaign.", func(c placedCoupon) int64 { return c.CampaignID }),
			},
			List: func(ctx context.Context, client *talonone.Client, scope lookup.Scope) ([]placedCoupon, error) {
				application := scope.Int64("application_id")
				coupons, err := client.GetCouponsOf(ctx, application, scope.Int64("campaign_id"))
				placed := make([]placedCoupon, len(coupons))
				for i, coupon := range coupons {
					placed[i] = placedCoupon{coupon, application}
				}
				return placed, err
			},
		},
		Identity: func(c placedCoupon) any { return model(c, framework.Deployed{}).identity() },
		Model:    func(c placedCoupon, here framework.Deployed) any { return model(c, here) },
	}.ListResource()
}

func (r *couponResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = couponResourceType
}

func (r *couponResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"application_id": identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the Application."},
		"campaign_id":    identityschema.Int64Attribute{RequiredForImport: true, Description: "ID of the campaign."},
		"value":          identityschema.StringAttribute{RequiredForImport: true, Description: "Code of the coupon."},
	}}
}

func (r *couponResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *couponResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan, config codeModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		bulk.NoteReplaced(ctx, resp.Private, bulk.Target{Count: 1, Digest: state.importID()}, &resp.Diagnostics)
	}
	if req.Plan.Raw.IsNull() {
		bulk.NoteGuards(ctx, resp.Private, bulk.Guards{DeletionProtection: state.DeletionProtection}, &resp.Diagnostics)
		r.planEnd(ctx, state, state.DeletionProtection, "", &resp.Diagnostics)
		claim := r.claim(ctx, state)
		r.data.Owners.Leave(ctx, claim, claim.Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.Attributes = customattr.Spelled(plan.Attributes, state.Attributes)
	if req.State.Raw.IsNull() || !plan.Attributes.Equal(state.Attributes) {
		customattr.Check(ctx, r.data, talonone.EntityCoupon, nil, plan.Attributes, path.Root("attributes"), &resp.Diagnostics)
	}
	if !plan.Value.IsUnknown() {
		r.data.Coupons.Add(plan.Value.ValueString())
	}
	bulk.NoteGuards(ctx, resp.Private, bulk.Guards{DeletionProtection: plan.DeletionProtection}, &resp.Diagnostics)
	if req.State.Raw.IsNull() {
		replaced := bulk.Replaced(ctx, req.Private, &resp.Diagnostics)
		if replaced != nil {
			bulk.Protect(r.data.AllowDelete, couponResourceType, replaced.Digest, "coupon "+replaced.Digest, plan.DeletionProtection, "", &resp.Diagnostics)
		}
		if !plan.ApplicationID.IsUnknown() && !plan.CampaignID.IsUnknown() && !plan.Value.IsUnknown() {
			r.data.Owners.Claim(ctx, r.claim(ctx, plan), req.Private, resp.Private, &resp.Diagnostics)
			r.planCreate(ctx, plan, replaced, &resp.Diagnostics)
		}
		return
	}
	for name, changes := range map[string]bool{
		"application_id": !plan.ApplicationID.Equal(state.ApplicationID), "campaign_id": !plan.CampaignID.Equal(state.CampaignID), "value": !plan.Value.Equal(state.Value),
	} {
		if changes {
			resp.RequiresReplace = append(resp.RequiresReplace, path.Root(name))
		}
	}
	if len(resp.RequiresReplace) > 0 {
		r.planEnd(ctx, state, plan.DeletionProtection, fmt.Sprintf(" The API can't change %s, so a new coupon takes its place.", resp.RequiresReplace[0]), &resp.Diagnostics)
		claim := r.claim(ctx, state)
		r.data.Owners.Remove(ctx, claim, claim.Rows, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	claim := r.claim(ctx, state)
	claim.Held = func(string) bool { return true }
	r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	plan.ID, plan.BatchID, plan.Created = state.ID, state.BatchID, state.Created
	if config.DiscountLimit.IsNull() {
		plan.DiscountLimit = state.DiscountLimit
	}
	if config.ReservationLimit.IsNull() {
		plan.ReservationLimit = state.ReservationLimit
	}
	if before, now := instant(state.StartDate), instant(plan.StartDate); before != nil && now != nil && before.Equal(*now) {
		plan.StartDate = state.StartDate
	}
	if before, now := instant(state.ExpiryDate), instant(plan.ExpiryDate); before != nil && now != nil && before.Equal(*now) {
		plan.ExpiryDate = state.ExpiryDate
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// planEnd refuses what deletion_protection forbids, and says what goes with the coupon.
func (r *couponResource) planEnd(ctx context.Context, state codeModel, protection types.Bool, because string, diags *diag.Diagnostics) {
	bulk.Protect(r.data.AllowDelete, couponResourceType, state.importID(), "coupon "+state.Value.String(), protection, because, diags)
	if diags.HasError() {
		return
	}
	// What can't be read can be deleted all the same.
	existing, err := r.look(ctx, state)
	if err != nil || existing == nil {
		return
	}
	reserved, _ := strconv.ParseInt(existing.ReservationCounter.String(), 10, 64)
	if existing.UsageCounter > 0 || reserved > 0 {
		diags.AddWarning(fmt.Sprintf("Coupon %s is in use", state.Value), fmt.Sprintf("Coupon %s has %s and %s. Deleting it ends its reservations, and it can no longer be redeemed.%s",
			state.Value, redemptions.Count(int(existing.UsageCounter)), reservations.Count(int(reserved)), because))
	}
}

// planCreate warns that a coupon is adopted, and refuses a code of another campaign. Nothing that it sees becomes a
// planned value.
func (r *couponResource) planCreate(ctx context.Context, plan codeModel, replaced *bulk.Target, diags *diag.Diagnostics) {
	existing, err := r.look(ctx, plan)
	switch {
	case err != nil:
		failed := couponOperation("look for coupon", plan)
		failed.NotFound, failed.Advice = path.Root("application_id"), framework.NoApplication
		framework.AddError(diags, failed, err)
	case existing == nil:
		r.data.ExpectCampaign(ctx, plan.ApplicationID, plan.CampaignID, diags)
	case replaced != nil && replaced.Digest == plan.in(existing).importID():
	case existing.CampaignID != plan.CampaignID.ValueInt64():
		addOtherCampaign(diags, path.Root("value"), plan, existing)
	default:
		diags.AddWarning("Coupon "+plan.Value.String()+" exists already", fmt.Sprintf(
			"Campaign %d has a coupon %s with ID %d and %s. Applying adopts it and gives it the configured settings, and destroying it later deletes it. "+
				"If another configuration manages it, remove it from one of them.", existing.CampaignID, plan.Value, existing.ID, redemptions.Count(int(existing.UsageCounter))))
	}
}

func addOtherCampaign(diags *diag.Diagnostics, at path.Path, plan codeModel, existing *talonone.Coupon) {
	diags.AddAttributeError(at, "Code is taken", fmt.Sprintf(
		"Coupon %s exists in campaign %d. A code is unique in its Application. Choose another one; or set campaign_id = %d to adopt it.", plan.Value, existing.CampaignID, existing.CampaignID))
}

// look finds the coupon that a code means in its Application; nil where there is none.
func (r *couponResource) look(ctx context.Context, m codeModel) (*talonone.Coupon, error) {
	coupons, err := r.data.Client.FindCoupons(ctx, m.ApplicationID.ValueInt64(), m.Value.ValueString())
	if err != nil || len(coupons) == 0 {
		return nil, err
	}
	return meant(coupons, m.Value.ValueString(), r.sensitivity(ctx, m)), nil
}

// sensitivity is how the Application compares codes; "" where it can't be read, and then codes are compared as they are.
func (r *couponResource) sensitivity(ctx context.Context, m codeModel) string {
	applications, err := r.data.Client.GetApplications(ctx)
	if err != nil {
		return ""
	}
	for _, application := range only(applications, m.ApplicationID.ValueInt64()) {
		return framework.ValueOf(application.CaseSensitivity)
	}
	return ""
}

func (r *couponResource) claim(ctx context.Context, m codeModel) bulk.Claim {
	return m.claim(r.sensitivity(ctx, m))
}

// lock waits for the code.
func (r *couponResource) lock(ctx context.Context, claim bulk.Claim, m codeModel, diags *diag.Diagnostics) (unlock func()) {
	unlock, err := r.data.LockRow(ctx, claim.Target, claim.Rows[0])
	if err != nil {
		framework.AddError(diags, couponOperation("change coupon", m), err)
		return func() {}
	}
	return unlock
}

func (r *couponResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan codeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	claim := r.claim(ctx, plan)
	unlock := r.lock(ctx, claim, plan, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, claim, resp.Private, &resp.Diagnostics)
	application, campaign := plan.ApplicationID.ValueInt64(), plan.CampaignID.ValueInt64()
	existing, err := r.look(ctx, plan)
	if err == nil && existing == nil {
		var made *talonone.Coupon
		made, err = r.data.Client.CreateCoupon(ctx, application, campaign, plan.Value.ValueString(), plan.toAPI(nil, jsontypes.NewNormalizedNull()))
		switch {
		case err == nil && !strings.EqualFold(made.Value, plan.Value.ValueString()):
			r.takeBack(ctx, plan, made, &resp.Diagnostics)
			return
		case err == nil:
			r.save(ctx, couponFromAPI(made, plan), resp)
			return
		case talonone.IsConflict(err), talonone.IsBadRequest(err) && !talonone.PointsAtRequest(err):
			// The code is taken: an attempt whose response was lost shows up when reads have caught up.
			existing, err = framework.AwaitTaken(ctx, r.data, err, func(ctx context.Context) (*talonone.Coupon, error) { return r.look(ctx, plan) })
		}
	}
	if err == nil && existing.CampaignID != campaign {
		addOtherCampaign(&resp.Diagnostics, path.Root("value"), plan, existing)
		return
	}
	if err == nil {
		existing, err = r.data.Client.UpdateCoupon(ctx, application, campaign, existing.ID, plan.toAPI(existing, jsontypes.NewNormalizedNull()))
	}
	if err != nil {
		failed := couponOperation("create coupon", plan)
		failed.Advice = map[int]string{http.StatusBadRequest: "The campaign must have the feature coupons, and mandatory attributes of the Application's coupons must be set."}
		framework.AddError(&resp.Diagnostics, failed, err)
		return
	}
	r.save(ctx, couponFromAPI(existing, plan), resp)
}

func (r *couponResource) save(ctx context.Context, model codeModel, resp *resource.CreateResponse) {
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)
}

// takeBack deletes a coupon that got another code than the configured one.
func (r *couponResource) takeBack(ctx context.Context, plan codeModel, made *talonone.Coupon, diags *diag.Diagnostics) {
	outcome := "It has been deleted again."
	if err := r.data.Client.DeleteCoupon(ctx, plan.ApplicationID.ValueInt64(), plan.CampaignID.ValueInt64(), made.ID); err != nil {
		outcome = "It could not be deleted again: " + err.Error() + "."
	}
	diags.AddAttributeError(path.Root("value"), "Deployment created another code", fmt.Sprintf(
		"The deployment created coupon %q (%d) instead of %s. %s Choose a code with letters, digits and dashes.", made.Value, made.ID, plan.Value, outcome))
}

func (r *couponResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state codeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, state.identity())...)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	found, err := r.look(ctx, state)
	if err != nil && !talonone.IsNotFound(err) {
		framework.AddError(&resp.Diagnostics, couponOperation("read coupon", state), err)
		return
	}
	if found != nil && state.replacedBy(found) {
		framework.WarnAnother(&resp.Diagnostics, state.label(), state.Created, found.Created)
		found = nil
	}
	if found == nil {
		resp.State.RemoveResource(ctx)
		return
	}
	model := couponFromAPI(found, state)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (r *couponResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state codeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	claim := r.claim(ctx, state)
	unlock := r.lock(ctx, claim, state, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	r.data.Owners.Write(ctx, claim, resp.Private, &resp.Diagnostics)
	model := plan
	if !plan.sameSettings(state) {
		existing, err := r.look(ctx, state)
		if err == nil && existing == nil {
			framework.AddGone(&resp.Diagnostics, state.label())
		}
		if existing != nil && state.replacedBy(existing) {
			framework.AddAnother(&resp.Diagnostics, state.label(), state.Created, existing.Created)
		}
		if resp.Diagnostics.HasError() {
			return
		}
		if err == nil {
			existing, err = r.data.Client.UpdateCoupon(ctx, state.ApplicationID.ValueInt64(), state.CampaignID.ValueInt64(), state.ID.ValueInt64(), plan.toAPI(existing, state.Attributes))
		}
		if err != nil {
			framework.AddError(&resp.Diagnostics, couponOperation("update coupon", state), err)
			return
		}
		model = couponFromAPI(existing, plan)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, model.identity())...)
}

func (r *couponResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state codeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	guards := bulk.GuardsOf(ctx, req.Private, bulk.Guards{DeletionProtection: state.DeletionProtection}, &resp.Diagnostics)
	bulk.Protect(r.data.AllowDelete, couponResourceType, state.importID(), "coupon "+state.Value.String(), guards.DeletionProtection, "", &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	claim := r.claim(ctx, state)
	unlock := r.lock(ctx, claim, state, &resp.Diagnostics)
	defer unlock()
	if resp.Diagnostics.HasError() {
		return
	}
	if remove, _ := r.data.Owners.SpareEnd(ctx, r.data.AllowDelete, claim, req.Private, &resp.Diagnostics); len(remove) == 0 {
		return
	}
	existing, err := r.look(ctx, state)
	switch {
	case err != nil && !talonone.IsNotFound(err):
		framework.AddError(&resp.Diagnostics, couponOperation("delete coupon", state), err)
		return
	case existing != nil && state.replacedBy(existing):
		framework.WarnAnother(&resp.Diagnostics, state.label(), state.Created, existing.Created)
		return
	}
	err = r.data.Client.DeleteCoupon(ctx, state.ApplicationID.ValueInt64(), state.CampaignID.ValueInt64(), state.ID.ValueInt64())
	if err != nil && !talonone.IsNotFound(err) {
		framework.AddError(&resp.Diagnostics, couponOperation("delete coupon", state), err)
	}
}

func (r *couponResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity couponIdentity
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
	} else {
		parts := strings.SplitN(req.ID, "/", 3)
		var numbers [2]int64
		valid := len(parts) == 3 && parts[2] != ""
		for i := 0; valid && i < 2; i++ {
			number, err := strconv.ParseInt(parts[i], 10, 64)
			numbers[i], valid = number, err == nil
		}
		if !valid {
			resp.Diagnostics.AddError("Invalid import ID", fmt.Sprintf("%q does not name a coupon. Use the ID of the Application, the ID of the campaign and the code, such as 1/12/SUMMER10.", req.ID))
			return
		}
		identity = couponIdentity{types.Int64Value(numbers[0]), types.Int64Value(numbers[1]), types.StringValue(parts[2])}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	model := codeModel{ApplicationID: identity.ApplicationID, CampaignID: identity.CampaignID, Value: identity.Value}
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
