package main

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// fakeServer answers the two requests of dump and panics on any other.
type fakeServer struct {
	tfprotov6.ProviderServer

	schemas    *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
}

func (f fakeServer) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return f.schemas, nil
}

func (f fakeServer) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return f.identities, nil
}

func TestDumpHoldsEveryKindOfConstruct(t *testing.T) {
	t.Parallel()
	schemaOf := func(attributes ...*tfprotov6.SchemaAttribute) *tfprotov6.Schema {
		return &tfprotov6.Schema{Block: &tfprotov6.SchemaBlock{Attributes: attributes}}
	}
	server := fakeServer{
		schemas: &tfprotov6.GetProviderSchemaResponse{
			Provider: schemaOf(&tfprotov6.SchemaAttribute{
				Name: "key", Type: tftypes.String, Optional: true, Sensitive: true,
				Description: "The *key*.", DescriptionKind: tfprotov6.StringKindMarkdown,
			}),
			ResourceSchemas: map[string]*tfprotov6.Schema{"talonone_thing": {Block: &tfprotov6.SchemaBlock{
				Attributes: []*tfprotov6.SchemaAttribute{{
					Name: "rows", Required: true, NestedType: &tfprotov6.SchemaObject{
						Nesting:    tfprotov6.SchemaObjectNestingModeMap,
						Attributes: []*tfprotov6.SchemaAttribute{{Name: "tags", Computed: true, Type: tftypes.List{ElementType: tftypes.Number}}},
					},
				}},
				BlockTypes: []*tfprotov6.SchemaNestedBlock{{
					TypeName: "timeouts", Nesting: tfprotov6.SchemaNestedBlockNestingModeSingle,
					Block: schemaOf(&tfprotov6.SchemaAttribute{Name: "create", Type: tftypes.DynamicPseudoType, Optional: true, WriteOnly: true}).Block,
				}},
			}}},
			DataSourceSchemas:        map[string]*tfprotov6.Schema{"talonone_thing": schemaOf()},
			EphemeralResourceSchemas: map[string]*tfprotov6.Schema{"talonone_token": schemaOf()},
			ListResourceSchemas:      map[string]*tfprotov6.Schema{"talonone_thing": schemaOf()},
			ActionSchemas:            map[string]*tfprotov6.ActionSchema{"talonone_clear": {Schema: schemaOf()}},
			Functions: map[string]*tfprotov6.Function{"members": {
				Summary:           "Members",
				Parameters:        []*tfprotov6.FunctionParameter{{Name: "ids", Type: tftypes.List{ElementType: tftypes.String}, AllowNullValue: true}},
				VariadicParameter: &tfprotov6.FunctionParameter{Name: "more", Type: tftypes.Bool},
				Return:            &tfprotov6.FunctionReturn{Type: tftypes.String},
			}},
		},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{
			IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"talonone_thing": {
				IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{{Name: "id", Type: tftypes.Number, RequiredForImport: true}},
			}},
		},
	}

	schemas, err := dump(t.Context(), server)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(schemas)
	if err != nil {
		t.Fatal(err)
	}

	want := `{"format_version":"1.0","provider_schemas":{"registry.terraform.io/hashicorp/talonone":{` +
		`"provider":{"version":0,"block":{"attributes":{"key":{"type":"string","description":"The *key*.","description_kind":"markdown","optional":true,"sensitive":true}},"description_kind":"plain"}},` +
		`"resource_schemas":{"talonone_thing":{"version":0,"block":{` +
		`"attributes":{"rows":{"nested_type":{"attributes":{"tags":{"type":["list","number"],"description_kind":"plain","computed":true}},"nesting_mode":"map"},"description_kind":"plain","required":true}},` +
		`"block_types":{"timeouts":{"nesting_mode":"single","block":{"attributes":{"create":{"type":"dynamic","description_kind":"plain","optional":true,"write_only":true}},"description_kind":"plain"}}},` +
		`"description_kind":"plain"}}},` +
		`"data_source_schemas":{"talonone_thing":{"version":0,"block":{"description_kind":"plain"}}},` +
		`"ephemeral_resource_schemas":{"talonone_token":{"version":0,"block":{"description_kind":"plain"}}},` +
		`"action_schemas":{"talonone_clear":{"block":{"description_kind":"plain"}}},` +
		`"functions":{"members":{"summary":"Members","return_type":"string","parameters":[{"name":"ids","is_nullable":true,"type":["list","string"]}],"variadic_parameter":{"name":"more","type":"bool"}}},` +
		`"resource_identity_schemas":{"talonone_thing":{"version":0,"attributes":{"id":{"type":"number","required_for_import":true}}}},` +
		`"list_resource_schemas":{"talonone_thing":{"version":0,"block":{"description_kind":"plain"}}}}}}`
	if string(got) != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestDumpReportsErrorDiagnostics(t *testing.T) {
	t.Parallel()
	server := fakeServer{
		schemas: &tfprotov6.GetProviderSchemaResponse{Diagnostics: []*tfprotov6.Diagnostic{
			{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "Old"},
			{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Duplicate resource", Detail: "talonone_thing is registered twice."},
		}},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{},
	}

	_, err := dump(t.Context(), server)

	if want := "the provider's schemas are wrong:\nDuplicate resource: talonone_thing is registered twice."; err == nil || err.Error() != want {
		t.Errorf("got %v, want %q", err, want)
	}
}
