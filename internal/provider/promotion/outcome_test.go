package promotion

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"go.yaml.in/yaml/v3"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// outcome reads effects written as type and properties.
func outcome(t *testing.T, context Context, effects ...string) *Outcome {
	t.Helper()
	list := make([]talonone.Effect, len(effects))
	for i, effect := range effects {
		name, props, _ := strings.Cut(effect, " ")
		list[i] = talonone.Effect{CampaignID: 21, EffectType: name, Props: json.RawMessage(props)}
	}
	return Of(list, context)
}

// cart is a session with two lines and the total.
func cart(total string) *talonone.Session {
	return &talonone.Session{Total: json.Number(total), CartItems: []talonone.SessionItem{
		{CartItem: talonone.CartItem{SKU: "SNEAKER"}, Position: "0"}, {CartItem: talonone.CartItem{SKU: "SOCKS"}, Position: "1"},
	}}
}

func TestEachEffectHasItsPlace(t *testing.T) {
	t.Parallel()
	context := Context{Session: cart("119.90"), Programs: map[int64]string{5: "Points"}}
	for effect, want := range map[string]map[string]string{
		`acceptCoupon {"value":"SUMMER10"}`:                                                                   {"accepted_coupons": `["SUMMER10"]`},
		`rejectCoupon {"value":"A","rejectionReason":"CouponExpired"}`:                                        {"rejected_coupons": `{"A":"CouponExpired"}`},
		`acceptReferral {"value":"FRIEND"}`:                                                                   {"accepted_referral": `"FRIEND"`},
		`redeemReferral {"id":1,"value":"FRIEND"}`:                                                            {"accepted_referral": `"FRIEND"`},
		`rejectReferral {"value":"FRIEND","rejectionReason":"ReferralExpired"}`:                               {"rejected_referral": `"ReferralExpired"`},
		`setDiscount {"name":"10 off","value":10.00,"scope":"sessionTotal"}`:                                  {"total_discount": `10`, "payable": `109.9`, "discount_by_sku": `{}`},
		`setDiscountPerItem {"name":"half","value":0.10,"position":1,"subPosition":0}`:                        {"total_discount": `0.1`, "discount_by_sku": `{"SOCKS":0.1}`, "payable": `119.8`},
		`setDiscountPerItem {"name":"lost","value":1,"position":7}`:                                           {"total_discount": `1`, "discount_by_sku": `{}`},
		`setDiscountPerAdditionalCost {"name":"free shipping","value":4.9,"additionalCost":"shipping"}`:       {"total_discount": `4.9`, "payable": `115`},
		`setDiscountPerAdditionalCostPerItem {"name":"w","value":1,"additionalCost":"wrapping","position":0}`: {"discount_by_sku": `{"SNEAKER":1}`},
		`addLoyaltyPoints {"programId":5,"value":20}`:                                                         {"points_added": `{"Points":20}`, "total_points_added": `20`},
		`addLoyaltyPoints {"programId":6,"value":2.5}`:                                                        {"points_added": `{"6":2.5}`},
		`deductLoyaltyPoints {"programId":5,"value":3}`:                                                       {"points_deducted": `{"Points":3}`, "total_points_deducted": `3`},
		`addFreeItem {"sku":"BAG","name":"Free bag"}`:                                                         {"free_items": `["BAG"]`},
		`showNotification {"notificationType":"Offer","title":"Hi","body":"Text"}`:                            {"notifications": `[{"body":"Text","title":"Hi","type":"Offer"}]`},
		`updateAttribute {"path":"Profile.Attributes.tier","value":"gold"}`:                                   {"attributes_changed": `{"Profile.Attributes.tier":"gold"}`},
		`updateAttribute {"path":"Profile.Attributes.age","value":30}`:                                        {"attributes_changed": `{"Profile.Attributes.age":"30"}`},
		`updateAttribute {"path":"Profile.Attributes.tags","value":["a"]}`:                                    {"attributes_changed": `{"Profile.Attributes.tags":"[\"a\"]"}`},
		`updateAttribute {"path":"Profile.Attributes.tier","value":null}`:                                     {"attributes_changed": `{"Profile.Attributes.tier":"null"}`},
		`addToAudience {"audienceId":9,"audienceName":"VIP"}`:                                                 {"audiences_joined": `["VIP"]`},
		`removeFromAudience {"audienceId":9}`:                                                                 {"audiences_left": `["9"]`},
		`triggerWebhook {"webhookId":1}`:                                                                      {"summary": `Other effects: triggerWebhook`},
		`effectOfTomorrow {}`:                                                                                 {"summary": `Other effects: effectOfTomorrow`},
	} {
		t.Run(effect, func(t *testing.T) {
			t.Parallel()
			o := outcome(t, context, effect)
			for name, value := range want {
				got := written(t, attributes[name].value(o))
				if name == "summary" && strings.Contains(got, value) {
					continue
				}
				if got != value {
					t.Errorf("%s is %s, want %s", name, got, value)
				}
			}
			_, isOther := want["summary"]
			if others := len(o.others); (others == 1) != isOther {
				t.Errorf("%d other effects", others)
			}
		})
	}
}

