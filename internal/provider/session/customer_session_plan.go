package session

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// checkAttributes compares those custom attributes with the account's definitions that differ from the state's.
func (r *sessionResource) checkAttributes(ctx context.Context, config, state contentModel, diags *diag.Diagnostics) {
	if _, same := applied(ctx, config.Attributes, state.Attributes); !same {
		customattr.Check(ctx, r.data, talonone.EntityCustomerSession, nil, config.Attributes, path.Root("attributes"), diags)
	}
	if _, same := applied(ctx, config.CartItems, state.CartItems); same || !isSet(config.CartItems) {
		return
	}
	checkItems(ctx, r.data, config, diags)
}

func checkItems(ctx context.Context, data *framework.Data, config contentModel, diags *diag.Diagnostics) {
	for i, item := range config.inputs(ctx, diags) {
		element := path.Root("cart_items").AtListIndex(i)
		at := element.AtName("attributes")
		var own diag.Diagnostics
		customattr.Check(ctx, data, talonone.EntityCartItem, nil, item.Attributes, at, &own)
		for _, problem := range own {
			// Terraform finds the line of an element, not that of an attribute in it.
			framework.AddMissing(diags, element, problem.Summary(), fmt.Sprintf("%s (SKU %s): %s", at, item.SKU, problem.Detail()))
		}
	}
}

// changes is what differs between two sessions.
type changes struct {
	// content has the changed parts only; the others are null.
	content contentModel
	// names are the attributes that changed, the state apart.
	names []string
}

// changesTo lists what of the model differs from what the session has. Parts that
// are unknown, and so computed, do not differ.
func (m *sessionModel) changesTo(ctx context.Context, state sessionModel) changes {
	var found changes
	differs := func(name string, planned, before attr.Value) bool {
		_, same := applied(ctx, planned, before)
		if !same {
			found.names = append(found.names, name)
		}
		return !same
	}
	found.content = nullContent()
	for _, one := range content {
		if planned := one.get(&m.contentModel); differs(one.name, planned, one.get(&state.contentModel)) {
			one.set(&found.content, planned)
		}
	}
	// These two are not part of the session: they only say what an update asks for.
	if state.State.ValueString() == talonone.SessionOpen {
		if !m.EvaluableCampaignIDs.IsNull() {
			differs("evaluable_campaign_ids", m.EvaluableCampaignIDs, state.EvaluableCampaignIDs)
		}
		if !m.ResponseContent.IsNull() {
			differs("response_content", m.ResponseContent, state.ResponseContent)
		}
	}
	return found
}

// planCreate fills in what a new session certainly has.
func planCreate(plan *sessionModel, config sessionModel, diags *diag.Diagnostics) {
	if config.State.IsNull() {
		plan.State = types.StringValue(talonone.SessionOpen)
	}
	if plan.State.ValueString() == talonone.SessionCancelled {
		diags.AddAttributeError(path.Root("state"), "A new session can't be cancelled",
			"A session is created open or closed. Create it first, and cancel it afterwards; or omit the resource.")
	}
	if plan.ResponseContent.IsNull() {
		plan.Response = jsontypes.NewNormalizedNull()
	}
}

// refuseReplacement refuses to end a session in order to create it again: what is cancelled stays so.
func (r *sessionResource) refuseReplacement(ctx context.Context, plan sessionModel, private bulk.PrivateReader, diags *diag.Diagnostics) {
	if plan.OnDestroy.IsUnknown() || plan.OnDestroy.ValueString() == forgetOnDestroy {
		return
	}
	replaced := bulk.Replaced(ctx, private, diags)
	own := oneSession(plan.IntegrationID)
	if (replaced == nil || *replaced != own) && !r.data.Targets.WasRead(plan.targetKey(), own) {
		return
	}
	diags.AddAttributeError(path.Root("integration_id"), "A cancelled session can't be created again",
		"Replacing customer session "+strconv.Quote(plan.IntegrationID.ValueString())+" would cancel it first, and a cancelled session stays cancelled. "+
			"Nothing has been changed. Omit -replace, or run terraform untaint if the resource is tainted; "+
			"to replace it anyway, give it another integration_id, or keep the session with on_destroy = \"forget\".")
}

