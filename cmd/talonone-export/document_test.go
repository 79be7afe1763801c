package main

import (
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// hostileTexts are names and titles that people give, and others.
var hostileTexts = []string{
	`say "hi"`, "${var.secret}", "%{ if true }x%{ endif }", "$${escaped}", "two\nlines", "carriage\r\nreturn", "tab\there", `back\slash`, "<<EOT", "# no comment", "/* none */",
	"for", "true", "null", "in", "count", "each", "日本語", "ÄÖÜ", "🎉", "\u202eright to left", "\u2028", "", " ", "42 things", "-", "_", "___", "VIP customers", "vip-customers", "VIP  customers",
	"vip_customers_2", `{ "json": true }`, "[1, 2]", strings.Repeat("long ", 100), strings.Repeat("ü", 300), "a}b", "a\"b", "jsonencode(1)",
}

// Whatever objects are called, the files are valid and say exactly that, and no two resources share a name.
func TestHostileTextsAreWrittenExactly(t *testing.T) {
	t.Parallel()
	schema := &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: []*tfprotov6.SchemaAttribute{
		{Name: "name", Type: tftypes.String, Required: true}, {Name: "tags", Type: tftypes.Map{ElementType: tftypes.String}, Optional: true},
		{Name: "attributes", Type: tftypes.String, Optional: true},
	}}}
	d := newDocument()
	for _, text := range hostileTexts {
		json := cty.StringVal(`{"key":` + quoted(t, text) + `}`)
		err := d.add("talonone_audience", text, text, schema, cty.ObjectVal(map[string]cty.Value{
			"name": cty.StringVal(text), "tags": cty.MapVal(map[string]cty.Value{text: cty.StringVal(text)}), "attributes": json,
		}))
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
	}
	context := &hcl.EvalContext{Functions: map[string]function.Function{"jsonencode": stdlib.JSONEncodeFunc}}
	blocks, imports := parse(t, d.resources.Bytes()), parse(t, d.imports.Bytes())
	names := map[string]bool{}
	for i, text := range hostileTexts {
		name := blocks[i].Labels[1]
		if !hclsyntax.ValidIdentifier(name) || names[name] || len(name) > longestName+4 {
			t.Errorf("%q is called %q", text, name)
		}
		names[name] = true
		body := blocks[i].Body.Attributes
		for attribute, want := range map[string]cty.Value{
			"name": cty.StringVal(text), "tags": cty.ObjectVal(map[string]cty.Value{text: cty.StringVal(text)}),
			"attributes": cty.StringVal(`{"key":` + quoted(t, text) + `}`),
		} {
			if got, diags := body[attribute].Expr.Value(context); diags.HasErrors() || !got.RawEquals(want) {
				t.Errorf("%q: %s is %#v, want %#v %v", text, attribute, got, want, diags)
			}
		}
		if id, diags := imports[i].Body.Attributes["id"].Expr.Value(nil); diags.HasErrors() || id.AsString() != cty.StringVal(text).AsString() {
			t.Errorf("%q is imported by %#v %v", text, id, diags)
		}
		if to := string(d.imports.Body().Blocks()[i].Body().GetAttribute("to").Expr().BuildTokens(nil).Bytes()); strings.TrimSpace(to) != "talonone_audience."+name {
			t.Errorf("%q is imported to %s", text, to)
		}
	}
}

// A text that is no JSON attribute stays as it is, however much it looks like JSON.
func TestTextsThatLookLikeJSONAreWrittenAsTheyAre(t *testing.T) {
	t.Parallel()
	d := newDocument()
	tokens, err := d.tokens("talonone_audience", "x", "description", cty.StringVal(`{ "json":  true }`))
	if err != nil || string(tokens.Bytes()) != `"{ \"json\":  true }"` {
		t.Errorf("got %s %v", tokens.Bytes(), err)
	}
}

// The files of large values have names of their own, whatever the resources are called.
func TestFilesOfLargeValuesDiffer(t *testing.T) {
	t.Parallel()
	d := newDocument()
	large := cty.StringVal(`["` + strings.Repeat("x", largeText) + `"]`)
	for _, one := range [][3]string{{"talonone_catalog", "items_a", "items"}, {"talonone_catalog_items", "a", "items"}, {"talonone_catalog_items", "a_items", "items"}} {
		if _, err := d.tokens(one[0], one[1], one[2], large); err != nil {
			t.Fatal(err)
		}
	}
	if len(d.files) != 3 {
		t.Errorf("three values are in %d files", len(d.files))
	}
}

func quoted(t *testing.T, text string) string {
	t.Helper()
	encoded, err := stdlib.JSONEncode(cty.StringVal(text))
	if err != nil {
		t.Fatal(err)
	}
	return encoded.AsString()
}

func parse(t *testing.T, text []byte) hclsyntax.Blocks {
	t.Helper()
	file, diags := hclsyntax.ParseConfig(text, "resources.tf", hcl.InitialPos)
	if diags.HasErrors() {
		t.Fatalf("%v in\n%s", diags, text)
	}
	body, ok := file.Body.(*hclsyntax.Body)
	if !ok || len(body.Blocks) != len(hostileTexts) {
		t.Fatal("blocks are missing")
	}
	return body.Blocks
}