// written is a value as JSON, as far as its types allow.
func written(t *testing.T, value attr.Value) string {
	t.Helper()
	text := value.String()
	var tidy any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	if decoder.Decode(&tidy) == nil {
		again, err := json.Marshal(tidy)
		if err != nil {
			t.Fatal(err)
		}
		return string(again)
	}
	return text
}

func TestNothingHappened(t *testing.T) {
	t.Parallel()
	o := outcome(t, Context{Session: cart("119.90")})
	for name, want := range map[string]string{
		"total_discount": `0`, "total_points_added": `0`, "total_points_deducted": `0`, "payable": `119.9`, "accepted_coupons": `[]`,
		"rejected_coupons": `{}`, "discounts": `[]`, "discount_by_sku": `{}`, "points_added": `{}`, "points_deducted": `{}`, "free_items": `[]`,
		"audiences_joined": `[]`, "audiences_left": `[]`, "attributes_changed": `{}`, "notifications": `[]`, "triggered_campaigns": `[]`,
		"failed_rules": `[]`, "other_effects": `[]`, "accepted_referral": `<null>`, "rejected_referral": `<null>`, "effects_json": `"[]"`,
	} {
		if got := written(t, attributes[name].value(o)); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
	if got := written(t, attributes["payable"].value(outcome(t, Context{}))); got != "<null>" {
		t.Errorf("without a cart payable is %s", got)
	}
}

func TestAmountsAreExact(t *testing.T) {
	t.Parallel()
	tenths := slices.Repeat([]string{`setDiscount {"name":"a","value":0.1}`}, 3)
	for name, test := range map[string]struct {
		total   string
		effects []string
		want    string
	}{
		"binary fractions":         {"0.4", tenths, "0.1"},
		"more digits than a float": {"100000000000000000000.01", tenths, "99999999999999999999.71"},
		"more off than there is":   {"5", []string{`setDiscount {"name":"a","value":7.5}`}, "-2.5"},
		"an exponent":              {"1.2e2", []string{`setDiscount {"name":"a","value":1e1}`}, "110"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			payable, _ := outcome(t, Context{Session: cart(test.total)}, test.effects...).payable()
			if got := plain(payable); got != test.want {
				t.Errorf("payable is %s, want %s", got, test.want)
			}
		})
	}
}

func TestEffectsThatCannotBeReadAreKept(t *testing.T) {
	t.Parallel()
	for _, effect := range []string{
		`acceptCoupon {}`, `acceptCoupon null`, `acceptCoupon`, `rejectCoupon {"value":1}`, `acceptReferral {}`, `rejectReferral {"value":"A"}`, `setDiscount {"name":"a"}`,
		`setDiscount {"name":"a","value":"ten"}`, `setDiscount {"name":"a","value":1e999999999}`, `setDiscount {"name":"a","value":1e-999999999}`,
		`setDiscountPerItem []`, `addLoyaltyPoints {"programId":5}`, `addLoyaltyPoints {"programId":"five","value":1}`, `addFreeItem {}`,
		`showNotification []`, `updateAttribute {"value":1}`, `addToAudience {}`, ` {}`,
	} {
		o := outcome(t, Context{}, effect)
		if len(o.others) != 1 {
			t.Errorf("%q is not among the other effects", effect)
		}
		if got := written(t, attributes["total_discount"].value(o)); got != "0" {
			t.Errorf("%q takes %s off", effect, got)
		}
	}
}

// otherTypes are the API's types of effects that have no attributes of their own, and stand in other_effects.
var otherTypes = []string{
	"awardGiveaway", "changeLoyaltyTierLevel", "couponCreated", "customEffect", "error", "extendLoyaltyPointsExpiryDate",
	"increaseAchievementProgress", "referralCreated", "reserveCoupon", "rollbackAddedLoyaltyPoints", "rollbackCoupon",
	"rollbackDeductedLoyaltyPoints", "rollbackDiscount", "rollbackIncreasedAchievementProgress", "rollbackReferral",
	"setLoyaltyPointsExpiryDate", "showBundleMetadata", "startAchievementProgress", "triggerWebhook", "willAwardGiveaway",
}

