package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// partial is the name under which -allow accepts a plan that leaves something out.
const partial = "partial"

// maxUnknown is how many addresses a refusal names.
const maxUnknown = 10

// guard is what a plan may do without being refused.
type guard struct {
	limit   int64           // negative: anything
	allowed map[string]bool // addresses whose removals may stay uncounted, and partial
}

// verdict is what a plan removes, and why it is refused. The policy under examples/policy reaches the same one: both are
// run against testdata/verdicts.yaml.
type verdict struct {
	// removed counts members, items, coupons, reservations, referral codes and stores that are removed, customers whose data is
	// erased, and sessions that are cancelled. Rows that are released are not among them.
	removed int64
	// uncounted are the addresses, without instance keys, of what may remove more than the plan says.
	uncounted []string
	// partial says that the plan leaves something out, and errored that it could not be finished.
	partial, errored bool
	// change stands for what is removed: another plan that removes other rows has another one.
	change string
}

// refusals are the reasons to refuse the plan: none if it keeps to the guard.
func (v verdict) refusals(g guard) []line {
	if g.limit < 0 {
		return nil
	}
	var reasons []line
	if v.errored {
		reasons = append(reasons, say("The plan ended with errors, so it does not show everything."))
	}
	if v.partial && !g.allowed[partial] {
		reasons = append(reasons, say("The plan is partial: -target or a deferred change omits resources. To permit this, allow the name %s.", code(partial)))
	}
	if v.removed > g.limit {
		reasons = append(reasons, say("The plan removes "+row.of(v.removed)+"; the limit is "+thousands(g.limit)+"."))
	}
	for i, address := range v.uncounted {
		if i == maxUnknown {
			reasons = append(reasons, say("The plan does not say how much "+thousands(int64(len(v.uncounted)-i))+" more remove."))
			break
		}
		reasons = append(reasons, say("The plan does not say how much %s removes. To permit this, allow its name.", code(address)))
	}
	return reasons
}

// approval is the line that permits the plan.
func (v verdict) approval(g guard) string {
	fields := []string{v.change, strconv.FormatInt(max(v.removed, g.limit), 10)}
	if v.partial {
		fields = append(fields, partial)
	}
	return strings.Join(append(fields, v.uncounted...), " ")
}

// loss is what one resource or action removes. Where uncounted is set, it may be more.
type loss struct {
	count     int64
	uncounted bool
}

