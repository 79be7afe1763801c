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
func (m *catalogItemsModel) desired(diags *diag.Diagnostics) (items Items, file itemsFile) {
	if !m.fromFile() {
		items, err := ParseItems(m.Items.ValueString())
		if err != nil {
			diags.AddAttributeError(path.Root("items"), "Invalid catalog items", err.Error())
		}
		return items, itemsFile{}
	}
	m.readFile(func(name string, options files.Options) (err error) {
		items, file, err = readItemsFile(name, options)
		return err
	}, diags)
	return items, file
}

// desiredDigests is desired for a file whose items are compared with those of a state by digest.
func (m *catalogItemsModel) desiredDigests(prior managedText, diags *diag.Diagnostics) (text managedText, file itemsFile) {
	m.readFile(func(name string, options files.Options) (err error) {
		text, file, err = readDigests(name, options, len(prior.text)+len(prior.text)/16, prior.len()+prior.len()/16)
		return err
	}, diags)
	return text, file
}

func (m *catalogItemsModel) readFile(read func(name string, options files.Options) error, diags *diag.Diagnostics) {
	at := path.Root("items_file")
	name, options := files.Object(m.ItemsFile, files.ForItems(), at, diags)
	if diags.HasError() {
		return
	}
	if err := read(name, options); err != nil {
		files.ReportContent(err, at, "Unusable items file", "To remove all items on purpose, set items = jsonencode({}) instead.", diags)
	}
}
