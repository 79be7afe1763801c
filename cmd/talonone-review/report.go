package main

import (
	"fmt"
	"slices"
	"strings"
)

// report is what a comment says, before it is written in a format.
type report struct {
	notes    []line // what holds for the plan as a whole
	sections []section
	others   int64 // resources of other providers that change
	removals removals
}

type section struct {
	title string
	lines []line
}

// line is a sentence. Arguments of the type code are names out of the plan, which are set apart and made harmless.
type line struct {
	format string
	args   []any
}

func say(format string, args ...any) line { return line{format, args} }

// code is a name or an address out of the plan.
type code string

// removals counts what -max-removals limits.
type removals struct {
	count   int64
	unknown bool // there may be more
}

func (r *removals) add(t tally) {
	r.count += t.removed
	r.unknown = r.unknown || t.mayRemove
}

// refusal says, for a limit that is exceeded, why. A negative limit is none.
func (r removals) refusal(limit int64) string {
	allowed := thousands(limit) + " " + verbFor(limit, "removal is", "removals are") + " allowed"
	switch {
	case limit < 0:
		return ""
	case r.count > limit:
		return fmt.Sprintf("the plan removes or erases %s, and %s", thousands(r.count), allowed)
	case r.unknown:
		return fmt.Sprintf("the plan doesn't tell how much it removes, and %s", allowed)
	default:
		return ""
	}
}

// table keeps what belongs to one thing together, in the order in which the plan names the things.
type table[V any] struct {
	keys    []string
	entries map[string]*V
}

func (t *table[V]) at(key string, fresh V) *V {
	if t.entries == nil {
		t.entries = make(map[string]*V)
	}
	if t.entries[key] == nil {
		t.keys = append(t.keys, key)
		t.entries[key] = &fresh
	}
	return t.entries[key]
}

func (t *table[V]) all(each func(*V)) {
	for _, key := range t.keys {
		each(t.entries[key])
	}
}

// audienceEntry is what happens to one audience.
type audienceEntry struct {
	name    any
	id      string // empty for a new one
	isNew   bool
	lost    *line  // it is deleted
	clauses []line // what else happens to it
	members tally
}

// subject is a catalog, coupon or campaign, and what happens to what belongs to it.
type subject struct {
	name any
	tally
}

// builder sorts the changes of a plan.
type builder struct {
	plan      *plan
	report    report
	audiences table[audienceEntry]
	catalogs  table[subject]
	coupons   table[subject]
	campaigns table[subject]
	others    table[subject] // by type
	events    table[subject] // by type of the event
	profiles  tally
	sessions  tally
	cancelled int64 // sessions
	returns   int64
	erased    int64 // customers
	settings  int64 // resources where only Terraform's own settings change
	forgotten int64
	imported  int64
	lost      []line
	edited    []line // catalogs, by actions
	drift     drift
}

// describe says what a plan does.
func describe(p *plan) *report {
	b := builder{plan: p}
	for i := range p.changes {
		b.add(&p.changes[i])
	}
	for i := range p.actions {
		b.addAction(&p.actions[i])
	}
	for i := range p.drift {
		b.addDrift(&p.drift[i])
	}
	b.finish()
	return &b.report
}

