package emulator_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// season is a deployment with the fixture of the guide about promotion tests.
func season(t *testing.T) *deployment {
	t.Helper()
	fixture, err := emulator.ReadFixture("../../examples/promotion-tests/season.json")
	if err != nil {
		t.Fatal(err)
	}
	return start(t, emulator.Options{Fixture: fixture})
}

// described are the effects of a response in short: type, value or code or SKU, reason.
func described(r response) string {
	list, _ := r.json["effects"].([]any)
	var texts []string
	for _, one := range list {
		effect, _ := one.(map[string]any)
		props, _ := effect["props"].(map[string]any)
		text, _ := effect["effectType"].(string)
		for _, name := range []string{"value", "sku", "rejectionReason"} {
			if value, ok := props[name]; ok {
				written, _ := json.Marshal(value)
				text += " " + strings.Trim(string(written), `"`)
			}
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, ", ")
}

func TestEffectsOfTheFixtureHaveConditions(t *testing.T) {
	t.Parallel()
	d := season(t)
	const later = "?dry=true&now=2099-12-24T12:00:00Z"
	for name, test := range map[string]struct{ content, query, want string }{
		"coupon":                         {`{"couponCodes":["summer10"],"cartItems":[{"sku":"BOOT","quantity":1}]}`, "?dry=true", "acceptCoupon SUMMER10, setDiscount 10"},
		"unknown coupon":                 {`{"couponCodes":["SUMER10"]}`, "?dry=true", "rejectCoupon SUMER10 CouponNotFound"},
		"the same unknown coupon twice":  {`{"couponCodes":["SUMER10","SUMER10"]}`, "?dry=true", "rejectCoupon SUMER10 CouponNotFound"},
		"expired coupon":                 {`{"couponCodes":["SPRING5"]}`, "?dry=true", "rejectCoupon SPRING5 CouponExpired"},
		"coupon of another":              {`{"profileId":"gold-customer","couponCodes":["SORRY15"]}`, "?dry=true", "rejectCoupon SORRY15 CouponRecipientDoesNotMatch"},
		"personal coupon":                {`{"profileId":"silver-customer","couponCodes":["SORRY15"]}`, "?dry=true", "acceptCoupon SORRY15, setDiscount 15"},
		"profile attribute and quantity": {`{"profileId":"gold-customer","cartItems":[{"sku":"SNEAKER","quantity":1},{"sku":"SNEAKER","quantity":1}]}`, "?dry=true", "addLoyaltyPoints 20, addFreeItem BAG"},
		"too few":                        {`{"profileId":"gold-customer","cartItems":[{"sku":"SNEAKER","quantity":1}]}`, "?dry=true", "addLoyaltyPoints 20"},
		"an empty cart":                  {`{"profileId":"gold-customer"}`, "?dry=true", ""},
		"another value":                  {`{"profileId":"silver-customer","cartItems":[{"sku":"SNEAKER","quantity":2}]}`, "?dry=true", ""},
		"an unknown customer":            {`{"profileId":"new","cartItems":[{"sku":"SNEAKER","quantity":2}]}`, "?dry=true", ""},
		"percent of the cart":            {`{"profileId":"newsletter-reader","couponCodes":["NEWS5"],"cartItems":[{"sku":"BOOT","quantity":1},{"sku":"SOCKS","quantity":1}]}`, "?dry=true", "acceptCoupon NEWS5, setDiscount 6.95"},
		"outside the audience":           {`{"profileId":"gold-customer","couponCodes":["NEWS5"]}`, "?dry=true", "rejectCoupon NEWS5 CouponRejectedByCondition"},
		"percent of each unit":           {`{"cartItems":[{"sku":"SOCKS","quantity":1},{"sku":"BOOT","quantity":1},{"sku":"SOCKS","quantity":2,"price":1.01}]}`, "?dry=true", "setDiscountPerItem 4.95, setDiscountPerItem 0.51, setDiscountPerItem 0.51"},
		"a campaign to come":             {`{"couponCodes":["WINTER20"],"cartItems":[{"sku":"BOOT","quantity":1}]}`, "?dry=true", "rejectCoupon WINTER20 CouponPartOfNotRunningCampaign"},
		"a campaign that has come":       {`{"couponCodes":["WINTER20"],"cartItems":[{"sku":"BOOT","quantity":1}]}`, later, "acceptCoupon WINTER20, setDiscountPerItem 25.8"},
		"a campaign that is over":        {`{"couponCodes":["SUMMER10"]}`, later, "rejectCoupon SUMMER10 CouponPartOfNotRunningCampaign"},
		"a disabled campaign, chosen":    {`{"evaluableCampaignIds":[25],"cartItems":[{"sku":"BOOT","quantity":1}]}`, "?dry=true", "addFreeItem SOCKS, showNotification"},
		"chosen campaigns alone":         {`{"evaluableCampaignIds":[22],"couponCodes":["SUMMER10"]}`, "?dry=true", "rejectCoupon SUMMER10 CouponPartOfNotTriggeredCampaign"},
		"an unknown referral code":       {`{"referralCode":"NOBODY"}`, "?dry=true", "rejectReferral NOBODY ReferralNotFound"},
		"campaigns of a real session":    {`{"evaluableCampaignIds":[25],"cartItems":[{"sku":"BOOT","quantity":1}]}`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := d.session("s", test.content, test.query)
			if got.status != 200 || described(got) != test.want {
				t.Errorf("got %d %q, want %q\n%s", got.status, described(got), test.want, got.text)
			}
		})
	}
}

