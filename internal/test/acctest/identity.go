package acctest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// ImportByIdentity imports an object by its identity and reads it, as newer CLIs
// do for an import block.
func (p *Process) ImportByIdentity(t testing.TB, kind string, identity map[string]tftypes.Value) (Instance, []*tfprotov6.Diagnostic) {
	t.Helper()
	object := tftypes.Object{AttributeTypes: make(map[string]tftypes.Type, len(identity))}
	for name, value := range identity {
		object.AttributeTypes[name] = value.Type()
	}
	encoded, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, identity))
	if err != nil {
		t.Fatal(err)
	}
	imported, err := p.Server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: kind, Identity: &tfprotov6.ResourceIdentityData{IdentityData: &encoded},
	})
	if err != nil {
		t.Fatal(err)
	}
	if Problem(imported.Diagnostics) != "" {
		return Instance{}, imported.Diagnostics
	}
	one := imported.ImportedResources[0]
	return p.Refresh(t, p.object(t, kind, one.State, one.Identity, one.Private))
}
