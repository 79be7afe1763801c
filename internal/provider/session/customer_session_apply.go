package session

import (
	"context"
	"net/http"
	"strconv"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// send updates the session; the response always has the session.
func (r *sessionResource) send(ctx context.Context, plan *sessionModel, update talonone.SessionUpdate) (*talonone.State, error) {
	asked, _ := framework.Strings(plan.ResponseContent)
	response, err := r.data.Client.UpdateCustomerSessionV2(ctx, plan.IntegrationID.ValueString(), update,
		talonone.SessionOptions{ResponseContent: framework.WithPart(asked, "customerSession"), IdempotencyKey: uuid.NewString()})
	if err != nil {
		return nil, err
	}
	if response.Session == nil {
		// responseContent asks for it, but no document promises it.
		read, err := r.data.Client.GetCustomerSession(ctx, plan.IntegrationID.ValueString())
		if err != nil {
			return nil, err
		}
		response.Session = read.Session
	}
	return response, nil
}

// another is the session that has the state's ID by now and is another one; nil where it is the same or gone.
func (r *sessionResource) another(ctx context.Context, state sessionModel, diags *diag.Diagnostics) (other *talonone.Session, gone bool) {
	found, err := r.data.Client.GetCustomerSession(ctx, state.IntegrationID.ValueString())
	switch {
	case talonone.IsUnknownSession(err):
		return nil, true
	case err != nil:
		framework.AddError(diags, sessionOperation(ctx, "look, before a change, for customer session", state), err)
	case framework.IsAnother(state.Created, found.Session.Created):
		return found.Session, false
	}
	return nil, false
}

// alreadyThere finds a session that is exactly what is planned: an apply that was
// stopped before it could save its state has made it, and a closed session can't
// be sent again.
func (r *sessionResource) alreadyThere(ctx context.Context, plan sessionModel) (*talonone.State, bool) {
	found, err := r.data.Client.GetCustomerSession(ctx, plan.IntegrationID.ValueString())
	if err != nil || found.Session.State != plan.State.ValueString() {
		return nil, false
	}
	var ignored diag.Diagnostics
	actual := sessionModel{contentModel: contentFromAPI(ctx, found.Session, plan.contentModel, &ignored), State: plan.State}
	actual.EvaluableCampaignIDs, actual.ResponseContent = plan.EvaluableCampaignIDs, plan.ResponseContent
	if len(plan.changesTo(ctx, actual).names) > 0 {
		return nil, false
	}
	return found, true
}

// after is the model after an update that was carried out.
func (m sessionModel) after(ctx context.Context, response *talonone.State, diags *diag.Diagnostics) sessionModel {
	planned := m
	m.contentModel = contentFromAPI(ctx, response.Session, planned.contentModel, diags)
	m.keepPlanned(ctx, planned.contentModel, diags)
	m.resultModel = resultFromAPI(response.Session, response.Effects)
	m.LocatedIn(0, response.Session.ApplicationID)
	if state, ok := keep(ctx, "state", types.StringValue(response.Session.State), planned.State, diags).(types.String); ok {
		m.State = state
	}
	m.CreatedCoupons, m.CreatedReferrals = framework.CreatedCoupons(response.CreatedCoupons), framework.CreatedReferrals(response.CreatedReferrals)
	m.Response = framework.Parts(m.ResponseContent, response.Parts, diags)
	return m
}

// sessionOperation leads the JSON pointers of the API's errors, with or without the name of
// the body's part in front, to the attributes.
func sessionOperation(ctx context.Context, action string, m sessionModel) framework.Operation {
	return framework.Operation{
		Construct: resourceType, Action: action, Object: strconv.Quote(m.IntegrationID.ValueString()),
		Pointers: contentPointers(ctx, m.contentModel),
		Advice: map[int]string{
			http.StatusBadRequest: "If no attribute is named, the session may have changed since the plan: another system may have closed or cancelled it. Run terraform plan to see.",
			http.StatusConflict:   "Other requests kept updating the same session or customer. Run terraform apply again.",
		},
	}
}

func contentPointers(ctx context.Context, m contentModel) map[string]path.Path {
	pointers := map[string]path.Path{"/customerSession/state": path.Root("state"), "/state": path.Root("state")}
	add := func(pointer string, at path.Path) {
		pointers["/customerSession"+pointer], pointers[pointer] = at, at
	}
	add("/evaluableCampaignIds", path.Root("evaluable_campaign_ids"))
	for _, one := range content {
		add(one.pointer, path.Root(one.name))
	}
	var ignored diag.Diagnostics
	for i := range m.inputs(ctx, &ignored) {
		add("/cartItems/"+strconv.Itoa(i), path.Root("cart_items").AtListIndex(i))
	}
	return pointers
}
