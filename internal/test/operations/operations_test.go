package operations

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/provider"
	"github.com/talon-one/terraform-provider-talonone/internal/test/openapi"
)

var update = flag.Bool("update", false, "write docs/operations.md")

var page = filepath.Join("..", "..", "..", "docs", "operations.md")

// Every address in the table is an attribute of the provider: one that can be set for a request, any for a response.
func TestAddressesAreInTheSchemas(t *testing.T) {
	t.Parallel()
	schemas, err := provider.NewServer(provider.Build{})().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range table {
		for _, row := range one.request {
			for _, address := range addressesIn(row[1]) {
				if err := find(schemas, address, row[0] != "path:audienceId" || !strings.HasSuffix(address, ".id")); err != nil {
					t.Errorf("%s, request %s: %v", one.id, row[0], err)
				}
			}
		}
		for _, row := range one.response {
			for _, address := range addressesIn(row[1]) {
				if err := find(schemas, address, false); err != nil {
					t.Errorf("%s, response %s: %v", one.id, row[0], err)
				}
			}
		}
	}
}

// An address that is wrong is found: the test above can fail.
func TestWrongAddressesAreFound(t *testing.T) {
	t.Parallel()
	schemas, err := provider.NewServer(provider.Build{})().GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for address, settable := range map[string]bool{
		"talonone_audience.nam": false, "talonone_audienc.name": false, "data.talonone_audience.nome": false, "action.talonone_track_event.dryer": false,
		"talonone_customer_session.effects.campaign": false, "talonone_customer_session.cart_items.skew": false, "talonone_audience.created": true,
		"talonone_audience.name.first": false,
	} {
		if find(schemas, address, settable) == nil {
			t.Errorf("%s passes", address)
		}
	}
}

// The table has every field of the vendor's documents, and no other.
func TestTableIsComplete(t *testing.T) {
	t.Parallel()
	if !openapi.Enabled() {
		t.Skip("TALONONE_OPENAPI_DIR is not set")
	}
	documented, err := openapi.OperationFields()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range table {
		fields, ok := documented[one.id]
		if !ok {
			t.Errorf("the documents have no operation %s", one.id)
			continue
		}
		for _, problem := range slices.Concat(compare(one.request, fields.Request), compare(one.response, fields.Response)) {
			t.Errorf("%s: %s", one.id, problem)
		}
	}
}

// compare lists documented fields that no row covers, and rows that cover none.
func compare(rows [][2]string, fields []string) (problems []string) {
	covers := func(path, field string) bool {
		rest, ok := strings.CutPrefix(field, path)
		return ok && (rest == "" || path != "/" && strings.ContainsRune("/[", rune(rest[0])))
	}
	for _, field := range fields {
		if !slices.ContainsFunc(rows, func(row [2]string) bool { return covers(row[0], field) }) {
			problems = append(problems, field+" is missing")
		}
	}
	for i, row := range rows {
		if !slices.ContainsFunc(fields, func(field string) bool { return covers(row[0], field) }) {
			problems = append(problems, row[0]+" is not documented")
		}
		if slices.ContainsFunc(rows[:i], func(other [2]string) bool { return other[0] == row[0] }) {
			problems = append(problems, row[0]+" is there twice")
		}
	}
	return problems
}

