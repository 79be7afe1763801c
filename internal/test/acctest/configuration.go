package acctest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
	ctymsgpack "github.com/zclconf/go-cty/cty/msgpack"
)

// configuration is a configuration file, as far as it needs no more of Terraform than blocks, references and functions.
type configuration struct {
	text     string
	provider *hclsyntax.Body
	// nodes are resources and data sources, each after those that it refers to.
	nodes   []*node
	locals  map[string]hclsyntax.Expression
	outputs map[string]hclsyntax.Expression
	// imports are import IDs by the address that they are for.
	imports map[string]hclsyntax.Expression
}

// node is a resource or a data source.
type node struct {
	kind, name string
	data       bool
	body       *hclsyntax.Body
	text       string // of the configuration
	// needs are the addresses that it refers to.
	needs []string
}

func (n *node) address() string {
	if n.data {
		return "data." + n.kind + "." + n.name
	}
	return n.kind + "." + n.name
}

// problemStart is the summary of a problem, with the attribute that it is about.
var problemStart = regexp.MustCompile(`(?m)^AttributeName\("(\w+)"\)\S*: (.*)$`)

// explain is a problem as the CLI prints it: with the address, and the line that configures the attribute. n is nil where
// the configuration has no block.
func explain(address string, n *node, problem string) error {
	if problem == "" {
		return nil
	}
	text := problemStart.ReplaceAllStringFunc(problem, func(start string) string {
		found := problemStart.FindStringSubmatch(start)
		source := ""
		if n != nil && n.body != nil && n.body.Attributes[found[1]] != nil {
			line := n.body.Attributes[found[1]].SrcRange.Start.Line
			source = fmt.Sprintf("  on main.tf line %d:\n  %d: %s\n", line, line, strings.Split(n.text, "\n")[line-1])
		}
		return found[2] + "\n" + source
	})
	return fmt.Errorf("Error: with %s,\n%s", address, text) //nolint:staticcheck // These are the CLI's words.
}

// explain is a problem of the provider block.
func (c *configuration) explain(problem string) error {
	return explain("provider.talonone", &node{body: c.provider, text: c.text}, problem)
}

// functionsOfTerraform are those that configurations of tests call.
var functionsOfTerraform = map[string]function.Function{
	"concat": stdlib.ConcatFunc, "csvdecode": stdlib.CSVDecodeFunc, "file": fileFunction, "format": stdlib.FormatFunc,
	"join": stdlib.JoinFunc, "jsondecode": stdlib.JSONDecodeFunc, "jsonencode": stdlib.JSONEncodeFunc, "keys": stdlib.KeysFunc,
	"length": lengthFunction, "lookup": stdlib.LookupFunc, "merge": stdlib.MergeFunc, "range": stdlib.RangeFunc,
	"tostring": stdlib.MakeToFunc(cty.String), "toset": stdlib.MakeToFunc(cty.Set(cty.DynamicPseudoType)), "values": stdlib.ValuesFunc,
}

// lengthFunction is that of collections and texts.
var lengthFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "value", Type: cty.DynamicPseudoType, AllowDynamicType: true}},
	Type:   function.StaticReturnType(cty.Number),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		switch kind := args[0].Type(); {
		case kind == cty.String:
			return stdlib.Strlen(args[0])
		case kind.IsObjectType():
			return cty.NumberIntVal(int64(len(kind.AttributeTypes()))), nil
		default:
			return stdlib.Length(args[0])
		}
	},
})

var fileFunction = function.New(&function.Spec{
	Params: []function.Parameter{{Name: "path", Type: cty.String}},
	Type:   function.StaticReturnType(cty.String),
	Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
		content, err := os.ReadFile(args[0].AsString())
		return cty.StringVal(string(content)), err
	},
})