// The vendor's documents list the types of effects. A type that is new there has to get a place here.
func TestEveryTypeOfEffectHasAPlace(t *testing.T) {
	t.Parallel()
	folder := os.Getenv("TALONONE_OPENAPI_DIR")
	if folder == "" {
		t.Skip("TALONONE_OPENAPI_DIR doesn't name the folder of the vendor's OpenAPI documents")
	}
	known := slices.Clone(otherTypes)
	for name := range readers {
		known = append(known, name)
	}
	slices.Sort(known)
	for _, file := range []string{"integration.yaml", "management.yaml"} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			t.Fatal(err)
		}
		var document struct {
			Components struct {
				Schemas map[string]struct {
					Title string `yaml:"title"`
					AllOf []struct {
						Properties struct {
							Props struct {
								OneOf []struct {
									Ref string `yaml:"$ref"`
								} `yaml:"oneOf"`
							} `yaml:"props"`
						} `yaml:"properties"`
					} `yaml:"allOf"`
				} `yaml:"schemas"`
			} `yaml:"components"`
		}
		if err := yaml.Unmarshal(text, &document); err != nil {
			t.Fatal(err)
		}
		var documented []string
		for _, part := range document.Components.Schemas["Effect"].AllOf {
			for _, one := range part.Properties.Props.OneOf {
				documented = append(documented, document.Components.Schemas[one.Ref[strings.LastIndex(one.Ref, "/")+1:]].Title)
			}
		}
		slices.Sort(documented)
		if diff := cmp.Diff(documented, known); diff != "" || len(documented) == 0 {
			t.Errorf("types of effects (-%s +this package):\n%s", file, diff)
		}
	}
}

func TestSummaryReadsLikeAReceipt(t *testing.T) {
	t.Parallel()
	coupon := int64(7)
	effects := []talonone.Effect{
		{CampaignID: 21, EffectType: "acceptCoupon", TriggeredByCoupon: &coupon, Props: json.RawMessage(`{"value":"SUMMER10"}`)},
		{CampaignID: 21, EffectType: "setDiscount", TriggeredByCoupon: &coupon, Props: json.RawMessage(`{"name":"Summer","value":10}`)},
		{CampaignID: 21, EffectType: "setDiscountPerItem", Props: json.RawMessage(`{"name":"Socks","value":1.25,"position":1}`)},
		{CampaignID: 21, EffectType: "setDiscountPerItem", Props: json.RawMessage(`{"name":"Socks","value":1.25,"position":1}`)},
		{EffectType: "rejectCoupon", Props: json.RawMessage(`{"value":"NEWS5","rejectionReason":"CouponRejectedByCondition"}`)},
		{CampaignID: 22, EffectType: "addLoyaltyPoints", Props: json.RawMessage(`{"programId":5,"value":20}`)},
		{CampaignID: 22, EffectType: "addFreeItem", Props: json.RawMessage(`{"sku":"BAG"}`)},
		{CampaignID: 22, EffectType: "willAwardGiveaway", Props: json.RawMessage(`{}`)},
	}
	o := Of(effects, Context{
		Session: cart("122.40"), Programs: map[int64]string{5: "Points"}, Campaigns: []Campaign{{21, "Summer sale"}, {22, "Gold club"}},
		Failures: []Failure{
			{CampaignName: "Newsletter", RuleName: "5 %", CouponValue: "NEWS5", Details: "not in the audience"},
			{CampaignName: "Summer sale", RuleName: "3 socks", Details: "2 of 3 units"},
		},
	})
	want := `Payable: 109.90 (122.40 - 12.50)
Coupons: SUMMER10 accepted (-10.00), NEWS5 rejected: CouponRejectedByCondition (not in the audience)
Discounts: "Summer" -10.00, "Socks" -2.50 on SOCKS
Points: +20 (Points)
Free items: BAG
Other effects: willAwardGiveaway
Campaigns: Summer sale, Gold club
No effect: rule "3 socks" of campaign "Summer sale": 2 of 3 units`
	if diff := cmp.Diff(want, o.Summary()); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
	many := make([]Failure, maxShownFailures+2)
	for i := range many {
		many[i] = Failure{CampaignName: "A", RuleName: fmt.Sprint(i)}
	}
	if got := Of(nil, Context{Session: cart("5"), Failures: many}).Summary(); !strings.HasPrefix(got, "Payable: 5.00\nNo campaign had an effect.\n") ||
		!strings.HasSuffix(got, "2 more rules, see failed_rules") {
		t.Errorf("got %s", got)
	}
}
