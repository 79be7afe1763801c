package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func (r *profilesResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if r.data == nil {
		return
	}
	var state, plan profilesModel
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	before, err := state.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Unusable state", err.Error())
		return
	}
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), state.MaxRemovalPercent, len(before), len(before), "profiles")...)
		warnOfRemoval(len(before), state.EraseOnDestroy.ValueBool(), &resp.Diagnostics)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !req.State.Raw.IsNull() {
		plan.Sandbox = state.Sandbox
	}
	if plan.Profiles.IsUnknown() {
		plan.LastSync = bulk.UnknownSummary()
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	desired, err := plan.set()
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("profiles"), "Invalid profiles", err.Error())
		return
	}
	r.checkAttributes(ctx, desired, &resp.Diagnostics)
	if bulk.Diff(before, desired, input.EqualJSON).Empty() && !req.State.Raw.IsNull() {
		plan.Profiles, plan.LastSync = state.Profiles, state.LastSync
		resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
		return
	}
	if wasImported(ctx, req.Private, r.data.Journal, identityOf(before).IntegrationIDs, &resp.Diagnostics) {
		warnOfRelease(before, desired, &resp.Diagnostics)
		before = before.known(desired)
	}
	sync := planSync(before, desired, plan.EraseOnDestroy.ValueBool())
	resp.Diagnostics.Append(bulk.CheckRemovals(path.Root("max_removal_percent"), plan.MaxRemovalPercent, len(sync.changes.Removed), len(before), "profiles")...)
	warnOfRemoval(len(sync.changes.Removed), plan.EraseOnDestroy.ValueBool(), &resp.Diagnostics)
	plan.LastSync = sync.summary().Object()
	resp.Diagnostics.Append(resp.Plan.Set(ctx, &plan)...)
}

// checkAttributes compares the attributes with the account's definitions.
func (r *profilesResource) checkAttributes(ctx context.Context, desired profileSet, diags *diag.Diagnostics) {
	definitions := customattr.DefinitionsOf(ctx, r.data, talonone.EntityCustomerProfile, nil, diags)
	if definitions == nil {
		return
	}
	var problems input.Problems
	for _, id := range desired.ids() {
		for _, problem := range definitions.Problems(talonone.EntityCustomerProfile, desired.attributes(id)) {
			problems.Add(fmt.Errorf("profile %s: %s", label(id), problem))
		}
	}
	if err := problems.Err(); err != nil {
		diags.AddAttributeError(path.Root("profiles"), "Invalid attributes", err.Error())
	}
}

func warnOfRemoval(count int, erase bool, diags *diag.Diagnostics) {
	switch {
	case count == 0:
	case erase:
		diags.AddWarning(fmt.Sprintf("Customer data of %d profiles will be erased", count),
			"erase_on_destroy is true: all attributes of the profiles that are removed, of their sessions and of their events are erased in every Application of the environment. This can't be undone.")
	default:
		diags.AddWarning(fmt.Sprintf("%d profiles will only be forgotten", count),
			"The API can't delete a profile, and erase_on_destroy is false: the profiles that are removed stay on the deployment as they are, and Terraform no longer manages them.")
	}
}

// warnOfRelease says what an import brought and the configuration lacks.
func warnOfRelease(imported, desired profileSet, diags *diag.Diagnostics) {
	var lines []string
	for _, id := range imported.ids() {
		if _, kept := desired[id]; !kept {
			lines = append(lines, fmt.Sprintf("  - %s", label(id)))
			continue
		}
		var names []string
		wanted := desired.attributes(id)
		for name := range imported.attributes(id) {
			if _, kept := wanted[name]; !kept {
				names = append(names, name)
			}
		}
		if len(names) > 0 {
			slices.Sort(names)
			lines = append(lines, fmt.Sprintf("  - attributes of %s: %s", label(id), strings.Join(names, ", ")))
		}
	}
	if len(lines) > 0 {
		diags.AddAttributeWarning(path.Root("profiles"), "Imported profiles or attributes are left alone",
			"The import brought what the configuration lacks. It stays as it is on the deployment and is no longer managed; to clear an attribute, set it to null.\n"+firstLines(lines))
	}
}

// firstLines keeps a list readable.
func firstLines(lines []string) string {
	const shown = 10
	if len(lines) > shown {
		lines = append(lines[:shown:shown], fmt.Sprintf("  - and %d more", len(lines)-shown))
	}
	return strings.Join(lines, "\n")
}

// known is the part of an imported set that the configuration has too: what it
// lacks was never set by Terraform, and is let go instead of cleared or erased.
func (s profileSet) known(desired profileSet) profileSet {
	part := make(profileSet, len(desired))
	for id := range desired {
		if _, imported := s[id]; imported {
			part[id] = s.attributes(id).Managed(desired.attributes(id)).String()
		}
	}
	return part
}

// profilesSync is what an apply does to many profiles.
type profilesSync struct {
	changes bulk.Changes
	updates []talonone.ProfileUpdate
	// erased are the removed profiles whose data goes.
	erased []string
}

// planSync compares two sets; erase says whether what is removed loses its data.
func planSync(before, desired profileSet, erase bool) profilesSync {
	sync := profilesSync{changes: bulk.Diff(before, desired, input.EqualJSON)}
	for _, id := range slices.Sorted(slices.Values(slices.Concat(sync.changes.Added, sync.changes.Updated))) {
		sent := desired.attributes(id).Clearing(before.attributes(id))
		sync.updates = append(sync.updates, talonone.ProfileUpdate{IntegrationID: id, Attributes: json.RawMessage(sent.String())})
	}
	if erase {
		sync.erased = sync.changes.Removed
	}
	return sync
}

func (s profilesSync) summary() bulk.Summary {
	return s.changes.Summary(bulk.Requests(len(s.updates), talonone.MaxProfiles) + len(s.erased))
}