// warnExisting says that a create takes over a session that a shop, for instance, has made.
func (r *sessionResource) warnExisting(ctx context.Context, plan sessionModel, diags *diag.Diagnostics) {
	if plan.IntegrationID.IsUnknown() || !r.data.Client.HasIntegrationKey() {
		return
	}
	found, err := r.data.Client.GetCustomerSession(ctx, plan.IntegrationID.ValueString())
	if err != nil {
		if !talonone.IsUnknownSession(err) {
			framework.AddAttributeError(diags, path.Root("integration_id"), sessionOperation(ctx, "look, before creating, for customer session", plan), err)
		}
		return
	}
	detail := fmt.Sprintf("Customer session %s exists already: it is %s and has been updated %d times.",
		strconv.Quote(plan.IntegrationID.ValueString()), found.Session.State, found.Session.UpdateCount)
	if !plan.ProfileID.IsUnknown() && plan.ProfileID.ValueString() != found.Session.ProfileID {
		detail += " It belongs to another customer than the one configured."
	}
	if found.Session.State != talonone.SessionOpen {
		detail += " Because it is not open, applying can't change it, and succeeds only if it is exactly as configured."
	} else {
		detail += " Applying changes it to the configured content."
	}
	if plan.OnDestroy.ValueString() != forgetOnDestroy {
		detail += " Destroying the resource then cancels it."
	}
	diags.AddAttributeWarning(path.Root("integration_id"), "Session "+plan.IntegrationID.String()+" exists already", detail+
		" To see first how it differs, import it:\n\n"+framework.ImportBlock(resourceType, plan.IntegrationID.ValueString()))
}

// planUpdate checks the step from one state to the other, and fills in what the
// update leaves as it is.
func planUpdate(ctx context.Context, plan *sessionModel, state, config sessionModel, diags *diag.Diagnostics) {
	plan.ID, plan.ApplicationID, plan.Created, plan.FirstSession = state.ID, state.ApplicationID, state.Created, state.FirstSession
	keepUnconfigured(plan, state, config)
	plan.Attributes = customattr.Spelled(plan.Attributes, state.Attributes)
	// A return has been made of a session that is to be closed: nothing to undo.
	returned := plan.State.ValueString() == talonone.SessionClosed && state.State.ValueString() == talonone.SessionPartiallyReturned
	if config.State.IsNull() || returned {
		plan.State = state.State
	}
	changed := plan.changesTo(ctx, state).names
	pending := !plan.State.Equal(state.State) || !fullyKnown(ctx, config)
	if len(changed) == 0 && !pending {
		keepResults(ctx, plan, state)
		return
	}
	if plan.ResponseContent.IsNull() {
		plan.Response = jsontypes.NewNormalizedNull()
	}
	if !slices.Contains(changed, "cart_items") && isFullyKnown(ctx, config.CartItems) {
		keepCart(ctx, plan, state)
	}
	checkStep(changed, *plan, state, diags)
}

// keepUnconfigured plans what the configuration omits as it is.
func keepUnconfigured(plan *sessionModel, state, config sessionModel) {
	for _, one := range content {
		if one.get(&config.contentModel).IsNull() {
			one.set(&plan.contentModel, one.get(&state.contentModel))
		}
	}
}

// keepResults plans an update that sends nothing.
func keepResults(ctx context.Context, plan *sessionModel, state sessionModel) {
	plan.resultModel = state.resultModel
	plan.CreatedCoupons, plan.CreatedReferrals = state.CreatedCoupons, state.CreatedReferrals
	plan.Response = state.Response
	if plan.ResponseContent.IsNull() {
		plan.Response = jsontypes.NewNormalizedNull()
	}
	keepCart(ctx, plan, state)
}

