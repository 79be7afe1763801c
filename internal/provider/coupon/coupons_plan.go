package coupon

import (
	"cmp"
	"context"
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

// couponsPlan is what an apply does to many coupons.
type couponsPlan struct {
	bulk.Plan

	// prior are the rows that the resource manages before, without what an import alone has brought.
	prior, desired couponRows
	// present is how many coupons there are of which the removals are a part.
	present int
	// takesOver says that the resource becomes exclusive without having seen what else is in the campaign.
	takesOver bool
	// entered says that it becomes exclusive, and that remote is all of the campaign.
	entered bool
	remote  remoteCoupons
}

// planCoupons compares the prior rows of state, which is nil for a create, with the desired ones. It depends on nothing else, except
// for a change to exclusive ownership of a campaign that Read has listed: then it lists it again.
func (r *couponsResource) planCoupons(ctx context.Context, plan, state *couponsModel, prior, desired couponRows, private bulk.PrivateReader, diags *diag.Diagnostics) couponsPlan {
	p := couponsPlan{prior: prior, desired: desired, present: len(prior)}
	if state != nil && state.LastSync.IsNull() {
		// An import has brought all settings.
		p.prior = make(couponRows, len(prior))
		for code, text := range prior {
			p.prior[code] = narrowed(prior.settings(code), desired, code, text)
		}
	}
	p.Plan = bulk.Compare(p.prior, desired, input.EqualJSON)
	switch {
	case state == nil:
	case bulk.Leaves(state.Ownership, plan.Ownership):
		p.Plan = p.Releasing()
	case bulk.Enters(state.Ownership, plan.Ownership):
		r.planEntering(ctx, plan, &p, bulk.SeenTarget(ctx, private, diags), diags)
	}
	return p
}

// planEntering finds what a change to exclusive ownership deletes: nothing, unless Read has listed the whole campaign.
func (r *couponsResource) planEntering(ctx context.Context, plan *couponsModel, p *couponsPlan, seen *bulk.Target, diags *diag.Diagnostics) {
	p.Removed = nil
	if p.takesOver = seen == nil; p.takesOver {
		return
	}
	var err error
	if p.remote, err = r.list(ctx, plan, slices.Concat(p.prior.codes(), bulk.NotIn(p.desired.codes(), p.prior))); err != nil {
		r.addError(diags, "list the coupons of", plan, err)
		return
	}
	if p.remote.target != *seen {
		plan.subject().RefuseChanged(path.Root("ownership"), diags)
		return
	}
	unlisted := bulk.NotIn(slices.Sorted(maps.Keys(p.remote.ours)), p.desired)
	p.entered, p.present = true, len(p.remote.ours)+len(p.remote.others)
	p.Removed = slices.Sorted(slices.Values(slices.Concat(unlisted, slices.Collect(maps.Keys(p.remote.others)))))
}

// narrowed is an imported coupon without what the configuration doesn't manage of it.
func narrowed(imported couponSettings, desired couponRows, code, text string) string {
	if _, listed := desired[code]; !listed {
		return text
	}
	wanted := desired.settings(code)
	if wanted.DiscountLimit == nil {
		imported.DiscountLimit = nil
	}
	if wanted.ReservationLimit == nil {
		imported.ReservationLimit = nil
	}
	if wanted.Attributes == nil {
		imported.Attributes = nil
	} else if had, err := customattr.Parse(string(imported.Attributes)); err == nil {
		managed, _ := customattr.Parse(string(wanted.Attributes))
		imported.Attributes = []byte(had.Managed(managed).String())
	}
	return imported.text()
}

// lastSync is the value of last_sync for plan, after which the resource manages rows.
func (p couponsPlan) lastSync(plan bulk.Plan, before types.Object, rows couponRows) types.Object {
	return plan.LastSync(before, len(rows), codes, func(code string) string { return rows[code] })
}

// claim is what a resource with these codes wants to own.
func (r *couponsResource) claim(ctx context.Context, m *couponsModel, rows []string) (claim bulk.Claim, spelling map[string]string) {
	sensitivity := r.sensitivity(ctx, m)
	claim = codeModel{ApplicationID: m.ApplicationID, CampaignID: m.CampaignID}.claim(sensitivity)
	claim.Subject, claim.At, claim.Exclusive = m.subject(), m.source(), m.exclusive()
	claim.Rows, spelling = make([]string, len(rows)), make(map[string]string, len(rows))
	for i, code := range rows {
		claim.Rows[i] = talonone.FoldCode(code, sensitivity)
		spelling[claim.Rows[i]] = code
	}
	return claim, spelling
}

// planRows fills in what a plan with known rows says, and warns of what it does. state is nil for a create.
func (r *couponsResource) planRows(ctx context.Context, plan, state *couponsModel, prior couponRows, replaced *bulk.Target, private bulk.PrivateReader, keep bulk.PrivateWriter, diags *diag.Diagnostics) {
	desired := plan.desired(diags)
	if diags.HasError() {
		return
	}
	for code := range desired {
		r.data.Coupons.Add(code)
	}
	var claim bulk.Claim
	if plan.placed() {
		var spelling map[string]string
		claim, spelling = r.claim(ctx, plan, desired.codes())
		if len(spelling) < len(desired) {
			refuseSame(plan, claim, desired.codes(), spelling, diags)
			return
		}
		claim.Held = func(row string) bool { _, has := prior[spelling[row]]; return has }
		claim.WasExclusive = state != nil && state.exclusive()
		r.data.Owners.Claim(ctx, claim, private, keep, diags)
	}
	if state != nil && plan.fileIsStale(state, bulk.ReadPrivate[*bulk.FileNote](ctx, private, privateFile, diags), desired.digest()) {
		addFileChanged(diags)
		return
	}
	p := r.planCoupons(ctx, plan, state, prior, desired, private, diags)
	if diags.HasError() {
		return
	}
	plan.show(p, state, prior)
	at, subject := plan.source(), plan.subject()
	subject.Guard(plan.MaxRemovalPercent, len(p.Removed), p.present, diags)
	subject.RefuseTwins(at, p.Added, p.Removed, diags)
	subject.WarnTwins(at, p.Added, desired.codes(), diags)
	r.checkAttributes(ctx, plan, p, diags)
	subject.WarnReleased(p.Released, diags)
	if p.takesOver {
		subject.WarnTakenOver(diags)
	}
	if !plan.placed() {
		return
	}
	if len(p.Removed) > 0 {
		removed, _ := r.claim(ctx, plan, p.Removed)
		r.data.Owners.Remove(ctx, claim, removed.Rows, private, keep, diags)
		summary, reason := codes.Count(len(p.Removed))+" will be deleted", ""
		if p.entered {
			summary = codes.Count(len(p.Removed)) + " not listed will be deleted"
			reason = "With exclusive ownership " + subject.Place + " holds only what the configuration lists. "
		}
		diags.AddAttributeWarning(at, subject.About(summary), fmt.Sprintf(
			"%sDeleting a coupon ends its reservations and forgets how often it was redeemed: %s.%s This can't be undone. Each takes one request, three per second.",
			reason, bulk.Names(p.Removed), r.origin(ctx, plan, p, diags)))
	}
	r.checkAdded(ctx, plan, state, p, replaced, diags)
}

// show writes into the plan what there is to see of a change. What means the same as in the state stays as it is.
func (m *couponsModel) show(p couponsPlan, state *couponsModel, prior couponRows) {
	m.setTarget(p.desired)
	before := bulk.NullLastSync()
	same := false
	if state != nil {
		before, same = state.LastSync, bulk.Compare(prior, p.desired, input.EqualJSON).Empty()
	}
	if m.LastSync = before; !same || !p.Empty() {
		m.LastSync = p.lastSync(p.Plan, before, p.desired)
	}
	switch {
	case !m.fromFile():
		if m.ManagedCoupons = types.StringNull(); same && !state.Coupons.IsNull() {
			m.Coupons = state.Coupons
		}
	case state == nil:
		// All of it is new, and long.
		m.ManagedCoupons = types.StringUnknown()
	case same && state.fromFile():
		m.ManagedCoupons, m.CouponsFile = state.ManagedCoupons, state.CouponsFile
	default:
		m.ManagedCoupons = types.StringValue(input.ObjectOf(p.desired))
	}
}

// refuseSame reports two listed codes that are one in their Application.
func refuseSame(plan *couponsModel, claim bulk.Claim, listed []string, spelling map[string]string, diags *diag.Diagnostics) {
	for i, code := range listed {
		if kept := spelling[claim.Rows[i]]; kept != code {
			diags.AddAttributeError(plan.source(), "Code is listed twice", fmt.Sprintf(
				"%q and %q are the same code in Application %s, which ignores upper and lower case. List one of them.", code, kept, plan.ApplicationID))
			return
		}
	}
}

// origin says what is known of coupons to delete that others may have made: how many were redeemed, and their batches. Where the
// deployment doesn't tell, it is empty: the plan is about the same coupons all the same.
func (r *couponsResource) origin(ctx context.Context, plan *couponsModel, p couponsPlan, diags *diag.Diagnostics) string {
	found := p.remote
	if !p.entered {
		var err error
		if found, err = r.look(ctx, plan, p.Removed); err != nil {
			r.addError(diags, "look for the coupons of", plan, err)
			return ""
		}
	}
	redeemed, batches := 0, make(map[string]int)
	for _, code := range p.Removed {
		coupon := cmp.Or(found.ours[code], found.others[code])
		if coupon == nil {
			continue
		}
		if coupon.UsageCounter > 0 {
			redeemed++
		}
		if batch := framework.ValueOf(coupon.BatchID); batch != "" {
			batches[batch]++
		}
	}
	text := ""
	if redeemed > 0 {
		text += fmt.Sprintf(" Redeemed at least once: %s.", codes.Count(redeemed))
	}
	if len(batches) > 0 {
		const most = 5
		var parts []string
		names := slices.Sorted(maps.Keys(batches))
		for _, batch := range names[:min(len(names), most)] {
			parts = append(parts, fmt.Sprintf("%s (%s)", talonone.Presentable(batch, 60, ""), codes.Count(batches[batch])))
		}
		if more := len(names) - most; more > 0 {
			parts = append(parts, bulk.Thousands(more)+" more")
		}
		text += " Their batches: " + strings.Join(parts, ", ") + "."
	}
	return text
}

// checkAdded says which of the codes to add exist, and refuses those of other campaigns, but of the one that an object is replaced in.
// It refuses to create an exclusive resource in a campaign with other coupons.
func (r *couponsResource) checkAdded(ctx context.Context, plan, state *couponsModel, p couponsPlan, replaced *bulk.Target, diags *diag.Diagnostics) {
	if state == nil {
		// A replacement would delete the coupons before it finds out.
		if r.data.ExpectCampaign(ctx, plan.ApplicationID, plan.CampaignID, diags); diags.HasError() {
			return
		}
	}
	creates := state == nil && plan.exclusive()
	if len(p.Added) == 0 && !creates || !creates && r.data.Targets.WasDeleted(plan.targetKey()) {
		return
	}
	found, err := p.remote, error(nil)
	switch {
	case creates:
		found, err = r.listAdded(ctx, plan, p.Added)
	case !p.entered:
		found, err = r.look(ctx, plan, p.Added)
	}
	if talonone.IsNotFound(err) && !r.data.ValidateReferences {
		return
	}
	if err != nil {
		r.addError(diags, "look for the coupons of", plan, err)
		return
	}
	if creates {
		plan.subject().CheckExclusiveCreate(&r.data.Targets, plan.targetKey(), slices.Sorted(maps.Keys(found.others)), plan.replacing(found.target), replaced, diags)
		if r.data.Targets.WasDeleted(plan.targetKey()) {
			return
		}
	}
	for _, code := range slices.Sorted(maps.Keys(found.elsewhere)) {
		of := couponsModel{ApplicationID: plan.ApplicationID, CampaignID: types.Int64Value(found.elsewhere[code].CampaignID)}
		if replaced == nil || !strings.HasPrefix(replaced.Digest, of.importID()+" ") {
			addOtherCampaign(diags, plan.source(), codeModel{Value: types.StringValue(code)}, found.elsewhere[code])
			return
		}
	}
	r.warnExisting(plan, p, found, diags)
}

// listAdded is list, which finds a few codes in other campaigns too.
func (r *couponsResource) listAdded(ctx context.Context, plan *couponsModel, added []string) (remoteCoupons, error) {
	found, err := r.list(ctx, plan, added)
	if missing := bulk.NotIn(added, found.ours); err == nil && len(missing) > 0 && len(missing) <= fewLookups {
		var others remoteCoupons
		others, err = r.look(ctx, plan, missing)
		found.elsewhere = others.elsewhere
	}
	return found, err
}

// warnExisting says which of the codes to add exist, and what of them is overwritten.
func (r *couponsResource) warnExisting(plan *couponsModel, p couponsPlan, found remoteCoupons, diags *diag.Diagnostics) {
	existing := bulk.In(p.Added, found.ours)
	overwritten := make(map[string]int)
	changed := 0
	for _, code := range existing {
		wanted := p.desired.settings(code)
		if names := differing(settingsFromAPI(found.ours[code], &wanted), wanted); len(names) > 0 {
			changed++
			for _, name := range names {
				overwritten[name]++
			}
		}
	}
	var lost []string
	for _, name := range slices.Sorted(maps.Keys(overwritten)) {
		lost = append(lost, fmt.Sprintf("%s of %s", name, codes.Count(overwritten[name])))
	}
	if changed > 0 {
		lost[len(lost)-1] += fmt.Sprintf(", with one request for each of %s, since an import doesn't change what exists", codes.Count(changed))
	}
	plan.subject().WarnExisting(plan.source(), existing, len(p.Added), lost, diags)
}

// differing names the settings of two coupons that differ.
func differing(a, b couponSettings) (names []string) {
	for name, same := range map[string]bool{
		"usage_limit": equal(a.UsageLimit, b.UsageLimit), "discount_limit": equal(a.DiscountLimit, b.DiscountLimit), "reservation_limit": equal(a.ReservationLimit, b.ReservationLimit),
		"start_date": equal(a.StartDate, b.StartDate), "expiry_date": equal(a.ExpiryDate, b.ExpiryDate), "recipient_integration_id": equal(a.RecipientIntegrationID, b.RecipientIntegrationID),
		"is_reservation_mandatory": a.IsReservationMandatory == b.IsReservationMandatory, "implicitly_reserved": a.ImplicitlyReserved == b.ImplicitlyReserved,
		"attributes": input.EqualJSON(string(a.Attributes), string(b.Attributes)) || string(a.Attributes) == string(b.Attributes),
	} {
		if !same {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func equal[T comparable](a, b *T) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// checkAttributes compares the attributes of the coupons to send with the account's definitions.
func (r *couponsResource) checkAttributes(ctx context.Context, plan *couponsModel, p couponsPlan, diags *diag.Diagnostics) {
	var with []string
	for _, code := range slices.Sorted(slices.Values(slices.Concat(p.Added, p.Updated))) {
		if strings.Contains(p.desired[code], `"attributes"`) {
			with = append(with, code)
		}
	}
	if len(with) == 0 {
		return
	}
	definitions := customattr.DefinitionsOf(ctx, r.data, talonone.EntityCoupon, nil, diags)
	if definitions == nil {
		return
	}
	var problems input.Problems
	for _, code := range with {
		attributes, _ := customattr.Parse(string(p.desired.settings(code).Attributes))
		for _, problem := range definitions.Problems(talonone.EntityCoupon, attributes) {
			problems.Add(fmt.Errorf("coupon %q: %s", code, problem))
		}
	}
	if err := problems.Err(); err != nil {
		framework.AddMissing(diags, plan.source(), "Invalid attributes", err.Error())
	}
}

// planEnd guards and announces that the coupons go with the object.
func (r *couponsResource) planEnd(state *couponsModel, count int, maxPercent types.Float64, warn func(bulk.Subject, int, *diag.Diagnostics), diags *diag.Diagnostics) {
	state.subject().GuardEnd(r.data.AllowDelete, maxPercent, count, count, diags)
	if !diags.HasError() {
		warn(state.subject(), count, diags)
	}
}
