package emulator

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// seededEffect is an effect of the fixture that appears when every condition that it sets holds. It stands in for a
// rule engine; FixtureEffect says what the fields mean.
type seededEffect struct {
	CouponCode        string         `json:"couponCode,omitempty"`
	ReferralCode      string         `json:"referralCode,omitempty"`
	SKU               string         `json:"sku,omitempty"`
	MinQuantity       int64          `json:"minQuantity,omitempty"`
	EventType         string         `json:"eventType,omitempty"`
	ProfileAttributes map[string]any `json:"profileAttributes,omitempty"`
	AudienceID        int64          `json:"audienceId,omitempty"`
	From              time.Time      `json:"from,omitzero"`
	Until             time.Time      `json:"until,omitzero"`
	CampaignID        int64          `json:"campaignId"`
	RuleName          string         `json:"ruleName"`
	EffectType        string         `json:"effectType"`
	Percent           json.Number    `json:"percent,omitempty"`
	Props             any            `json:"props"`
}

// effect is one consequence of a rule.
type effect struct {
	CampaignID int64  `json:"campaignId"`
	RulesetID  int64  `json:"rulesetId"`
	RuleIndex  int64  `json:"ruleIndex"`
	RuleName   string `json:"ruleName"`
	EffectType string `json:"effectType"`
	Coupon     int64  `json:"triggeredByCoupon,omitempty"`
	Props      any    `json:"props"`
}

// ruleFailure is why a rule of the fixture had no effect, as ruleFailureReasons tells it.
type ruleFailure struct {
	CampaignID   int64  `json:"campaignID"`
	CampaignName string `json:"campaignName"`
	RulesetID    int64  `json:"rulesetID"`
	CouponValue  string `json:"couponValue,omitempty"`
	RuleIndex    int64  `json:"ruleIndex"`
	RuleName     string `json:"ruleName"`
	Details      string `json:"details"`
}

// evaluation is what the effects of the fixture look at.
type evaluation struct {
	app       *application
	customer  *profile  // nil for an anonymous or unknown one
	now       time.Time // later than the clock's in a dry run for a coming season
	campaigns []int64   // the only ones to look at, enabled or not; none means all that run
	session   *session  // nil for an event
	eventType string    // of an event
	joins     []int64   // audiences that a dry run adds to the customer's
	leaves    []int64   // audiences that a dry run takes from them

	rejected map[string]string // coupon codes that can't be used, with the reason
}

// evaluateSession returns the effects of the fixture that a session gets, why the others do not apply, and a
// rejection for each of its codes that nothing accepts. Only a dry run has another time than the clock's, and campaigns.
func (s *Server) evaluateSession(one *session, now time.Time, campaigns []int64) ([]effect, []ruleFailure) {
	app, _ := s.state.Definitions.application(one.ApplicationID)
	in := evaluation{app: app, now: now, campaigns: campaigns, session: one, rejected: map[string]string{}}
	in.customer, _ = s.state.Profiles.find(app.Sandbox, one.ProfileID)
	for _, code := range one.CouponCodes {
		if reason := s.couponProblem(&in, code); reason != "" {
			in.rejected[code] = reason
		}
	}
	effects, failures := s.evaluate(&in)
	return append(effects, s.rejections(&in, effects)...), failures
}

// evaluateEvent returns the effects of the fixture that an event of the type has, and why the others do not apply.
func (s *Server) evaluateEvent(app *application, eventType string, customer *profile, campaigns []int64) ([]effect, []ruleFailure) {
	return s.evaluate(&evaluation{app: app, now: s.now(), campaigns: campaigns, eventType: eventType, customer: customer})
}

// profileUpdated is the built-in event whose effects in a fixture an update of a profile has.
const profileUpdated = "talon_profile_updated"

// evaluateProfile returns the effects of the fixture that an update of a profile has, and why the others do not apply. A
// dry run moves the customer between audiences in thought alone.
func (s *Server) evaluateProfile(app *application, customer *profile, joins, leaves []*audience, campaigns []int64) ([]effect, []ruleFailure) {
	in := evaluation{app: app, now: s.now(), campaigns: campaigns, eventType: profileUpdated, customer: customer}
	for _, a := range joins {
		in.joins = append(in.joins, a.ID)
	}
	for _, a := range leaves {
		in.leaves = append(in.leaves, a.ID)
	}
	return s.evaluate(&in)
}

