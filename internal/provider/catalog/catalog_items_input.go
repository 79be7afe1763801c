package catalog

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
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

func (m *catalogItemsModel) file(ctx context.Context, diags *diag.Diagnostics) itemsFileModel {
	var file itemsFileModel
	diags.Append(m.ItemsFile.As(ctx, &file, basetypes.ObjectAsOptions{})...)
	return file
}

// desired reads the configured items, and the SHA-256 of the file that they come from. Everything must be known.
func (m *catalogItemsModel) desired(ctx context.Context, diags *diag.Diagnostics) (items Items, fileSHA256 string) {
	if !m.fromFile() {
		items, err := ParseItems(m.Items.ValueString())
		if err != nil {
			diags.AddAttributeError(path.Root("items"), "Invalid catalog items", err.Error())
		}
		return items, ""
	}
	file := m.file(ctx, diags)
	options := file.options(ctx, diags)
	if diags.HasError() {
		return nil, ""
	}
	items, fileSHA256, err := ReadItemsFile(file.Path.ValueString(), file.format(), options)
	if err != nil {
		diags.AddAttributeError(path.Root("items_file"), "Unusable items file", err.Error())
	}
	return items, fileSHA256
}

// format is as configured, or as the file's name says.
func (f itemsFileModel) format() string {
	if format := f.Format.ValueString(); format != "" {
		return format
	}
	return input.FormatOf(f.Path.ValueString())
}

func (f itemsFileModel) options(ctx context.Context, diags *diag.Diagnostics) CSVOptions {
	options := CSVOptions{Delimiter: f.Delimiter.ValueString(), ListSeparator: f.ListSeparator.ValueString()}
	if !f.Columns.IsNull() {
		diags.Append(f.Columns.ElementsAs(ctx, &options.Columns, false)...)
	}
	return options
}