// parse reads a configuration. An error says what takes the CLI.
func parse(text string) (*configuration, error) {
	file, diags := hclsyntax.ParseConfig([]byte(text), "main.tf", hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diags
	}
	c := &configuration{text: text, locals: make(map[string]hclsyntax.Expression), outputs: make(map[string]hclsyntax.Expression), imports: make(map[string]hclsyntax.Expression)}
	body, _ := file.Body.(*hclsyntax.Body)
	if err := c.knows(body); err != nil {
		return nil, err
	}
	for _, block := range body.Blocks {
		switch block.Type {
		case "provider":
			if c.provider != nil || block.Body.Attributes["alias"] != nil {
				return nil, errors.New("several providers")
			}
			c.provider = block.Body
		case "locals":
			for name, attribute := range block.Body.Attributes {
				c.locals[name] = attribute.Expr
			}
		case "import":
			to, id := block.Body.Attributes["to"], block.Body.Attributes["id"]
			if to == nil || id == nil {
				return nil, errors.New("imports by identity")
			}
			c.imports[strings.Join(c.references(to.Expr), "")] = id.Expr
		case "output":
			c.outputs[block.Labels[0]] = block.Body.Attributes["value"].Expr
		case "resource", "data":
			c.nodes = append(c.nodes, &node{kind: block.Labels[0], name: block.Labels[1], data: block.Type == "data", body: block.Body, text: text})
		default:
			return nil, fmt.Errorf("blocks of the type %s", block.Type)
		}
	}
	return c, c.order()
}

// knows refuses what this file does not evaluate.
func (c *configuration) knows(body *hclsyntax.Body) error {
	var found error
	_ = hclsyntax.VisitAll(body, func(n hclsyntax.Node) hcl.Diagnostics {
		switch n := n.(type) {
		case *hclsyntax.FunctionCallExpr:
			if _, ok := functionsOfTerraform[n.Name]; !ok && !strings.HasPrefix(n.Name, providerFunction) {
				found = fmt.Errorf("the function %s", n.Name)
			}
		case *hclsyntax.ScopeTraversalExpr:
			if root := n.Traversal.RootName(); slices.Contains([]string{"var", "each", "count", "path", "terraform", "module", "self"}, root) {
				found = fmt.Errorf("references to %s", root)
			}
		case *hclsyntax.Attribute:
			if slices.Contains([]string{"count", "for_each", "provider"}, n.Name) {
				found = fmt.Errorf("the argument %s", n.Name)
			}
		case *hclsyntax.Block:
			if slices.Contains([]string{"lifecycle", "provisioner", "dynamic"}, n.Type) {
				found = fmt.Errorf("blocks of the type %s", n.Type)
			}
		}
		return nil
	})
	return found
}

// order puts nodes after what they need.
func (c *configuration) order() error {
	byAddress := make(map[string]*node, len(c.nodes))
	for _, n := range c.nodes {
		byAddress[n.address()] = n
	}
	for _, n := range c.nodes {
		for _, attribute := range n.body.Attributes {
			n.needs = append(n.needs, c.references(attribute.Expr)...)
		}
	}
	var sorted []*node
	seen := make(map[*node]bool, len(c.nodes))
	var visit func(*node)
	visit = func(n *node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		for _, address := range n.needs {
			visit(byAddress[address])
		}
		sorted = append(sorted, n)
	}
	for _, n := range c.nodes {
		for _, address := range n.needs {
			if byAddress[address] == nil {
				return fmt.Errorf("the unknown reference %s", address)
			}
		}
		visit(n)
	}
	c.nodes = sorted
	return nil
}

// references are the addresses that an expression needs.
func (c *configuration) references(expression hclsyntax.Expression) []string {
	var needs []string
	for _, traversal := range expression.Variables() {
		steps := []string{traversal.RootName()}
		for _, step := range traversal[1:] {
			if attribute, ok := step.(hcl.TraverseAttr); ok {
				steps = append(steps, attribute.Name)
			}
		}
		switch {
		case steps[0] == "local" && len(steps) > 1 && c.locals[steps[1]] != nil:
			needs = append(needs, c.references(c.locals[steps[1]])...)
		case steps[0] == "data" && len(steps) > 2:
			needs = append(needs, strings.Join(steps[:3], "."))
		case len(steps) > 1:
			needs = append(needs, strings.Join(steps[:2], "."))
		}
	}
	return needs
}

