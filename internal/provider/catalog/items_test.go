package catalog

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/attr/xattr"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
)

func TestParseItems(t *testing.T) {
	t.Parallel()
	got, err := ParseItems(`{
		"SKU1": {"product": "sneakers", "price": 10.50, "attributes": {"size": 4.20e1, "color": "red", "none": null}},
		"a \"quoted\" SKU / ü": {},
		"null": {"price": null, "product": null, "attributes": null},
		"empty": {"attributes": {}},
		"free": {"price": 0.0}
	}`)
	if err != nil {
		t.Fatal(err)
	}
	want := Items{
		"SKU1":                 {Price: "10.5", Product: "sneakers", Attributes: `{"color":"red","size":42}`},
		"a \"quoted\" SKU / ü": {},
		"null":                 {},
		"empty":                {},
		"free":                 {Price: "0"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	again, err := ParseItems(got.JSON())
	if err != nil || !again.Equal(got) {
		t.Errorf("the items do not survive %s: %v", got.JSON(), err)
	}
}

func TestParseItemsNamesSKUAndKeyOfAFault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"no JSON":             {`SKU1`, "line 1, column 1: not valid JSON: invalid character 'S' at start of value"},
		"a list":              {`[{"sku":"SKU1"}]`, "must be a JSON object, not an array"},
		"empty SKU":           {`{"":{}}`, "an item has an empty SKU"},
		"SKU twice":           {`{"SKU1":{},"SKU1":{}}`, `"SKU1" occurs twice in one JSON object`},
		"item is a string":    {`{"SKU1":"red"}`, `SKU "SKU1": must be an object with price, product and attributes, not a string`},
		"item is null":        {`{"SKU1":null}`, `SKU "SKU1": must be an object with price, product and attributes, not null`},
		"unknown key":         {`{"SKU1":{"color":"red"}}`, `SKU "SKU1": unknown key "color": an item has price, product and attributes; custom attributes go into attributes`},
		"price is a string":   {`{"SKU1":{"price":"10.5"}}`, `SKU "SKU1": price must be a number, not the string "10.5": values read from CSV are strings, write tonumber(…)`},
		"price is a list":     {`{"SKU1":{"price":[1]}}`, `SKU "SKU1": price must be a number, not an array`},
		"product is a number": {`{"SKU1":{"product":1}}`, `SKU "SKU1": product must be a string, not a number`},
		"product is empty":    {`{"SKU1":{"product":""}}`, `SKU "SKU1": product is empty: omit it, or write null, for an item without a product`},
		"product is the API's": {`{"SKU1":{"product":{"name":"sneakers"}}}`,
			`SKU "SKU1": product must be a string, not an object`},
		"attributes is a list": {`{"SKU1":{"attributes":[]}}`, `SKU "SKU1": attributes must be an object from attribute name to value, not an array`},
		"attribute twice":      {`{"SKU1":{"attributes":{"a":1,"a":1}}}`, `"a" occurs twice in one JSON object (in SKU1 / attributes)`},
		"price twice":          {`{"SKU1":{"price":1,"price":1}}`, `"price" occurs twice in one JSON object (in SKU1)`},
		"several":              {`{"A":1,"B":{"price":true},"C":{"price":1}}`, "SKU \"A\": must be an object with price, product and attributes, not a number\nSKU \"B\": price must be a number, not a boolean"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := ParseItems(test.text); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestItemsValueSemanticEquality(t *testing.T) {
	t.Parallel()
	base := `{"A":{"price":1,"product":"p","attributes":{"l":["x","y"],"t":"2026-03-01T10:00:00Z","n":2}},"B":{}}`
	for name, test := range map[string]struct {
		other string
		want  bool
	}{
		"the same text":       {base, true},
		"order and spacing":   {`{ "B": {}, "A": {"attributes":{"n":2,"t":"2026-03-01T10:00:00Z","l":["x","y"]},"product":"p","price":1} }`, true},
		"spelling of numbers": {strings.NewReplacer(`"price":1`, `"price":1.00`, `"n":2`, `"n":20e-1`).Replace(base), true},
		"zone of times":       {strings.Replace(base, "10:00:00Z", "11:00:00.000+01:00", 1), true},
		"null and left out":   {strings.Replace(base, `"B":{}`, `"B":{"price":null,"attributes":{"c":null}}`, 1), true},
		"another price":       {strings.Replace(base, `"price":1`, `"price":1.01`, 1), false},
		"no price":            {strings.Replace(base, `"price":1,`, ``, 1), false},
		"order of a list":     {strings.Replace(base, `["x","y"]`, `["y","x"]`, 1), false},
		"an item less":        {strings.Replace(base, `,"B":{}`, ``, 1), false},
		"an item more":        {strings.Replace(base, `"B":{}`, `"B":{},"C":{}`, 1), false},
		"not JSON":            {`{`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, diags := NewItemsValue(base).StringSemanticEquals(t.Context(), NewItemsValue(test.other))
			if diags.HasError() || got != test.want {
				t.Errorf("equal is %v, want %v; %v", got, test.want, diags)
			}
		})
	}
}

func TestItemsValueValidation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		value ItemsValue
		want  string
	}{
		{ItemsValue{basetypes.NewStringNull()}, ""},
		{ItemsValue{basetypes.NewStringUnknown()}, ""},
		{NewItemsValue(`{}`), ""},
		{NewItemsValue(`{"A":{"price":"1"}}`), `SKU "A": price must be a number`},
	} {
		var resp xattr.ValidateAttributeResponse
		test.value.ValidateAttribute(t.Context(), xattr.ValidateAttributeRequest{Path: path.Root("items")}, &resp)
		if test.want == "" && len(resp.Diagnostics) > 0 || test.want != "" && (len(resp.Diagnostics) != 1 || !strings.Contains(resp.Diagnostics[0].Detail(), test.want)) {
			t.Errorf("%s: %v, want %q", test.value, resp.Diagnostics, test.want)
		}
	}
}

func FuzzParseItems(f *testing.F) {
	for _, seed := range []string{
		`{"A":{"price":1.0,"product":"p","attributes":{"l":["x",null],"t":"2026-03-01T10:00:00Z"}}}`, `{"A":{},"A":{}}`, `{"A":{"price":"1"},"B":{}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		items, err := ParseItems(text)
		if err != nil {
			return
		}
		rendered := items.JSON()
		again, err := ParseItems(rendered)
		if err != nil || !again.Equal(items) || again.JSON() != rendered {
			t.Fatalf("%q became %q, and that %q, %v", text, rendered, again.JSON(), err)
		}
	})
}
