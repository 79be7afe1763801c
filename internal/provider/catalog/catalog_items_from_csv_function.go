package catalog

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
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
		MarkdownDescription: "Turns a CSV string into the JSON that `items` of `talonone_catalog_items` takes, with typed values, where Terraform's `csvdecode` returns only strings. " +
			"The rules and options are those of `items_file`, which the guide [Catalogs and member lists from spreadsheets and exports](../guides/files) shows for many kinds of files. " +
			"For large files prefer `items_file`, which needs neither Terraform's memory nor its time.",
		Parameters: []function.Parameter{
			function.StringParameter{
				Name:                "csv",
				MarkdownDescription: "The CSV string, such as `file(\"items.csv\")`.",
			},
			function.DynamicParameter{Name: "options", AllowNullValue: true, MarkdownDescription: files.Describe(files.ForItems())},
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
	options, err := files.ForFunction(raw.UnderlyingValue(), files.ForItems())
	if err != nil {
		resp.Error = function.NewArgumentFuncError(1, "Invalid options: "+err.Error())
		return
	}
	items, _, err := ItemsFrom(strings.NewReader(text), options)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, "Invalid CSV: "+strings.TrimSuffix(err.Error(), "."))
		return
	}
	resp.Error = resp.Result.Set(ctx, NewItemsValue(items.JSON()))
}
