package bulk

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The two ways to own objects of a collection that others may also write to.
const (
	// Additive manages its own objects and leaves all others alone.
	Additive = "additive"
	// Exclusive makes the collection hold its own objects and no others.
	Exclusive = "exclusive"
)

// OwnershipAttribute chooses between Additive, the default, and Exclusive.
func OwnershipAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		Default:             stringdefault.StaticString(Additive),
		Validators:          []validator.String{stringvalidator.OneOf(Additive, Exclusive)},
		MarkdownDescription: description,
	}
}

// MaxRemovalAttribute is the percentage that CheckRemovals guards.
func MaxRemovalAttribute(noun string) schema.Int64Attribute {
	return schema.Int64Attribute{
		Optional:   true,
		Validators: []validator.Int64{int64validator.Between(0, 100)},
		MarkdownDescription: "Refuses a plan that would remove more than this percentage of the " + noun + " that are there, be it by an edit, a " +
			"replacement or a destroy: from 0 (nothing may be removed) to 100 (everything may, as when the attribute is left out). It " +
			"guards against an input that was cut short. When the removal is meant, raise it for that apply. A destroy obeys the value of the last apply.",
	}
}

// CheckRemovals refuses a plan that removes more than maxPercent of the objects that are there. Nothing is refused
// while maxPercent is null or unknown. noun names the objects in the plural.
func CheckRemovals(at path.Path, maxPercent types.Int64, removed, present int, noun string) diag.Diagnostics {
	var diags diag.Diagnostics
	if maxPercent.IsNull() || maxPercent.IsUnknown() || removed == 0 {
		return diags
	}
	if int64(removed)*100 <= maxPercent.ValueInt64()*int64(present) {
		return diags
	}
	diags.AddAttributeError(at, "Plan removes too many "+noun, fmt.Sprintf(
		"This plan would remove %d of %d %s (%s), and max_removal_percent allows %d %%. Nothing has been changed.\n\n"+
			"Check that the input is complete. If the removal is meant, raise max_removal_percent (100 allows everything) or leave it "+
			"out, apply, and set it again. Before a destroy the new value must be applied first.",
		removed, present, noun, percent(removed, present), maxPercent.ValueInt64()))
	return diags
}

// percent rounds up to a tenth, so that a refused share never reads like an allowed one.
func percent(part, whole int) string {
	tenths := (part*1000 + whole - 1) / whole
	if tenths%10 == 0 {
		return fmt.Sprintf("%d %%", tenths/10)
	}
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}
