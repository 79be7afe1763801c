package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// schemaKey is the only address under which tfplugindocs looks up a provider named talonone, whatever its real one.
const schemaKey = "registry.terraform.io/hashicorp/talonone"

// dump asks server for its schemas and translates what documentation shows of them. Schema versions and the item
// counts of blocks, which the framework never sends, are omitted.
func dump(ctx context.Context, server tfprotov6.ProviderServer) (*tfjson.ProviderSchemas, error) {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return nil, fmt.Errorf("reading the schemas: %w", err)
	}
	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return nil, fmt.Errorf("reading the identities: %w", err)
	}
	if err := diagnosticsError(append(schemas.Diagnostics, identities.Diagnostics...)); err != nil {
		return nil, err
	}

	return &tfjson.ProviderSchemas{
		FormatVersion: "1.0",
		Schemas: map[string]*tfjson.ProviderSchema{schemaKey: {
			ConfigSchema:             schema(schemas.Provider),
			ResourceSchemas:          translate(schemas.ResourceSchemas, schema),
			DataSourceSchemas:        translate(schemas.DataSourceSchemas, schema),
			EphemeralResourceSchemas: translate(schemas.EphemeralResourceSchemas, schema),
			ListResourceSchemas:      translate(schemas.ListResourceSchemas, schema),
			ActionSchemas:            translate(schemas.ActionSchemas, action),
			Functions:                translate(schemas.Functions, function),
			ResourceIdentitySchemas:  translate(identities.IdentitySchemas, identity),
		}},
	}, nil
}

func diagnosticsError(diagnostics []*tfprotov6.Diagnostic) error {
	var problems []string
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			problems = append(problems, d.Summary+": "+d.Detail)
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return fmt.Errorf("the provider's schemas are wrong:\n%s", strings.Join(problems, "\n"))
}

func translate[From, To any](from map[string]From, one func(From) To) map[string]To {
	to := make(map[string]To, len(from))
	for name, value := range from {
		to[name] = one(value)
	}
	return to
}

func schema(s *tfprotov6.Schema) *tfjson.Schema {
	return &tfjson.Schema{Block: block(s.Block)}
}

func action(a *tfprotov6.ActionSchema) *tfjson.ActionSchema {
	return &tfjson.ActionSchema{Block: block(a.Schema.Block)}
}

func block(b *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	nested := make(map[string]*tfjson.SchemaBlockType, len(b.BlockTypes))
	for _, n := range b.BlockTypes {
		nested[n.TypeName] = &tfjson.SchemaBlockType{
			NestingMode: nesting(n.Nesting),
			Block:       block(n.Block),
		}
	}
	return &tfjson.SchemaBlock{
		Attributes:      attributes(b.Attributes),
		NestedBlocks:    nested,
		Description:     b.Description,
		DescriptionKind: descriptionKind(b.DescriptionKind),
		Deprecated:      b.Deprecated,
	}
}

func attributes(from []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	to := make(map[string]*tfjson.SchemaAttribute, len(from))
	for _, a := range from {
		attribute := &tfjson.SchemaAttribute{
			Description:     a.Description,
			DescriptionKind: descriptionKind(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes:  attributes(a.NestedType.Attributes),
				NestingMode: nesting(a.NestedType.Nesting),
			}
		} else {
			setType(&attribute.AttributeType, a.Type)
		}
		to[a.Name] = attribute
	}
	return to
}

func identity(i *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	attributes := make(map[string]*tfjson.IdentityAttribute, len(i.IdentityAttributes))
	for _, a := range i.IdentityAttributes {
		attribute := &tfjson.IdentityAttribute{
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
		setType(&attribute.IdentityType, a.Type)
		attributes[a.Name] = attribute
	}
	return &tfjson.IdentitySchema{Attributes: attributes}
}

func function(f *tfprotov6.Function) *tfjson.FunctionSignature {
	signature := &tfjson.FunctionSignature{
		Summary:            f.Summary,
		Description:        f.Description,
		DeprecationMessage: f.DeprecationMessage,
	}
	setType(&signature.ReturnType, f.Return.Type)
	for _, p := range f.Parameters {
		signature.Parameters = append(signature.Parameters, parameter(p))
	}
	if f.VariadicParameter != nil {
		signature.VariadicParameter = parameter(f.VariadicParameter)
	}
	return signature
}

func parameter(p *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	to := &tfjson.FunctionParameter{Name: p.Name, Description: p.Description, IsNullable: p.AllowNullValue}
	setType(&to.Type, p.Type)
	return to
}

func descriptionKind(kind tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	if kind == tfprotov6.StringKindMarkdown {
		return tfjson.SchemaDescriptionKindMarkdown
	}
	return tfjson.SchemaDescriptionKindPlain
}

// nesting turns SINGLE, LIST, SET, MAP and GROUP, the names of both protocol enumerations, into those of the JSON.
func nesting(mode fmt.Stringer) tfjson.SchemaNestingMode {
	return tfjson.SchemaNestingMode(strings.ToLower(mode.String()))
}

// setType sets to, a cty.Type, from a type of the protocol: both have the same JSON form.
func setType(to json.Unmarshaler, from tftypes.Type) {
	text, err := json.Marshal(from)
	if err == nil {
		err = to.UnmarshalJSON(text)
	}
	if err != nil {
		panic(fmt.Sprintf("the type %s has no JSON form: %v", from, err))
	}
}