func (b *builder) add(c *change) {
	if !isOurs(c.kind) {
		if c.verb != nothing || c.imported {
			b.report.others++
		}
		return
	}
	if c.imported {
		b.imported++
	}
	switch c.verb {
	case nothing:
		return
	case forget:
		b.forgotten++
		return
	}
	switch c.kind {
	case audienceType:
		b.audience(c)
	case "talonone_audience_memberships":
		b.bulk(c, b.membersOf(c))
	case "talonone_audience_membership":
		b.single(c, b.membersOf(c))
	case "talonone_audience_customer_attributes":
		b.customerAttributes(c)
	case "talonone_catalog_items":
		b.bulk(c, subjectOf(c, &b.catalogs, "catalog_id"))
	case "talonone_catalog_item":
		b.single(c, subjectOf(c, &b.catalogs, "catalog_id"))
	case "talonone_coupon_reservation":
		b.bulk(c, subjectOf(c, &b.coupons, "coupon_value"))
	case "talonone_referral":
		b.single(c, subjectOf(c, &b.campaigns, "campaign_id"))
	case "talonone_referrals":
		b.bulk(c, subjectOf(c, &b.campaigns, "campaign_id"))
	case "talonone_customer_profile":
		b.profile(c)
	case "talonone_customer_profiles":
		b.profileSet(c)
	case "talonone_customer_session":
		b.session(c)
	case "talonone_event":
		if c.runs("id") {
			b.event(c.after)
		}
	case "talonone_cart_item_return":
		if c.runs("id") {
			b.returns++
		}
	case "talonone_customer_data_deletion":
		if c.runs("found") {
			b.erased++
		}
	default:
		b.single(c, func(object) *tally { return &b.others.at(c.kind, subject{name: code(c.kind)}).tally })
	}
}

// runs tells whether a one-shot resource does its work: when it is created, and when an update makes its result unknown.
func (c *change) runs(result string) bool {
	return c.verb == create || c.verb == replace || c.verb == update && c.after.unknown[result]
}

func (b *builder) audience(c *change) {
	key, name := b.plan.audienceKey(c)
	id, _ := c.before.text("id")
	switch c.verb {
	case create:
		b.audiences.at(key, audienceEntry{name: name}).isNew = true
	case update:
		if len(c.differing) == 0 {
			b.settings++
			return
		}
		entry := b.audiences.at(key, audienceEntry{name: name, id: id})
		for _, attribute := range c.differing {
			old, isKnown := c.before.text("name")
			switch {
			case attribute == "name" && isKnown && name != code(old):
				entry.clauses = append(entry.clauses, say("the new name of %s", code(old)))
			case attribute == "name":
				entry.clauses = append(entry.clauses, say("its name changes"))
			default:
				entry.clauses = append(entry.clauses, say("connected to other Applications than before"))
			}
		}
	case destroy, replace:
		oldKey, oldName := b.plan.audienceByID(id)
		lost := say("is deleted, and all its memberships with it")
		if c.verb == replace {
			lost = say("is deleted with all its memberships, and created anew with another ID")
			if len(c.replacing) > 0 {
				lost.format += ", because %s " + verbFor(int64(len(c.replacing)), "changes", "change")
				lost.args = append(lost.args, code(strings.Join(c.replacing, ", ")))
			}
			b.audiences.at(key, audienceEntry{name: name}).isNew = true
		}
		b.audiences.at(oldKey, audienceEntry{name: oldName, id: id}).lost = &lost
	}
}

// membersOf finds the tally of the members of an audience.
func (b *builder) membersOf(c *change) func(object) *tally {
	return func(side object) *tally {
		key, name := b.plan.audienceOf(c, side)
		id, _ := side.text("audience_id")
		return &b.audiences.at(key, audienceEntry{name: name, id: id}).members
	}
}

// subjectOf finds the tally of what the attribute names.
func subjectOf(c *change, t *table[subject], attribute string) func(object) *tally {
	return func(side object) *tally {
		name, ok := side.text(attribute)
		if !ok {
			return &t.at(c.fullAddress, subject{name: code(c.address)}).tally
		}
		return &t.at(name, subject{name: code(name)}).tally
	}
}

// bulk counts the work of a resource that manages many objects, by what it announces in last_sync. tallyOf finds where
// to count; it differs before and after when a resource moves to another audience or catalog.
func (b *builder) bulk(c *change, tallyOf func(object) *tally) {
	if c.verb == destroy || c.verb == replace {
		tallyOf(c.before).add(c.leaving())
	}
	if c.verb == create || c.verb == replace {
		tallyOf(c.after).add(c.arriving())
	}
	if c.verb == update {
		work := c.syncing()
		if work.empty() {
			b.settings++
			return
		}
		tallyOf(c.after).add(work)
	}
}

