package acctest

import (
	"iter"
	"maps"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Configured is the provider in process, configured for a deployment with all
// keys, for what only newer CLIs than some machines have can reach: actions and
// list resources.
func Configured(t testing.TB, d *Deployment) tfprotov6.ProviderServer {
	t.Helper()
	server, err := Factories()["talonone"]()
	if err != nil {
		t.Fatal(err)
	}
	config := Object(t, schemasOf(t, server).Provider.ValueType(), map[string]tftypes.Value{
		"base_url":                       tftypes.NewValue(tftypes.String, d.URL),
		"integration_api_key":            tftypes.NewValue(tftypes.String, IntegrationKey),
		"management_api_key":             tftypes.NewValue(tftypes.String, ManagementKey),
		"management_requests_per_second": tftypes.NewValue(tftypes.Number, 10000),
	})
	resp, err := server.ConfigureProvider(t.Context(), &tfprotov6.ConfigureProviderRequest{Config: config})
	if err != nil {
		t.Fatal(err)
	}
	fatal(t, resp.Diagnostics)
	return server
}

// Schemas are those of the provider, which needs no configuration for them.
func Schemas(t testing.TB) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	server, err := Factories()["talonone"]()
	if err != nil {
		t.Fatal(err)
	}
	return schemasOf(t, server)
}

func schemasOf(t testing.TB, server tfprotov6.ProviderServer) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	schemas, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	return schemas
}

// Object is a value of an object type with the attributes given, and null for the others.
func Object(t testing.TB, kind tftypes.Type, given map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	object, ok := kind.(tftypes.Object)
	if !ok {
		t.Fatalf("%s is no object", kind)
	}
	attributes := make(map[string]tftypes.Value, len(object.AttributeTypes))
	for name, attribute := range object.AttributeTypes {
		attributes[name] = tftypes.NewValue(attribute, nil)
	}
	maps.Copy(attributes, given)
	value, err := tfprotov6.NewDynamicValue(object, tftypes.NewValue(object, attributes))
	if err != nil {
		t.Fatal(err)
	}
	return &value
}

// ListConfig is the configuration of a list resource.
func ListConfig(t testing.TB, server tfprotov6.ProviderServer, typeName string, given map[string]tftypes.Value) *tfprotov6.DynamicValue {
	t.Helper()
	return Object(t, schemasOf(t, server).ListResourceSchemas[typeName].ValueType(), given)
}

// List runs a list resource as terraform query does, resources included.
func List(t testing.TB, d *Deployment, typeName string, given map[string]tftypes.Value, limit int64) iter.Seq[tfprotov6.ListResourceResult] {
	t.Helper()
	server := Configured(t, d)
	lists, ok := server.(tfprotov6.ListResourceServer)
	if !ok {
		t.Fatal("the provider serves no list resources")
	}
	stream, err := lists.ListResource(t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: typeName, Config: ListConfig(t, server, typeName, given), IncludeResource: true, Limit: limit,
	})
	if err != nil {
		t.Fatal(err)
	}
	return stream.Results
}

// Invoke is Process.Invoke of a provider of its own, with all keys.
func Invoke(t testing.TB, d *Deployment, actionType string, given map[string]tftypes.Value) (progress []string, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	config := make(Attributes, len(given))
	for name, value := range given {
		config[name] = value
	}
	return d.NewProcess(t, nil).Invoke(t, actionType, config)
}

func hasError(diags []*tfprotov6.Diagnostic) bool {
	return slices.ContainsFunc(diags, func(d *tfprotov6.Diagnostic) bool { return d.Severity == tfprotov6.DiagnosticSeverityError })
}

func fatal(t testing.TB, diags []*tfprotov6.Diagnostic) {
	t.Helper()
	for _, d := range diags {
		t.Fatalf("%s\n%s", d.Summary, d.Detail)
	}
}
