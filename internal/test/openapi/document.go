package openapi

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// contract is what the documents say, by path and method.
type contract struct {
	// routes knows the paths only. It never serves: it is used for its rules of precedence (fixed
	// segments win over parameters) and because it compares escaped paths segment by segment.
	routes *http.ServeMux
}

// route is one path of the documents. Several documents may declare methods of the same path.
type route struct {
	http.Handler // nil: makes ServeMux take the route, and is never called
	template     string
	operations   map[string]*operation // by method
}

// operation is one method of one path.
type operation struct {
	path      []*parameter // those of the path, in order
	query     map[string]*parameter
	schemes   []string // names of the security schemes of which one must be used; none needed when empty
	body      map[string]*schema
	responses map[int]map[string]*schema // by status and media type; the inner map is empty when no body is declared
	failure   *schema                    // of the errors that happen without being declared
}

type parameter struct {
	name   string
	schema *schema
	// list is set when the schema is an array; split when its values share one comma-separated value.
	list, split bool
	// literal is set when its values, or those in the list, are numbers or booleans.
	literal  bool
	required bool
}

// call is a request that the documents know.
type call struct {
	*operation
	template string
	values   []string // of the path's parameters, in order
}

// find looks up what the documents say about a request.
func (c *contract) find(r *http.Request) (call, bool) {
	handler, _ := c.routes.Handler(r)
	known, ok := handler.(*route)
	if !ok || known.operations[r.Method] == nil {
		return call{}, false
	}
	found := call{operation: known.operations[r.Method], template: known.template}
	segments := strings.Split(r.URL.EscapedPath(), "/")
	for i, name := range strings.Split(known.template, "/") {
		if strings.HasPrefix(name, "{") {
			value, err := url.PathUnescape(segments[i])
			if err != nil {
				return call{}, false
			}
			found.values = append(found.values, value)
		}
	}
	return found, true
}

// load reads the named OpenAPI 3.1 documents. Schemas are compiled when first needed: most
// tests use few of them.
func load(folder fs.FS, names ...string) (*contract, error) {
	routes := map[string]*route{}
	for _, name := range names {
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil, err
		}
		doc, err := parse(name, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := doc.addRoutes(routes); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	c := &contract{routes: http.NewServeMux()}
	for pattern, r := range routes {
		c.routes.Handle(pattern, r)
	}
	return c, nil
}

// document is one OpenAPI document. Since version 3.1 its schemas are JSON Schema 2020-12 as they
// stand, so that the whole document can serve as one resource of the JSON Schema compiler.
type document struct {
	url      string
	root     map[string]any
	dangling []string // references that lead nowhere

	compilerMu sync.Mutex
	compiler   *jsonschema.Compiler

	shapesMu sync.RWMutex
	shapes   map[*jsonschema.Schema]*shape
}

func parse(name string, text []byte) (*document, error) {
	doc := &document{
		url:      "https://contract.invalid/" + name,
		compiler: jsonschema.NewCompiler(),
		shapes:   map[*jsonschema.Schema]*shape{},
	}
	if err := yaml.Unmarshal(text, &doc.root); err != nil {
		return nil, err
	}
	if version, _ := doc.root["openapi"].(string); !strings.HasPrefix(version, "3.1.") {
		return nil, errors.New("not an OpenAPI 3.1 document")
	}
	correct(doc.root)
	doc.compiler.DefaultDraft(jsonschema.Draft2020)
	doc.compiler.AssertFormat()
	return doc, doc.compiler.AddResource(doc.url, doc.root)
}

// node is one object of a document with the JSON pointer that leads to it. The zero node stands for
// something absent.
type node struct {
	doc     *document
	pointer string
	value   map[string]any
}

// get returns the object under a key, after following its reference.
func (n node) get(key string) node {
	value, ok := n.value[key].(map[string]any)
	if !ok {
		return node{}
	}
	found := node{n.doc, n.pointer + "/" + pointerEscaper.Replace(key), value}
	ref, ok := value["$ref"].(string)
	if !ok {
		return found
	}
	found = node{n.doc, "", n.doc.root}
	for token := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
		found = found.get(pointerUnescaper.Replace(token))
	}
	if found.value == nil {
		n.doc.dangling = append(n.doc.dangling, ref)
	}
	return found
}

// list returns the objects of an array, after following their references.
func (n node) list(key string) []node {
	values, _ := n.value[key].([]any)
	byIndex := map[string]any{}
	for i, value := range values {
		byIndex[strconv.Itoa(i)] = value
	}
	parent := node{n.doc, n.pointer + "/" + pointerEscaper.Replace(key), byIndex}
	nodes := make([]node, len(values))
	for i := range values {
		nodes[i] = parent.get(strconv.Itoa(i))
	}
	return nodes
}

