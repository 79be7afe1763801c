// Package promotion turns the effects of a response into what people assert about a cart: accepted codes, what is to
// be paid, points, free items. The evaluation and the constructs about sessions and events show them.
package promotion

import (
	"cmp"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Outcome is what the effects of one response amount to.
type Outcome struct {
	acceptedCoupons   []string
	rejectedCoupons   map[string]string // code to reason
	acceptedReferral  string
	rejectedReferral  string // reason
	discounts         []discount
	pointsAdded       map[int64]*big.Rat // by program ID
	pointsDeducted    map[int64]*big.Rat
	freeItems         []string
	audiencesJoined   []string
	audiencesLeft     []string
	attributesChanged map[string]string
	notifications     []notification
	others            []talonone.Effect

	effects []talonone.Effect
	couponIDs,
	couponDetails map[string]string // of accepted and of rejected codes
	context Context
}

// Context is what a response says besides its effects. Every part of it may be missing.
type Context struct {
	// Session is the cart, whose items the positions of discounts count.
	Session *talonone.Session
	// Campaigns are those that were triggered, in the API's order.
	Campaigns []Campaign
	// Programs are names of loyalty programs by ID.
	Programs map[int64]string
	// Failures are the rules that had no effect.
	Failures []Failure
	// Effects are all effects as the API wrote them.
	Effects json.RawMessage
}

// Campaign is a campaign by ID and name.
type Campaign struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Failure is why a rule had no effect.
type Failure struct {
	CampaignID    int64  `json:"campaignID"`
	CampaignName  string `json:"campaignName"`
	RuleName      string `json:"ruleName"`
	CouponValue   string `json:"couponValue"`
	ReferralValue string `json:"referralValue"`
	Details       string `json:"details"`
}

// Parts are the parts of a response that ContextOf reads, to be asked for with responseContent.
var Parts = []string{"triggeredCampaigns", "loyalty", "ruleFailureReasons"}

// ContextOf reads what a response says besides its effects. What has another form than documented counts as missing.
func ContextOf(state *talonone.State) Context {
	context := Context{Session: state.Session, Effects: state.Parts["effects"], Programs: map[int64]string{}}
	_ = json.Unmarshal(state.Parts["triggeredCampaigns"], &context.Campaigns)
	_ = json.Unmarshal(state.Parts["ruleFailureReasons"], &context.Failures)
	var loyalty struct {
		Programs map[string]struct {
			ID   int64  `json:"id"`
			Name string `json:"name"`
		} `json:"programs"`
	}
	if json.Unmarshal(state.Parts["loyalty"], &loyalty) == nil {
		for _, program := range loyalty.Programs {
			context.Programs[program.ID] = program.Name
		}
	}
	return context
}

// NamesMissing says whether points are given in a program whose name the context lacks.
func NamesMissing(effects []talonone.Effect, context Context) bool {
	o := Of(effects, context)
	for _, programs := range []map[int64]*big.Rat{o.pointsAdded, o.pointsDeducted} {
		for id := range programs {
			if context.Programs[id] == "" {
				return true
			}
		}
	}
	return false
}

type discount struct {
	name           string
	value          *big.Rat
	campaignID     int64
	scope          string
	sku            string
	position       *int64
	additionalCost string
	coupon         string // ID of the coupon behind it
}

type notification struct{ kind, title, body string }

// reader takes an effect into the outcome; false when its properties are not those of its type.
type reader func(*Outcome, talonone.Effect) bool

// readers has every type of effect that has attributes of its own. An effect of any other type stands in
// other_effects, and so does one that can't be read.
var readers = map[string]reader{
	"acceptCoupon":                        readAcceptedCoupon,
	"rejectCoupon":                        readRejectedCoupon,
	"acceptReferral":                      readAcceptedReferral,
	"redeemReferral":                      readAcceptedReferral, // the deprecated name
	"rejectReferral":                      readRejectedReferral,
	"setDiscount":                         readDiscount,
	"setDiscountPerItem":                  readDiscount,
	"setDiscountPerAdditionalCost":        readDiscount,
	"setDiscountPerAdditionalCostPerItem": readDiscount,
	"addLoyaltyPoints":                    func(o *Outcome, e talonone.Effect) bool { return readPoints(o.pointsAdded, e) },
	"deductLoyaltyPoints":                 func(o *Outcome, e talonone.Effect) bool { return readPoints(o.pointsDeducted, e) },
	"addFreeItem":                         readFreeItem,
	"showNotification":                    readNotification,
	"updateAttribute":                     readAttribute,
	"addToAudience":                       func(o *Outcome, e talonone.Effect) bool { return readAudience(&o.audiencesJoined, e) },
	"removeFromAudience":                  func(o *Outcome, e talonone.Effect) bool { return readAudience(&o.audiencesLeft, e) },
}

// Of reads the effects of a response.
func Of(effects []talonone.Effect, context Context) *Outcome {
	o := &Outcome{
		rejectedCoupons: map[string]string{}, pointsAdded: map[int64]*big.Rat{}, pointsDeducted: map[int64]*big.Rat{},
		attributesChanged: map[string]string{}, effects: effects, context: context,
		couponIDs: map[string]string{}, couponDetails: map[string]string{},
	}
	for _, effect := range effects {
		if read, ok := readers[effect.EffectType]; !ok || !read(o, effect) {
			o.others = append(o.others, effect)
		}
	}
	return o
}

// decode reads the properties of an effect; false when they are not an object, or have other types.
func decode[T any](effect talonone.Effect) (props T, ok bool) {
	return props, json.Unmarshal(effect.Props, &props) == nil
}

type codeProps struct {
	Value   string `json:"value"`
	Reason  string `json:"rejectionReason"`
	Details string `json:"details"`
}

func readAcceptedCoupon(o *Outcome, effect talonone.Effect) bool {
	props, ok := decode[codeProps](effect)
	if !ok || props.Value == "" {
		return false
	}
	o.acceptedCoupons = append(o.acceptedCoupons, props.Value)
	o.couponIDs[props.Value] = couponID(effect)
	return true
}

func couponID(effect talonone.Effect) string {
	if effect.TriggeredByCoupon == nil || *effect.TriggeredByCoupon == 0 {
		return ""
	}
	return strconv.FormatInt(*effect.TriggeredByCoupon, 10)
}

func readRejectedCoupon(o *Outcome, effect talonone.Effect) bool {
	props, ok := decode[codeProps](effect)
	if !ok || props.Value == "" {
		return false
	}
	o.rejectedCoupons[props.Value] = props.Reason
	o.couponDetails[props.Value] = props.Details
	return true
}

func readAcceptedReferral(o *Outcome, effect talonone.Effect) bool {
	props, ok := decode[codeProps](effect)
	o.acceptedReferral = cmp.Or(props.Value, o.acceptedReferral)
	return ok && props.Value != ""
}

func readRejectedReferral(o *Outcome, effect talonone.Effect) bool {
	props, ok := decode[codeProps](effect)
	o.rejectedReferral = cmp.Or(props.Reason, o.rejectedReferral)
	return ok && props.Reason != ""
}

func readDiscount(o *Outcome, effect talonone.Effect) bool {
	props, ok := decode[struct {
		Name           string      `json:"name"`
		Value          json.Number `json:"value"`
		Scope          string      `json:"scope"`
		Position       json.Number `json:"position"`
		AdditionalCost string      `json:"additionalCost"`
	}](effect)
	value, isNumber := amount(props.Value)
	if !ok || !isNumber {
		return false
	}
	one := discount{
		name: props.Name, value: value, campaignID: effect.CampaignID, scope: props.Scope,
		additionalCost: props.AdditionalCost, coupon: couponID(effect),
	}
	if position, err := props.Position.Int64(); err == nil {
		one.position, one.sku = &position, o.skuAt(position)
	}
	o.discounts = append(o.discounts, one)
	return true
}

// skuAt is the SKU of the item at a place of the cart, "" when it is not known.
func (o *Outcome) skuAt(position int64) string {
	if o.context.Session == nil {
		return ""
	}
	for i, item := range o.context.Session.CartItems {
		at, err := item.Position.Int64()
		if err != nil {
			at = int64(i)
		}
		if at == position {
			return item.SKU
		}
	}
	return ""
}

func readPoints(into map[int64]*big.Rat, effect talonone.Effect) bool {
	props, ok := decode[struct {
		ProgramID int64       `json:"programId"`
		Value     json.Number `json:"value"`
	}](effect)
	value, isNumber := amount(props.Value)
	if !ok || !isNumber {
		return false
	}
	if into[props.ProgramID] == nil {
		into[props.ProgramID] = new(big.Rat)
	}
	into[props.ProgramID].Add(into[props.ProgramID], value)
	return true
}

func readFreeItem(o *Outcome, effect talonone.Effect) bool {
	props, ok := decode[struct {
		SKU string `json:"sku"`
	}](effect)
	if !ok || props.SKU == "" {
		return false
	}
	o.freeItems = append(o.freeItems, props.SKU)
	return true
}

func readNotification(o *Outcome, effect talonone.Effect) bool {
	props, ok := decode[struct {
		Type  string `json:"notificationType"`
		Title string `json:"title"`
		Body  string `json:"body"`
	}](effect)
	if ok {
		o.notifications = append(o.notifications, notification{props.Type, props.Title, props.Body})
	}
	return ok
}

func readAttribute(o *Outcome, effect talonone.Effect) bool {
	props, ok := decode[struct {
		Path  string          `json:"path"`
		Value json.RawMessage `json:"value"`
	}](effect)
	if !ok || props.Path == "" {
		return false
	}
	text := string(props.Value)
	var plain string
	if json.Unmarshal(props.Value, &plain) == nil && text != "null" {
		text = plain
	}
	o.attributesChanged[props.Path] = text
	return true
}

func readAudience(into *[]string, effect talonone.Effect) bool {
	props, ok := decode[struct {
		ID   int64  `json:"audienceId"`
		Name string `json:"audienceName"`
	}](effect)
	if !ok || props.ID == 0 && props.Name == "" {
		return false
	}
	*into = append(*into, cmp.Or(props.Name, strconv.FormatInt(props.ID, 10)))
	return true
}

// maxAmountBits bounds the exponent of an amount, since the exact value of 1e999999999 has a billion digits.
const maxAmountBits = 512

// amount is the exact value of a JSON number; false for none, or for one that no price can be.
func amount(number json.Number) (*big.Rat, bool) {
	approximate, _, err := big.ParseFloat(number.String(), 10, 64, big.ToNearestEven)
	if err != nil || approximate.IsInf() {
		return nil, false
	}
	if exponent := approximate.MantExp(nil); exponent > maxAmountBits || exponent < -maxAmountBits {
		return nil, false
	}
	return new(big.Rat).SetString(number.String())
}

func sum(values ...*big.Rat) *big.Rat {
	total := new(big.Rat)
	for _, value := range values {
		total.Add(total, value)
	}
	return total
}

func (o *Outcome) totalDiscount() *big.Rat {
	total := new(big.Rat)
	for _, one := range o.discounts {
		total.Add(total, one.value)
	}
	return total
}

func (o *Outcome) discountBySKU() map[string]*big.Rat {
	bySKU := map[string]*big.Rat{}
	for _, one := range o.discounts {
		if one.sku == "" {
			continue
		}
		if bySKU[one.sku] == nil {
			bySKU[one.sku] = new(big.Rat)
		}
		bySKU[one.sku].Add(bySKU[one.sku], one.value)
	}
	return bySKU
}

// total is the cart before discounts, false when there is none.
func (o *Outcome) total() (*big.Rat, bool) {
	if o.context.Session == nil {
		return nil, false
	}
	return amount(o.context.Session.Total)
}

func (o *Outcome) payable() (*big.Rat, bool) {
	total, ok := o.total()
	if !ok {
		return nil, false
	}
	return total.Sub(total, o.totalDiscount()), true
}

func (o *Outcome) programName(id int64) string {
	return cmp.Or(o.context.Programs[id], strconv.FormatInt(id, 10))
}

// campaigns are the names of those that were triggered: as the response lists them, else those behind the effects.
func (o *Outcome) campaigns() []string {
	names := []string{}
	if len(o.context.Campaigns) > 0 {
		for _, one := range o.context.Campaigns {
			names = append(names, cmp.Or(one.Name, strconv.FormatInt(one.ID, 10)))
		}
		return names
	}
	for _, effect := range o.effects {
		isRejection := effect.EffectType == "rejectCoupon" || effect.EffectType == "rejectReferral"
		if name := strconv.FormatInt(effect.CampaignID, 10); !isRejection && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