// providerFunction begins the names of the provider's functions.
const providerFunction = "provider::talonone::"

// scope is what expressions are evaluated with: the values of resources and data sources by address.
type scope struct {
	config  *configuration
	values  map[string]cty.Value
	process *Process
}

func (s *scope) evaluate(t testing.TB, expression hclsyntax.Expression) (cty.Value, error) {
	t.Helper()
	roots := make(map[string]map[string]cty.Value)
	data := make(map[string]map[string]cty.Value)
	for address, value := range s.values {
		parts := strings.Split(address, ".")
		into := roots
		if parts[0] == "data" {
			parts, into = parts[1:], data
		}
		if into[parts[0]] == nil {
			into[parts[0]] = make(map[string]cty.Value)
		}
		into[parts[0]][parts[1]] = value
	}
	variables := make(map[string]cty.Value)
	for kind, named := range roots {
		variables[kind] = cty.ObjectVal(named)
	}
	kinds := make(map[string]cty.Value)
	for kind, named := range data {
		kinds[kind] = cty.ObjectVal(named)
	}
	variables["data"] = cty.ObjectVal(kinds)
	locals := make(map[string]cty.Value)
	for _, traversal := range expression.Variables() {
		if traversal.RootName() != "local" {
			continue
		}
		if attribute, ok := traversal[1].(hcl.TraverseAttr); ok {
			value, err := s.evaluate(t, s.config.locals[attribute.Name])
			if err != nil {
				return cty.NilVal, err
			}
			locals[attribute.Name] = value
		}
	}
	variables["local"] = cty.ObjectVal(locals)
	value, diags := expression.Value(&hcl.EvalContext{Variables: variables, Functions: s.functions(t)})
	if diags.HasErrors() {
		return cty.NilVal, failure("", diags[0].Summary, diags[0].Detail)
	}
	return value, nil
}

func (s *scope) functions(t testing.TB) map[string]function.Function {
	t.Helper()
	all := make(map[string]function.Function, len(functionsOfTerraform)+len(s.process.schemas.Functions))
	maps.Copy(all, functionsOfTerraform)
	for name, definition := range s.process.schemas.Functions {
		result := typeOf(t, definition.Return.Type)
		all[providerFunction+name] = function.New(&function.Spec{
			VarParam: &function.Parameter{Name: "arguments", Type: cty.DynamicPseudoType, AllowNull: true, AllowDynamicType: true},
			Type:     func([]cty.Value) (cty.Type, error) { return result, nil },
			Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
				var arguments []any
				for i, arg := range args {
					parameter := definition.VariadicParameter
					if i < len(definition.Parameters) {
						parameter = definition.Parameters[i]
					}
					kind := typeOf(t, parameter.Type)
					converted, err := convertTo(arg, kind)
					if err != nil {
						return cty.NilVal, function.NewArgError(i, err)
					}
					arguments = append(arguments, toProvider(t, converted, kind, parameter.Type))
				}
				value, problem := s.process.Call(t, name, arguments...)
				if problem != "" {
					return cty.NilVal, errors.New(problem)
				}
				return fromProvider(t, value, definition.Return.Type, result), nil
			},
		})
	}
	return all
}

// convertTo is convert.Convert, which compares all elements of a tuple with each other, even if each has the type that is asked for.
func convertTo(value cty.Value, kind cty.Type) (cty.Value, error) {
	if kind.IsListType() && value.Type().IsTupleType() && value.IsKnown() && !value.IsNull() && value.LengthInt() > 0 {
		elements := value.AsValueSlice()
		if !slices.ContainsFunc(elements, func(element cty.Value) bool { return !element.Type().Equals(kind.ElementType()) }) {
			return cty.ListVal(elements), nil
		}
	}
	return convert.Convert(value, kind)
}

// metaArguments are Terraform's own.
var metaArguments = []string{"depends_on"}