// keepCart plans a cart that is not sent again with all that the deployment said
// about it.
func keepCart(ctx context.Context, plan *sessionModel, state sessionModel) {
	items, same := applied(ctx, plan.CartItems, state.CartItems)
	switch {
	case same && isSet(state.CartItems):
		plan.CartItems = state.CartItems
	case isSet(items):
		plan.CartItems, _ = items.(types.List)
	}
}

// checkStep refuses what the API would refuse: steps that the states do not
// allow, and changes of a session that is not open.
func checkStep(changed []string, plan, state sessionModel, diags *diag.Diagnostics) {
	from, to := state.State.ValueString(), plan.State.ValueString()
	if plan.State.IsUnknown() {
		return
	}
	session := strconv.Quote(state.IntegrationID.ValueString())
	if from != to && !allowedStep(from, to) {
		diags.AddAttributeError(path.Root("state"), "Session can't change to this state",
			fmt.Sprintf("Customer session %s is %s, and can't become %s. %s", session, from, to, stepsFrom(from)))
		return
	}
	if from == talonone.SessionOpen {
		return
	}
	if reopens(state, plan) {
		diags.AddAttributeWarning(path.Root("state"), "Session "+session+" will be reopened",
			fmt.Sprintf("Customer session %s is closed, and the configuration sets it to open. Reopening rolls back the effects of closing it: redemptions, budgets and points.", session))
		return
	}
	for _, name := range changed {
		diags.AddAttributeError(path.Root(name), "Session is not open",
			fmt.Sprintf("Customer session %s is %s, so %s can't change. Undo the change, or use another integration_id for a new session. %s", session, from, name, stepsFrom(from)))
	}
}

func allowedStep(from, to string) bool {
	switch from {
	case talonone.SessionOpen:
		return to == talonone.SessionClosed || to == talonone.SessionCancelled
	case talonone.SessionClosed:
		return to == talonone.SessionCancelled || to == talonone.SessionOpen
	case talonone.SessionPartiallyReturned:
		return to == talonone.SessionCancelled
	default:
		return false
	}
}

func stepsFrom(state string) string {
	switch state {
	case talonone.SessionClosed:
		return `A closed session can be cancelled, or opened again with state = "open"; return items with talonone_cart_item_return.`
	case talonone.SessionPartiallyReturned:
		return "A partially returned session can only be cancelled."
	case talonone.SessionCancelled:
		return `A cancelled session stays cancelled: set state = "cancelled", or use another integration_id for a new session.`
	default:
		return "An open session can be closed or cancelled."
	}
}

func reopens(state, plan sessionModel) bool {
	return state.State.ValueString() == talonone.SessionClosed && plan.State.ValueString() == talonone.SessionOpen
}

// warnOfDestroy says what stays behind, since the API deletes no session.
func warnOfDestroy(state sessionModel, diags *diag.Diagnostics) {
	session := strconv.Quote(state.IntegrationID.ValueString())
	switch {
	case state.OnDestroy.ValueString() == forgetOnDestroy:
		diags.AddWarning("The session stays on the deployment",
			fmt.Sprintf(`Customer session %s has on_destroy = "forget": Terraform gives it up, and it stays %s.`, session, state.State.ValueString()))
	case state.State.ValueString() == talonone.SessionClosed, state.State.ValueString() == talonone.SessionPartiallyReturned:
		diags.AddWarning("Closed customer session "+session+" will be cancelled",
			fmt.Sprintf("Destroying cancels customer session %s, which rolls back its redemptions, budgets and points. To keep it, set on_destroy = \"forget\" and apply first.", session))
	}
}

// fullyKnown says whether nothing of the configuration becomes known only during apply.
func fullyKnown(ctx context.Context, config sessionModel) bool {
	values := []attr.Value{config.State, config.EvaluableCampaignIDs, config.ResponseContent}
	for _, one := range content {
		values = append(values, one.get(&config.contentModel))
	}
	return !slices.ContainsFunc(values, func(value attr.Value) bool { return !isFullyKnown(ctx, value) })
}

func isFullyKnown(ctx context.Context, value attr.Value) bool {
	raw, err := value.ToTerraformValue(ctx)
	return err == nil && raw.IsFullyKnown()
}
