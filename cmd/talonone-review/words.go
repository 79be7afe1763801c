package main

import (
	"fmt"
	"regexp"
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
	membership  = noun{"membership of a customer", "memberships of customers"}
	profile     = noun{"customer profile", "customer profiles"}
	customer    = noun{"customer", "customers"}
	session     = noun{"customer session", "customer sessions"}
	event       = noun{"event", "events"}
	thing       = noun{"object", "objects"}
	existing    = noun{"existing object", "existing objects"}
	resource    = noun{"resource", "resources"}
	price       = noun{"price", "prices"}
	row         = noun{"row", "rows"}
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
	added, changed, removed, released int64
	atMost                            bool // removed is the most that it can be
	unknown                           bool // the rest is known only when the plan is applied
	rows                              rowChanges
	total                             string // "500 members in all", of the only resource that says so
	resources                         int
}

func (t *tally) add(other tally) {
	t.added += other.added
	t.changed += other.changed
	t.removed += other.removed
	t.released += other.released
	t.atMost = t.atMost || other.atMost && other.removed > 0
	t.unknown = t.unknown || other.unknown
	t.rows.merge(other.rows)
	t.total = other.total
	if t.resources++; t.resources > 1 {
		t.total = ""
	}
}

func (t tally) empty() bool {
	return t.added == 0 && t.changed == 0 && t.removed == 0 && t.released == 0 && !t.unknown
}

// movement is for rows without content, which come and go: "+120 members, −3".
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

// sentence is for rows with content: "5 items change (3 prices), 2 added, 1 removed".
func (t tally) sentence(what noun) string {
	var parts []string
	named := false // what the numbers count
	part := func(count int64, prefix, one, many string) {
		if count == 0 {
			return
		}
		number := thousands(count)
		if !named {
			number, named = what.of(count), true
		}
		parts = append(parts, strings.TrimSpace(prefix+number+" "+verbFor(count, one, many)))
	}
	stay := t.rows.prices - t.rows.vanishing
	switch {
	case t.changed > 0 && t.rows.onlyPrice == t.changed:
		if stay > 0 {
			parts = append(parts, price.of(stay)+" "+verbFor(stay, "changes", "change"))
		}
		if t.rows.vanishing > 0 {
			parts = append(parts, price.of(t.rows.vanishing)+" "+verbFor(t.rows.vanishing, "is", "are")+" taken away")
		}
	case t.changed > 0:
		part(t.changed, "", "changes", "change")
		var prices []string
		if stay > 0 {
			prices = append(prices, price.of(stay))
		}
		if t.rows.vanishing > 0 {
			prices = append(prices, price.of(t.rows.vanishing)+" taken away")
		}
		if len(prices) > 0 {
			parts[0] += " (" + strings.Join(prices, ", ") + ")"
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
	if t.released > 0 {
		parts = append(parts, fmt.Sprintf("%s %s and %s no longer managed", what.of(t.released), verbFor(t.released, "stays", "stay"), verbFor(t.released, "is", "are")))
	}
	switch {
	case t.unknown && len(parts) == 0:
		return "how many " + what.many + " change is known only when the plan is applied"
	case t.unknown:
		parts = append(parts, "and more that is known only when the plan is applied")
	}
	text := strings.Join(parts, ", ")
	if t.total != "" {
		text += "; " + t.total
	}
	return text
}

// inAll is the end of a summary: "+3 −2, 500 items in all (3f1c9a02)".
var inAll = regexp.MustCompile(`^(?:.*, )?([0-9][0-9,]* [a-z]+(?: [a-z]+)* in all) \([0-9a-f]+\)$`)

// totalOf takes from a summary how many rows there are afterwards.
func totalOf(summary string) string {
	if found := inAll.FindStringSubmatch(summary); found != nil {
		return found[1]
	}
	return ""
}