func (s *Server) evaluate(in *evaluation) ([]effect, []ruleFailure) {
	effects, failures := []effect{}, []ruleFailure{}
	for _, seed := range s.state.Sessions.Effects {
		camp, ok := s.state.Definitions.campaign(seed.CampaignID)
		if !ok || camp.ApplicationID != in.app.ID || seed.EventType != in.eventType || s.notEvaluated(in, camp) != "" {
			continue
		}
		if reason := s.unmet(in, seed); reason != "" {
			failed := ruleFailure{
				CampaignID: camp.ID, CampaignName: camp.Name, RulesetID: camp.ID + 1000, CouponValue: seed.CouponCode, RuleName: seed.RuleName, Details: reason,
			}
			if !slices.Contains(failures, failed) {
				failures = append(failures, failed)
			}
			continue
		}
		effects = append(effects, s.seeded(in, seed)...)
	}
	return effects, failures
}

// notEvaluated is the reason for which no rule of the campaign is looked at, "" for none.
func (s *Server) notEvaluated(in *evaluation, c *campaign) string {
	switch {
	case len(in.campaigns) > 0 && !slices.Contains(in.campaigns, c.ID):
		return "CouponPartOfNotTriggeredCampaign"
	case len(in.campaigns) == 0 && c.State != "enabled", within(c.StartTime, c.EndTime, in.now) != codeNow:
		return "CouponPartOfNotRunningCampaign"
	default:
		return ""
	}
}

