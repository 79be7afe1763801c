package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/customattr"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// profilesPlan is what an apply does to many profiles. Removed ones are erased.
type profilesPlan struct {
	bulk.Plan
	// prior are the rows that the resource manages before, without what an import alone has brought.
	prior, desired profileRows
	// imported are the rows of an import that no apply has changed yet; nil for others.
	imported profileRows
}

// planProfiles compares the prior rows of state with the desired ones. A profile that leaves is
// erased or released. While the state has no last_sync, its rows are what an import found: what the
// configuration lacks of them was never set by Terraform, and is released instead of cleared or erased.
func planProfiles(state profilesModel, prior, desired profileRows, erase bool) profilesPlan {
	p := profilesPlan{prior: prior, desired: desired}
	if !state.Profiles.IsNull() && state.LastSync.IsNull() {
		p.imported, p.prior = prior, prior.narrowed(desired)
	}
	p.Plan = bulk.Compare(p.prior, desired, input.EqualJSON)
	if !erase {
		p.Plan = p.Releasing()
	}
	if p.imported != nil {
		p.Released = bulk.NotIn(p.imported.ids(), desired)
	}
	return p
}

// planRows fills in what a plan with known rows says, and warns of what it does.
func (r *profilesResource) planRows(ctx context.Context, plan *profilesModel, state profilesModel, prior profileRows, private bulk.PrivateReader, keep bulk.PrivateWriter, diags *diag.Diagnostics) {
	desired := plan.rows(diags)
	if diags.HasError() {
		return
	}
	claim := desired.claim(plan.EraseOnDestroy)
	claim.Held = func(id string) bool { _, has := prior[id]; return has }
	r.data.Owners.Claim(ctx, claim, private, keep, diags)
	if bulk.Compare(prior, desired, input.EqualJSON).Empty() && !state.Profiles.IsNull() {
		plan.Profiles, plan.LastSync = state.Profiles, state.LastSync
		return
	}
	p := planProfiles(state, prior, desired, plan.EraseOnDestroy.ValueBool())
	r.checkAttributes(ctx, p, diags)
	plan.LastSync = p.lastSync(p.Plan, state.LastSync, desired)
	if len(p.Removed) > 0 {
		r.data.Owners.Remove(ctx, claim, p.Removed, private, keep, diags)
	}
	p.warn(*plan, diags)
	existing, err := r.existing(ctx, p.Added, state.Sandbox)
	if err != nil {
		diags.AddAttributeWarning(path.Root("profiles"), "Existing profiles were not looked for",
			"This plan does not report which of the profiles to add already exist and what is overwritten in them: "+framework.Sentence(err.Error()))
	}
	p.warnExisting(existing, plan.EraseOnDestroy.ValueBool(), diags)
}

// lastSync is the value of last_sync for plan, after which the resource manages rows.
func (p profilesPlan) lastSync(plan bulk.Plan, before types.Object, rows profileRows) types.Object {
	return plan.LastSync(before, len(rows), profilesNoun, func(id string) string { return rows[id] })
}

// updates are the profiles to send.
func (p profilesPlan) updates() []talonone.ProfileUpdate {
	var updates []talonone.ProfileUpdate
	for _, id := range slices.Sorted(slices.Values(slices.Concat(p.Added, p.Updated))) {
		sent := p.desired.attributes(id).Clearing(p.prior.attributes(id))
		updates = append(updates, talonone.ProfileUpdate{IntegrationID: id, Attributes: json.RawMessage(sent.String())})
	}
	return updates
}

// warn says what the apply does beyond what the plan shows by itself, and obeys max_removal_percent.
func (p profilesPlan) warn(plan profilesModel, diags *diag.Diagnostics) {
	leaving := len(p.Removed)
	if p.imported == nil {
		leaving += len(p.Released)
		warnForgotten(p.Released, diags)
	} else {
		warnImported(p.imported, p.desired, diags)
	}
	p.prior.subject().Guard(plan.MaxRemovalPercent, leaving, max(len(p.prior), len(p.imported)), diags)
	p.prior.subject().RefuseTwins(path.Root("profiles"), p.Added, p.Removed, diags)
	p.prior.subject().WarnTwins(path.Root("profiles"), p.Added, p.desired.ids(), diags)
	warnErased(p.Removed, "", diags)
}

