package coupon

import (
	"context"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var (
	_ resource.Resource                = (*reservationResource)(nil)
	_ resource.ResourceWithConfigure   = (*reservationResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*reservationResource)(nil)
	_ resource.ResourceWithImportState = (*reservationResource)(nil)
	_ resource.ResourceWithIdentity    = (*reservationResource)(nil)
)

const (
	reservationResourceType = "talonone_coupon_reservation"

	// maxCustomers keeps plans of the list fast: Terraform compares lists in time that grows with the square of their
	// length.
	maxCustomers = 5000

	// Default timeouts. 5,000 customers take five requests.
	writeTimeout = 20 * time.Minute
	readTimeout  = 5 * time.Minute
)

type reservationResource struct {
	framework.InApplication

	data *framework.Data
}

// NewCouponReservationResource is the resource talonone_coupon_reservation.
func NewCouponReservationResource() resource.Resource { return &reservationResource{} }

func (r *reservationResource) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = reservationResourceType
	// The spelling of a code may change where its Application ignores case.
	resp.ResourceBehavior.MutableIdentity = true
}

func (r *reservationResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"coupon_value": identityschema.StringAttribute{RequiredForImport: true, Description: "The coupon code."},
		},
	}
}

func (r *reservationResource) Configure(_ context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.data = framework.DataFrom(req.ProviderData, &resp.Diagnostics)
}