// attributes evaluates a block.
func (s *scope) attributes(t testing.TB, address string, body *hclsyntax.Body, schema *tfprotov6.Schema) (Attributes, error) {
	t.Helper()
	var problems []error
	attributes := make(Attributes)
	for _, block := range body.Blocks {
		at := slices.IndexFunc(schema.Block.BlockTypes, func(b *tfprotov6.SchemaNestedBlock) bool { return b.TypeName == block.Type })
		if at < 0 {
			return nil, failure(address, "Unsupported block type", fmt.Sprintf("Blocks of type %q are not expected here.", block.Type))
		}
		// All blocks of this provider are single ones.
		members, err := s.attributes(t, address, block.Body, &tfprotov6.Schema{Block: schema.Block.BlockTypes[at].Block})
		if err != nil {
			return nil, err
		}
		attributes[block.Type] = members
	}
	for _, attribute := range schema.Block.Attributes {
		given := body.Attributes[attribute.Name]
		if given == nil {
			if attribute.Required {
				problems = append(problems, failure(address, "Missing required argument", fmt.Sprintf("The argument %q is required, but no definition was found.", attribute.Name)))
			}
			continue
		}
		value, err := s.evaluate(t, given.Expr)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		kind := configType(t, attribute)
		converted, err := convert.Convert(value, kind)
		if err != nil {
			problems = append(problems, failure(address, "Incorrect attribute value type", fmt.Sprintf("Inappropriate value for attribute %q: %s.", attribute.Name, err)))
			continue
		}
		attributes[attribute.Name] = toProvider(t, converted, kind.WithoutOptionalAttributesDeep(), attribute.ValueType())
	}
	for name := range body.Attributes {
		known := slices.ContainsFunc(schema.Block.Attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == name })
		if !known && !slices.Contains(metaArguments, name) {
			problems = append(problems, failure(address, "Unsupported argument", fmt.Sprintf("An argument named %q is not expected here.", name)))
		}
	}
	return attributes, errors.Join(problems...)
}

// failure is an error as the CLI prints it.
func failure(address, summary, detail string) error {
	return fmt.Errorf("Error: %s\n\n  with %s,\n\n%s", summary, address, detail) //nolint:staticcheck // These are the CLI's words.
}

// configType is the type that configurations give an attribute: members of nested attributes may be omitted.
func configType(t testing.TB, attribute *tfprotov6.SchemaAttribute) cty.Type {
	t.Helper()
	nested := attribute.NestedType
	if nested == nil {
		return typeOf(t, attribute.Type)
	}
	members := make(map[string]cty.Type)
	var optional []string
	for _, member := range nested.Attributes {
		members[member.Name] = configType(t, member)
		if !member.Required {
			optional = append(optional, member.Name)
		}
	}
	object := cty.ObjectWithOptionalAttrs(members, optional)
	switch nested.Nesting {
	case tfprotov6.SchemaObjectNestingModeList:
		return cty.List(object)
	case tfprotov6.SchemaObjectNestingModeSet:
		return cty.Set(object)
	case tfprotov6.SchemaObjectNestingModeMap:
		return cty.Map(object)
	default:
		return object
	}
}

// typeOf is the type that Terraform calls a type of the provider's by.
func typeOf(t testing.TB, kind tftypes.Type) cty.Type {
	t.Helper()
	text, err := json.Marshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	is, err := ctyjson.UnmarshalType(text)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

func toProvider(t testing.TB, value cty.Value, kind cty.Type, as tftypes.Type) tftypes.Value {
	t.Helper()
	encoded, err := ctymsgpack.Marshal(value, kind)
	if err != nil {
		t.Fatal(err)
	}
	converted, err := (&tfprotov6.DynamicValue{MsgPack: encoded}).Unmarshal(as)
	if err != nil {
		t.Fatal(err)
	}
	return converted
}

func fromProvider(t testing.TB, value tftypes.Value, kind tftypes.Type, as cty.Type) cty.Value {
	t.Helper()
	encoded, err := tfprotov6.NewDynamicValue(kind, value)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, &encoded, as)
}

func decoded(t testing.TB, encoded *tfprotov6.DynamicValue, as cty.Type) cty.Value {
	t.Helper()
	converted, err := ctymsgpack.Unmarshal(encoded.MsgPack, as)
	if err != nil {
		t.Fatal(err)
	}
	return converted
}
