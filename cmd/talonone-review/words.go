package main

import (
	"fmt"
	"strconv"
	"strings"
)

// noun is a word with its plural.
type noun struct{ one, many string }

var (
	member      = noun{"member", "members"}
	item        = noun{"item", "items"}
	reservation = noun{"reservation", "reservations"}
	referral    = noun{"referral code", "referral codes"}
	profile     = noun{"customer profile", "customer profiles"}
	customer    = noun{"customer", "customers"}
	session     = noun{"customer session", "customer sessions"}
	event       = noun{"event", "events"}
	thing       = noun{"object", "objects"}
	existing    = noun{"existing object", "existing objects"}
	resource    = noun{"resource", "resources"}
)

// of is the number with the noun: "1 member", "12,000 members".
func (n noun) of(count int64) string {
	if count == 1 {
		return "1 " + n.one
	}
	return thousands(count) + " " + n.many
}

func thousands(count int64) string {
	digits := strconv.FormatInt(count, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// verbFor is the verb in the form that the number asks for.
func verbFor(count int64, one, many string) string {
	if count == 1 {
		return one
	}
	return many
}

// tally is how much happens to something.
type tally struct {
	added, changed, removed int64
	atMost                  bool // removed is the most that it can be
	unknown                 bool // the rest is known only when the plan is applied
	mayRemove               bool // and may be removals
	items                   itemChanges
}

func (t *tally) add(other tally) {
	t.added += other.added
	t.changed += other.changed
	t.removed += other.removed
	t.atMost = t.atMost || other.atMost && other.removed > 0
	t.unknown = t.unknown || other.unknown
	t.mayRemove = t.mayRemove || other.mayRemove
	t.items.changed += other.items.changed
	t.items.prices += other.items.prices
	t.items.onlyPrice += other.items.onlyPrice
}

func (t tally) empty() bool { return t.added == 0 && t.changed == 0 && t.removed == 0 && !t.unknown }

// movement is for things without content, which come and go: "+120 members, −3".
func (t tally) movement(what noun) string {
	var parts []string
	if t.added > 0 {
		parts = append(parts, "+"+what.of(t.added))
	}
	if t.removed > 0 {
		gone := "−" + what.of(t.removed)
		if t.added > 0 {
			gone = "−" + thousands(t.removed)
		}
		if t.atMost {
			gone = "up to " + gone
		}
		parts = append(parts, gone)
	}
	return t.withRest(parts, what)
}

// sentence is for things with content: "5 items change (3 prices), 2 added, 1 removed".
func (t tally) sentence(what noun) string {
	var parts []string
	part := func(count int64, prefix, one, many string) {
		if count == 0 {
			return
		}
		number := thousands(count)
		if len(parts) == 0 {
			number = what.of(count)
		}
		parts = append(parts, strings.TrimSpace(prefix+number+" "+verbFor(count, one, many)))
	}
	if t.changed > 0 && t.items.onlyPrice == t.changed {
		parts = append(parts, fmt.Sprintf("%s %s", noun{"price", "prices"}.of(t.changed), verbFor(t.changed, "changes", "change")))
	} else {
		part(t.changed, "", "changes", "change")
		if t.changed > 0 && t.items.prices > 0 {
			parts[0] += fmt.Sprintf(" (%s)", noun{"price", "prices"}.of(t.items.prices))
		}
	}
	part(t.added, "", "added", "added")
	prefix := ""
	if t.atMost {
		prefix = "up to "
	}
	part(t.removed, prefix, "removed", "removed")
	return t.withRest(parts, what)
}

func (t tally) withRest(parts []string, what noun) string {
	switch {
	case t.unknown && len(parts) == 0:
		return "how many " + what.many + " change is known only when the plan is applied"
	case t.unknown:
		parts = append(parts, "and more that is known only when the plan is applied")
	}
	return strings.Join(parts, ", ")
}