// unmet is the first condition of the effect that does not hold, in words, "" when all do.
func (s *Server) unmet(in *evaluation, seed seededEffect) string {
	if seed.CouponCode != "" {
		code := in.app.foldCode(seed.CouponCode)
		switch reason := in.rejected[code]; {
		case in.session == nil || !slices.Contains(in.session.CouponCodes, code):
			return "coupon code " + seed.CouponCode + " was not entered"
		case reason != "":
			return "coupon code " + seed.CouponCode + " is not valid: " + reason
		}
	}
	if seed.ReferralCode != "" && (in.session == nil || in.session.ReferralCode != in.app.foldCode(seed.ReferralCode)) {
		return "referral code " + seed.ReferralCode + " was not entered"
	}
	if needed := seed.minQuantity(); needed > 0 {
		if units := in.units(seed.SKU); units < needed {
			return fmt.Sprintf("the cart has %d units of %s, %d are needed", units, orDefault(seed.SKU, "any item"), needed)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(seed.ProfileAttributes)) {
		if want := fmt.Sprint(seed.ProfileAttributes[name]); in.customer == nil || fmt.Sprint(in.customer.Attributes[name]) != want {
			return fmt.Sprintf("the customer's attribute %s is not %s", name, want)
		}
	}
	if seed.AudienceID != 0 {
		if a, ok := s.state.Audiences.All.get(seed.AudienceID); ok && !in.isIn(a) {
			return "the customer is not in audience " + a.Name
		}
	}
	if within(seed.From, seed.Until, in.now) != codeNow {
		return "it is not the time of the rule"
	}
	return ""
}

func (in *evaluation) isIn(a *audience) bool {
	isMember := in.customer != nil && a.Members.has(in.customer.ID) && !slices.Contains(in.leaves, a.ID)
	return isMember || slices.Contains(in.joins, a.ID)
}

func (e seededEffect) minQuantity() int64 {
	if e.SKU != "" {
		return max(1, e.MinQuantity)
	}
	return e.MinQuantity
}

// units are those that are left in the cart of one SKU, of all items for "".
func (in *evaluation) units(sku string) int64 {
	var sum int64
	if in.session != nil {
		for _, item := range in.session.CartItems {
			if sku == "" || item.SKU == sku {
				sum += item.Quantity - item.Returned
			}
		}
	}
	return sum
}

// seeded turns an effect of the fixture into those of a response. Rulesets are not modelled: theirs has the ID of the
// campaign plus 1000, and every effect the rule 0.
func (s *Server) seeded(in *evaluation, seed seededEffect) []effect {
	one := effect{CampaignID: seed.CampaignID, RulesetID: seed.CampaignID + 1000, RuleName: seed.RuleName, EffectType: seed.EffectType, Props: seed.Props}
	if c, ok := s.findCoupon(in.app, seed.CouponCode); ok && seed.CouponCode != "" {
		one.Coupon = c.ID
	}
	props, _ := seed.Props.(map[string]any)
	if seed.Props == nil {
		one.Props = map[string]any{}
	}
	if in.session == nil {
		return []effect{one}
	}
	switch {
	case seed.EffectType == "setDiscountPerItem" && props["position"] == nil:
		return in.perUnit(one, seed, props)
	case seed.Percent != "":
		one.Props = with(props, map[string]any{"value": percentOf(seed.Percent, in.session.itemTotal())})
	case seed.EffectType == "addLoyaltyPoints" && props != nil:
		one.Props = with(props, map[string]any{
			"subLedgerId": "", "recipientIntegrationId": in.session.ProfileID,
			"transactionUUID": uuid.NewSHA1(uuid.NameSpaceOID, []byte(seed.RuleName)).String(),
		})
	}
	return []effect{one}
}

// perUnit repeats a discount on items for every unit of its SKU, of all items when it has none.
func (in *evaluation) perUnit(one effect, seed seededEffect, props map[string]any) []effect {
	var all []effect
	for position, item := range in.session.CartItems {
		if seed.SKU != "" && item.SKU != seed.SKU {
			continue
		}
		for unit := range item.Quantity - item.Returned {
			next := one
			filled := with(props, map[string]any{"name": seed.RuleName, "position": position, "subPosition": unit})
			if seed.Percent != "" {
				filled["value"] = percentOf(seed.Percent, rational(item.Price))
			}
			next.Props = filled
			all = append(all, next)
		}
	}
	return all
}

// percentOf is a share of an amount to the cent.
func percentOf(percent json.Number, amount *big.Rat) json.Number {
	share := rational(percent)
	share.Mul(share, amount).Quo(share, big.NewRat(100, 1))
	rounded, _ := new(big.Rat).SetString(share.FloatString(2))
	return decimal(rounded)
}

// with is a copy of the properties with those that are missing.
func with(props, missing map[string]any) map[string]any {
	filled := maps.Clone(missing)
	maps.Copy(filled, props)
	return filled
}

// couponProblem is the API's reason for which a code can't be used by this customer now, "" for none. Whether a rule
// accepts it is another question.
func (s *Server) couponProblem(in *evaluation, code string) string {
	c, ok := s.findCoupon(in.app, code)
	if !ok {
		named := func(seed seededEffect) bool {
			return in.app.foldCode(seed.CouponCode) == code && s.ofApplication(seed, in.app)
		}
		if slices.ContainsFunc(s.state.Sessions.Effects, named) {
			return ""
		}
		return "CouponNotFound"
	}
	reserved := in.customer != nil && s.state.Coupons.holds(c, in.customer.ID)
	camp, _ := s.state.Definitions.campaign(c.CampaignID)
	switch state := within(c.StartDate, c.ExpiryDate, in.now); {
	case s.notEvaluated(in, camp) != "":
		return s.notEvaluated(in, camp)
	case state == codeExpired:
		return "CouponExpired"
	case state == codeFuture:
		return "CouponStartDateInFuture"
	case c.UsageLimit > 0 && c.UsageCounter >= c.UsageLimit && (in.session.ID == 0 || in.session.State == stateOpen):
		return "CouponLimitReached"
	case c.Recipient != "" && c.Recipient != in.session.ProfileID:
		return "CouponRecipientDoesNotMatch"
	case c.Mandatory && in.session.ProfileID == "":
		return "ProfileRequired"
	case c.Mandatory && !reserved:
		return "CouponReservationRequired"
	default:
		return ""
	}
}

// rejections are the effects for codes that no other effect accepts or rejects.
func (s *Server) rejections(in *evaluation, effects []effect) []effect {
	var rejected []effect
	reject := func(kind, code, reason string, campaignID int64) {
		told := func(one effect) bool {
			props, _ := one.Props.(map[string]any)
			value, _ := props["value"].(string)
			return strings.HasSuffix(one.EffectType, kind) && in.app.foldCode(value) == code
		}
		if slices.ContainsFunc(effects, told) || slices.ContainsFunc(rejected, told) {
			return
		}
		one := effect{CampaignID: campaignID, EffectType: "reject" + kind, Props: map[string]any{"value": code, "rejectionReason": reason}}
		if campaignID != 0 {
			one.RulesetID = campaignID + 1000
		}
		rejected = append(rejected, one)
	}
	for _, code := range in.session.CouponCodes {
		var campaignID int64
		if c, ok := s.findCoupon(in.app, code); ok {
			campaignID = c.CampaignID
		}
		reject("Coupon", code, orDefault(in.rejected[code], "CouponRejectedByCondition"), campaignID)
	}
	if code := in.session.ReferralCode; code != "" {
		if r := s.state.Referrals.byCode[code]; r != nil {
			reject("Referral", code, "ReferralRejectedByCondition", r.CampaignID)
		} else {
			reject("Referral", code, "ReferralNotFound", 0)
		}
	}
	return rejected
}

func (s *Server) ofApplication(seed seededEffect, app *application) bool {
	c, ok := s.state.Definitions.campaign(seed.CampaignID)
	return ok && c.ApplicationID == app.ID
}

// newIntegrationState is a response with the three arrays that are always there.
func newIntegrationState(effects []effect) map[string]any {
	return map[string]any{"effects": emptyNotNil(effects), "createdCoupons": []any{}, "createdReferrals": []any{}}
}

// createFromEffects makes the coupons and referrals that effects of the types couponCreated and referralCreated
// announce, with the code of their props, for the customer.
func (s *Server) createFromEffects(profileID string, effects []effect, response map[string]any) {
	coupons, referrals := []any{}, []any{}
	for _, found := range effects {
		props, _ := found.Props.(map[string]any)
		code, _ := props["value"].(string)
		switch {
		case code == "":
		case found.EffectType == "couponCreated":
			created := &coupon{ID: s.state.nextID(kindCoupon), Created: s.now(), CampaignID: found.CampaignID, Value: code, UsageLimit: 1, Recipient: profileID}
			s.state.Coupons.add(created)
			coupons = append(coupons, created.view())
		case found.EffectType == "referralCreated" && profileID != "":
			created := &referral{ID: s.state.nextID(kindReferral), Created: s.now(), CampaignID: found.CampaignID, Advocate: profileID, Code: code, UsageLimit: 1}
			s.state.Referrals.add(created)
			referrals = append(referrals, created.view())
		}
	}
	response["createdCoupons"], response["createdReferrals"] = coupons, referrals
}

// triggered are the campaigns behind effects other than rejections.
func (s *Server) triggered(effects []effect) []any {
	campaigns, seen := []any{}, map[int64]bool{}
	for _, found := range effects {
		if strings.HasPrefix(found.EffectType, "reject") {
			continue
		}
		if c, ok := s.state.Definitions.campaign(found.CampaignID); ok && !seen[c.ID] {
			seen[c.ID] = true
			campaigns = append(campaigns, s.viewCampaign(c))
		}
	}
	return campaigns
}

// addCommonPart adds a part that sessions and events share. What the emulator does not model is empty.
func (s *Server) addCommonPart(response map[string]any, r *request, profileID, part string, effects []effect, failures []ruleFailure) {
	switch part {
	case "customerProfile":
		if owner, ok := s.state.Profiles.find(r.cred.sandbox(), profileID); ok {
			response[part] = s.viewProfile(owner)
		}
	case "triggeredCampaigns":
		response[part] = s.triggered(effects)
	case "loyalty":
		response[part] = map[string]any{"programs": map[string]any{}}
		if owner, ok := s.state.Profiles.find(r.cred.sandbox(), profileID); ok {
			response[part] = s.viewLoyalty(owner)
		}
	case "ruleFailureReasons":
		response[part] = emptyNotNil(failures)
	case "coupons", "awardedGiveaways", "campaignEligibility", "achievements":
		response[part] = []any{}
	}
}