func TestRulesWithoutEffectSayWhy(t *testing.T) {
	t.Parallel()
	d := season(t)
	got := d.must("PUT", "/v2/customer_sessions/s?dry=true", liveKey,
		`{"customerSession":{"profileId":"silver-customer","couponCodes":["NEWS5"],"cartItems":[{"sku":"SNEAKER","quantity":1}]},"responseContent":["ruleFailureReasons","triggeredCampaigns"]}`)
	failures, _ := got.json["ruleFailureReasons"].([]any)
	var reasons []string
	for _, one := range failures {
		failure, _ := one.(map[string]any)
		rule, _ := failure["ruleName"].(string)
		details, _ := failure["details"].(string)
		reasons = append(reasons, rule+": "+details)
	}
	want := strings.Join([]string{
		"10 off with SUMMER10: coupon code SUMMER10 was not entered",
		"15 off for a complaint: coupon code SORRY15 was not entered",
		"3 socks at half price: the cart has 0 units of SOCKS, 3 are needed",
		"20 points an order: the customer's attribute tier is not gold",
		"A bag with two sneakers: the cart has 1 units of SNEAKER, 2 are needed",
		"5 % for readers: the customer is not in audience Newsletter",
	}, "\n")
	if got := strings.Join(reasons, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	expectPart(t, got, `[]`, "triggeredCampaigns")
}

func TestEffectsAreBoundedInTimeAndByReferralCodes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	fixture := emulator.DefaultFixture()
	fixture.Referrals = append(fixture.Referrals, emulator.FixtureReferral{CampaignID: 11, Advocate: "customer-1", Code: "FRIEND-1"}, emulator.FixtureReferral{CampaignID: 11, Advocate: "customer-1", Code: "FRIEND-2"})
	fixture.Effects = []emulator.FixtureEffect{
		{From: now.Add(time.Hour), Until: now.Add(2 * time.Hour), CampaignID: 12, RuleName: "Happy hour", EffectType: "setDiscount", Props: map[string]any{"name": "a", "value": json.Number("1")}},
		{ReferralCode: "FRIEND-1", CampaignID: 11, RuleName: "Friend", EffectType: "acceptReferral", Props: map[string]any{"value": "FRIEND-1"}},
		{EventType: "product_shared", ProfileAttributes: map[string]any{"vip": true}, CampaignID: 12, RuleName: "VIPs", EffectType: "addFreeItem", Props: map[string]any{"sku": "BAG", "name": "Bag"}},
	}
	fixture.Profiles[0].Attributes = map[string]any{"vip": true}
	d := start(t, emulator.Options{Fixture: fixture, Now: func() time.Time { return now }})
	for name, test := range map[string]struct{ content, query, want string }{
		"before":         {`{}`, "?dry=true", ""},
		"just before":    {`{}`, "?dry=true&now=2026-03-01T12:59:59Z", ""},
		"at the start":   {`{}`, "?dry=true&now=2026-03-01T13:00:00Z", "setDiscount 1"},
		"at the end":     {`{}`, "?dry=true&now=2026-03-01T14:00:00Z", ""},
		"a referral":     {`{"referralCode":"FRIEND-1"}`, "?dry=true", "acceptReferral FRIEND-1"},
		"without a rule": {`{"referralCode":"FRIEND-2"}`, "?dry=true", "rejectReferral FRIEND-2 ReferralRejectedByCondition"},
	} {
		if got := described(d.session("s", test.content, test.query)); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	for profile, want := range map[string]string{"customer-1": "addFreeItem BAG", "customer-2": "", "new": ""} {
		got := d.must("POST", "/v2/events?dry=true&silent=no", liveKey, `{"profileId":"`+profile+`","type":"product_shared","responseContent":["ruleFailureReasons"]}`)
		if described(got) != want || (want == "") != strings.Contains(got.part("ruleFailureReasons"), "attribute vip is not true") {
			t.Errorf("%s: %s", profile, got.text)
		}
	}
}

func TestExhaustedAndReservedCoupons(t *testing.T) {
	t.Parallel()
	fixture := emulator.DefaultFixture()
	fixture.Coupons = append(fixture.Coupons, emulator.FixtureCoupon{CampaignID: 12, Value: "ONCE", UsageLimit: 1}, emulator.FixtureCoupon{CampaignID: 12, Value: "SOON", StartDate: time.Now().Add(time.Hour)})
	fixture.Effects = append(fixture.Effects,
		emulator.FixtureEffect{CouponCode: "ONCE", CampaignID: 12, EffectType: "acceptCoupon", Props: map[string]any{"value": "ONCE"}},
		emulator.FixtureEffect{CouponCode: "VIP-ONLY", CampaignID: 12, EffectType: "acceptCoupon", Props: map[string]any{"value": "VIP-ONLY"}})
	d := start(t, emulator.Options{Fixture: fixture})
	expect := func(id, content, want string, query ...string) {
		t.Helper()
		if got := described(d.session(id, content, query...)); got != want {
			t.Errorf("%s: got %q, want %q", content, got, want)
		}
	}
	expect("first", `{"couponCodes":["ONCE"],"state":"closed"}`, "acceptCoupon ONCE")
	expect("second", `{"couponCodes":["ONCE"],"state":"closed"}`, "rejectCoupon ONCE CouponLimitReached", "?dry=true")
	if got := described(d.must("GET", "/v2/customer_sessions/first", liveKey, "")); got != "acceptCoupon ONCE" {
		t.Errorf("the session that redeemed the coupon has %q", got)
	}
	expect("s", `{"couponCodes":["SOON"]}`, "rejectCoupon SOON CouponStartDateInFuture", "?dry=true")
	expect("s", `{"couponCodes":["VIP-ONLY"]}`, "rejectCoupon VIP-ONLY ProfileRequired", "?dry=true")
	expect("s", `{"profileId":"customer-1","couponCodes":["VIP-ONLY"]}`, "rejectCoupon VIP-ONLY CouponReservationRequired", "?dry=true")
	d.must("POST", "/v1/coupon_reservations/VIP-ONLY", liveKey, `{"integrationIDs":["customer-1"]}`)
	expect("s", `{"profileId":"customer-1","couponCodes":["VIP-ONLY"]}`, "acceptCoupon VIP-ONLY", "?dry=true")
}

func TestEffectsOfTheFixtureAreChecked(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ effect, want string }{
		"an event with a cart":   {`{"eventType":"e","sku":"A","campaignId":1,"effectType":"x"}`, "an event has no cart"},
		"unknown audience":       {`{"audienceId":9,"campaignId":1,"effectType":"x"}`, "there is no audience 9"},
		"undefined attribute":    {`{"profileAttributes":{"tier":"gold"},"campaignId":1,"effectType":"x"}`, `The attribute "tier" is not defined`},
		"more than all":          {`{"sku":"A","percent":101,"campaignId":1,"effectType":"x"}`, "percent"},
		"a condition that is no": {`{"minQuantity":0,"campaignId":1,"effectType":"x"}`, "needs a condition"},
	} {
		_, err := emulator.ParseFixture("f.json", []byte(`{"account":{"id":1},"applications":[{"id":1,"name":"a"}],"campaigns":[{"id":1,"applicationId":1,"name":"c"}],"effects":[`+test.effect+`]}`))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
