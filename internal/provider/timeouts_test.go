package provider_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// A deployment that never responds does not hold a data source longer than its timeouts allow.
func TestDataSourcesEndByTheirTimeouts(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	if err := d.Server.AddFault(emulator.Fault{Hang: true}); err != nil {
		t.Fatal(err)
	}
	p := d.NewProcess(t, nil)
	for kind, given := range readers {
		config := maps.Clone(given)
		config["timeouts"] = acctest.Attributes{"read": "20ms"}
		_, diags := p.ReadData(t, kind, config)
		if problem := acctest.Problem(diags); !strings.Contains(problem, "timeouts block") {
			t.Errorf("%s: %q", kind, problem)
		}
	}
}

func TestEverythingThatReadsHasTimeouts(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	for kind, schema := range schemas.ResourceSchemas {
		if !hasTimeouts(schema) {
			t.Errorf("the resource %s has none", kind)
		}
	}
	for kind, schema := range schemas.DataSourceSchemas {
		if !hasTimeouts(schema) {
			t.Errorf("the data source %s has none", kind)
		}
	}
	if problem := acctest.StartProvider(t).ValidateData(t, "talonone_audience", acctest.Attributes{"name": "VIP", "timeouts": acctest.Attributes{"read": "soon"}}); !strings.Contains(problem, "soon") {
		t.Errorf("got %q", problem)
	}
}

func hasTimeouts(schema *tfprotov6.Schema) bool {
	return slices.ContainsFunc(schema.Block.BlockTypes, func(block *tfprotov6.SchemaNestedBlock) bool { return block.TypeName == "timeouts" })
}

// A problem in a nested block is shown on its line, one in a nested attribute on the line of the argument or its element. What tells
// them apart is this name.
func TestTheOnlyBlockIsCalledTimeouts(t *testing.T) {
	t.Parallel()
	schemas := acctest.Schemas(t)
	all := map[string]*tfprotov6.Schema{"the provider": schemas.Provider}
	maps.Copy(all, schemas.ResourceSchemas)
	for kind, schema := range schemas.DataSourceSchemas {
		all["the data source "+kind] = schema
	}
	for kind, schema := range schemas.ActionSchemas {
		all["the action "+kind] = schema.Schema
	}
	for kind, schema := range schemas.ListResourceSchemas {
		all["the list resource "+kind] = schema
	}
	for kind, schema := range all {
		for _, block := range schema.Block.BlockTypes {
			if block.TypeName != "timeouts" {
				t.Errorf("%s has a block %s", kind, block.TypeName)
			}
		}
		for _, attribute := range schema.Block.Attributes {
			if attribute.Name == "timeouts" {
				t.Errorf("%s has an attribute timeouts", kind)
			}
		}
	}
}
