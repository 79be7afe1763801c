package main

import (
	"fmt"
	"slices"
	"strings"
)

// maxMoves is how many moved blocks a comment suggests.
const maxMoves = 10

// move is a pair of resources that may be one with another address.
type move struct{ from, to *change }

// moves finds resources that are destroyed while another one of the same type is created for the same object:
// renaming a resource or a key of for_each without a moved block gives such a plan.
func (b *builder) moves() []move {
	type pair struct{ from, to []*change }
	pairs := make(map[string]*pair)
	var keys []string
	at := func(key string) *pair {
		if pairs[key] == nil {
			pairs[key] = new(pair)
			keys = append(keys, key)
		}
		return pairs[key]
	}
	for _, c := range b.target.changes {
		if identities[c.kind] == nil || c.kind == "talonone_cart_item_return" || c.deposed {
			continue
		}
		switch c.verb {
		case destroy:
			if c.identityBefore != "" {
				at(c.kind + " " + c.identityBefore).from = append(at(c.kind+" "+c.identityBefore).from, c)
			}
		case create:
			if identity := c.identityAfter; identity != "" {
				at(c.kind + " " + identity).to = append(at(c.kind+" "+identity).to, c)
			}
		}
	}
	var found []move
	ids := make(map[string]string) // of destroyed audiences, by the address of the created one
	add := func(from, to *change) {
		found = append(found, move{from, to})
		if id, ok := from.before.key("id"); ok && from.kind == audienceType {
			ids[to.fullAddress] = id
		}
	}
	for _, key := range keys {
		if p := pairs[key]; len(p.from) == 1 && len(p.to) == 1 {
			add(p.from[0], p.to[0])
		}
	}
	// What belongs to a renamed audience refers to one that has no ID yet.
	for _, to := range b.target.changes {
		if to.verb != create || to.identityAfter != "" || !slices.Contains(identities[to.kind], "audience_id") {
			continue
		}
		key, _ := b.plan.audienceOf(to, to.after)
		id, ok := ids[key]
		if !ok {
			continue
		}
		var candidates []*change
		for _, from := range b.target.changes {
			if from.kind == to.kind && from.verb == destroy && !from.deposed && slices.Equal(from.rows.removed, to.rows.added) {
				if of, known := from.before.key("audience_id"); known && of == id {
					candidates = append(candidates, from)
				}
			}
		}
		if len(candidates) == 1 {
			add(candidates[0], to)
		}
	}
	return found
}

func (b *builder) moveLines() []line {
	moves := b.moves()
	if b.mostRows == 0 {
		// Keys of for_each are often integration IDs, and a block without them is not one.
		moves = slices.DeleteFunc(moves, func(m move) bool { return m.from.address != m.from.fullAddress || m.to.address != m.to.fullAddress })
	}
	if len(moves) == 0 {
		return nil
	}
	count := int64(len(moves))
	l := say("The plan destroys " + resource.of(count) + " and creates " + verbFor(count, "it", "them") + " again under another address. If you renamed " +
		verbFor(count, "it", "them") + ", add to the configuration:")
	var block strings.Builder
	for i, m := range moves {
		if i == maxMoves {
			fmt.Fprintf(&block, "# … and %s more\n", thousands(count-maxMoves))
			break
		}
		fmt.Fprintf(&block, "moved {\n  from = %s\n  to   = %s\n}\n", m.from.fullAddress, m.to.fullAddress)
	}
	l.block = block.String()
	return []line{l}
}

// families are the types whose resources manage rows of the same kind.
var families = map[string]struct {
	what    noun
	subject string // attribute that says of what
	title   string
}{
	"talonone_audience_memberships": {member, "audience_id", "Audience %s: "},
	"talonone_audience_membership":  {member, "audience_id", "Audience %s: "},
	"talonone_catalog_items":        {item, "catalog_id", "Catalog %s: "},
	"talonone_catalog_item":         {item, "catalog_id", "Catalog %s: "},
	"talonone_coupon_reservation":   {reservation, "coupon_value", "Coupon %s: "},
	"talonone_customer_audiences":   {membership, "profile_integration_id", ""},
	"talonone_customer_profiles":    {profile, "", ""},
	"talonone_customer_profile":     {profile, "", ""},
}

// ownerLines name resources that manage the same rows, one of which will undo what the other does.
func (b *builder) ownerLines() []line {
	type owned struct {
		name      any
		title     string
		what      noun
		first     map[uint64]*change // which resource lists a row first
		exclusive *change
		owners    []*change
	}
	type shared struct {
		first, second *change
		rows          int64
		of            *owned
	}
	var all table[owned]
	var lines []line
	for _, c := range b.target.changes {
		family, ok := families[c.kind]
		if !ok || !c.stays() {
			continue
		}
		key, name := "", any(nil)
		switch family.subject {
		case "":
		case "audience_id":
			key, name = b.plan.audienceOf(c, c.after)
		default:
			text, known := c.after.text(family.subject)
			if !known {
				continue
			}
			key, name = text, code(text)
		}
		at := all.at(family.what.one+" "+key, owned{name: name, title: family.title, what: family.what, first: make(map[uint64]*change)})
		at.owners = append(at.owners, c)
		if c.after.values["ownership"] == "exclusive" && at.exclusive == nil {
			at.exclusive = c
		}
	}
	all.all(func(o *owned) {
		if len(o.owners) < 2 {
			return
		}
		titled := func(text string, args ...any) line {
			if o.title == "" {
				return say(text, args...)
			}
			return say(o.title+text, append([]any{o.name}, args...)...)
		}
		var pairs table[shared]
		for _, c := range o.owners {
			if o.exclusive != nil && c != o.exclusive {
				pairs.at(c.fullAddress+" "+o.exclusive.fullAddress, shared{first: o.exclusive, second: c, of: o})
			}
			for _, row := range c.listed {
				switch first := o.first[row]; {
				case first == nil:
					o.first[row] = c
				case o.exclusive == nil:
					pairs.at(c.fullAddress+" "+first.fullAddress, shared{first: first, second: c, of: o}).rows++
				}
			}
		}
		pairs.all(func(s *shared) {
			first, second := code(s.first.address), code(s.second.address)
			if s.rows == 0 {
				lines = append(lines, titled("%s is exclusive, and %s manages "+o.what.many+", too", first, second))
				return
			}
			lines = append(lines, titled(o.what.of(s.rows)+" "+verbFor(s.rows, "is", "are")+" managed by both %s and %s", first, second))
		})
	})
	return lines
}
