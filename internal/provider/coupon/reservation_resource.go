package coupon

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
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

func (r *reservationResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reserves a coupon code for customers, so that it shows in their wallets. A reservation is *hard* where the coupon demands one " +
			"(then nobody else can redeem it) and *soft* otherwise.\n\n" +
			"Needs the Integration API key of the coupon's Application. With a Management API key that allows the applications and coupon search endpoints, " +
			"the plan also finds personal and expired coupons and changes of spelling that mean the same code; without one, the API says so during apply.\n\n" +
			"Redemptions and rules make reservations too. They are no drift for an additive resource. " +
			"The API ignores the coupon's reservation limit here, and makes reservations in batches of 1000 customers.",
		Attributes: map[string]schema.Attribute{
			"coupon_value": schema.StringAttribute{
				Required: true,
				MarkdownDescription: "The coupon code, written as it is (`SUMMER25%OFF`, not escaped). It must exist in the Application of the Integration key and have no recipient. " +
					"The spelling stays as written. A change replaces the resource, unless it only changes letter case and the provider can see that the Application ignores case.",
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"customers": schema.ListAttribute{
				Required: true, ElementType: types.StringType,
				MarkdownDescription: fmt.Sprintf("Integration IDs of the customers who have the coupon reserved, in any order, each once, at most %d; more go into further resources. "+
					"A creation sends them all, which changes nothing for those who have the coupon reserved already; a change is made in place and sends only the difference. May be empty.", maxCustomers),
				Validators: []validator.List{framework.IDList{Max: maxCustomers}},
			},
			"ownership": bulk.OwnershipAttribute("`additive` (default) manages the customers listed and leaves all other reservations alone, so that several resources can share a coupon. " +
				"`exclusive` also ends every other reservation of the coupon, those that redemptions and rules made included; only one resource per coupon can be exclusive. A warning in the plan says how many. Changes in place; " +
				"changing from `exclusive` to `additive` ends no reservation."),
			"max_removal_percent": bulk.MaxRemovalAttribute("reservations of the coupon"),
			"coupon_id": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "ID of the coupon. Null as long as nothing showed it: after the import of a coupon that nobody has reserved.",
			},
			"campaign_id": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "ID of the campaign that the coupon belongs to; null like `coupon_id`.",
			},
			"reservation_type": schema.StringAttribute{
				Computed:            true,
				MarkdownDescription: "`hard` when only customers with a reservation can redeem the coupon, `soft` when anybody can; as of the last change of `customers`, null like `coupon_id`.",
			},
			"reservation_count": schema.Int64Attribute{
				Computed:            true,
				MarkdownDescription: "How many customers have the coupon reserved, whoever made the reservation.",
			},
			"last_sync": bulk.MembershipLastSyncAttribute("reservations"),
		},
		Blocks: map[string]schema.Block{
			"timeouts": timeouts.Block(ctx, timeouts.Opts{
				Create: true, Read: true, Update: true, Delete: true,
				CreateDescription: "Longest time to make the reservations, such as `10m`. Default `20m`.",
				ReadDescription:   "Longest time to read them. Default `5m`.",
				UpdateDescription: "Longest time to change them. Default `20m`.",
				DeleteDescription: "Longest time to end them. Default `20m`. Must be applied before the destroy.",
			}),
		},
	}
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
	timeout, diags := plan.Timeouts.Create(ctx, writeTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
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
	timeout, diags := state.Timeouts.Read(ctx, readTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
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
	timeout, diags := plan.Timeouts.Update(ctx, writeTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
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
	timeout, diags := state.Timeouts.Delete(ctx, writeTimeout)
	resp.Diagnostics.Append(diags...)
	ctx, cancel := context.WithTimeout(ctx, timeout)
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

// reserved lists the integration IDs of everybody who has the coupon reserved.
func (r *reservationResource) reserved(ctx context.Context, code string) ([]string, error) {
	profiles, _, err := r.data.Client.GetReservedCustomers(ctx, code, nil)
	ids := make([]string, len(profiles))
	for i, profile := range profiles {
		ids[i] = profile.IntegrationID
	}
	return ids, err
}

// fill puts into a model who has its coupon reserved, and what else can be read.
func (r *reservationResource) fill(ctx context.Context, m *reservationModel, reserved []string, diags *diag.Diagnostics) {
	m.setCustomers(reserved)
	m.ReservationCount = types.Int64Value(int64(len(reserved)))
	if m.LastSync.IsNull() {
		m.LastSync = changes{}.summary()
	}
	r.lookUpCoupon(ctx, m, reserved, diags)
}

// todo is what an update has to do: the difference to the state, and everybody
// else's reservations where the resource has only now become exclusive.
func (r *reservationResource) todo(ctx context.Context, plan, state reservationModel, wanted []string) (changes, error) {
	before, _ := framework.Strings(state.Customers)
	work := compare(before, wanted)
	if !plan.exclusive() && state.exclusive() {
		// The state holds everybody's reservations, and doesn't tell whose they are.
		work.remove = nil
	}
	if !plan.exclusive() || state.exclusive() {
		return work, nil
	}
	reserved, err := r.reserved(ctx, plan.CouponValue.ValueString())
	work.remove = compare(reserved, wanted).remove
	return work, err
}

// planCreate looks at the coupon, so that what the API would refuse is known
// before anything happens, and counts what there is to do. Terraform plans a
// creation again in the apply, so what the deployment answers may not become a
// planned value: a reservation made in between would be an inconsistency.
func (r *reservationResource) planCreate(ctx context.Context, plan *reservationModel, diags *diag.Diagnostics) {
	plan.CouponID, plan.CampaignID, plan.ReservationType = types.Int64Unknown(), types.Int64Unknown(), types.StringUnknown()
	plan.ReservationCount, plan.LastSync = types.Int64Unknown(), bulk.UnknownMembershipSummary()
	if plan.CouponValue.IsUnknown() {
		return
	}
	code := plan.CouponValue.ValueString()
	reserved, err := r.reserved(ctx, code)
	if talonone.IsNotFound(err) {
		diags.AddAttributeError(path.Root("coupon_value"), "Coupon does not exist", missingCoupon(code))
		return
	}
	if err != nil {
		addError(diags, "read the reservations of coupon", code, err)
		return
	}
	wanted, known := framework.Strings(plan.Customers)
	if !known || len(wanted) > 0 {
		r.checkCoupon(ctx, code, reserved, diags)
	}
	if !known {
		return
	}
	todo := changes{add: wanted}
	if plan.exclusive() {
		todo.remove = compare(reserved, wanted).remove
		warnExclusive(code, len(todo.remove), diags)
		diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), plan.MaxRemovalPercent, len(todo.remove), len(reserved), "reservations")...)
	}
	plan.LastSync = plannedSummary(ctx, todo, plan.exclusive() || plan.Ownership.IsUnknown())
}