// leaving is what a bulk resource removes when it is destroyed: at most what it manages, since an additive one leaves
// alone what others had added.
func (c *change) leaving() tally {
	count, known := c.before.managed(c.kind)
	atMost := c.before.values["ownership"] != "exclusive" && c.kind != "talonone_referrals"
	return tally{removed: count, atMost: atMost && count > 0, unknown: !known, mayRemove: !known}
}

// arriving is what a new bulk resource does. As long as its audience isn't known, what it manages is what it adds.
func (c *change) arriving() tally {
	if work, ok := c.after.sync(); ok {
		return work
	}
	exclusive := c.after.values["ownership"] == "exclusive"
	count, known := c.after.managed(c.kind)
	return tally{added: count, unknown: !known, mayRemove: exclusive && !known}
}

// syncing is what the update of a bulk resource does. One that changes nothing but settings may keep the numbers of the
// synchronisation before.
func (c *change) syncing() tally {
	work, known := c.after.sync()
	old, _ := c.before.sync()
	switch {
	case !known && c.after.unknown["last_sync"]:
		return tally{unknown: true, mayRemove: true}
	case work == old && len(c.differing) == 0:
		return tally{}
	}
	work.items = c.items
	return work
}

// managed is how many objects a bulk resource manages, where the plan tells.
func (o object) managed(kind string) (count int64, known bool) {
	switch kind {
	case "talonone_audience_memberships":
		return o.number("member_count")
	case "talonone_catalog_items":
		return o.number("item_count")
	case "talonone_coupon_reservation":
		if count, known = o.number("reservation_count"); known && o.values["ownership"] == "exclusive" {
			return count, true
		}
		count, known = o.counts["customers"]
	case "talonone_referrals":
		count, known = o.counts["advocates"]
	case "talonone_customer_profiles":
		count, known = o.counts["profiles"]
	}
	return count, known
}

// single counts a resource that is one object.
func (b *builder) single(c *change, tallyOf func(object) *tally) {
	if c.verb == destroy || c.verb == replace {
		tallyOf(c.before).add(tally{removed: 1})
	}
	if c.verb == create || c.verb == replace {
		tallyOf(c.after).add(tally{added: 1})
	}
	if c.verb == update {
		if telling[c.kind] != nil && len(c.differing) == 0 {
			b.settings++
			return
		}
		work := tally{changed: 1}
		if slices.Contains(c.differing, "price") {
			work.items.prices = 1
			if len(c.differing) == 1 {
				work.items.onlyPrice = 1
			}
		}
		tallyOf(c.after).add(work)
	}
}

func (b *builder) customerAttributes(c *change) {
	if c.verb == destroy {
		b.forgotten++
		return
	}
	if c.verb == update && len(c.differing) == 0 {
		b.settings++
		return
	}
	key, name := b.plan.audienceOf(c, c.after)
	entry := b.audiences.at(key, audienceEntry{name: name})
	clause := say("attributes of all its members are set")
	if total, known := c.before.number("members_total"); known {
		clause.format += " (" + member.of(total) + ")"
	}
	entry.clauses = append(entry.clauses, clause)
}

func (b *builder) profile(c *change) {
	if c.verb == destroy || c.verb == replace {
		if c.before.isTrue("erase_on_destroy") {
			b.erased++
		} else {
			b.forgotten++
		}
	}
	switch {
	case c.verb == create || c.verb == replace:
		b.profiles.added++
	case c.verb == update && len(c.differing) > 0:
		b.profiles.changed++
	case c.verb == update:
		b.settings++
	}
}

func (b *builder) profileSet(c *change) {
	gone := func(work tally, erases bool) {
		if erases {
			b.erased += work.removed
		} else {
			b.forgotten += work.removed
			work.mayRemove = false
		}
		work.removed, work.atMost = 0, false
		b.profiles.add(work)
	}
	if c.verb == destroy || c.verb == replace {
		gone(c.leaving(), c.before.isTrue("erase_on_destroy"))
	}
	switch c.verb {
	case create, replace:
		b.profiles.add(c.arriving())
	case update:
		work := c.syncing()
		if work.empty() {
			b.settings++
		}
		gone(work, c.after.isTrue("erase_on_destroy"))
	}
}

