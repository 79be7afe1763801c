package coupon

import (
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
}

// planCoupons compares the prior rows of state with the desired ones. While the state has no last_sync, its rows are what an
// import found: those that the configuration lacks are released.
func planCoupons(state *couponsModel, prior, desired couponRows) couponsPlan {
	p := couponsPlan{prior: prior, desired: desired}
	imported := !state.Coupons.IsNull() && state.LastSync.IsNull()
	if imported {
		p.prior = make(couponRows, len(prior))
		for code, text := range prior {
			p.prior[code] = narrowed(prior.settings(code), desired, code, text)
		}
	}
	p.Plan = bulk.Compare(p.prior, desired, input.EqualJSON)
	if imported {
		p.Plan = p.Releasing()
	}
	return p
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
	claim.Subject, claim.At = m.subject(), path.Root("coupons")
	claim.Rows, spelling = make([]string, len(rows)), make(map[string]string, len(rows))
	for i, code := range rows {
		claim.Rows[i] = talonone.FoldCode(code, sensitivity)
		spelling[claim.Rows[i]] = code
	}
	return claim, spelling
}

// planRows fills in what a plan with known rows says, and warns of what it does.
func (r *couponsResource) planRows(ctx context.Context, plan, state *couponsModel, prior couponRows, replaced *bulk.Target, private bulk.PrivateReader, keep bulk.PrivateWriter, diags *diag.Diagnostics) {
	desired := plan.rows(diags)
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
		claim.Held = func(row string) bool { _, has := prior[spelling[row]]; return has }
		r.data.Owners.Claim(ctx, claim, private, keep, diags)
	}
	if bulk.Compare(prior, desired, input.EqualJSON).Empty() && !state.Coupons.IsNull() {
		plan.Coupons, plan.LastSync = state.Coupons, state.LastSync
		return
	}
	p := planCoupons(state, prior, desired)
	plan.LastSync = p.lastSync(p.Plan, state.LastSync, desired)
	at, subject := path.Root("coupons"), plan.subject()
	subject.Guard(plan.MaxRemovalPercent, len(p.Removed), len(p.prior), diags)
	subject.RefuseTwins(at, p.Added, p.Removed, diags)
	subject.WarnTwins(at, p.Added, desired.codes(), diags)
	r.checkAttributes(ctx, p, diags)
	if len(p.Released) > 0 {
		diags.AddAttributeWarning(at, subject.About("Imported coupons are left alone"), fmt.Sprintf(
			"The import found coupons that the configuration lacks. They stay as they are and are no longer managed: %s.", bulk.Names(p.Released)))
	}
	if !plan.placed() {
		return
	}
	if len(p.Removed) > 0 {
		removed, _ := r.claim(ctx, plan, p.Removed)
		r.data.Owners.Remove(ctx, claim, removed.Rows, private, keep, diags)
		diags.AddAttributeWarning(at, subject.About(codes.Count(len(p.Removed))+" will be deleted"), fmt.Sprintf(
			"Deleting a coupon ends its reservations and forgets how often it was redeemed: %s. This can't be undone. Each takes one request, three per second.", bulk.Names(p.Removed)))
	}
	r.warnExisting(ctx, plan, p, replaced, diags)
}

// warnExisting says which of the codes to add exist, and refuses those of other campaigns, but of the one that an object is replaced in.
func (r *couponsResource) warnExisting(ctx context.Context, plan *couponsModel, p couponsPlan, replaced *bulk.Target, diags *diag.Diagnostics) {
	if len(p.Added) == 0 || r.data.Targets.WasDeleted(couponsType+" "+plan.importID()) {
		return
	}
	found, err := r.look(ctx, plan, p.Added)
	if err != nil {
		r.addError(diags, "look for the coupons of", plan, err)
		return
	}
	for _, code := range slices.Sorted(maps.Keys(found.elsewhere)) {
		if replaced == nil || replaced.Digest != (&couponsModel{ApplicationID: plan.ApplicationID, CampaignID: types.Int64Value(found.elsewhere[code].CampaignID)}).importID() {
			addOtherCampaign(diags, path.Root("coupons"), codeModel{Value: types.StringValue(code)}, found.elsewhere[code])
			return
		}
	}
	overwritten := make(map[string]int)
	changed := 0
	for code, coupon := range found.ours {
		wanted := p.desired.settings(code)
		if names := differing(settingsFromAPI(coupon, &wanted), wanted); len(names) > 0 {
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
	plan.subject().WarnExisting(path.Root("coupons"), slices.Sorted(maps.Keys(found.ours)), len(p.Added), lost, diags)
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
func (r *couponsResource) checkAttributes(ctx context.Context, p couponsPlan, diags *diag.Diagnostics) {
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
		framework.AddMissing(diags, path.Root("coupons"), "Invalid attributes", err.Error())
	}
}

// planEnd guards and announces that the coupons go with the object.
func (r *couponsResource) planEnd(state *couponsModel, count int, maxPercent types.Float64, warn func(bulk.Subject, int, *diag.Diagnostics), diags *diag.Diagnostics) {
	state.subject().GuardEnd(r.data.AllowDelete, maxPercent, count, count, diags)
	if !diags.HasError() {
		warn(state.subject(), count, diags)
	}
}