// planUpdate keeps what stays, and counts what there is to do.
func (r *reservationResource) planUpdate(ctx context.Context, plan *reservationModel, state reservationModel, diags *diag.Diagnostics) {
	plan.describeBy(state)
	plan.ReservationCount, plan.LastSync = state.ReservationCount, state.LastSync
	wanted, known := framework.Strings(plan.Customers)
	if !known || plan.Ownership.IsUnknown() {
		plan.ReservationCount, plan.LastSync = types.Int64Unknown(), bulk.UnknownMembershipSummary()
		r.expectCoupon(plan, state)
		return
	}
	code := plan.CouponValue.ValueString()
	todo, err := r.todo(ctx, *plan, state, wanted)
	if err != nil {
		addError(diags, "read the reservations of coupon", code, err)
		return
	}
	before, _ := framework.Strings(state.Customers)
	if compare(before, wanted).empty() {
		// The same customers in another order are no change.
		plan.Customers = state.Customers
	}
	becomesExclusive := plan.exclusive() && !state.exclusive()
	if !plan.exclusive() && state.exclusive() {
		warnReleased(code, len(compare(before, wanted).remove), diags)
	}
	if todo.empty() && !becomesExclusive {
		return
	}
	if len(todo.add) > 0 {
		r.checkCoupon(ctx, code, before, diags)
		r.expectCoupon(plan, state)
	}
	plan.LastSync = todo.summary()
	plan.ReservationCount = countAfter(state, todo)
	if len(todo.add) > 0 && !plan.exclusive() {
		// Others may have reserved the coupon for them already.
		plan.ReservationCount = types.Int64Unknown()
	}
	if becomesExclusive {
		plan.LastSync, plan.ReservationCount = plannedSummary(ctx, todo, true), types.Int64Unknown()
		warnExclusive(code, len(todo.remove), diags)
	}
	guardRemoval(plan.MaxRemovalPercent, len(todo.remove), state, diags)
}