func (b *builder) session(c *change) {
	if c.verb == destroy || c.verb == replace {
		if c.before.values["on_destroy"] == "forget" {
			b.forgotten++
		} else {
			b.cancelled++
		}
	}
	switch {
	case c.verb == create || c.verb == replace:
		b.sessions.added++
	case c.verb == update && len(c.differing) > 0:
		b.sessions.changed++
	case c.verb == update:
		b.settings++
	}
}

func (b *builder) event(values object) {
	kind, ok := values.text("type")
	if !ok {
		kind = ""
	}
	b.events.at(kind, subject{name: code(kind)}).added++
}

func (b *builder) addAction(a *action) {
	if !isOurs(a.kind) {
		return
	}
	audience := func() *audienceEntry {
		id, ok := a.config.text("audience_id")
		if !ok {
			return b.audiences.at(a.address, audienceEntry{name: code(maskKeys(a.address))})
		}
		key, name := b.plan.audienceByID(id)
		return b.audiences.at(key, audienceEntry{name: name, id: id})
	}
	switch a.kind {
	case "talonone_clear_audience":
		entry := audience()
		b.lost = append(b.lost, say("Audience %s: all members are removed, the audience stays", entry.name))
		count, known := b.plan.audiences.members[entry.id]
		b.report.removals.add(tally{removed: count, mayRemove: !known})
	case "talonone_update_audience_customer_attributes":
		entry := audience()
		entry.clauses = append(entry.clauses, say("attributes of all its members are set"))
	case "talonone_edit_catalog_items":
		id, ok := a.config.text("catalog_id")
		if !ok {
			id = maskKeys(a.address)
		}
		if a.config.values["edit"] == "patch" {
			b.edited = append(b.edited, say("Catalog %s: items that pass a filter are changed, once", code(id)))
			return
		}
		b.edited = append(b.edited, say("Catalog %s: items that pass a filter are removed, once; the plan doesn't tell how many", code(id)))
		b.report.removals.unknown = true
	case "talonone_delete_customer_data":
		b.erased++
	case "talonone_track_event":
		b.event(a.config)
	case "talonone_return_cart_items":
		b.returns++
	default:
		b.others.at(a.kind, subject{name: code(a.kind)}).changed++
	}
}

// finish writes the sections: first what can't be undone.
func (b *builder) finish() {
	if b.plan.errored {
		b.note(say("The plan ended with errors and can't be applied; this is what it holds so far."))
	}
	if b.plan.incomplete {
		b.note(say("The plan is incomplete: it leaves out resources, by -target or because they wait for others."))
	}
	audiences := b.audienceLines()
	codes := int64(0)
	catalogs := append(subjectLines("Catalog %s: ", &b.catalogs, func(s *subject) string { return s.sentence(item) }, &b.report.removals), b.edited...)
	coupons := subjectLines("Coupon %s: ", &b.coupons, func(s *subject) string { return s.movement(reservation) }, &b.report.removals)
	campaigns := subjectLines("Campaign %s: ", &b.campaigns, func(s *subject) string {
		codes += s.removed
		return s.sentence(referral)
	}, &b.report.removals)
	if codes > 0 {
		b.lost = append(b.lost, say(referral.of(codes)+" "+verbFor(codes, "stops", "stop")+" working"))
	}
	if b.erased > 0 {
		b.lost = append(b.lost, say("The data of "+customer.of(b.erased)+" is erased"))
		b.report.removals.count += b.erased
	}
	b.report.removals.add(b.profiles)
	b.section("Can't be undone", b.lost)
	b.section("Audiences", audiences)
	b.section("Catalogs", catalogs)
	b.section("Coupon reservations", coupons)
	b.section("Referrals", campaigns)
	b.section("Customers", b.customerLines())
	b.section("Once, when the plan is applied", b.onceLines())
	b.section("Other objects", subjectLines("%s: ", &b.others, func(s *subject) string { return s.sentence(thing) }, &b.report.removals))
	b.section("Only in Terraform's state", b.stateLines())
	b.section("Changed outside of Terraform since the last apply", b.driftLines())
}

