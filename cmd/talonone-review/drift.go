package main

import "strings"

// drift is what has changed since the last apply without Terraform.
type drift struct {
	lines  []line
	counts table[driftCount]
}

type driftCount struct {
	what             noun
	kind             string // of objects without a noun
	changed, removed int64
}

// driftNouns name the objects of which drift is only counted: what belongs to customers.
var driftNouns = map[string]noun{
	"talonone_audience_membership":          {"membership", "memberships"},
	"talonone_audience_customer_attributes": {"audience whose members' attributes are managed", "audiences whose members' attributes are managed"},
	"talonone_catalog_item":                 item,
	"talonone_referral":                     referral,
	"talonone_referrals":                    {"set of referral codes", "sets of referral codes"},
	"talonone_customer_audiences":           {"set of a customer's memberships", "sets of customers' memberships"},
	"talonone_customer_profile":             profile,
	"talonone_customer_profiles":            {"set of customer profiles", "sets of customer profiles"},
	"talonone_customer_session":             session,
	"talonone_attribute":                    names["talonone_attribute"],
	"talonone_additional_cost":              names["talonone_additional_cost"],
	"talonone_store":                        names["talonone_store"],
	"talonone_coupon":                       names["talonone_coupon"],
	"talonone_coupons":                      {"set of coupons", "sets of coupons"},
}

// addDrift describes what has changed since the last apply without Terraform.
func (b *builder) addDrift(c *change) {
	if c.verb == nothing || c.verb != destroy && (len(c.driftOf()) == 0 || b.isDriftOfOurs(c)) {
		return
	}
	tell := func(format string, args ...any) { b.drift.lines = append(b.drift.lines, say(format, args...)) }
	switch c.kind {
	case audienceType:
		_, name := b.plan.audienceKey(c)
		old, isOld := c.before.text("name")
		current, isCurrent := c.after.text("name")
		switch {
		case c.verb == destroy && isOld:
			tell("Audience %s was deleted", code(old))
		case c.verb == destroy:
			tell("Audience %s was deleted", code(c.address))
		case isOld && isCurrent && old != current:
			tell("Audience %s was renamed to %s", code(old), code(current))
		default:
			tell("Audience %s was changed", name)
		}
	case "talonone_audience_memberships":
		_, name := b.plan.audienceOf(c, c.before)
		tell("Audience %s: "+c.driftWords(member), name)
	case "talonone_catalog_items":
		name, ok := c.before.text("catalog_id")
		if !ok {
			name = c.address
		}
		tell("Catalog %s: "+c.driftWords(item), code(name))
	case "talonone_coupon_reservation":
		name, ok := c.before.text("coupon_value")
		if !ok {
			name = c.address
		}
		tell("Coupon %s: "+c.driftWords(reservation), code(name))
	default:
		what, ok := driftNouns[c.kind]
		count := driftCount{what: what}
		if !ok {
			count = driftCount{what: thing, kind: c.kind}
		}
		counted := b.drift.counts.at(c.kind, count)
		if c.verb == destroy {
			counted.removed++
		} else {
			counted.changed++
		}
	}
}

// driftOf are the attributes that have changed and that the resource manages: how many others there are beside the rows
// of an additive one does not matter to it.
func (c *change) driftOf() []string {
	var names []string
	for _, name := range c.differing {
		if c.before.values["ownership"] != "additive" || name != "reservation_count" && name != "member_count" {
			names = append(names, name)
		}
	}
	return names
}

// driftWords compares what a bulk resource managed at the last apply with what is there now.
func (c *change) driftWords(what noun) string {
	if c.verb == destroy {
		return "nothing is left"
	}
	old, wasKnown := c.before.managed(c.kind)
	current, isKnown := c.after.managed(c.kind)
	var parts []string
	switch {
	case !wasKnown || !isKnown:
	case current > old:
		parts = append(parts, what.of(current-old)+" more than at the last apply")
	case current < old:
		parts = append(parts, what.of(old-current)+" fewer than at the last apply")
	}
	if c.rows.content > 0 {
		parts = append(parts, what.of(c.rows.content)+" "+verbFor(c.rows.content, "was", "were")+" changed")
	}
	if len(parts) == 0 {
		return what.many + " were changed"
	}
	return strings.Join(parts, ", ")
}

func (b *builder) driftLines() []line {
	lines := b.drift.lines
	b.drift.counts.all(func(d *driftCount) {
		add := func(count int64, one, many string) {
			switch {
			case count == 0:
			case d.kind != "":
				lines = append(lines, say(d.what.of(count)+" of the type %s "+verbFor(count, one, many), code(d.kind)))
			default:
				lines = append(lines, say(d.what.of(count)+" "+verbFor(count, one, many)))
			}
		}
		add(d.changed, "was changed", "were changed")
		add(d.removed, "was removed", "were removed")
	})
	return lines
}
