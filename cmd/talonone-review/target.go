package main

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

// place says where a resource's requests go, as far as the plan knows.
type place struct {
	origin, account, application string
	sandbox                      string // "true", "false", or empty
}

// target is one Application of one deployment, and what goes to it.
type target struct {
	place
	alias string // of the provider, where nothing else distinguishes targets
	shown bool
	// ambiguous says that only the alias distinguishes it from another one.
	ambiguous bool
	changes   []*change
	drift     []*change
	actions   []*action
}

func (p place) fields() []string { return []string{p.origin, p.account, p.application} }

// complete says whether nothing is left open.
func (p place) complete() bool { return p.origin != "" && p.application != "" }

// fits says whether two places may be one: what both know is the same.
func (p place) fits(other place) bool {
	for i, field := range p.fields() {
		if known := other.fields()[i]; field != "" && known != "" && field != known {
			return false
		}
	}
	return p.sandbox == "" || other.sandbox == "" || p.sandbox == other.sandbox
}

// with fills in what the other knows.
func (p place) with(other place) place {
	fill := func(into *string, value string) {
		if *into == "" {
			*into = value
		}
	}
	fill(&p.origin, other.origin)
	fill(&p.account, other.account)
	fill(&p.application, other.application)
	fill(&p.sandbox, other.sandbox)
	return p
}

// place is what the attributes of a resource say.
func (o object) place() place {
	var p place
	deployment, _ := o.values["deployment"].(map[string]any)
	if o.sensitive["deployment"] {
		deployment = nil
	}
	in := newObject(map[string]any{"name": deployment["origin"], "account_id": deployment["account_id"], "application_id": deployment["application_id"]}, nil, nil)
	p.origin, _ = in.text("name")
	p.account, _ = in.text("account_id")
	p.application, _ = in.text("application_id")
	own := place{}
	own.account, _ = o.text("account_id")
	own.application, _ = o.text("application_id")
	if sandbox, ok := o.values["sandbox"].(bool); ok {
		own.sandbox = map[bool]string{true: "true", false: "false"}[sandbox]
	}
	return p.with(own)
}

// targets divides the plan's changes by where they go. Resources of one provider configuration go to one target; what is
// no longer in the configuration goes where its state says.
func (p *plan) targets() []*target {
	byAlias := make(map[string]place)
	for alias, config := range p.providers {
		byAlias[alias] = place{origin: originOf(config)}
	}
	aliasOf := func(c *change) string {
		if config := p.resourceConfig(configAddress(c.module), c.kind, c.resource); config != nil {
			return config.ProviderConfigKey
		}
		return ""
	}
	for i := range p.changes {
		if c := &p.changes[i]; isOurs(c.kind) && !c.destroys() {
			if alias := aliasOf(c); alias != "" {
				byAlias[alias] = c.after.place().with(c.before.place()).with(byAlias[alias])
			}
		}
	}
	var targets []*target
	placeOf := func(c *change) place {
		if c.verb == create {
			return c.after.place()
		}
		return c.before.place().with(c.after.place())
	}
	// What the configuration holds comes first, so that the rest finds its target.
	found := make(map[*change]*target)
	each := func(do func(c *change, alias string)) {
		for _, changes := range [][]change{p.changes, p.drift} {
			for i := range changes {
				if c := &changes[i]; isOurs(c.kind) {
					do(c, aliasOf(c))
				}
			}
		}
	}
	each(func(c *change, alias string) {
		if alias == "" {
			return
		}
		where := placeOf(c).with(byAlias[alias])
		i := slices.IndexFunc(targets, func(t *target) bool {
			return t.fits(where) && (t.alias == alias || t.complete() && where.complete())
		})
		if i < 0 {
			i = len(targets)
			targets = append(targets, &target{alias: alias})
		}
		targets[i].place = targets[i].with(where)
		found[c] = targets[i]
	})
	each(func(c *change, alias string) {
		if alias == "" {
			found[c] = nearest(&targets, placeOf(c))
		}
	})
	owners := make(map[string]*target)
	for i := range p.changes {
		if c := &p.changes[i]; found[c] != nil {
			found[c].changes = append(found[c].changes, c)
			owners[c.fullAddress] = found[c]
		}
	}
	for i := range p.drift {
		if c := &p.drift[i]; found[c] != nil {
			found[c].drift = append(found[c].drift, c)
		}
	}
	for i := range p.actions {
		if a := &p.actions[i]; isOurs(a.kind) {
			t := owners[a.trigger]
			if t == nil {
				t = nearest(&targets, place{})
			}
			t.actions = append(t.actions, a)
		}
	}
	for _, t := range targets {
		t.shown = len(targets) > 1 || t.origin != ""
		t.ambiguous = slices.ContainsFunc(targets, func(other *target) bool { return other != t && other.place == t.place })
	}
	return targets
}

// nearest finds the target that fits a place best, and adds one where none does or several do equally well.
func nearest(targets *[]*target, where place) *target {
	var best *target
	most, ties := -1, 0
	for _, t := range *targets {
		if !t.fits(where) {
			continue
		}
		common := 0
		for i, field := range where.fields() {
			if field != "" && field == t.fields()[i] {
				common++
			}
		}
		switch {
		case common > most:
			best, most, ties = t, common, 0
		case common == most:
			ties++
		}
	}
	if best == nil || ties > 0 {
		best = &target{place: where}
		*targets = append(*targets, best)
	}
	best.place = best.with(where)
	return best
}

// originOf is the address of the deployment where a provider block names it literally.
func originOf(config *tfjson.ProviderConfig) string {
	if config == nil {
		return ""
	}
	expression := config.Expressions["base_url"]
	if expression == nil || expression.ExpressionData == nil {
		return ""
	}
	text, _ := expression.ConstantValue.(string)
	parsed, err := url.Parse(text)
	if err != nil || parsed.Host == "" {
		return ""
	}
	return parsed.Scheme + "://" + parsed.Host
}

// line names the target: nil where there is nothing to say.
func (t *target) line() *line {
	if !t.shown {
		return nil
	}
	var parts []string
	var args []any
	add := func(format, value string) {
		if value != "" {
			parts = append(parts, format)
			args = append(args, code(value))
		}
	}
	add("%s", t.origin)
	add("Application %s", t.application)
	add("account %s", t.account)
	switch t.sandbox {
	case "true":
		parts = append(parts, "sandbox")
	case "false":
		parts = append(parts, "live environment")
	}
	if t.ambiguous || t.origin == "" && t.application == "" {
		add("provider %s", t.alias)
	}
	if len(parts) == 0 {
		parts = append(parts, "deployment not known yet")
	}
	l := say(strings.Join(parts, ", "), args...)
	return &l
}

// audiencesOf finds names and members of the audiences of one target: another deployment may use the same IDs.
func (p *plan) audiencesOf(t *target) audiences {
	own := audiences{names: maps.Clone(p.inState.names), members: maps.Clone(p.inState.members), resources: make(map[string]*change)}
	for _, c := range t.changes {
		own.addChange(c)
	}
	return own
}

// resourceConfig is the configuration of a resource. module has no instance keys.
func (p *plan) resourceConfig(module, kind, name string) *tfjson.ConfigResource {
	config := p.module(module)
	if config == nil {
		return nil
	}
	i := slices.IndexFunc(config.Resources, func(r *tfjson.ConfigResource) bool {
		return r != nil && r.Mode == tfjson.ManagedResourceMode && r.Type == kind && r.Name == name
	})
	if i < 0 {
		return nil
	}
	return config.Resources[i]
}
