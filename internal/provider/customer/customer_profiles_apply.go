package customer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"golang.org/x/sync/errgroup"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// profilesApply is what came of a profilesPlan.
type profilesApply struct {
	*bulk.Applied[string]
	plan    profilesPlan
	sandbox types.Bool
	// ignored says, by profile, which attributes the deployment did not take.
	ignored map[string][]string
}

// apply carries out a plan: updates first, so that one that is refused ends it before anything is
// erased. It reports what went wrong.
func (r *profilesResource) apply(ctx context.Context, plan profilesPlan, sandbox types.Bool, diags *diag.Diagnostics) *profilesApply {
	a := &profilesApply{Applied: bulk.StartApply(plan.prior, plan.Released, input.EqualJSON), plan: plan, sandbox: sandbox, ignored: map[string][]string{}}
	defer a.report(diags)
	updates, sent := plan.updates(), 0
	tflog.Debug(ctx, "Applying customer profiles", map[string]any{"requests": bulk.Requests(len(updates), talonone.MaxProfiles) + len(plan.Removed)})
	err := r.data.Client.UpdateCustomerProfilesV2(ctx, updates, func(part []talonone.ProfileUpdate, now []talonone.CustomerProfile) error {
		if err := a.note(part, now); err != nil {
			return err
		}
		sent += len(part)
		return nil
	})
	if err != nil {
		a.noteUnknown(updates[sent:], err)
		operation := profilesOperation("update customer profiles")
		operation.Advice = adviseOnRefusal(err, updates[sent:])
		framework.AddError(diags, operation, err)
		return a
	}
	if err := r.erase(ctx, a); err != nil {
		framework.AddError(diags, profilesOperation("erase customer data of profiles"), err)
	}
	return a
}

// note keeps account of the updates of one request.
func (a *profilesApply) note(part []talonone.ProfileUpdate, now []talonone.CustomerProfile) error {
	for _, profile := range now {
		if err := a.checkEnvironment(profile); err != nil {
			return err
		}
	}
	for _, update := range part {
		a.Put(update.IntegrationID, a.plan.desired[update.IntegrationID])
	}
	sent, returned := make([]string, len(part)), make([]string, len(now))
	for i := range part {
		sent[i] = part[i].IntegrationID
	}
	for i := range now {
		returned[i] = now[i].IntegrationID
	}
	spelling := talonone.SpellingOf(sent, slices.Values(returned))
	for _, profile := range now {
		remote, err := customattr.FromAPI(profile.Attributes)
		if err != nil {
			return err
		}
		id := spelling.Of(profile.IntegrationID)
		if names := a.plan.desired.attributes(id).Clearing(a.plan.prior.attributes(id)).Ignored(remote); len(names) > 0 {
			a.ignored[id] = names
		}
	}
	return nil
}

// noteUnknown counts the new profiles of a request as managed that may have been carried out; rest
// begins with that request's.
func (a *profilesApply) noteUnknown(rest []talonone.ProfileUpdate, err error) {
	_, unsent := errors.AsType[*talonone.MissingCredentialError](err)
	_, elsewhere := errors.AsType[*otherEnvironmentError](err)
	if unsent || elsewhere || talonone.RefusalStatus(err) != 0 {
		return
	}
	for _, update := range rest[:min(len(rest), talonone.MaxProfiles)] {
		if !a.Has(update.IntegrationID) {
			a.Put(update.IntegrationID, a.plan.desired[update.IntegrationID])
		}
	}
}

// otherEnvironmentError tells of a key of the other environment: the profiles it wrote are not those
// of the state.
type otherEnvironmentError struct{ state, written bool }

func (e *otherEnvironmentError) Error() string {
	return fmt.Sprintf("the profiles in state have sandbox = %t, and the Integration API key writes to the environment with sandbox = %t: "+
		"use a key of the environment in state, or replace the resource with terraform apply -replace", e.state, e.written)
}

func (a *profilesApply) checkEnvironment(profile talonone.CustomerProfile) error {
	written := types.BoolPointerValue(profile.Sandbox)
	switch {
	case written.IsNull(), written.Equal(a.sandbox):
		return nil
	case a.sandbox.IsNull(), a.sandbox.IsUnknown():
		a.sandbox = written
		return nil
	default:
		return &otherEnvironmentError{state: a.sandbox.ValueBool(), written: written.ValueBool()}
	}
}

// erase deletes the data of removed profiles, several at a time. A profile that the deployment does
// not know has none.
func (r *profilesResource) erase(ctx context.Context, a *profilesApply) error {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelRequests)
	for _, id := range a.plan.Removed {
		group.Go(func() error {
			if err := r.data.Client.DeleteCustomerData(ctx, id); err != nil && !talonone.IsNotFound(err) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			a.Remove(id)
			return nil
		})
	}
	return group.Wait()
}

// state is what an update that failed leaves: what has been applied, so that the next plan shows
// only the rest.
func (a *profilesApply) state(state profilesModel, before profileRows) profilesModel {
	rows := profileRows(a.Rows())
	state.LastSync = a.plan.lastSync(a.Plan(), state.LastSync, rows)
	state.Profiles = rows.value(before, state.Profiles)
	return state
}

// report warns of attributes that the deployment did not take.
func (a *profilesApply) report(diags *diag.Diagnostics) {
	if a.sandbox.IsUnknown() {
		a.sandbox = types.BoolNull()
	}
	if len(a.ignored) == 0 {
		return
	}
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(a.ignored)) {
		lines = append(lines, fmt.Sprintf("  - %s: %s", label(id), strings.Join(a.ignored[id], ", ")))
	}
	diags.AddAttributeWarning(path.Root("profiles"), "The deployment did not apply all attributes",
		fmt.Sprintf("After the update these attributes of %s do not have the values that were sent:\n%s\n\n"+
			"Attributes can be missing in the account, set by a rule, or impossible to clear; the next plan shows those that are still managed.",
			profilesNoun.Count(len(a.ignored)), firstLines(lines)))
}

// adviseOnRefusal names the profiles that a 400 points to by their place in the request, whose first
// entry is the first of rest.
func adviseOnRefusal(err error, rest []talonone.ProfileUpdate) map[int]string {
	apiErr, ok := errors.AsType[*talonone.Error](err)
	if !ok {
		return nil
	}
	var lines []string
	for _, item := range apiErr.Items {
		place, found := strings.CutPrefix(item.Source.Pointer, "/customerProfiles/")
		place, _, _ = strings.Cut(place, "/")
		if i, err := strconv.Atoi(place); found && err == nil && i >= 0 && i < len(rest) {
			lines = append(lines, fmt.Sprintf("  - entry %d is profile %s", i, label(rest[i].IntegrationID)))
		}
	}
	advice := "Correct the attributes, or define them for CustomerProfile in the Campaign Manager under Account > Tools > Attributes."
	if len(lines) > 0 {
		advice += "\n" + firstLines(slices.Compact(lines))
	}
	return map[int]string{http.StatusBadRequest: advice}
}

func profilesOperation(action string) framework.Operation {
	return framework.Operation{
		Construct: profilesType, Action: action,
		Pointers: map[string]path.Path{"/customerProfiles": path.Root("profiles")},
	}
}
