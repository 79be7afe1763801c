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
	"golang.org/x/sync/errgroup"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// syncRun is what came of a profilesSync.
type syncRun struct {
	// now is what is managed after it, also after a failure.
	now     profileSet
	sandbox types.Bool
	summary bulk.Summary
	// ignored says, by profile, which attributes the deployment did not take.
	ignored   map[string][]string
	operation framework.Doing
	err       error
}

// run carries out a sync: updates first, so that one that is refused ends the run
// before anything is erased.
func (r *profilesResource) run(ctx context.Context, sync profilesSync, before, desired profileSet, sandbox types.Bool) *syncRun {
	run := &syncRun{now: maps.Clone(before), sandbox: sandbox, ignored: map[string][]string{}, operation: profilesOperation("update customer profiles")}
	sent := 0
	run.err = r.data.Client.UpdateCustomerProfilesV2(ctx, sync.updates, func(part []talonone.ProfileUpdate, answer []talonone.CustomerProfile) error {
		sent += len(part)
		return run.land(part, answer, before, desired)
	})
	if run.err != nil {
		run.operation.Advice = adviseOnRefusal(run.err, sync.updates[sent:])
		return run
	}
	if run.err = r.erase(ctx, sync.erased, run); run.err != nil {
		run.operation = profilesOperation("erase customer data of profiles")
		return run
	}
	for _, id := range sync.changes.Removed {
		delete(run.now, id)
	}
	run.summary = sync.summary()
	return run
}

// land notes the updates of one request.
func (s *syncRun) land(part []talonone.ProfileUpdate, answer []talonone.CustomerProfile, before, desired profileSet) error {
	s.summary.Requests++
	for _, update := range part {
		if _, existed := before[update.IntegrationID]; existed {
			s.summary.Updated++
		} else {
			s.summary.Added++
		}
		s.now[update.IntegrationID] = desired[update.IntegrationID]
	}
	for _, profile := range answer {
		if err := s.checkEnvironment(profile); err != nil {
			return err
		}
		deployed, err := customattr.FromAPI(profile.Attributes)
		if err != nil {
			return err
		}
		id := profile.IntegrationID
		if names := desired.attributes(id).Clearing(before.attributes(id)).Ignored(deployed); len(names) > 0 {
			s.ignored[id] = names
		}
	}
	return nil
}

// checkEnvironment notices a key of the other environment: the profiles it wrote
// are not those of the state.
func (s *syncRun) checkEnvironment(profile talonone.CustomerProfile) error {
	written := types.BoolPointerValue(profile.Sandbox)
	switch {
	case written.IsNull(), written.Equal(s.sandbox):
		return nil
	case s.sandbox.IsNull(), s.sandbox.IsUnknown():
		s.sandbox = written
		return nil
	default:
		return fmt.Errorf("the profiles in state have sandbox = %t, and the Integration API key writes to the environment with sandbox = %t: "+
			"use a key of the environment in state, or replace the resource with terraform apply -replace", s.sandbox.ValueBool(), written.ValueBool())
	}
}

// erase deletes the data of removed profiles, several at a time. A profile that
// the deployment does not know has none.
func (r *profilesResource) erase(ctx context.Context, ids []string, run *syncRun) error {
	var mu sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(parallelRequests)
	for _, id := range ids {
		group.Go(func() error {
			if err := r.data.Client.DeleteCustomerData(ctx, id); err != nil && !talonone.IsNotFound(err) {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			delete(run.now, id)
			run.summary.Removed++
			run.summary.Requests++
			return nil
		})
	}
	return group.Wait()
}

// report adds the diagnostics of a run.
func (s *syncRun) report(diags *diag.Diagnostics) {
	if s.sandbox.IsUnknown() {
		s.sandbox = types.BoolNull()
	}
	if s.err != nil {
		framework.AddError(diags, s.operation, s.err)
	}
	if len(s.ignored) == 0 {
		return
	}
	var lines []string
	for _, id := range slices.Sorted(maps.Keys(s.ignored)) {
		lines = append(lines, fmt.Sprintf("  - %s: %s", label(id), strings.Join(s.ignored[id], ", ")))
	}
	diags.AddAttributeWarning(path.Root("profiles"), "The deployment did not take all attributes",
		fmt.Sprintf("After the update these attributes of %d profiles do not have the values that were sent:\n%s\n\n"+
			"An attribute may be missing in the account, set by a rule, or one that the API does not clear; the next plan shows those that are still managed.", len(s.ignored), firstLines(lines)))
}

// adviseOnRefusal names the profiles that a 400 points to by their place in the
// request, whose first entry is the first of rest.
func adviseOnRefusal(err error, rest []talonone.ProfileUpdate) map[int]string {
	apiErr, ok := errors.AsType[*talonone.Error](err)
	if !ok {
		return nil
	}
	var lines []string
	for _, item := range apiErr.Items {
		place, found := strings.CutPrefix(item.Source.Pointer, "/customerProfiles/")
		place, _, _ = strings.Cut(place, "/")
		if i, err := strconv.Atoi(place); found && err == nil && i < len(rest) {
			lines = append(lines, fmt.Sprintf("  - entry %d is profile %s", i, label(rest[i].IntegrationID)))
		}
	}
	advice := "Correct the attributes, or define them for CustomerProfile in the Campaign Manager under Account > Tools > Attributes."
	if len(lines) > 0 {
		advice += "\n" + firstLines(slices.Compact(lines))
	}
	return map[int]string{http.StatusBadRequest: advice}
}

func profilesOperation(action string) framework.Doing {
	return framework.Doing{
		Construct: profilesType, Action: action,
		Pointers: map[string]path.Path{"/customerProfiles": path.Root("profiles")},
	}
}
