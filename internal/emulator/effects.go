package emulator

import "slices"

// seededEffect is an effect of the fixture that appears when everything that is set matches: a coupon code among
// the session's, a SKU in its cart, a custom event's type.
type seededEffect struct {
	CouponCode string `json:"couponCode,omitempty"`
	SKU        string `json:"sku,omitempty"`
	EventType  string `json:"eventType,omitempty"`
	CampaignID int64  `json:"campaignId"`
	RuleName   string `json:"ruleName"`
	EffectType string `json:"effectType"`
	Props      any    `json:"props"`
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

// seeded turns an effect of the fixture into one of an answer. Rulesets are not modelled: theirs has the ID of
// the campaign plus 1000, and every effect the rule 0.
func (e seededEffect) seeded() effect {
	props := e.Props
	if props == nil {
		props = map[string]any{}
	}
	return effect{CampaignID: e.CampaignID, RulesetID: e.CampaignID + 1000, RuleName: e.RuleName, EffectType: e.EffectType, Props: props}
}

// sessionEffects are the effects of the fixture that match the session's coupon codes and the items left in its
// cart. A dry run can choose campaigns.
func (s *Server) sessionEffects(one *session, campaigns []int64, dry bool) []effect {
	app, _ := s.state.Definitions.application(one.ApplicationID)
	effects := []effect{}
	for _, seed := range s.state.Sessions.Effects {
		if seed.EventType != "" || !s.ofApplication(seed, app) || dry && len(campaigns) > 0 && !slices.Contains(campaigns, seed.CampaignID) {
			continue
		}
		if seed.CouponCode != "" && !slices.Contains(one.CouponCodes, app.foldCode(seed.CouponCode)) {
			continue
		}
		inCart := func(item cartItem) bool { return item.SKU == seed.SKU && item.Returned < item.Quantity }
		if seed.SKU != "" && !slices.ContainsFunc(one.CartItems, inCart) {
			continue
		}
		found := seed.seeded()
		if c, ok := s.findCoupon(app, seed.CouponCode); ok && seed.CouponCode != "" {
			found.Coupon = c.ID
		}
		effects = append(effects, found)
	}
	return effects
}

func (s *Server) ofApplication(seed seededEffect, app *application) bool {
	c, ok := s.state.Definitions.campaign(seed.CampaignID)
	return ok && c.ApplicationID == app.ID
}

// newIntegrationState is an answer with the three arrays that are always there.
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

// addCommonPart adds a part that sessions and events share. What the emulator does not model is empty.
func (s *Server) addCommonPart(response map[string]any, r *request, profileID, part string, effects []effect) {
	switch part {
	case "customerProfile":
		if owner, ok := s.state.Profiles.find(r.cred.sandbox(), profileID); ok {
			response[part] = s.viewProfile(owner)
		}
	case "triggeredCampaigns":
		campaigns, seen := []any{}, map[int64]bool{}
		for _, found := range effects {
			if c, ok := s.state.Definitions.campaign(found.CampaignID); ok && !seen[c.ID] {
				seen[c.ID] = true
				campaigns = append(campaigns, s.viewCampaign(c))
			}
		}
		response[part] = campaigns
	case "loyalty":
		response[part] = map[string]any{"programs": map[string]any{}}
		if owner, ok := s.state.Profiles.find(r.cred.sandbox(), profileID); ok {
			response[part] = s.viewLoyalty(owner)
		}
	case "coupons", "awardedGiveaways", "ruleFailureReasons", "campaignEligibility", "achievements":
		response[part] = []any{}
	}
}