// warnExisting says which of the profiles to add exist already, and what is overwritten in them.
func (p profilesPlan) warnExisting(existing map[string]*talonone.CustomerProfile, erase bool, diags *diag.Diagnostics) {
	if len(existing) == 0 {
		return
	}
	overwritten := make(map[string]int)
	for id, profile := range existing {
		remote, err := customattr.FromAPI(profile.Attributes)
		if err != nil {
			continue
		}
		for _, name := range p.desired.attributes(id).Ignored(remote) {
			if _, set := remote[name]; set {
				overwritten[name]++
			}
		}
	}
	detail := fmt.Sprintf("Already on the deployment: %s. This resource manages their listed attributes from now on.", bulk.Names(slices.Sorted(maps.Keys(existing))))
	if erase {
		detail += " Because erase_on_destroy is true, it erases their data when they are no longer listed or the resource is destroyed."
	}
	var lost []string
	for _, name := range slices.Sorted(maps.Keys(overwritten)) {
		lost = append(lost, fmt.Sprintf("attribute %s of %s", name, bulk.Thousands(overwritten[name])))
	}
	if len(lost) > 0 {
		detail += " The apply overwrites " + strings.Join(lost, ", ") + "."
	}
	diags.AddAttributeWarning(path.Root("profiles"), profilesNoun.OfThose(len(existing), len(p.Added))+" already", detail)
}

// checkAttributes compares the attributes of the profiles to send with the account's definitions.
func (r *profilesResource) checkAttributes(ctx context.Context, p profilesPlan, diags *diag.Diagnostics) {
	if len(p.Added)+len(p.Updated) == 0 {
		return
	}
	definitions := customattr.DefinitionsOf(ctx, r.data, talonone.EntityCustomerProfile, nil, diags)
	if definitions == nil {
		return
	}
	var problems input.Problems
	for _, id := range slices.Sorted(slices.Values(slices.Concat(p.Added, p.Updated))) {
		for _, problem := range definitions.Problems(talonone.EntityCustomerProfile, p.desired.attributes(id)) {
			problems.Add(fmt.Errorf("profile %s: %s", label(id), problem))
		}
	}
	if err := problems.Err(); err != nil {
		framework.AddMissing(diags, path.Root("profiles"), "Invalid attributes", err.Error())
	}
}

// spare lets the rows go that another resource manages, instead of erasing them.
func (p *profilesPlan) spare(removed, spared []string) {
	p.Removed = removed
	p.Released = slices.Sorted(slices.Values(slices.Concat(p.Released, spared)))
}

// subject is the resource in messages. Profiles have no target that could name it, so their digest does.
func (r profileRows) subject() bulk.Subject {
	return replacedSubject(new(bulk.TargetOf(bulk.DigestOf(r))))
}

// claim is what a resource with these rows wants to own.
func (r profileRows) claim(erases types.Bool) bulk.Claim {
	return bulk.Claim{Subject: r.subject(), Target: profilesTarget, At: path.Root("profiles"), Rows: r.ids(), Lost: erasure(erases)}
}

func replacedSubject(target *bulk.Target) bulk.Subject {
	return bulk.Subject{Noun: profilesNoun, Place: "this resource", ResourceType: profilesType, ImportID: target.Digest[:8]}
}

// warnDestroyed says what the end of a resource with these profiles does.
func warnDestroyed(ids []string, erase bool, diags *diag.Diagnostics) {
	if erase {
		warnErased(ids, "\n\n"+bulk.AdviseKeeping(profilesType), diags)
	} else {
		warnForgotten(ids, diags)
	}
}

func warnErased(ids []string, advice string, diags *diag.Diagnostics) {
	if len(ids) > 0 {
		first := label(ids[0])
		if len(ids) > 1 {
			first += ", …"
		}
		diags.AddWarning(fmt.Sprintf("Customer data of %s will be erased (%s)", profilesNoun.Count(len(ids)), first), fmt.Sprintf(
			"erase_on_destroy is true, and these leave the resource: %s. All attributes of the profiles, of their sessions and of their events are erased in every Application of the environment. This can't be undone.%s",
			bulk.Names(ids), advice))
	}
}

func warnForgotten(ids []string, diags *diag.Diagnostics) {
	if len(ids) > 0 {
		diags.AddWarning(profilesNoun.Count(len(ids))+" will only be removed from state", fmt.Sprintf(
			"The API can't delete a profile, and erase_on_destroy is false. These stay on the deployment, and Terraform no longer manages them: %s.", bulk.Names(ids)))
	}
}

// warnImported says what an import found and the configuration lacks.
func warnImported(imported, desired profileRows, diags *diag.Diagnostics) {
	var lines []string
	for _, id := range imported.ids() {
		if _, listed := desired[id]; !listed {
			lines = append(lines, "  - "+label(id))
		} else if names := bulk.NotIn(slices.Sorted(maps.Keys(imported.attributes(id))), desired.attributes(id)); len(names) > 0 {
			lines = append(lines, fmt.Sprintf("  - attributes of %s: %s", label(id), strings.Join(names, ", ")))
		}
	}
	if len(lines) > 0 {
		diags.AddAttributeWarning(path.Root("profiles"), "Imported profiles or attributes are not managed",
			"The import found profiles or attributes that the configuration does not list. They stay on the deployment and are not managed. To clear an attribute, set it to null.\n"+firstLines(lines))
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
