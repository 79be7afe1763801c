package openapi

import (
	"os"
	"slices"
	"strings"
)

// Fields are what one operation takes and returns, as far as its values go: paths such as /cartItems[]/price that lead to
// no object with properties of its own. A body without properties is "/".
type Fields struct {
	Method, Path string
	// Request also has the parameters, as path:audienceId and query:dry; it lacks what is read-only.
	Request, Response []string
}

// OperationFields reads the fields of every operation, by its ID, from the vendor's documents. Call it only where Enabled.
func OperationFields() (map[string]Fields, error) {
	all := make(map[string]Fields)
	for _, name := range documents {
		text, err := os.ReadFile(os.Getenv(directoryVariable) + "/" + name)
		if err != nil {
			return nil, err
		}
		doc, err := parse(name, text)
		if err != nil {
			return nil, err
		}
		paths := node{doc, "", doc.root}.get("paths")
		for template := range paths.value {
			for _, method := range methods {
				if declared := paths.get(template).get(strings.ToLower(method)); declared.value != nil {
					if id := declared.text("operationId"); all[id].Path == "" {
						all[id] = declared.fields(method, template)
					}
				}
			}
		}
	}
	return all, nil
}

func (n node) fields(method, template string) Fields {
	f := Fields{Method: method, Path: template}
	for _, p := range n.list("parameters") {
		f.Request = append(f.Request, p.text("in")+":"+p.text("name"))
	}
	body := func(of node, sent bool) []string {
		content := of.get("content")
		for mediaType := range content.value {
			if found := content.get(mediaType).get("schema").leaves("", sent, 0); len(found) > 0 {
				return found
			}
			return []string{"/"}
		}
		return nil
	}
	f.Request = append(f.Request, body(n.get("requestBody"), true)...)
	responses := n.get("responses")
	for _, status := range []string{"200", "201"} {
		f.Response = append(f.Response, body(responses.get(status), false)...)
	}
	return f
}

// deepest bounds schemas that contain themselves.
const deepest = 8

func (n node) leaves(at string, sent bool, depth int) []string {
	var found []string
	add := func(more []string) {
		for _, one := range more {
			if !slices.Contains(found, one) {
				found = append(found, one)
			}
		}
	}
	if depth > deepest {
		return nil
	}
	for _, parts := range []string{"allOf", "oneOf", "anyOf"} {
		for _, part := range n.list(parts) {
			add(part.leaves(at, sent, depth))
		}
	}
	if items := n.get("items"); items.value != nil {
		add(items.leaves(at+"[]", sent, depth+1))
	}
	properties := n.get("properties")
	names := make([]string, 0, len(properties.value))
	for name := range properties.value {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		property := properties.get(name)
		if sent && property.value["readOnly"] == true {
			continue
		}
		below := property.leaves(at+"/"+name, sent, depth+1)
		if len(below) == 0 {
			below = []string{at + "/" + name}
		}
		add(below)
	}
	if further := n.get("additionalProperties"); further.value != nil {
		add(further.leaves(at+"/*", sent, depth+1))
	}
	return found
}