func (r *reservationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan reservationModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	managed := len(state.Customers.Elements())
	if req.Plan.Raw.IsNull() {
		state.subject().WarnDestroyed(managed, &resp.Diagnostics)
		bulk.NoteGuards(ctx, resp.Private, state.guards(), &resp.Diagnostics)
		r.guardEnd(state.MaxRemovalPercent, state, &resp.Diagnostics)
		customers, _ := framework.Strings(state.Customers)
		r.data.Owners.Leave(ctx, state.claim(nil), customers, req.Private, resp.Private, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if desired, known := framework.Strings(plan.Customers); known && !plan.CouponValue.IsUnknown() && !plan.Ownership.IsUnknown() {
		held, same := state.rows(), plan.CouponValue.Equal(state.CouponValue)
		claim := plan.claim(desired)
		claim.Held = func(id string) bool { _, has := held[id]; return same && has }
		claim.WasExclusive = same && state.exclusive()
		r.data.Owners.Claim(ctx, claim, req.Private, resp.Private, &resp.Diagnostics)
	}
	switch {
	case req.State.Raw.IsNull():
		r.planCreate(ctx, &plan, req, resp)
	case r.isOtherCoupon(ctx, plan, state, &resp.Diagnostics):
		resp.RequiresReplace = path.Paths{path.Root("coupon_value")}
		state.subject().WarnReplaced(managed, &resp.Diagnostics)
		r.guardEnd(plan.MaxRemovalPercent, state, &resp.Diagnostics)
		bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
		if strings.EqualFold(plan.CouponValue.ValueString(), state.CouponValue.ValueString()) {
			bulk.NoteReplaced(ctx, resp.Private, targetOf(state.rows()), &resp.Diagnostics)
		}
		return
	default:
		bulk.NoteReplaced(ctx, resp.Private, targetOf(state.rows()), &resp.Diagnostics)
		r.planUpdate(ctx, &plan, state, req.Private, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

func (r *reservationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan reservationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Create, writeTimeout, &resp.Diagnostics)
	defer cancel()

	code := plan.CouponValue.ValueString()
	desired, _ := framework.Strings(plan.Customers)
	_, coupon := r.apply(ctx, plan.claim(desired), nil, bulk.Plan{Added: desired}, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		// Without a state, the next apply makes the reservations again; it would end those of a tainted resource first.
		return
	}
	var remote []string
	if len(desired) == 0 {
		var err error
		if remote, err = r.reserved(ctx, code); err != nil {
			addError(&resp.Diagnostics, "read the reservations of coupon", code, err)
			return
		}
	}
	plan.copyCoupon(reservationModel{})
	plan.fromAPI(coupon)
	r.lookUpCoupon(ctx, &plan, desired, &resp.Diagnostics)
	plan.ReservationCount = countOf(coupon, int64(len(remote)))
	r.locate(ctx, &plan)
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, reservationIdentity{plan.CouponValue})...)
}

func (r *reservationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state reservationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, state.Timeouts.Read, readTimeout, &resp.Diagnostics)
	defer cancel()

	// The framework requires an identity from every read, even if the object is gone.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, reservationIdentity{state.CouponValue})...)
	if !r.data.Client.HasIntegrationKey() && !state.Customers.IsNull() {
		framework.WarnUnseen(&resp.Diagnostics, reservationResourceType, "getReservedCustomers", talonone.IntegrationCredential)
		return
	}
	code := state.CouponValue.ValueString()
	remote, err := r.reserved(ctx, code, state.Customers)
	if talonone.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		addError(&resp.Diagnostics, "read the reservations of coupon", code, err)
		return
	}
	if state.Deployment == nil {
		r.locate(ctx, &state)
	}
	target := targetOf(bulk.SetOf(remote))
	bulk.ForgetNotes(ctx, resp.Private, &resp.Diagnostics)
	bulk.NoteTarget(ctx, resp.Private, &target, &resp.Diagnostics)
	if state.exclusive() {
		r.data.Targets.NoteRead(state.target(), target)
	}
	prior := state.Customers
	r.fill(ctx, &state, remote, &resp.Diagnostics)
	if !state.Customers.Equal(prior) {
		// Another Application may have a coupon with the same code.
		r.data.RefuseOtherApplication(ctx, state.Deployment, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

func (r *reservationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, state reservationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, plan.Timeouts.Update, writeTimeout, &resp.Diagnostics)
	defer cancel()

	change, remote := r.change(ctx, plan, state, req.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	desired, _ := framework.Strings(plan.Customers)
	applied, coupon := r.apply(ctx, plan.claim(desired), state.rows(), change, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		state.keepApplied(applied, desired)
		state.CouponValue = plan.CouponValue
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	plan.copyCoupon(state)
	plan.fromAPI(coupon)
	if plan.ReservationCount.IsUnknown() {
		count := countOf(coupon, state.ReservationCount.ValueInt64())
		plan.ReservationCount = types.Int64Value(count.ValueInt64() - int64(len(change.Removed)))
	}
	if plan.exclusive() && !change.Empty() && (state.exclusive() || remote != nil) {
		r.warnArrived(ctx, plan, change, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, &plan)...)
	resp.Diagnostics.Append(resp.Identity.Set(ctx, reservationIdentity{plan.CouponValue})...)
}

func (r *reservationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state reservationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := framework.Within(ctx, state.Timeouts.Delete, writeTimeout, &resp.Diagnostics)
	defer cancel()

	customers, _ := framework.Strings(state.Customers)
	r.guardEnd(bulk.GuardsOf(ctx, req.Private, state.guards(), &resp.Diagnostics).MaxRemovalPercent, state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	applied, _ := r.apply(ctx, state.claim(nil), state.rows(), bulk.Plan{Removed: customers}, resp.Private, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		state.keepApplied(applied, customers)
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
		return
	}
	r.data.Targets.NoteDeleted(state.target())
}

// ImportState records no ownership: the configuration decides what becomes of reservations that it does not list.
func (r *reservationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	var identity reservationIdentity
	var customers []string
	if req.ID == "" {
		resp.Diagnostics.Append(req.Identity.Get(ctx, &identity)...)
		r.checkImport(ctx, identity.CouponValue.ValueString(), &resp.Diagnostics)
	} else {
		var code string
		code, customers = r.resolveImport(ctx, req.ID, &resp.Diagnostics)
		identity.CouponValue = types.StringValue(code)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("coupon_value"), identity.CouponValue)...)
	if customers != nil {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("customers"), customers)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