func TestPageIsUpToDate(t *testing.T) {
	t.Parallel()
	want := render()
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil { //nolint:gosec // a page of the documentation
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(page); err != nil || string(got) != want {
		t.Errorf("docs/operations.md is not what the table says (%v): run make operations", err)
	}
}

var address = regexp.MustCompile(`\b(?:data\.|action\.)?talonone_[a-z0-9_]+(?:\.[a-z0-9_]+)*`)

// addressesIn are the attributes that a cell of the table names; constructs alone, as in reasons, are none.
func addressesIn(cell string) []string {
	if strings.HasPrefix(cell, "- ") {
		return nil
	}
	return address.FindAllString(cell, -1)
}

// find looks an address up.
func find(schemas *tfprotov6.GetProviderSchemaResponse, address string, settable bool) error {
	name, kinds := address, schemas.ResourceSchemas
	if rest, ok := strings.CutPrefix(address, "data."); ok {
		name, kinds = rest, schemas.DataSourceSchemas
	}
	construct, path, _ := strings.Cut(strings.TrimPrefix(name, "action."), ".")
	schema := kinds[construct]
	if strings.HasPrefix(name, "action.") {
		schema = nil
		if action := schemas.ActionSchemas[construct]; action != nil {
			schema = action.Schema
		}
	}
	if schema == nil {
		return fmt.Errorf("%s: there is no such construct", address)
	}
	if path == "" {
		return nil
	}
	attributes := schema.Block.Attributes
	steps := strings.Split(path, ".")
	for i, step := range steps {
		at := slices.IndexFunc(attributes, func(a *tfprotov6.SchemaAttribute) bool { return a.Name == step })
		if at < 0 {
			return fmt.Errorf("%s: there is no %s", address, step)
		}
		found := attributes[at]
		if settable && !found.Optional && !found.Required {
			return fmt.Errorf("%s: %s can't be set", address, step)
		}
		switch {
		case found.NestedType != nil:
			attributes = found.NestedType.Attributes
		case i < len(steps)-1:
			return inside(address, found.Type, steps[i+1:])
		}
	}
	return nil
}

// inside looks the rest of an address up in lists of objects.
func inside(address string, kind tftypes.Type, steps []string) error {
	for _, step := range steps {
		if list, ok := kind.(tftypes.List); ok {
			kind = list.ElementType
		}
		object, ok := kind.(tftypes.Object)
		if !ok || object.AttributeTypes[step] == nil {
			return fmt.Errorf("%s: there is no %s", address, step)
		}
		kind = object.AttributeTypes[step]
	}
	return nil
}

// counts are how many fields of requests can be set in HCL, are always sent, and are not available.
func counts() (settable, fixed, missing int) {
	for _, one := range table {
		for _, row := range one.request {
			switch {
			case strings.HasPrefix(row[1], "- "):
				missing++
			case strings.HasPrefix(row[1], "= ") && len(addressesIn(row[1])) == 0:
				fixed++
			default:
				settable++
			}
		}
	}
	return settable, fixed, missing
}

func render() string {
	settable, fixed, missing := counts()
	var text strings.Builder
	fmt.Fprintf(&text, "# All %d request fields of the %d operations: %d in HCL, %d set by the provider, %d not available\n\n", settable+fixed+missing, len(table), settable, fixed, missing)
	text.WriteString("This page shows where each field of the Integration API is in HCL. A test compares it with the provider's schemas and with Talon.One's OpenAPI\n" +
		"documents, and `make operations` writes it. Parts of a response that are kept as JSON are named once.\n" +
		"[One example](../examples/all-operations/main.tf) uses all operations, and a test counts them. Existing objects are read back through the\n" +
		"Management API to detect drift; the page of each resource names the endpoints that it needs.\n\n")
	text.WriteString("`lastUpdate` of an audience is not available, because the deployment sets it. Price adjustments and `PATCH` of catalog items are not available\n" +
		"yet: they are planned together with ownership of single fields.\n")
	for _, one := range table {
		fmt.Fprintf(&text, "\n## %s\n\n", one.id)
		if one.id == "getLoyaltyProgramProfileTransactions" {
			text.WriteString("Called `getLoyaltyTransactions` until 2023.\n\n")
		}
		fmt.Fprintf(&text, "| Request field | In HCL |\n| --- | --- |\n")
		writeRows(&text, one.request)
		if len(one.response) == 0 {
			text.WriteString("\nThe response has no body that matters.\n")
			continue
		}
		text.WriteString("\n| Response field | In HCL |\n| --- | --- |\n")
		writeRows(&text, one.response)
	}
	return text.String()
}

func writeRows(text *strings.Builder, rows [][2]string) {
	for _, row := range rows {
		field := strings.ReplaceAll(strings.ReplaceAll(row[0], "path:", "path "), "query:", "query ")
		if field == "/" {
			field = "body"
		}
		where := row[1]
		switch {
		case strings.HasPrefix(where, "= "):
			where = "always " + address.ReplaceAllString(strings.TrimPrefix(where, "= "), "`$0`")
		case strings.HasPrefix(where, "- "):
			where = "not available: " + address.ReplaceAllString(strings.TrimPrefix(where, "- "), "`$0`")
		default:
			where = address.ReplaceAllString(where, "`$0`")
		}
		fmt.Fprintf(text, "| `%s` | %s |\n", strings.TrimPrefix(field, "/"), where)
	}
}
