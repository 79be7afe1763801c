package main

import (
	"encoding/json"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
)

const audienceType = "talonone_audience"

// audiences finds the names of audiences, which most resources know by ID alone.
type audiences struct {
	names     map[string]string  // by ID
	members   map[string]int64   // by ID, where the plan tells
	resources map[string]*change // by address, unmasked
}

func newAudiences() audiences {
	return audiences{names: make(map[string]string), members: make(map[string]int64), resources: make(map[string]*change)}
}

// addChange notes an audience of the plan, changed or not, and the members of one that a resource holds completely.
func (a audiences) addChange(c *change) {
	switch c.kind {
	case audienceType:
		a.resources[c.fullAddress] = c
		for _, side := range []object{c.before, c.after} {
			id, known := side.text("id")
			if name, ok := side.text("name"); known && ok {
				a.names[id] = name
			}
		}
	case "talonone_audience_memberships":
		a.addMembers(c.before)
	}
}

// addState notes what the state before the plan holds of audiences: what data sources have read, and what resources manage
// that the plan doesn't mention, as one with -invoke does.
func (a audiences) addState(resource *tfjson.StateResource) {
	var marks any
	if len(resource.SensitiveValues) > 0 && json.Unmarshal(resource.SensitiveValues, &marks) != nil {
		return
	}
	values := newObject(resource.AttributeValues, marks, nil)
	switch {
	case resource.Type == audienceType:
		a.addRead(values)
	case resource.Type == "talonone_audience_memberships":
		a.addMembers(values)
	case resource.Type == "talonone_audience_members" && resource.Mode == tfjson.DataResourceMode:
		a.count(values, "audience_id")
	case resource.Type == "talonone_audiences" && !values.sensitive["audiences"]:
		list, _ := values.values["audiences"].([]any)
		for _, each := range list {
			a.addRead(newObject(each, nil, nil))
		}
	}
}

func (a audiences) addRead(audience object) {
	if id, known := audience.text("id"); known {
		if name, ok := audience.text("name"); ok {
			a.names[id] = name
		}
	}
	a.count(audience, "id")
}

// addMembers notes the members of an audience that a resource manages completely.
func (a audiences) addMembers(memberships object) {
	if memberships.values["ownership"] == "exclusive" {
		a.count(memberships, "audience_id")
	}
}

// count keeps the highest number of members that something says of an audience.
func (a audiences) count(values object, attribute string) {
	id, known := values.key(attribute)
	if count, ok := values.number("member_count"); ok && known {
		a.members[id] = max(a.members[id], count)
	}
}

// audienceOf finds the audience that a resource belongs to: by its ID, else, when the ID is not known yet, by following
// the references in the configuration. key is the same for all that belongs to one audience.
func (p *plan) audienceOf(c *change, side object) (key string, name any) {
	if id, ok := side.text("audience_id"); ok {
		return p.audienceByID(id)
	}
	for _, reference := range p.references(configAddress(c.module), c.kind, c.resource, "audience_id") {
		if found := p.follow(c.module, c.index, reference, 0); found != nil {
			return p.audienceKey(found)
		}
	}
	return c.fullAddress, code(c.address)
}

func (p *plan) audienceByID(id string) (key string, name any) {
	if name, ok := p.audiences.names[id]; ok {
		return "id " + id, code(name)
	}
	return "id " + id, code(id)
}

// audienceKey is the key and the name of an audience that the plan holds.
func (p *plan) audienceKey(c *change) (key string, name any) {
	key = c.fullAddress
	if id, ok := c.before.text("id"); ok && c.verb != replace {
		key = "id " + id
	}
	for _, side := range []object{c.after, c.before} {
		if name, ok := side.text("name"); ok {
			return key, code(name)
		}
	}
	return key, code(c.address)
}

// references are what an argument of a resource refers to. module has no instance keys.
func (p *plan) references(module, kind, name, argument string) []string {
	if resource := p.resourceConfig(module, kind, name); resource != nil {
		return referencesOf(resource.Expressions[argument])
	}
	return nil
}

func referencesOf(expression *tfjson.Expression) []string {
	if expression == nil || expression.ExpressionData == nil {
		return nil
	}
	return expression.References
}

// module is the configuration of a module, given without instance keys.
func (p *plan) module(address string) *tfjson.ConfigModule {
	config := p.config
	for _, name := range moduleNames(address) {
		if config == nil || config.ModuleCalls[name] == nil {
			return nil
		}
		config = config.ModuleCalls[name].Module
	}
	return config
}

// maxDepth ends the search for a reference that goes around in circles, which only a faulty plan holds.
const maxDepth = 20

// follow finds the audience behind a reference that is written in a module: directly, through the arguments of the
// module's call, or through the outputs of a module that it calls. Locals are not part of plan JSON.
func (p *plan) follow(module, index, reference string, depth int) *change {
	if depth > maxDepth {
		return nil
	}
	steps := splitAddress(reference)
	switch {
	case strings.HasPrefix(reference, audienceType+".") && len(steps) >= 2:
		address := prefixed(module, steps[0]+"."+steps[1])
		for _, candidate := range []string{address, address + index} {
			if found := p.audiences.resources[candidate]; found != nil {
				return found
			}
		}
	case steps[0] == "var" && len(steps) >= 2 && module != "":
		parent, call := splitModule(module)
		config := p.module(configAddress(parent))
		name, key := splitKey(call)
		if config == nil || config.ModuleCalls[name] == nil {
			return nil
		}
		for _, next := range referencesOf(config.ModuleCalls[name].Expressions[steps[1]]) {
			if found := p.follow(parent, key, next, depth+1); found != nil {
				return found
			}
		}
	case steps[0] == "module" && len(steps) >= 3:
		name, key := splitKey(steps[1])
		config := p.module(configAddress(prefixed(module, "module."+name)))
		if config == nil || config.Outputs[steps[2]] == nil {
			return nil
		}
		for _, instance := range []string{key, index} {
			for _, next := range referencesOf(config.Outputs[steps[2]].Expression) {
				if found := p.follow(prefixed(module, "module."+name+instance), "", next, depth+1); found != nil {
					return found
				}
			}
		}
	}
	return nil
}
