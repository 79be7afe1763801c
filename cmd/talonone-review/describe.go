package main

import (
	"slices"
	"strings"
)

// report is what a comment says, before it is written in a format.
type report struct {
	refusals []line // why the plan is refused
	hints    []line // and how to permit it
	notes    []line // what holds for the plan as a whole
	groups   []group
	others   int64 // resources of other providers that change
}

// group is what goes to one Application of one deployment.
type group struct {
	target   *line // nil when nothing is known of it
	sections []section
}

type section struct {
	title string
	lines []line
}

// line is a sentence. Arguments of the type code are names out of the plan, which are set apart and made harmless; the
// format must never hold anything out of a plan.
type line struct {
	format string
	args   []any
	rows   []string // names of rows out of the plan
	more   int64    // rows without a name here
	block  string   // to copy
}

func say(format string, args ...any) line { return line{format: format, args: args} }

// code is a name or an address out of the plan.
type code string

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

// same lets another key mean the same thing.
func (t *table[V]) same(key string, as *V) {
	if t.entries[key] == nil {
		t.entries[key] = as
	}
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

// builder sorts the changes that go to one target.
type builder struct {
	plan      *plan
	mostRows  int
	target    *target
	sections  []section
	audiences table[audienceEntry]
	catalogs  table[subject]
	coupons   table[subject]
	campaigns table[subject]
	named     table[subject] // by type
	others    table[subject] // by type
	events    table[subject] // by type of the event
	profiles  tally
	personas  tally // memberships of single customers
	sessions  tally
	cancelled int64 // sessions
	returns   int64
	erased    int64 // customers
	settings  int64 // resources where only Terraform's own settings change
	forgotten int64
	imported  int64
	moved     int64
	lost      []line
	edited    []line // catalogs, by actions
	drift     drift
}

// describe says what a plan changes, and names at most so many rows of each thing.
func describe(p *plan, mostRows int) *report {
	var r report
	if p.errored {
		r.notes = append(r.notes, say("The plan ended with errors and can't be applied; this is what it holds so far."))
	}
	if p.partial {
		note := say("The plan is partial: it omits resources, by -target or because they wait for others.")
		if p.deferred > 0 {
			note = say("The plan is partial: " + noun{"change waits", "changes wait"}.of(p.deferred) + " for others.")
		}
		r.notes = append(r.notes, note)
	}
	for i := range p.changes {
		if c := &p.changes[i]; !isOurs(c.kind) && (c.verb != nothing || c.imported) {
			r.others++
		}
	}
	targets := p.targets()
	for _, t := range targets {
		own := *p
		own.audiences = p.audiencesOf(t)
		b := builder{plan: &own, mostRows: mostRows, target: t}
		for _, c := range t.changes {
			b.add(c)
		}
		for _, a := range t.actions {
			b.addAction(a)
		}
		for _, c := range t.drift {
			b.addDrift(c)
		}
		b.finish()
		if len(b.sections) > 0 {
			r.groups = append(r.groups, group{target: t.line(), sections: b.sections})
		}
	}
	return &r
}

func (b *builder) add(c *change) {
	if c.imported {
		b.imported++
	}
	if c.previous != "" && c.previous != c.fullAddress {
		b.moved++
	}
	switch c.verb {
	case nothing:
		return
	case forget:
		b.forgotten++
		return
	case unknownVerb:
		b.others.at(c.fullAddress, subject{name: code(c.address)}).add(tally{unknown: true})
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
	case "talonone_customer_audiences":
		b.bulk(c, func(object) *tally { return &b.personas })
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
	case "talonone_attribute", "talonone_additional_cost":
		if c.verb == destroy {
			// The API can't delete it.
			b.forgotten++
			return
		}
		b.single(c, b.namedOf(c))
	case "talonone_store", "talonone_coupon":
		b.single(c, b.namedOf(c))
	case "talonone_coupons":
		b.bulk(c, func(object) *tally { return &b.named.at("talonone_coupon", subject{name: "talonone_coupon"}).tally })
	case "talonone_collection":
		b.bulk(c, b.namedOf(c))
	default:
		tallyOf := func(object) *tally { return &b.others.at(c.kind, subject{name: code(c.kind)}).tally }
		if c.isBulk() {
			b.bulk(c, tallyOf)
			return
		}
		b.single(c, tallyOf)
	}
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
			case attribute == "description":
				entry.clauses = append(entry.clauses, say("its description changes"))
			default:
				entry.clauses = append(entry.clauses, say("connected to other Applications"))
			}
		}
	case destroy, replace:
		oldKey, oldName := c.fullAddress, any(code(c.address))
		if id != "" {
			oldKey, oldName = b.plan.audienceByID(id)
		}
		lost := say("is deleted, and all its memberships with it")
		if c.verb == replace {
			lost = say("is deleted with all its memberships, and created again with another ID")
			if len(c.replacing) > 0 {
				lost.format += ", because %s " + verbFor(int64(len(c.replacing)), "changes", "change")
				lost.args = append(lost.args, code(strings.Join(c.replacing, ", ")))
			}
		}
		entry := b.audiences.at(oldKey, audienceEntry{name: oldName, id: id})
		entry.lost = &lost
		if c.verb == replace {
			b.audiences.same(key, entry)
		}
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

