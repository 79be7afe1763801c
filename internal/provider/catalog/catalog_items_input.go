package catalog

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
)

// isKnown tells whether everything is known that decides what a sync does.
func (m *catalogItemsModel) isKnown(ctx context.Context) bool {
	for _, value := range []attr.Value{m.CatalogID, m.Ownership, m.Items, m.ItemsFile, m.PlanDetail} {
		if known, err := value.ToTerraformValue(ctx); err != nil || !known.IsFullyKnown() {
			return false
		}
	}
	return true
}

// filePath is the configured path of the items file.
func (m *catalogItemsModel) filePath() string {
	name, _ := m.ItemsFile.Attributes()["path"].(types.String)
	return name.ValueString()
}

// desired reads the configured items, and what is known of the file that they come from. Everything must be known.
func (m *catalogItemsModel) desired(diags *diag.Diagnostics) (Items, itemsFile) {
	if !m.fromFile() {
		items, err := ParseItems(m.Items.ValueString())
		if err != nil {
			diags.AddAttributeError(path.Root("items"), "Invalid catalog items", err.Error())
		}
		return items, itemsFile{}
	}
	at := path.Root("items_file")
	name, options := files.Object(m.ItemsFile, files.ForItems(), at, diags)
	if diags.HasError() {
		return nil, itemsFile{}
	}
	items, file, err := readItemsFile(name, options)
	if err != nil {
		files.ReportContent(err, at, "Unusable items file", "To remove all items on purpose, set items = jsonencode({}) instead.", diags)
	}
	return items, file
}
