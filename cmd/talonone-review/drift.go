package main

import "strings"

// drift is what has changed since the last apply without Terraform.
type drift struct {
	lines  []line
	counts table[driftCount]
}

type driftCount struct {
	what             noun
	changed, removed int64
}

// driftNouns name the objects of which drift is only counted: what belongs to customers.
var driftNouns = map[string]noun{
	"talonone_audience_membership":          {"membership", "memberships"},
	"talonone_audience_customer_attributes": {"audience whose members' attributes are managed", "audiences whose members' attributes are managed"},
	"talonone_catalog_item":                 item,
	"talonone_referral":                     referral,
	"talonone_referrals":                    {"set of referral codes", "sets of referral codes"},
	"talonone_customer_profile":             profile,
	"talonone_customer_profiles":            {"set of customer profiles", "sets of customer profiles"},
	"talonone_customer_session":             session,
}

func (b *builder) addDrift(c *change) {
	if !isOurs(c.kind) || c.verb == nothing || c.verb != destroy && len(c.differing) == 0 {
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
		if !ok {
			what = noun{c.kind, c.kind}
		}
		count := b.drift.counts.at(c.kind, driftCount{what: what})
		if c.verb == destroy {
			count.removed++
		} else {
			count.changed++
		}
	}
}

// driftWords compares what a bulk resource managed at the last apply with what is there now.
func (c *change) driftWords(what noun) string {
	if c.verb == destroy {
		return "nothing of it is there any more"
	}
	old, wasKnown := c.before.managed(c.kind)
	current, isKnown := c.after.managed(c.kind)
	var parts []string
	switch {
	case !wasKnown || !isKnown:
	case current > old:
		parts = append(parts, what.of(current-old)+" more than then")
	case current < old:
		parts = append(parts, what.of(old-current)+" fewer than then")
	}
	if c.items.changed > 0 {
		parts = append(parts, what.of(c.items.changed)+" "+verbFor(c.items.changed, "was", "were")+" changed")
	}
	if len(parts) == 0 {
		return what.many + " were changed"
	}
	return strings.Join(parts, ", ")
}

func (b *builder) driftLines() []line {
	lines := b.drift.lines
	b.drift.counts.all(func(d *driftCount) {
		if d.changed > 0 {
			lines = append(lines, say(d.what.of(d.changed)+" "+verbFor(d.changed, "was", "were")+" changed"))
		}
		if d.removed > 0 {
			lines = append(lines, say(d.what.of(d.removed)+" "+verbFor(d.removed, "was", "were")+" removed"))
		}
	})
	return lines
}
