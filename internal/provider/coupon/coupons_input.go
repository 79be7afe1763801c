package coupon

import (
	"context"
	"io"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
)

// maxCouponsFile bounds a file with coupons, in bytes. Terraform's own messages hold at most 256 MiB.
const maxCouponsFile = 200 << 20

// desired are the coupons of a configuration in which all is known.
func (m *couponsModel) desired(diags *diag.Diagnostics) couponRows {
	if !m.fromFile() {
		return m.held(diags)
	}
	at := path.Root("coupons_file")
	rows, err := m.readFile(diags)
	if err != nil {
		files.ReportContent(err, at, "Unusable coupons file", "To delete all coupons on purpose, set coupons = jsonencode({}) instead.", diags)
	}
	return rows
}

func (m *couponsModel) readFile(diags *diag.Diagnostics) (rows couponRows, err error) {
	name, options := files.Object(m.CouponsFile, files.ForCoupons(), path.Root("coupons_file"), diags)
	if diags.HasError() {
		return nil, nil
	}
	_, err = input.ReadFile(name, maxCouponsFile, func(content io.Reader) (err error) {
		rows, err = couponsFrom(content, options)
		return err
	})
	return rows, err
}

// privateFile is the key of bulk.FileNote in private state.
const privateFile = "coupons_file"

// noteFile keeps what the file of a state says. A file that can't be read is the plan's business.
func (m *couponsModel) noteFile(ctx context.Context, private bulk.PrivateWriter, diags *diag.Diagnostics) {
	var note *bulk.FileNote
	if m.fromFile() {
		var ignored diag.Diagnostics
		if rows, err := m.readFile(&ignored); err == nil && !ignored.HasError() {
			note = &bulk.FileNote{Digest: rows.digest()}
		}
	}
	bulk.WritePrivate(ctx, private, privateFile, note, diags)
}

// noteApplied keeps what the next Read will see where nothing changes.
func (m *couponsModel) noteApplied(ctx context.Context, private bulk.PrivateWriter, diags *diag.Diagnostics) {
	var note *bulk.FileNote
	if m.fromFile() {
		note = &bulk.FileNote{Digest: m.CouponsDigest.ValueString()}
	}
	bulk.WritePrivate(ctx, private, privateFile, note, diags)
}

// fileIsStale says whether the file of both has changed since the first plan of the update.
func (m *couponsModel) fileIsStale(state *couponsModel, note *bulk.FileNote, digest string) bool {
	return m.CouponsFile.Equal(state.CouponsFile) && note.IsStale(digest, state.CouponsDigest.ValueString(),
		m.Ownership.Equal(state.Ownership) && m.MaxRemovalPercent.Equal(state.MaxRemovalPercent) && m.Timeouts.Equal(state.Timeouts))
}

// isStale reports, in an apply, coupons that are not the planned ones.
func (m *couponsModel) isStale(desired couponRows, diags *diag.Diagnostics) bool {
	if m.CouponsDigest.IsUnknown() || m.CouponsDigest.ValueString() == desired.digest() {
		return false
	}
	addFileChanged(diags)
	return true
}

func addFileChanged(diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("coupons_file"), "Coupons file has changed",
		"The file holds other coupons than when the plan was made. Nothing has been changed. Run terraform plan again, with a refresh.")
}
