package promotion

import (
	"cmp"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// maxShownFailures bounds the rules that a summary explains.
const maxShownFailures = 5

// Summary says in a few lines, for error messages, what the effects amount to. It holds no ID or name of a person.
func (o *Outcome) Summary() string {
	var lines []string
	line := func(label string, texts []string) {
		if len(texts) > 0 {
			lines = append(lines, label+": "+strings.Join(texts, ", "))
		}
	}
	if payable, ok := o.payable(); ok {
		text := "Payable: " + money(payable)
		if total, _ := o.total(); len(o.discounts) > 0 {
			text += fmt.Sprintf(" (%s - %s)", money(total), money(o.totalDiscount()))
		}
		lines = append(lines, text)
	} else if len(o.discounts) > 0 {
		lines = append(lines, "Discount: "+money(o.totalDiscount()))
	}
	line("Coupons", o.coupons())
	line("Referral", o.referral())
	line("Discounts", o.describedDiscounts())
	line("Points", slices.Concat(o.points("+", o.pointsAdded), o.points("-", o.pointsDeducted)))
	line("Free items", o.freeItems)
	line("Joins", o.audiencesJoined)
	line("Leaves", o.audiencesLeft)
	line("Changes", slices.Sorted(maps.Keys(o.attributesChanged)))
	line("Notifications", o.notificationTitles())
	line("Other effects", o.otherTypes())
	if len(o.effects) == 0 {
		lines = append(lines, "No campaign had an effect.")
	} else {
		line("Campaigns", o.campaigns())
	}
	return strings.Join(append(lines, o.failures()...), "\n")
}

func (o *Outcome) coupons() []string {
	var texts []string
	for _, code := range o.acceptedCoupons {
		text := code + " accepted"
		if off := o.discountOf(o.couponIDs[code]); off != nil {
			text += " (-" + money(off) + ")"
		}
		texts = append(texts, text)
	}
	for _, code := range slices.Sorted(maps.Keys(o.rejectedCoupons)) {
		text := code + " rejected"
		if reason := o.rejectedCoupons[code]; reason != "" {
			text += ": " + reason
		}
		details := o.couponDetails[code]
		if details == "" && o.rejectedCoupons[code] == "CouponRejectedByCondition" {
			details = o.failureOf(code)
		}
		if details != "" {
			text += " (" + details + ")"
		}
		texts = append(texts, text)
	}
	return texts
}

// discountOf is what a coupon takes off, nil when no discount names it.
func (o *Outcome) discountOf(coupon string) *big.Rat {
	var off *big.Rat
	for _, one := range o.discounts {
		if coupon != "" && one.coupon == coupon {
			if off == nil {
				off = new(big.Rat)
			}
			off.Add(off, one.value)
		}
	}
	return off
}

// failureOf is why the rule of a code had no effect.
func (o *Outcome) failureOf(code string) string {
	for _, failure := range o.context.Failures {
		if failure.CouponValue == code && failure.Details != "" {
			return failure.Details
		}
	}
	return ""
}

func (o *Outcome) referral() []string {
	switch {
	case o.acceptedReferral != "":
		return []string{o.acceptedReferral + " accepted"}
	case o.rejectedReferral != "":
		return []string{"rejected: " + o.rejectedReferral}
	default:
		return nil
	}
}

// describedDiscounts adds the discounts up that have the same name and item.
func (o *Outcome) describedDiscounts() []string {
	type key struct{ name, on string }
	var order []key
	sums := map[key]*big.Rat{}
	for _, one := range o.discounts {
		k := key{one.name, cmp.Or(one.sku, one.additionalCost)}
		if sums[k] == nil {
			sums[k] = new(big.Rat)
			order = append(order, k)
		}
		sums[k].Add(sums[k], one.value)
	}
	var texts []string
	for _, k := range order {
		text := fmt.Sprintf("%s -%s", strconv.Quote(k.name), money(sums[k]))
		if k.on != "" {
			text += " on " + k.on
		}
		texts = append(texts, text)
	}
	return texts
}

func (o *Outcome) points(sign string, points map[int64]*big.Rat) []string {
	var texts []string
	for _, id := range slices.Sorted(maps.Keys(points)) {
		texts = append(texts, fmt.Sprintf("%s%s (%s)", sign, plain(points[id]), o.programName(id)))
	}
	return texts
}

func (o *Outcome) notificationTitles() []string {
	var titles []string
	for _, one := range o.notifications {
		titles = append(titles, strconv.Quote(one.title))
	}
	return titles
}

func (o *Outcome) otherTypes() []string {
	var names []string
	for _, effect := range o.others {
		if !slices.Contains(names, effect.EffectType) {
			names = append(names, effect.EffectType)
		}
	}
	return names
}

// failures are the rules without effect, those of codes that were not entered omitted: they are true of every cart.
func (o *Outcome) failures() []string {
	var lines []string
	left := 0
	for _, failure := range o.context.Failures {
		if failure.CouponValue != "" || failure.ReferralValue != "" {
			continue
		}
		if len(lines) == maxShownFailures {
			left++
			continue
		}
		text := fmt.Sprintf("No effect: rule %q of campaign %q", failure.RuleName, failure.CampaignName)
		if failure.Details != "" {
			text += ": " + failure.Details
		}
		lines = append(lines, text)
	}
	if left > 0 {
		lines = append(lines, fmt.Sprintf("No effect: %d more rules, see failed_rules", left))
	}
	return lines
}

// money writes an amount with two decimals, or with all that it has.
func money(value *big.Rat) string {
	digits, _ := value.FloatPrec()
	return value.FloatString(max(2, digits))
}

// plain writes a number with the decimals that it has.
func plain(value *big.Rat) string {
	digits, _ := value.FloatPrec()
	return value.FloatString(digits)
}
