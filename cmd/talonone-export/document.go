package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

// What is larger goes into a file of its own, which the configuration reads.
const (
	largeText = 4096
	largeList = 100
)

// longestName bounds the names of resources, which are those of files too.
const longestName = 60

// jsonAttributes are written as expressions. The provider compares them by what they mean; another text that happens to be
// JSON, such as a description, is written as it is.
var jsonAttributes = map[string]bool{"attributes": true, "coupons": true, "items": true, "members_json": true, "profiles": true}

const mainFile = `terraform {
  required_providers {
    talonone = {
      source = "talon-one/talonone"
    }
  }
}

provider "talonone" {}
`

// document is the configuration to write.
type document struct {
	resources, imports *hclwrite.File
	// files are those of large values, by name.
	files map[string][]byte
	taken map[string]bool
}

func newDocument() document {
	return document{resources: hclwrite.NewEmptyFile(), imports: hclwrite.NewEmptyFile(), files: make(map[string][]byte), taken: make(map[string]bool)}
}

var (
	notInNames = regexp.MustCompile(`[^a-z0-9]+`)
	letter     = regexp.MustCompile(`^[a-z]`)
)

// nameOf is the name of a resource, out of what a person calls the object.
func (d *document) nameOf(kind, called string) string {
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(called), "_"), "_")
	if !letter.MatchString(name) {
		name = strings.TrimSuffix(strings.TrimPrefix(kind, "talonone_")+"_"+name, "_")
	}
	name = strings.TrimSuffix(name[:min(len(name), longestName)], "_")
	for n, plain := 2, name; d.taken[kind+"."+name]; n++ {
		name = fmt.Sprintf("%s_%d", plain, n)
	}
	d.taken[kind+"."+name] = true
	return name
}

// add writes an object down, with everything that a configuration can say about it.
func (d *document) add(kind, called, id string, schema *tfprotov6.Schema, state cty.Value) error {
	name := d.nameOf(kind, called)
	body := d.resources.Body().AppendNewBlock("resource", []string{kind, name}).Body()
	for _, attribute := range schema.Block.Attributes {
		value := state.GetAttr(attribute.Name)
		if !attribute.Required && !attribute.Optional || attribute.Sensitive || value.IsNull() {
			continue
		}
		tokens, err := d.tokens(kind, name, attribute.Name, value)
		if err != nil {
			return err
		}
		body.SetAttributeRaw(attribute.Name, tokens)
	}
	d.resources.Body().AppendNewline()

	block := d.imports.Body().AppendNewBlock("import", nil).Body()
	block.SetAttributeTraversal("to", hcl.Traversal{hcl.TraverseRoot{Name: kind}, hcl.TraverseAttr{Name: name}})
	block.SetAttributeValue("id", cty.StringVal(id))
	d.imports.Body().AppendNewline()
	return nil
}

// tokens is the expression of a value: JSON as jsonencode, and what is large as a file that is read.
func (d *document) tokens(kind, name, attribute string, value cty.Value) (hclwrite.Tokens, error) {
	file := strings.TrimPrefix(kind, "talonone_") + "." + name + "." + attribute + ".json"
	switch {
	case value.Type() == cty.String && jsonAttributes[attribute] && isJSON(value.AsString()):
		if len(value.AsString()) > largeText {
			var indented bytes.Buffer
			if err := json.Indent(&indented, []byte(value.AsString()), "", "  "); err != nil {
				return nil, err
			}
			d.files[file] = append(indented.Bytes(), '\n')
			return raw(`file("${path.module}/` + file + `")`), nil
		}
		object, err := fromJSON(value.AsString())
		if err != nil {
			return nil, err
		}
		return hclwrite.TokensForFunctionCall("jsonencode", valueTokens(object)), nil
	case (value.Type().IsListType() || value.Type().IsMapType()) && value.LengthInt() > largeList:
		content, err := ctyjson.Marshal(value, value.Type())
		if err != nil {
			return nil, err
		}
		var indented bytes.Buffer
		if err := json.Indent(&indented, content, "", "  "); err != nil {
			return nil, err
		}
		d.files[file] = append(indented.Bytes(), '\n')
		return raw(`jsondecode(file("${path.module}/` + file + `"))`), nil
	default:
		return valueTokens(value), nil
	}
}

// valueTokens is hclwrite.TokensForValue for keys of every kind: an object whose first key is for would be read as a for
// expression.
func valueTokens(value cty.Value) hclwrite.Tokens {
	kind := value.Type()
	switch {
	case value.IsNull():
	case kind.IsObjectType() || kind.IsMapType():
		attributes := make([]hclwrite.ObjectAttrTokens, 0, value.LengthInt())
		for key, element := range value.Elements() {
			name := hclwrite.TokensForValue(key)
			if text := key.AsString(); hclsyntax.ValidIdentifier(text) && text != "for" {
				name = hclwrite.TokensForIdentifier(text)
			}
			attributes = append(attributes, hclwrite.ObjectAttrTokens{Name: name, Value: valueTokens(element)})
		}
		return hclwrite.TokensForObject(attributes)
	case kind.IsTupleType() || kind.IsListType() || kind.IsSetType():
		elements := make([]hclwrite.Tokens, 0, value.LengthInt())
		for _, element := range value.Elements() {
			elements = append(elements, valueTokens(element))
		}
		return hclwrite.TokensForTuple(elements)
	}
	return hclwrite.TokensForValue(value)
}

// raw is an expression that holds names of ours alone.
func raw(expression string) hclwrite.Tokens {
	return hclwrite.Tokens{{Type: hclsyntax.TokenIdent, Bytes: []byte(expression)}}
}

func isJSON(text string) bool {
	return (strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")) && json.Valid([]byte(text))
}

func fromJSON(text string) (cty.Value, error) {
	implied, err := ctyjson.ImpliedType([]byte(text))
	if err != nil {
		return cty.NilVal, err
	}
	return ctyjson.Unmarshal([]byte(text), implied)
}

// write makes the folder. It overwrites nothing.
func (d *document) write(folder string) error {
	if entries, err := os.ReadDir(folder); err == nil && len(entries) > 0 {
		return fmt.Errorf("the folder %s is not empty; choose another one with -out", folder)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	files := map[string][]byte{"main.tf": []byte(mainFile), "resources.tf": hclwrite.Format(d.resources.Bytes()), "imports.tf": d.imports.Bytes()}
	maps.Copy(files, d.files)
	for name, content := range files {
		// Items and members can be confidential.
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			return err
		}
	}
	return nil
}