// names are, by type, the words for what is one object with a name and counted.
var names = map[string]noun{
	"talonone_attribute": {"attribute", "attributes"}, "talonone_additional_cost": {"additional cost", "additional costs"},
	"talonone_store": {"store", "stores"}, "talonone_coupon": {"coupon", "coupons"},
	"talonone_collection": {"collection item", "collection items"},
}

// namedOf finds the tally of a type of names.
func (b *builder) namedOf(c *change) func(object) *tally {
	return func(object) *tally { return &b.named.at(c.kind, subject{name: c.kind}).tally }
}

func (b *builder) namedLines() []line {
	var lines []line
	for _, kind := range b.named.keys {
		if t := b.named.entries[kind].tally; !t.empty() {
			lines = append(lines, say(t.sentence(names[kind])))
		}
	}
	return lines
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

// bulk counts the work of a resource that manages many rows, by what it announces in last_sync. tallyOf finds where to
// count; it differs before and after when a resource moves to another audience or catalog.
func (b *builder) bulk(c *change, tallyOf func(object) *tally) {
	if c.destroys() {
		tallyOf(c.before).add(c.leavingTally())
	}
	if c.verb == destroy {
		return
	}
	work := c.arrivingTally()
	if c.verb == update && work.empty() {
		b.settings++
		return
	}
	tallyOf(c.after).add(work)
}

// leavingTally is what a bulk resource removes when it is destroyed. Of a deposed object the rows that its successor
// manages stay.
func (c *change) leavingTally() tally {
	count, known := c.before.managed(c.kind)
	return tally{removed: count, atMost: c.deposed && count > 0, unknown: !known, rows: rowChanges{removed: c.rowsBefore()}}
}

func (c *change) rowsBefore() []string {
	if c.verb == destroy {
		return c.rows.removed
	}
	return nil
}

// arrivingTally is what a create or an update does. As long as the audience isn't known, what a new resource manages is
// what it adds.
func (c *change) arrivingTally() tally {
	s := c.sync()
	if !s.known {
		if c.verb != update {
			count, known := c.after.managed(c.kind)
			return tally{added: count, unknown: !known, rows: rowChanges{added: c.rows.added}}
		}
		return tally{unknown: true}
	}
	work := tally{added: s.added, changed: s.updated, removed: s.removed, released: s.released}
	if !work.empty() {
		work.rows, work.total = c.rows, totalOf(c.summary())
		if s.removed == 0 {
			work.rows.removed = nil
		}
		if s.added == 0 {
			work.rows.added = nil
		}
		if s.updated == 0 {
			work.rows.changed = nil
		}
		if c.verb != update && c.verb != replace {
			// "+4 members; 4 members in all" says the same twice.
			work.total = ""
		}
	}
	return work
}

// single counts a resource that is one object.
func (b *builder) single(c *change, tallyOf func(object) *tally) {
	if c.destroys() {
		tallyOf(c.before).add(tally{removed: 1, rows: rowChanges{removed: c.rowsBefore()}})
	}
	if c.verb == create || c.verb == replace {
		tallyOf(c.after).add(tally{added: 1, rows: rowChanges{added: c.rows.added}})
	}
	if c.verb == update {
		if telling[c.kind] != nil && len(c.differing) == 0 {
			b.settings++
			return
		}
		tallyOf(c.after).add(tally{changed: 1, rows: c.rows})
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
	id, _ := c.after.text("audience_id")
	entry := b.audiences.at(key, audienceEntry{name: name, id: id})
	clause := say("attributes of all its members are set")
	if total, known := c.before.number("members_total"); known {
		clause.format += " (" + member.of(total) + ")"
	} else {
		clause.format += b.membersKnown(id)
	}
	entry.clauses = append(entry.clauses, clause)
}

// membersKnown is the number of members of an audience in parentheses, where something in the plan says it.
func (b *builder) membersKnown(id string) string {
	if count, known := b.plan.audiences.members[id]; known {
		return " (" + member.of(count) + ")"
	}
	return ""
}

func (b *builder) profile(c *change) {
	if c.destroys() {
		if c.erases() {
			b.erased++
		} else if c.verb == destroy {
			b.forgotten++
		}
	}
	switch {
	case c.verb == create || c.verb == replace:
		b.profiles.add(tally{added: 1, rows: rowChanges{added: c.rows.added}})
	case c.verb == update && len(c.differing) > 0:
		b.profiles.add(tally{changed: 1, rows: c.rows})
	case c.verb == update:
		b.settings++
	}
}

func (b *builder) profileSet(c *change) {
	if c.destroys() {
		work := c.leavingTally()
		switch {
		case c.erases():
			b.erased += work.removed
		case c.verb == destroy:
			b.forgotten += work.removed
		}
		work.removed, work.rows = 0, rowChanges{}
		if work.unknown {
			b.profiles.add(work)
		}
	}
	if c.verb == destroy {
		return
	}
	work := c.arrivingTally()
	if c.verb == update && work.empty() {
		b.settings++
		return
	}
	b.erased += work.removed
	work.removed = 0
	b.profiles.add(work)
}

func (b *builder) session(c *change) {
	if c.destroys() {
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
		b.lost = append(b.lost, say("Audience %s: all members are removed, the audience stays"+b.membersKnown(entry.id), entry.name))
	case "talonone_update_audience_customer_attributes":
		entry := audience()
		entry.clauses = append(entry.clauses, say("attributes of all its members are set"+b.membersKnown(entry.id)))
	case "talonone_edit_catalog_items":
		id, ok := a.config.text("catalog_id")
		if !ok {
			id = maskKeys(a.address)
		}
		if a.config.values["edit"] == "patch" {
			b.edited = append(b.edited, say("Catalog %s: items that match a filter are changed, once", code(id)))
			return
		}
		b.edited = append(b.edited, say("Catalog %s: items that match a filter are removed, once; the plan does not say how many", code(id)))
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
	audiences := b.audienceLines()
	codes := int64(0)
	catalogs := append(b.subjectLines("Catalog %s: ", &b.catalogs, func(s *subject) string { return s.sentence(item) }), b.edited...)
	coupons := b.subjectLines("Coupon %s: ", &b.coupons, func(s *subject) string { return s.movement(reservation) })
	campaigns := b.subjectLines("Campaign %s: ", &b.campaigns, func(s *subject) string {
		codes += s.removed
		return s.sentence(referral)
	})
	if codes > 0 {
		b.lost = append(b.lost, say(referral.of(codes)+" "+verbFor(codes, "stops", "stop")+" working"))
	}
	if t := b.named.at("talonone_coupon", subject{}); t.removed > 0 {
		b.lost = append(b.lost, say(names["talonone_coupon"].of(t.removed)+" "+verbFor(t.removed, "is", "are")+" deleted, with all reservations"))
	}
	if t := b.named.at("talonone_store", subject{}); t.removed > 0 {
		b.lost = append(b.lost, say(names["talonone_store"].of(t.removed)+" "+verbFor(t.removed, "is", "are")+" deleted, and campaigns lose "+verbFor(t.removed, "it", "them")))
	}
	if b.erased > 0 {
		b.lost = append(b.lost, say("The data of "+customer.of(b.erased)+" is erased"))
	}
	if b.cancelled > 0 {
		b.lost = append(b.lost, say(session.of(b.cancelled)+" "+verbFor(b.cancelled, "is", "are")+" cancelled"))
	}
	b.section("Can't be undone", b.lost)
	b.section("Managed twice", b.ownerLines())
	b.section("Possibly renamed", b.moveLines())
	b.section("Definitions and codes", b.namedLines())
	b.section("Audiences", audiences)
	b.section("Catalogs", catalogs)
	b.section("Coupon reservations", coupons)
	b.section("Referrals", campaigns)
	b.section("Customers", b.customerLines())
	b.section("Once, when the plan is applied", b.onceLines())
	b.section("Other objects", b.subjectLines("%s: ", &b.others, func(s *subject) string { return s.sentence(thing) }))
	b.section("Only in Terraform's state", b.stateLines())
	b.section("Changed outside of Terraform since the last apply", b.driftLines())
}

func (b *builder) section(title string, lines []line) {
	if len(lines) > 0 {
		b.sections = append(b.sections, section{title, lines})
	}
}

// withRows names rows below a line.
func (b *builder) withRows(l line, t tally) line {
	if l.rows = t.rows.lines(b.mostRows); len(l.rows) > 0 {
		l.more = max(0, t.added+t.changed+t.removed-int64(len(l.rows)))
	}
	return l
}

// audienceLines are the audiences that stay; those that go join what can't be undone.
func (b *builder) audienceLines() []line {
	var lines, gone []line
	b.audiences.all(func(a *audienceEntry) {
		if a.lost != nil {
			gone = append(gone, b.lostAudience(a))
			return
		}
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
			lines = append(lines, b.withRows(l, a.members))
		}
	})
	b.lost = append(gone, b.lost...)
	return lines
}

func (b *builder) lostAudience(a *audienceEntry) line {
	l := say("Audience %s "+a.lost.format, append([]any{a.name}, a.lost.args...)...)
	known := b.membersKnown(a.id)
	if known == "" && a.members.removed > 0 {
		known = " (at least " + member.of(a.members.removed) + ")"
	}
	l.format += known
	arriving := a.members
	if arriving.removed = 0; arriving.added > 0 || arriving.unknown {
		l.format += "; then " + arriving.movement(member)
	}
	return l
}

func (b *builder) subjectLines(format string, t *table[subject], words func(*subject) string) []line {
	var lines []line
	t.all(func(s *subject) {
		if !s.empty() {
			lines = append(lines, b.withRows(say(format+words(s), s.name), s.tally))
		}
	})
	return lines
}

func (b *builder) customerLines() []line {
	var lines []line
	if !b.profiles.empty() {
		lines = append(lines, b.withRows(say(b.profiles.sentence(profile)), b.profiles))
	}
	if !b.personas.empty() {
		lines = append(lines, say(b.personas.movement(membership)))
	}
	if !b.sessions.empty() {
		lines = append(lines, say(b.sessions.sentence(session)))
	}
	return lines
}

func (b *builder) onceLines() []line {
	var lines []line
	b.events.all(func(s *subject) {
		if s.name == code("") {
			lines = append(lines, say(event.of(s.added)+" of a type that the plan does not show "+verbFor(s.added, "is", "are")+" tracked"))
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
	if b.moved > 0 {
		lines = append(lines, say(resource.of(b.moved)+" "+verbFor(b.moved, "gets", "get")+" another address"))
	}
	if b.forgotten > 0 {
		lines = append(lines, say(thing.of(b.forgotten)+" "+verbFor(b.forgotten, "is", "are")+" no longer managed by Terraform and "+
			verbFor(b.forgotten, "stays", "stay")))
	}
	if b.settings > 0 {
		lines = append(lines, say(resource.of(b.settings)+": only settings of Terraform change"))
	}
	return lines
}

// isDriftOfOurs says whether a change since the last apply is what Terraform itself caused: a return of cart items changes
// the session that it belongs to.
func (b *builder) isDriftOfOurs(c *change) bool {
	if c.kind != "talonone_customer_session" || c.verb != update {
		return false
	}
	for _, attribute := range c.differing {
		if attribute != "state" && attribute != "cart_items" {
			return false
		}
	}
	return slices.ContainsFunc(b.plan.changes, func(other change) bool {
		return other.kind == "talonone_cart_item_return" && c.identityBefore != "" &&
			(other.identityBefore == c.identityBefore || other.identityAfter == c.identityBefore)
	})
}
