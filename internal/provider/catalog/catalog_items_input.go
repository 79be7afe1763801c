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

// brief is for desired where a state of digests is to be compared.
func (m *catalogItemsModel) brief() func(sku string) bool {
	if !m.fromFile() || m.PlanDetail.ValueString() != detailKeys {
		return nil
	}
	return func(string) bool { return true }
}

// filePath is the configured path of the items file.
func (m *catalogItemsModel) filePath() string {
	name, _ := m.ItemsFile.Attributes()["path"].(types.String)
	return name.ValueString()
}

// desired reads the configured items, and what is known of the file that they come from. Everything must be known. brief,
// which may be nil, says for which items of a file the digest is enough.
func (m *catalogItemsModel) desired(brief func(sku string) bool, diags *diag.Diagnostics) (Items, itemsFile) {
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
	items, file, err := readItemsFile(name, options, brief)
	if err != nil {
		files.ReportContent(err, at, "Unusable items file", "To remove all items on purpose, set items = jsonencode({}) instead.", diags)
	}
	return items, file
}