// expectCoupon leaves open what the answer to a reservation says of the coupon.
func (r *reservationResource) expectCoupon(plan *reservationModel, state reservationModel) {
	plan.ReservationType = types.StringUnknown()
	if !state.described() {
		plan.CouponID, plan.CampaignID = types.Int64Unknown(), types.Int64Unknown()
	}
}

// checkCoupon reports a coupon that can't be reserved, where it can be seen: with
// a Management key, or in the inventory of somebody who has it reserved.
func (r *reservationResource) checkCoupon(ctx context.Context, code string, reserved []string, diags *diag.Diagnostics) {
	coupon, err := r.look(ctx, code, reserved)
	if err != nil {
		addError(diags, "look up coupon", code, err)
		return
	}
	if coupon == nil {
		return
	}
	if summary, detail := obstacle(coupon, time.Now()); summary != "" {
		diags.AddAttributeError(path.Root("coupon_value"), summary, fmt.Sprintf("Coupon %q of campaign %d: %s", coupon.Value, coupon.CampaignID, detail))
	}
}

// lookUpCoupon describes the coupon in a model that does not yet.
func (r *reservationResource) lookUpCoupon(ctx context.Context, m *reservationModel, reserved []string, diags *diag.Diagnostics) {
	if m.described() {
		return
	}
	coupon, err := r.look(ctx, m.CouponValue.ValueString(), reserved)
	if err != nil {
		addError(diags, "look up coupon", m.CouponValue.ValueString(), err)
		return
	}
	m.describe(coupon)
}

func (r *reservationResource) look(ctx context.Context, code string, reserved []string) (*talonone.Coupon, error) {
	match, err := findByKey(ctx, r.data.Client, code)
	switch {
	case err != nil:
		return nil, err
	case match != nil:
		return match.coupon, nil
	case len(reserved) > 0:
		return findByCustomer(ctx, r.data.Client, code, reserved[0])
	default:
		return nil, nil
	}
}

// isOtherCoupon says whether a new spelling means another coupon. Where the
// Application's caseSensitivity can't be read, every new spelling does.
func (r *reservationResource) isOtherCoupon(ctx context.Context, plan, state reservationModel, diags *diag.Diagnostics) bool {
	if plan.CouponValue.IsUnknown() {
		return true
	}
	before, after := state.CouponValue.ValueString(), plan.CouponValue.ValueString()
	if before == after {
		return false
	}
	if !strings.EqualFold(before, after) {
		return true
	}
	match, err := findByKey(ctx, r.data.Client, after)
	if err != nil {
		addError(diags, "look up coupon", after, err)
		return true
	}
	return match == nil || match.coupon.ID != state.CouponID.ValueInt64()
}

// resolveImport reads an import ID: a code, or a code, a slash and integration
// IDs between commas. A code may hold slashes itself, so the longest part that is
// a coupon counts as the code.
func (r *reservationResource) resolveImport(ctx context.Context, importID string, diags *diag.Diagnostics) (code string, customers []string) {
	for end := len(importID); end > 0; end = strings.LastIndexByte(importID[:end], '/') {
		code = importID[:end]
		reserved, err := r.reserved(ctx, code)
		if talonone.IsNotFound(err) {
			continue
		}
		if err != nil {
			addError(diags, "read the reservations of coupon", code, err)
			return "", nil
		}
		if end < len(importID) {
			customers = strings.Split(importID[end+1:], ",")
			reportUnreserved(code, compare(reserved, customers).add, diags)
		} else if len(reserved) > maxCustomers {
			diags.AddError(tooMany(code, len(reserved)))
		}
		return code, customers
	}
	diags.AddError("Coupon does not exist", missingCoupon(importID)+
		" Import with the code alone, which takes over all reservations, or with the code, a slash and integration IDs: SUMMER10/customer-1,customer-2.")
	return "", nil
}

// checkImport reports a code whose reservations can't be imported as a whole.
func (r *reservationResource) checkImport(ctx context.Context, code string, diags *diag.Diagnostics) {
	reserved, err := r.reserved(ctx, code)
	switch {
	case talonone.IsNotFound(err):
		diags.AddError("Coupon does not exist", missingCoupon(code))
	case err != nil:
		addError(diags, "read the reservations of coupon", code, err)
	case len(reserved) > maxCustomers:
		diags.AddError(tooMany(code, len(reserved)))
	}
}

