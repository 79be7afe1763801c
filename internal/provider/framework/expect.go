package framework

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Presence is what a look has found.
type Presence int

const (
	// Unseen is what may only not be visible yet.
	Unseen Presence = iota
	// Absent is what does not exist.
	Absent
	// Present is what exists.
	Present
)

// secondLook is how long after the start of a run a plan looks again for what others may have made right before it. Reads can lag
// longer, and a mistyped ID must not keep its author waiting: a plan is free to repeat.
const secondLook = 2 * time.Second

// Lacks says whether the deployment certainly lacks what a configuration refers to. A look that a key does not permit tells nothing,
// and other failures are reported. What was made right before this run, or in it, may not be visible yet: it is looked for once more
// a short time after the start, or when reads show all that this run has created.
func (d *Data) Lacks(ctx context.Context, operation Operation, look func(context.Context) (Presence, error), diags *diag.Diagnostics) bool {
	found, err := look(ctx)
	visible := d.Started.Add(min(d.ReadConsistency, secondLook))
	if made := d.Client.Visible(); made.After(visible) {
		visible = made
	}
	if wait := time.Until(visible); err == nil && found == Unseen && d.ValidateReferences && wait > 0 {
		select {
		case <-ctx.Done():
			err = ctx.Err()
		case <-time.After(wait):
			d.Client.ForgetReads(d.Client.ServerTime(visible))
			found, err = look(ctx)
		}
	}
	if err != nil && !talonone.IsUnauthorized(err) {
		AddError(diags, operation, err)
	}
	return err == nil && found != Present
}

// ExpectApplications reports the IDs of a list that are not Applications of the account, where a Management key can tell. IDs that
// before has are not looked at.
func (d *Data) ExpectApplications(ctx context.Context, at path.Path, ids, before types.List, diags *diag.Diagnostics) {
	const operation = "getApplications"
	wanted, known := Int64s(ids)
	had, _ := Int64s(before)
	isNew := func(id int64) bool { return id > 0 && !slices.Contains(had, id) }
	if !known || !slices.ContainsFunc(wanted, isNew) || !d.Client.MayCall(operation) {
		return
	}
	// Only people make Applications, so none was made right before this run.
	all, err := d.Client.GetApplications(ctx)
	if err != nil {
		if !talonone.IsUnauthorized(err) {
			AddError(diags, Operation{Construct: at.String(), Action: "read the Applications"}, err)
		}
		return
	}
	for i, id := range wanted {
		if isNew(id) && !slices.ContainsFunc(all, func(a talonone.Application) bool { return a.ID == id }) {
			AddMissing(diags, at.AtListIndex(i), "Application does not exist", fmt.Sprintf("The account has no Application %d. It has: %s. Correct the ID, or take it from the data source talonone_application.", id, listed(all)))
		}
	}
}

// NoApplication is the advice for a response of 404 to a request below an Application.
var NoApplication = map[int]string{http.StatusNotFound: "The account has no such Application. Find it by name with the data source talonone_application."}

// ExpectCampaign reports a campaign that its Application lacks, where a Management key can tell.
func (d *Data) ExpectCampaign(ctx context.Context, applicationID, campaignID types.Int64, diags *diag.Diagnostics) {
	if applicationID.ValueInt64() < 1 || campaignID.ValueInt64() < 1 || !d.Client.MayCall("getCampaigns") {
		return
	}
	campaigns, err := d.Client.GetCampaignsOf(ctx, applicationID.ValueInt64())
	switch {
	case talonone.IsUnauthorized(err):
	case err != nil:
		AddError(diags, Operation{Action: "read the campaigns of", Object: "Application " + applicationID.String(), NotFound: path.Root("application_id"), Advice: NoApplication}, err)
	case !slices.ContainsFunc(campaigns, func(c talonone.Campaign) bool { return c.ID == campaignID.ValueInt64() }):
		AddMissing(diags, path.Root("campaign_id"), "Campaign does not exist", fmt.Sprintf(
			"Application %s has no campaign %s. Correct campaign_id or application_id. The Campaign Manager shows both in a campaign's address, and the data source talonone_campaign finds them by name.", applicationID, campaignID))
	}
}

// ExpectSession reports a customer session that the Application of the Integration key lacks, and that no resource of this run plans.
func (d *Data) ExpectSession(ctx context.Context, at path.Path, id types.String, diags *diag.Diagnostics) {
	if id.ValueString() == "" || d.Sessions.Has(id) || !d.Client.HasIntegrationKey() {
		return
	}
	look := func(ctx context.Context) (Presence, error) {
		_, err := d.Client.GetCustomerSession(ctx, id.ValueString())
		switch {
		case talonone.IsUnknownSession(err):
			return Unseen, nil
		case err != nil:
			return Unseen, err
		default:
			return Present, nil
		}
	}
	if d.Lacks(ctx, Operation{Construct: at.String(), Action: "look for customer session", Object: id.String(), NotFound: at}, look, diags) {
		AddMissing(diags, at, "Customer session does not exist", fmt.Sprintf(
			"The Application of the Integration API key has no customer session %s. Correct %s, or use a key of the session's Application. If this configuration creates the session, refer to its integration_id.", id, at))
	}
}

// WarnUnknownStore warns of a store that the Application of the Integration key lacks, and that no resource of this run plans. What
// the API makes of it is not documented.
func (d *Data) WarnUnknownStore(ctx context.Context, store, before types.String, diags *diag.Diagnostics) {
	if store.ValueString() == "" || store.Equal(before) || d.Stores.Has(store) || !d.Client.HasIntegrationKey() || !d.Client.MayCall("listStores") {
		return
	}
	application, err := d.Client.IntegrationApplicationID(ctx)
	if err != nil || application == 0 {
		return
	}
	stores, err := d.Client.ListStores(ctx, application)
	if err != nil || slices.ContainsFunc(stores, func(s talonone.Store) bool { return s.IntegrationID == store.ValueString() }) {
		return
	}
	diags.AddAttributeWarning(path.Root("store_integration_id"), "Store does not exist", fmt.Sprintf(
		"Application %d has no store with the integration ID %s. The deployment may refuse it, or apply no rules for the store. Correct store_integration_id, or create the store with talonone_store.", application, store))
}

// listed are Applications for a reader, at most five of them.
func listed(applications []talonone.Application) string {
	const most = 5
	var names []string
	for _, one := range applications[:min(len(applications), most)] {
		names = append(names, strconv.FormatInt(one.ID, 10)+" ("+talonone.Presentable(one.Name, 50, "")+")")
	}
	text := strings.Join(names, ", ")
	if more := len(applications) - most; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