// verdict adds up what the plan removes. What is not known counts as more than any limit, unless g allows it by name.
func (p *plan) verdict(g guard) verdict {
	v := verdict{partial: p.partial, errored: p.errored}
	unknown := make(map[string]bool)
	var parts []string
	add := func(address, summary string, l loss) {
		v.removed += l.count
		if l.count > 0 || l.uncounted {
			parts = append(parts, fmt.Sprintf("%q %q %d %t", address, summary, l.count, l.uncounted))
		}
		if short := configAddress(address); l.uncounted && !g.allowed[address] && !g.allowed[short] {
			unknown[short] = true
		}
	}
	// The members of an audience that is deleted go with it, whichever resource manages them: they are counted once.
	members := make(map[string]int64)
	deleted := make(map[string]bool)
	for i := range p.changes {
		if c := &p.changes[i]; c.kind == audienceType && c.destroys() {
			if id, ok := c.before.key("id"); ok {
				deleted[id] = true
			}
		}
	}
	for i := range p.changes {
		c := &p.changes[i]
		l := c.loss()
		if id, ok := c.before.key("audience_id"); ok && c.destroys() && deleted[id] {
			members[id] += l.count
			l.count = 0
		}
		add(c.fullAddress, c.summary(), l)
	}
	for i := range p.changes {
		c := &p.changes[i]
		if c.kind != audienceType || !c.destroys() {
			continue
		}
		id, ok := c.before.key("id")
		if !ok {
			add(c.fullAddress, "", loss{uncounted: true})
			continue
		}
		count, counted := p.audiences.members[id]
		add(c.fullAddress, id, loss{count: max(count, members[id]), uncounted: !counted})
		delete(members, id)
	}
	for i := range p.actions {
		id, _ := p.actions[i].config.key("audience_id")
		add(p.actions[i].address, id, p.loss(&p.actions[i]))
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	v.change = hex.EncodeToString(sum[:4])
	v.uncounted = slices.Sorted(maps.Keys(unknown))
	return v
}

// loss is what the change of a resource removes, except for audiences, whose members other resources count.
func (c *change) loss() loss {
	switch {
	case c.verb == nothing || c.verb == forget || !isOurs(c.kind):
		return loss{}
	case c.verb == unknownVerb:
		return loss{uncounted: true}
	}
	l := c.leaving()
	if c.verb != destroy {
		arriving := c.arriving()
		l.count += arriving.count
		l.uncounted = l.uncounted || arriving.uncounted
	}
	return l
}

// leaving is what the resource removes because its object is destroyed.
func (c *change) leaving() loss {
	if !c.destroys() {
		return loss{}
	}
	switch c.kind {
	case audienceType, "talonone_attribute", "talonone_additional_cost", "talonone_audience_customer_attributes", "talonone_event", "talonone_cart_item_return", "talonone_customer_data_deletion":
		return loss{}
	case "talonone_audience_membership", "talonone_catalog_item", "talonone_referral", "talonone_store", "talonone_coupon":
		return loss{count: 1}
	case "talonone_customer_session":
		if c.before.values["on_destroy"] == "forget" {
			return loss{}
		}
		return loss{count: 1}
	case "talonone_customer_profile":
		if !c.erases() {
			return loss{}
		}
		return loss{count: 1}
	case "talonone_customer_profiles":
		if !c.erases() {
			return loss{}
		}
	}
	count, known := c.before.managed(c.kind)
	return loss{count: count, uncounted: !known}
}

// erases says whether destroying profiles erases customers' data. A replacement obeys the configuration, too.
func (c *change) erases() bool {
	return c.before.isTrue("erase_on_destroy") || c.after.isTrue("erase_on_destroy") || c.after.unknown["erase_on_destroy"]
}

// arriving is what a create or an update removes.
func (c *change) arriving() loss {
	switch {
	case c.kind == "talonone_customer_data_deletion":
		if c.runs("found") {
			return loss{count: 1}
		}
		return loss{}
	case c.isBulk():
		s := c.sync()
		return loss{count: s.removed, uncounted: !s.known}
	default:
		return loss{}
	}
}

// isBulk says whether the resource manages many rows and has last_sync. A type of a later version shows it.
func (c *change) isBulk() bool {
	return bulkTypes[c.kind] || c.before.has("last_sync") || c.after.has("last_sync") || c.after.unknown["last_sync"]
}

var bulkTypes = map[string]bool{
	"talonone_audience_memberships": true, "talonone_catalog_items": true, "talonone_collection": true, "talonone_coupon_reservation": true,
	"talonone_coupons": true, "talonone_customer_audiences": true, "talonone_referrals": true, "talonone_customer_profiles": true,
}

// lastSync is what a bulk resource announces.
type lastSync struct {
	known                             bool
	added, updated, removed, released int64
}

// sync is last_sync as far as it is of this change: equal before and after, null after an import included, means that no row
// moves.
func (c *change) sync() lastSync {
	if c.after.unknown["last_sync"] {
		return lastSync{}
	}
	after, ok := c.after.values["last_sync"].(map[string]any)
	if !ok {
		return lastSync{known: c.verb == update && c.before.nulls["last_sync"] && c.after.nulls["last_sync"]}
	}
	before, _ := c.before.values["last_sync"].(map[string]any)
	s := lastSync{known: true}
	for name, into := range map[string]*int64{"added": &s.added, "updated": &s.updated, "removed": &s.removed, "released": &s.released} {
		value, exists := after[name]
		count, valid := wholeNumber(value)
		if name == "removed" && !valid || exists && value != nil && !valid {
			return lastSync{}
		}
		*into = count
	}
	if c.verb == update && before != nil && maps.Equal(texts(before), texts(after)) {
		return lastSync{known: true}
	}
	return s
}

// summary is the line of last_sync, whose fingerprint differs for every change.
func (c *change) summary() string {
	after, _ := c.after.values["last_sync"].(map[string]any)
	text, _ := after["summary"].(string)
	return text
}

// texts makes values comparable: numbers of JSON stay as they are written.
func texts(values map[string]any) map[string]string {
	all := make(map[string]string, len(values))
	for name, value := range values {
		all[name] = fmt.Sprint(value)
	}
	return all
}

// wholeNumber is a count. A number such as 1.5, -1 or 1e99 is not one.
func wholeNumber(value any) (int64, bool) {
	number, ok := value.(json.Number)
	if !ok {
		return 0, false
	}
	count, err := number.Int64()
	return count, err == nil && count >= 0
}

// managed is how many rows a bulk resource manages, where the plan says so.
func (o object) managed(kind string) (count int64, known bool) {
	switch kind {
	case "talonone_audience_memberships":
		return o.number("member_count")
	case "talonone_catalog_items", "talonone_collection":
		return o.number("item_count")
	case "talonone_coupon_reservation":
		listed, isListed := o.counts["customers"]
		if o.values["ownership"] != "exclusive" {
			return listed, isListed
		}
		count, known = o.number("reservation_count")
		return max(count, listed), known
	case "talonone_coupons":
		return o.number("coupon_count")
	case "talonone_customer_audiences":
		count, known = o.counts["audience_ids"]
	case "talonone_referrals":
		count, known = o.counts["advocates"]
	case "talonone_customer_profiles":
		count, known = o.counts["profiles"]
	}
	return count, known
}

// loss is what an action removes.
func (p *plan) loss(a *action) loss {
	switch a.kind {
	case "talonone_clear_audience":
		id, ok := a.config.key("audience_id")
		count, known := p.audiences.members[id]
		return loss{count: count, uncounted: !ok || !known}
	case "talonone_delete_customer_data":
		return loss{count: 1}
	case "talonone_edit_catalog_items":
		return loss{uncounted: a.config.values["edit"] != "patch"}
	case "talonone_return_cart_items", "talonone_track_event", "talonone_update_audience_customer_attributes":
		return loss{}
	default:
		return loss{uncounted: isOurs(a.kind)}
	}
}

// guardOf reads the names that may stay uncounted.
func guardOf(limit int64, names []string) guard {
	g := guard{limit: limit, allowed: make(map[string]bool)}
	for _, name := range names {
		if name = strings.TrimSpace(name); name != "" {
			g.allowed[name] = true
		}
	}
	return g
}
