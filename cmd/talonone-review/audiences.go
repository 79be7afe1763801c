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
		id, known := c.before.text("audience_id")
		if count, ok := c.before.number("member_count"); ok && known && c.before.values["ownership"] == "exclusive" {
			a.members[id] = count
		}
	}
}

// addData notes what data sources have read.
func (a audiences) addData(resource *tfjson.StateResource) {
	var marks any
	if len(resource.SensitiveValues) > 0 && json.Unmarshal(resource.SensitiveValues, &marks) != nil {
		return
	}
	read := newObject(resource.AttributeValues, marks, nil)
	switch resource.Type {
	case audienceType:
		a.addRead(read)
	case "talonone_audiences":
		list, _ := read.values["audiences"].([]any)
		if read.sensitive["audiences"] {
			return
		}
		for _, each := range list {
			a.addRead(newObject(each, nil, nil))
		}
	}
}

func (a audiences) addRead(audience object) {
	id, known := audience.text("id")
	if !known {
		return
	}
	if name, ok := audience.text("name"); ok {
		a.names[id] = name
	}
	if count, ok := audience.number("member_count"); ok {
		a.members[id] = count
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
	config := p.module(module)
	if config == nil {
		return nil
	}
	for _, resource := range config.Resources {
		if resource.Mode == tfjson.ManagedResourceMode && resource.Type == kind && resource.Name == name {
			return referencesOf(resource.Expressions[argument])
		}
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

func prefixed(module, address string) string {
	if module == "" {
		return address
	}
	return module + "." + address
}

// splitAddress cuts an address at its dots, but not at those in instance keys.
func splitAddress(address string) []string {
	var parts []string
	start := 0
	for i, inKey := 0, keyScanner(); i < len(address); i++ {
		if !inKey(address[i]) && address[i] == '.' {
			parts = append(parts, address[start:i])
			start = i + 1
		}
	}
	return append(parts, address[start:])
}

// keyScanner tells, byte by byte, what lies in an instance key such as ["a.b"], brackets included.
func keyScanner() func(b byte) bool {
	inBrackets, inString, escaped := false, false, false
	return func(b byte) bool {
		within := inBrackets || b == '['
		switch {
		case escaped:
			escaped = false
		case inString && b == '\\':
			escaped = true
		case b == '"':
			inString = !inString
		case !inString && b == '[':
			inBrackets = true
		case !inString && b == ']':
			inBrackets = false
		}
		return within
	}
}

// splitKey cuts the instance key off a name: name["key"].
func splitKey(step string) (name, key string) {
	if i := strings.IndexByte(step, '['); i >= 0 {
		return step[:i], step[i:]
	}
	return step, ""
}

// configAddress is an address without instance keys, as the configuration knows it.
func configAddress(address string) string {
	return mapKeys(address, func(string) string { return "" })
}

// maskKeys hides the texts in an address's instance keys, which may be integration IDs or e-mail addresses. Numbers stay.
func maskKeys(address string) string {
	return mapKeys(address, func(key string) string {
		if strings.HasPrefix(key, `["`) {
			return "[…]"
		}
		return key
	})
}

func mapKeys(address string, transform func(key string) string) string {
	var result, key strings.Builder
	inKey := keyScanner()
	for i := range len(address) {
		if inKey(address[i]) {
			key.WriteByte(address[i])
			continue
		}
		if key.Len() > 0 {
			result.WriteString(transform(key.String()))
			key.Reset()
		}
		result.WriteByte(address[i])
	}
	if key.Len() > 0 {
		result.WriteString(transform(key.String()))
	}
	return result.String()
}

// moduleNames are the names along a module's address without keys: module.a.module.b.
func moduleNames(address string) []string {
	var names []string
	for i, step := range splitAddress(address) {
		if i%2 == 1 {
			names = append(names, step)
		}
	}
	return names
}

// splitModule cuts the innermost call off a module's address: its name with its key.
func splitModule(address string) (parent, call string) {
	steps := splitAddress(address)
	return strings.Join(steps[:len(steps)-2], "."), steps[len(steps)-1]
}
