package catalog

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

var _ function.Function = (*fromCSVFunction)(nil)

type fromCSVFunction struct{}

// NewCatalogItemsFromCSVFunction is the function provider::talonone::catalog_items_from_csv.
func NewCatalogItemsFromCSVFunction() function.Function { return &fromCSVFunction{} }

func (f *fromCSVFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "catalog_items_from_csv"
}

func (f *fromCSVFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Catalog items from CSV",
		MarkdownDescription: "Turns a CSV text into the JSON that `items` of `talonone_catalog_items` takes, with typed values where Terraform's `csvdecode` gives strings alone. " +
			"The rules are those of `items_file`: a header line, then one item a line; an empty field means that the item lacks that part; errors name line and column. " +
			"For large files prefer `items_file`, which needs neither Terraform's memory nor its time.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name:                "csv",
				MarkdownDescription: "The CSV text, such as `file(\"items.csv\")`.",
			},
			function.DynamicParameter{
				Name: "options", AllowNullValue: true,
				MarkdownDescription: "An object, `{}` or `null` for none. `columns` says what the columns hold, from column name to `sku`, `price`, `product`, the type of an attribute " +
					"(`string`, `number`, `boolean`, `time`, `list(string)`, `list(number)`, `list(time)`) or `ignore`; without an entry the columns `sku`, `price` and `product` hold just that, " +
					"and every other column a string attribute of its name. `delimiter` is the character between fields, default `,`; `list_separator` the text between the elements of a list, default `|`.",
			},
		},
		Return: function.StringReturn{CustomType: ItemsType{}},
	}
}

func (f *fromCSVFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var text string
	var raw types.Dynamic
	if resp.Error = req.Arguments.Get(ctx, &text, &raw); resp.Error != nil {
		return
	}
	options, err := optionsFrom(raw.UnderlyingValue())
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, "Invalid options: "+err.Error())
		return
	}
	items, err := ItemsFromCSV(strings.NewReader(text), options)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "Invalid CSV: "+err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, NewItemsValue(items.JSON()))
}

// optionsFrom reads the object of options, whose attributes Terraform doesn't check.
func optionsFrom(value attr.Value) (CSVOptions, error) {
	var options CSVOptions
	given, err := members(value)
	if err != nil {
		return options, err
	}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		switch name {
		case "columns":
			columns, err := members(given[name])
			if err != nil {
				return options, fmt.Errorf("columns: %w", err)
			}
			options.Columns = make(map[string]string, len(columns))
			for column, kind := range columns {
				if options.Columns[column], err = text(kind); err != nil {
					return options, fmt.Errorf("columns: the type of %q %w", column, err)
				}
			}
		case "delimiter":
			if options.Delimiter, err = text(given[name]); err != nil {
				return options, fmt.Errorf("delimiter %w", err)
			}
		case "list_separator":
			if options.ListSeparator, err = text(given[name]); err != nil {
				return options, fmt.Errorf("list_separator %w", err)
			}
		default:
			return options, fmt.Errorf("there is no option %q, only columns, delimiter and list_separator", name)
		}
	}
	return options, options.Check()
}

// members are those of an object or a map; none of null.
func members(value attr.Value) (map[string]attr.Value, error) {
	switch value := value.(type) {
	case nil:
		return nil, nil
	case types.Object:
		return value.Attributes(), nil
	case types.Map:
		return value.Elements(), nil
	case types.Dynamic:
		return members(value.UnderlyingValue())
	}
	if value.IsNull() {
		return nil, nil
	}
	return nil, fmt.Errorf("must be an object")
}

func text(value attr.Value) (string, error) {
	switch value := value.(type) {
	case types.String:
		return value.ValueString(), nil
	case types.Dynamic:
		return text(value.UnderlyingValue())
	default:
		return "", fmt.Errorf("must be a string")
	}
}
