package customer_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// Import by identity needs a newer CLI than the oldest that is supported, so it is
// asked for over the protocol.
func TestImportByIdentity(t *testing.T) {
	t.Parallel()
	for kind, test := range map[string]struct{ attribute, identity, shown, want string }{
		"talonone_customer_profile":  {"integration_id", "anna", "attributes", `{"age":42}`},
		"talonone_customer_profiles": {"integration_ids", `["anna"]`, "profiles", `{"anna":{"age":42}}`},
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			d := acctest.Start(t)
			setAttributes(t, d, "anna", map[string]any{"age": 42})
			server := newEraser(t, d).server
			schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
			if err != nil {
				t.Fatal(err)
			}
			identityType := tftypes.Object{AttributeTypes: map[string]tftypes.Type{test.attribute: tftypes.String}}
			identity, err := tfprotov6.NewDynamicValue(identityType, tftypes.NewValue(identityType, map[string]tftypes.Value{test.attribute: tftypes.NewValue(tftypes.String, test.identity)}))
			if err != nil {
				t.Fatal(err)
			}
			imported, err := server.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{TypeName: kind, Identity: &tfprotov6.ResourceIdentityData{IdentityData: &identity}})
			if err != nil || len(imported.Diagnostics) > 0 {
				t.Fatal(err, imported.Diagnostics)
			}
			one := imported.ImportedResources[0]
			read, err := server.ReadResource(t.Context(), &tfprotov6.ReadResourceRequest{TypeName: kind, CurrentState: one.State, CurrentIdentity: one.Identity, Private: one.Private})
			if err != nil || len(read.Diagnostics) > 0 {
				t.Fatal(err, read.Diagnostics)
			}
			if got := member(t, read.NewState, schemas.ResourceSchemas[kind].ValueType(), test.shown); got != test.want {
				t.Errorf("%s is %s, want %s", test.shown, got, test.want)
			}
			if got := member(t, read.NewIdentity.IdentityData, identityType, test.attribute); got != test.identity {
				t.Errorf("the identity is %s, want %s", got, test.identity)
			}
		})
	}
}

func member(t *testing.T, value *tfprotov6.DynamicValue, kind tftypes.Type, name string) string {
	t.Helper()
	decoded, err := value.Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	var members map[string]tftypes.Value
	if err := decoded.As(&members); err != nil {
		t.Fatal(err)
	}
	var text string
	if err := members[name].As(&text); err != nil {
		t.Fatal(err)
	}
	return text
}