func (n node) text(key string) string {
	text, _ := n.value[key].(string)
	return text
}

var methods = []string{http.MethodGet, http.MethodPut, http.MethodPost, http.MethodPatch, http.MethodDelete}

func (d *document) addRoutes(routes map[string]*route) error {
	root := node{d, "", d.root}
	paths := root.get("paths")
	for template := range paths.value {
		pattern := muxPattern(template)
		if routes[pattern] == nil {
			routes[pattern] = &route{template: template, operations: map[string]*operation{}}
		}
		for _, method := range methods {
			declared := paths.get(template).get(strings.ToLower(method))
			if declared.value == nil {
				continue
			}
			op, err := d.operation(root, declared, template)
			if err != nil {
				return fmt.Errorf("%s %s: %w", method, template, err)
			}
			routes[pattern].operations[method] = op
		}
	}
	if len(d.dangling) > 0 {
		return fmt.Errorf("references lead nowhere: %q", d.dangling)
	}
	return nil
}

// muxPattern makes equal patterns of templates that differ in the names of their parameters only.
func muxPattern(template string) string {
	segments := strings.Split(template, "/")
	for i, segment := range segments {
		if strings.HasPrefix(segment, "{") {
			segments[i] = "{p" + strconv.Itoa(i) + "}"
		}
	}
	return strings.Join(segments, "/")
}

func (d *document) operation(root, declared node, template string) (*operation, error) {
	op := &operation{
		query:     map[string]*parameter{},
		body:      d.media(declared.get("requestBody")),
		responses: map[int]map[string]*schema{},
	}
	if failure := root.get("components").get("schemas").get("ErrorResponseWithStatus"); failure.value != nil {
		op.failure = d.schema(failure.pointer)
	}

	inPath := map[string]*parameter{}
	for _, p := range declared.list("parameters") {
		declaredSchema := p.get("schema")
		explode, given := p.value["explode"].(bool)
		parsed := &parameter{
			name:     p.text("name"),
			schema:   d.schema(declaredSchema.pointer),
			list:     declaredSchema.text("type") == "array",
			split:    given && !explode,
			literal:  isLiteral(declaredSchema.text("type")) || isLiteral(declaredSchema.get("items").text("type")),
			required: p.value["required"] == true,
		}
		switch p.text("in") {
		case "path":
			inPath["{"+parsed.name+"}"] = parsed
		case "query":
			op.query[parsed.name] = parsed
		default:
			return nil, fmt.Errorf("parameters in %q aren't understood here", p.text("in"))
		}
	}
	for segment := range strings.SplitSeq(template, "/") {
		if strings.HasPrefix(segment, "{") {
			if inPath[segment] == nil {
				return nil, fmt.Errorf("the parameter %s isn't declared", segment)
			}
			op.path = append(op.path, inPath[segment])
		}
	}

	for status := range declared.get("responses").value {
		code, err := strconv.Atoi(status)
		if err != nil {
			return nil, fmt.Errorf("the status %q isn't understood here", status)
		}
		op.responses[code] = d.media(declared.get("responses").get(status))
	}
	correctErrors(op.responses)

	if schemes, ok := securityExceptions[declared.text("operationId")]; ok {
		op.schemes = schemes
		return op, nil
	}
	security, given := declared.value["security"].([]any)
	if !given {
		security, _ = d.root["security"].([]any)
	}
	for _, requirement := range security {
		schemes, _ := requirement.(map[string]any)
		for scheme := range schemes {
			if prefixes[scheme] == "" {
				return nil, fmt.Errorf("the security scheme %q isn't understood here", scheme)
			}
			op.schemes = append(op.schemes, scheme)
		}
	}
	return op, nil
}

func isLiteral(typeName string) bool {
	return typeName == "integer" || typeName == "number" || typeName == "boolean"
}

// prefixes holds, for each security scheme, the first word of the Authorization header. The documents
// say it in prose only (components.securitySchemes).
var prefixes = map[string]string{
	"api_key_v1":     "ApiKey-v1",
	"management_key": "ManagementKey-v1",
	"manager_auth":   "Bearer",
}

// media returns the schemas of a request body or response by media type.
func (d *document) media(n node) map[string]*schema {
	schemas := map[string]*schema{}
	byType := n.get("content")
	for mediaType := range byType.value {
		schemas[mediaType] = d.schema(byType.get(mediaType).get("schema").pointer)
	}
	return schemas
}

var (
	pointerEscaper   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescaper = strings.NewReplacer("~1", "/", "~0", "~")
)