// tooMany says why all reservations of a coupon can't be imported, and what to do.
func tooMany(code string, reserved int) (summary, detail string) {
	return "Too many reservations to import",
		fmt.Sprintf("Coupon %q is reserved by %d customers, and one resource takes %d. Name those that it shall manage in an import by ID: %s/customer-1,customer-2.", code, reserved, maxCustomers, code)
}

func reportUnreserved(code string, missing []string, diags *diag.Diagnostics) {
	if len(missing) == 0 {
		return
	}
	diags.AddError("Reservation does not exist",
		fmt.Sprintf("%d of the customers named have not reserved coupon %q; the first is %q. "+
			"Leave them out of the import ID; adding them to customers reserves the coupon for them.", len(missing), code, missing[0]))
}

// saveLanded keeps what an interrupted update has achieved.
func (r *reservationResource) saveLanded(ctx context.Context, plan reservationModel, landed changes, resp *resource.UpdateResponse) {
	var state reservationModel
	resp.Diagnostics.Append(resp.State.Get(ctx, &state)...)
	before, _ := framework.Strings(state.Customers)
	gone := setOf(landed.remove)
	now := make([]string, 0, len(before)+len(landed.add))
	for _, id := range slices.Concat(before, landed.add) {
		if !gone[id] {
			now = append(now, id)
		}
	}
	state.Customers = framework.IDListValue(now)
	state.CouponValue = plan.CouponValue
	state.ReservationCount = countAfter(state, landed)
	state.LastSync = landed.summary()
	resp.Diagnostics.Append(resp.State.Set(ctx, &state)...)
}

// countOf is how many customers have the coupon reserved, as the answer to a
// reservation says, or known where there was none.
func countOf(coupon *talonone.Coupon, known int) int {
	if coupon == nil {
		return known
	}
	if count, err := strconv.Atoi(coupon.ReservationCounter.String()); err == nil {
		return count
	}
	return known
}

// countAfter is the number of reservations once the changes are done.
func countAfter(state reservationModel, todo changes) types.Int64 {
	return types.Int64Value(state.ReservationCount.ValueInt64() + int64(len(todo.add)-len(todo.remove)))
}

func guardRemoval(maxPercent types.Int64, removed int, state reservationModel, diags *diag.Diagnostics) {
	present := max(int(state.ReservationCount.ValueInt64()), len(state.Customers.Elements()))
	diags.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), maxPercent, removed, present, "reservations")...)
}

func warnExclusive(code string, removed int, diags *diag.Diagnostics) {
	if removed == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("ownership"), "Reservations of others will be ended",
		fmt.Sprintf("Coupon %q is reserved by %d customers who are not listed, and ownership = \"exclusive\" ends their reservations, also those that redemptions and rules made.", code, removed))
}

func warnReleased(code string, staying int, diags *diag.Diagnostics) {
	if staying == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("ownership"), "Reservations stay",
		fmt.Sprintf("Coupon %q is reserved by %d customers who are not listed. With additive ownership they are nobody's business of this resource any more: their reservations stay. "+
			"To end them, apply the shorter list with exclusive ownership first.", code, staying))
}

func missingCoupon(code string) string {
	return fmt.Sprintf("The Application of the Integration API key has no coupon %q. Check the spelling, and letter case where the Application distinguishes it; "+
		"coupons are created in a campaign of the Campaign Manager. A key of another Application, or of its sandbox, sees other coupons.", code)
}

// addError reports a failure on the coupon, with the two refusals explained that
// this operation is known for.
func addError(diags *diag.Diagnostics, action, code string, err error) {
	doing := framework.Doing{
		Construct: reservationResourceType, Action: action, Object: strconv.Quote(code),
		Pointers: map[string]path.Path{"/integrationIDs": path.Root("customers")},
		Advice: map[int]string{
			http.StatusBadRequest: "Personal coupons, which have a recipient, and expired ones can't be reserved.",
			http.StatusNotFound:   missingCoupon(code),
		},
	}
	var apiErr *talonone.Error
	if errors.As(err, &apiErr) && len(apiErr.Items) == 0 && (talonone.IsBadRequest(err) || talonone.IsNotFound(err)) {
		framework.AddAttributeError(diags, path.Root("coupon_value"), doing, err)
		return
	}
	framework.AddError(diags, doing, err)
}