func (b *builder) note(l line) { b.report.notes = append(b.report.notes, l) }

func (b *builder) section(title string, lines []line) {
	if len(lines) > 0 {
		b.report.sections = append(b.report.sections, section{title, lines})
	}
}

// audienceLines are the audiences that stay; those that go join what can't be undone.
func (b *builder) audienceLines() []line {
	var lines, gone []line
	b.audiences.all(func(a *audienceEntry) {
		if a.lost != nil {
			count, known := b.plan.audiences.members[a.id]
			b.report.removals.add(tally{removed: max(count, a.members.removed), mayRemove: !known})
			l := say("Audience %s "+a.lost.format, append([]any{a.name}, a.lost.args...)...)
			switch {
			case known:
				l.format += " (" + member.of(count) + ")"
			case a.members.removed > 0:
				l.format += " (at least " + member.of(a.members.removed) + ")"
			}
			gone = append(gone, l)
			return
		}
		b.report.removals.add(a.members)
		l := say("Audience %s: ", a.name)
		if a.isNew {
			l.format = "New audience %s: "
		}
		clauses := a.clauses
		if !a.members.empty() {
			clauses = append(clauses, say(a.members.movement(member)))
		}
		for i, clause := range clauses {
			if i > 0 {
				l.format += "; "
			}
			l.format += clause.format
			l.args = append(l.args, clause.args...)
		}
		if len(clauses) > 0 || a.isNew {
			l.format = strings.TrimSuffix(l.format, ": ")
			lines = append(lines, l)
		}
	})
	b.lost = append(gone, b.lost...)
	return lines
}

func subjectLines(format string, t *table[subject], words func(*subject) string, total *removals) []line {
	var lines []line
	t.all(func(s *subject) {
		total.add(s.tally)
		if !s.empty() {
			lines = append(lines, say(format+words(s), s.name))
		}
	})
	return lines
}

func (b *builder) customerLines() []line {
	var lines []line
	if !b.profiles.empty() {
		lines = append(lines, say(b.profiles.sentence(profile)))
	}
	if !b.sessions.empty() {
		lines = append(lines, say(b.sessions.sentence(session)))
	}
	if b.cancelled > 0 {
		lines = append(lines, say(session.of(b.cancelled)+" "+verbFor(b.cancelled, "is", "are")+" cancelled"))
	}
	return lines
}

func (b *builder) onceLines() []line {
	var lines []line
	b.events.all(func(s *subject) {
		if s.name == code("") {
			lines = append(lines, say(event.of(s.added)+" of a type that the plan doesn't show "+verbFor(s.added, "is", "are")+" tracked"))
			return
		}
		lines = append(lines, say(event.of(s.added)+" %s "+verbFor(s.added, "is", "are")+" tracked", s.name))
	})
	if b.returns > 0 {
		lines = append(lines, say(noun{"return", "returns"}.of(b.returns)+" of cart items "+verbFor(b.returns, "is", "are")+" made"))
	}
	return lines
}

func (b *builder) stateLines() []line {
	var lines []line
	if b.imported > 0 {
		lines = append(lines, say(existing.of(b.imported)+" "+verbFor(b.imported, "comes", "come")+" under Terraform's management"))
	}
	if b.forgotten > 0 {
		lines = append(lines, say(thing.of(b.forgotten)+" "+verbFor(b.forgotten, "leaves", "leave")+" Terraform's management, and "+
			verbFor(b.forgotten, "stays", "stay")+" as "+verbFor(b.forgotten, "it is", "they are")))
	}
	if b.settings > 0 {
		lines = append(lines, say("Of "+resource.of(b.settings)+" only settings of Terraform change"))
	}
	return lines
}
