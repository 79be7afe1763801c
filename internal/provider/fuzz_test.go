package provider_test

import (
	"maps"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// FuzzImportIDs imports every resource by any ID.
func FuzzImportIDs(f *testing.F) {
	for i := range configurations {
		for _, id := range []string{"", "1", "VIP", "0/x", "1/a,b", `["a","b"]`, `6/{"A":{}}`, "11/4001", "9223372036854775808", "customer-1", "SUMMER10/customer-1", "a/b/c", "\x00", "-1", ","} {
			f.Add(i, id)
		}
	}
	kinds := slices.Sorted(maps.Keys(configurations))
	d := acctest.StartUnchecked(f)
	p := d.NewProcess(f, acctest.Attributes{"max_retries": 0})
	f.Fuzz(func(t *testing.T, kind, id string) {
		if !utf8.ValidString(id) || !slices.Contains(kinds, kind) {
			t.Skip("Terraform would not send it")
		}
		_, diags := p.Import(t, kind, id, nil)
		expectReadable(t, kind, diags)
	})
}

// FuzzAttributes plans resources whose custom attributes are any text. What is planned can be applied and read back.
func FuzzAttributes(f *testing.F) {
	for _, attributes := range []string{`{"Language":"de"}`, `{"age":1.50,"interests":["a",null]}`, `{`, `[]`, `null`, `{"a":1,"a":2}`, `{"age":1e400}`, `{"Language":"\ud800"}`, `{} {}`, "{\"a\":\"\\u0000\"}"} {
		f.Add(attributes)
	}
	d := acctest.StartUnchecked(f)
	p := d.NewProcess(f, acctest.Attributes{"max_retries": 0, "validate_attributes": false})
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip("Terraform would not send it")
		}
		p.Reattach(t)
		for kind, config := range map[string]acctest.Attributes{
			"talonone_customer_profile":  {"integration_id": "fuzz", "attributes": text},
			"talonone_customer_profiles": {"profiles": text},
			"talonone_catalog_item":      {"catalog_id": 6, "sku": "FUZZ", "attributes": text},
			"talonone_catalog_items":     {"catalog_id": 7, "items": text},
			"talonone_customer_session":  {"integration_id": "fuzz", "attributes": text},
		} {
			plan, diags := p.Plan(t, kind, acctest.Instance{}, config)
			expectReadable(t, kind, diags)
			if acctest.Problem(diags) != "" {
				continue
			}
			made, diags := p.Apply(t.Context(), t, plan)
			expectReadable(t, kind, diags)
			_, diags = p.Refresh(t, made)
			expectReadable(t, kind, diags)
		}
	})
}

// FuzzFunctions calls the functions with any text.
func FuzzFunctions(f *testing.F) {
	f.Add("sku,price\nA,1.5\n", "price", "number", ",", "|")
	f.Add("sku;tags\nA;\"a|b\"\n", "tags", "list(string)", ";", "|")
	f.Add("a", "", "", "\x00", "\ufffd")
	p := acctest.StartProvider(f)
	f.Fuzz(func(t *testing.T, text, column, kind, delimiter, separator string) {
		for _, given := range []string{text, column, kind, delimiter, separator} {
			if !utf8.ValidString(given) {
				t.Skip("Terraform would not send it")
			}
		}
		call := func(name string, arguments ...any) {
			if _, problem := p.Call(t, name, arguments...); problem != "" {
				expectReadable(t, name, []*tfprotov6.Diagnostic{{Detail: problem}})
			}
		}
		list := tftypes.List{ElementType: tftypes.String}
		call("members", tftypes.NewValue(list, []tftypes.Value{
			tftypes.NewValue(tftypes.String, text), tftypes.NewValue(tftypes.String, column), tftypes.NewValue(tftypes.String, nil),
		}))
		columns := tftypes.Object{AttributeTypes: map[string]tftypes.Type{column: tftypes.String}}
		options := tftypes.Object{AttributeTypes: map[string]tftypes.Type{"columns": columns, "delimiter": tftypes.String, "list_separator": tftypes.String}}
		call("catalog_items_from_csv", tftypes.NewValue(tftypes.String, text), tftypes.NewValue(options, map[string]tftypes.Value{
			"columns":        tftypes.NewValue(columns, map[string]tftypes.Value{column: tftypes.NewValue(tftypes.String, kind)}),
			"delimiter":      tftypes.NewValue(tftypes.String, delimiter),
			"list_separator": tftypes.NewValue(tftypes.String, separator),
		}))
	})
}
