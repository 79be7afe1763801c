package coupon

import (
	"context"
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

	// maxCustomers keeps plans of the list fast: Terraform compares lists in time
	// that grows with the square of their length.
	maxCustomers = 5000

	// Default timeouts. 5,000 customers take five requests.
	writeTimeout = 20 * time.Minute
	readTimeout  = 5 * time.Minute
)

type reservationResource struct{ data *framework.Data }

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
	if req.Plan.Raw.IsNull() {
		guardRemoval(state.MaxRemovalPercent, len(state.Customers.Elements()), state, &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	switch {
	case req.State.Raw.IsNull():
		r.planCreate(ctx, &plan, &resp.Diagnostics)
	case r.isOtherCoupon(ctx, plan, state, &resp.Diagnostics):
		resp.RequiresReplace = path.Paths{path.Root("coupon_value")}
		guardRemoval(plan.MaxRemovalPercent, len(state.Customers.Elements()), state, &resp.Diagnostics)
		return
	default:
		r.planUpdate(ctx, &plan, state, &resp.Diagnostics)
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
	wanted, _ := framework.Strings(plan.Customers)
	todo := changes{add: wanted}
	var reserved []string
	if plan.exclusive() || len(wanted) == 0 {
		var err error
		if reserved, err = r.reserved(ctx, code); err != nil {
			addError(&resp.Diagnostics, "read the reservations of coupon", code, err)
			return
		}
	}
	if plan.exclusive() {
		todo.remove = compare(reserved, wanted).remove
	}
	// Reservations can simply be made again, so a failure leaves no state behind:
	// a tainted resource would have its reservations removed by the next apply.
	coupon, _, err := r.data.Client.CreateCouponReservation(ctx, code, todo.add)
	if err != nil {
		addError(&resp.Diagnostics, "reserve coupon", code, err)
		return
	}
	if _, err = r.data.Client.DeleteCouponReservation(ctx, code, todo.remove); err != nil {
		addError(&resp.Diagnostics, "end reservations of coupon", code, err)
		return
	}
	plan.describeBy(reservationModel{})
	plan.describe(coupon)
	r.lookUpCoupon(ctx, &plan, wanted, &resp.Diagnostics)
	plan.LastSync = todo.summary()
	plan.ReservationCount = types.Int64Value(int64(countOf(coupon, len(reserved)) - len(todo.remove)))
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

	// The framework wants an identity from every read, also of what is gone.
	resp.Diagnostics.Append(resp.Identity.Set(ctx, reservationIdentity{state.CouponValue})...)
	code := state.CouponValue.ValueString()
	reserved, err := r.reserved(ctx, code)
	if talonone.IsNotFound(err) {
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		addError(&resp.Diagnostics, "read the reservations of coupon", code, err)
		return
	}
	r.fill(ctx, &state, reserved, &resp.Diagnostics)
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

	code := plan.CouponValue.ValueString()
	wanted, _ := framework.Strings(plan.Customers)
	todo, err := r.todo(ctx, plan, state, wanted)
	if err != nil {
		addError(&resp.Diagnostics, "read the reservations of coupon", code, err)
		return
	}
	coupon, added, err := r.data.Client.CreateCouponReservation(ctx, code, todo.add)
	if err != nil {
		addError(&resp.Diagnostics, "reserve coupon", code, err)
		r.saveLanded(ctx, plan, changes{add: todo.add[:added]}, resp)
		return
	}
	removed, err := r.data.Client.DeleteCouponReservation(ctx, code, todo.remove)
	if err != nil {
		addError(&resp.Diagnostics, "end reservations of coupon", code, err)
		r.saveLanded(ctx, plan, changes{add: todo.add, remove: todo.remove[:removed]}, resp)
		return
	}
	plan.describeBy(state)
	plan.describe(coupon)
	if !known(plan.LastSync) {
		plan.LastSync = todo.summary()
	}
	switch {
	case !plan.ReservationCount.IsUnknown():
	case plan.exclusive():
		plan.ReservationCount = types.Int64Value(int64(len(wanted)))
	default:
		plan.ReservationCount = types.Int64Value(int64(countOf(coupon, int(state.ReservationCount.ValueInt64())) - len(todo.remove)))
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
	removed, err := r.data.Client.DeleteCouponReservation(ctx, state.CouponValue.ValueString(), customers)
	if err != nil {
		addError(&resp.Diagnostics, "end reservations of coupon", state.CouponValue.ValueString(), err)
		state.Customers = framework.IDListValue(customers[removed:])
		resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
	}
}

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
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("ownership"), bulk.Additive)...)
	if customers != nil {
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("customers"), customers)...)
	}
	resp.Diagnostics.Append(resp.Identity.Set(ctx, identity)...)
}
