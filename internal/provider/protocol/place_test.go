package protocol

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Terraform shows the first line of the resource for a place that it can't find in the source.
func TestProblemsAreShownWhereTerraformFindsThem(t *testing.T) {
	t.Parallel()
	root := tftypes.NewAttributePath
	for name, test := range map[string]struct{ at, want *tftypes.AttributePath }{
		"nowhere":                       {nil, nil},
		"an argument":                   {root().WithAttributeName("name"), root().WithAttributeName("name")},
		"an element of a list":          {root().WithAttributeName("members").WithElementKeyInt(2), root().WithAttributeName("members").WithElementKeyInt(2)},
		"a value of a map":              {root().WithAttributeName("triggers").WithElementKeyString("a"), root().WithAttributeName("triggers").WithElementKeyString("a")},
		"a member of an object":         {root().WithAttributeName("items_file").WithAttributeName("path"), root().WithAttributeName("items_file").WithElementKeyString("path")},
		"below a member of an object":   {root().WithAttributeName("items_file").WithAttributeName("columns").WithElementKeyString("a"), root().WithAttributeName("items_file").WithElementKeyString("columns")},
		"a member of an element":        {root().WithAttributeName("cart_items").WithElementKeyInt(1).WithAttributeName("attributes"), root().WithAttributeName("cart_items").WithElementKeyInt(1)},
		"an element of a set":           {root().WithAttributeName("a").WithElementKeyValue(tftypes.NewValue(tftypes.String, "b")), root().WithAttributeName("a")},
		"an argument of a nested block": {root().WithAttributeName("timeouts").WithAttributeName("create"), root().WithAttributeName("timeouts").WithAttributeName("create")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			diags := []*tfprotov6.Diagnostic{{Summary: "a", Detail: "b", Attribute: test.at}}
			present(diags)
			if got := diags[0].Attribute; !got.Equal(test.want) {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}
