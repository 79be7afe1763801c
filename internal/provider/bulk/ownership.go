package bulk

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The two ways to own rows of a target that others may also write to. An imported resource has recorded neither: the
// configuration decides.
const (
	// Additive manages the listed rows and leaves all others alone.
	Additive = "additive"
	// Exclusive makes the target hold the listed rows and no others.
	Exclusive = "exclusive"
)

// Enters says whether an update makes a resource exclusive. Its state doesn't tell then what else is in the target.
func Enters(prior, planned types.String) bool {
	return planned.ValueString() == Exclusive && prior.ValueString() != Exclusive
}

// Leaves says whether an update makes a resource additive that was not. The state may hold rows of others then, so
// nothing is removed: rows that are not listed are released.
func Leaves(prior, planned types.String) bool {
	return planned.ValueString() == Additive && prior.ValueString() != Additive
}

// OwnershipAttribute chooses between Additive, the default, and Exclusive.
func OwnershipAttribute(description string) schema.StringAttribute {
	return schema.StringAttribute{
		Optional:            true,
		Computed:            true,
		Default:             stringdefault.StaticString(Additive),
		Validators:          []validator.String{stringvalidator.OneOf(Additive, Exclusive)},
		MarkdownDescription: description + " The plan is refused if two resources list the same row, or if another resource manages rows of an exclusive one.",
	}
}

// Subject is a resource's rows and where they are, for messages.
type Subject struct {
	Noun Noun
	// Place is the target, such as "audience 701" or `coupon "SUMMER10"`.
	Place string
	// ResourceType is the type in HCL, ImportID what its import block takes for all rows of the target.
	ResourceType, ImportID string
	// ForGood is a sentence about what is lost with rows that end; empty where adding them again restores everything.
	ForGood string
}

// losing puts what is lost before a text.
func (s Subject) losing(text string) string { return strings.TrimSpace(s.ForGood + "\n\n" + text) }

// WarnDestroyed says what a destroy removes. count is how many rows the refreshed state holds. Terraform shows one of
// several warnings with the same summary, and no address with that of a resource without configuration, so it names the place.
func (s Subject) WarnDestroyed(count int, diags *diag.Diagnostics) {
	if count > 0 {
		diags.AddWarning(fmt.Sprintf("Destroying removes %s from %s", s.Noun.Count(count), s.Place), s.losing(AdviseKeeping(s.ResourceType)))
	}
}

// WarnReplaced says what the end of an object that is replaced removes.
func (s Subject) WarnReplaced(count int, diags *diag.Diagnostics) {
	if count > 0 {
		diags.AddWarning(fmt.Sprintf("Replacing removes %s from %s", s.Noun.Count(count), s.Place), s.losing(fmt.Sprintf(
			"The new object then adds the %s that the configuration lists.", s.Noun.Many)))
	}
}

// AdviseKeeping says how management ends without a destroy. A removed block takes no instance key.
func AdviseKeeping(resourceType string) string {
	return fmt.Sprintf("To keep everything and only stop managing it, replace the resource block with\n\n"+
		"  removed {\n    from = %[1]s.NAME\n    lifecycle {\n      destroy = false\n    }\n  }\n\n"+
		"A removed block applies to all instances of count or for_each. For a single instance, run terraform state rm '%[1]s.NAME[\"KEY\"]' instead, before the apply.", resourceType)
}

// About is a summary that names the place, so that no two resources have the same.
func (s Subject) About(summary string) string { return summary + " (" + s.Place + ")" }

// WarnReleased says which rows an update to additive ownership, or the first apply after an import, lets go.
func (s Subject) WarnReleased(released []string, diags *diag.Diagnostics) {
	if len(released) == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("ownership"), s.About(s.Noun.Count(len(released))+" will be released"), fmt.Sprintf(
		"This resource stops managing %s of %s: %s. Nothing is removed. To remove unlisted %s instead, apply with ownership = \"exclusive\" first.",
		s.Noun.Count(len(released)), s.Place, Names(released), s.Noun.Many))
}

// WarnUnlisted says which rows an update to exclusive ownership removes.
func (s Subject) WarnUnlisted(removed []string, diags *diag.Diagnostics) {
	if len(removed) == 0 {
		return
	}
	diags.AddAttributeWarning(path.Root("ownership"), s.About(s.Noun.Count(len(removed))+" not listed will be removed"), fmt.Sprintf(
		"With exclusive ownership %s holds only what the configuration lists. This apply removes %s: %s.",
		s.Place, s.Noun.Count(len(removed)), Names(removed)))
}

// WarnTakenOver says that an update to exclusive ownership can't show yet what it removes, and so removes nothing.
func (s Subject) WarnTakenOver(diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("ownership"), s.About("Unlisted "+s.Noun.Many+" are removed by the next apply"), fmt.Sprintf(
		"This plan did not read everything in %s, so this apply removes nothing. The next plan shows unlisted %s as removals.", s.Place, s.Noun.Many))
}

// WarnExisting says which of the rows to add are in the target already, of how many. lost, which may be empty, are the
// contents that the apply overwrites: "price of 1 item", "attribute size of 3".
func (s Subject) WarnExisting(at path.Path, existing []string, added int, lost []string, diags *diag.Diagnostics) {
	if len(existing) == 0 {
		return
	}
	detail := fmt.Sprintf("Already in %s: %s. This resource manages every listed %s from now on, and removes it when it is no longer listed or the resource is destroyed.",
		s.Place, Names(existing), s.Noun.One)
	if len(lost) > 0 {
		detail += " The apply overwrites " + strings.Join(lost, ", ") + "."
	}
	diags.AddAttributeWarning(at, s.About(s.Noun.OfThose(len(existing), added)+" already"), detail)
}

// WarnArrived says that rows have come into an exclusive target since the plan, and stay for now.
func (s Subject) WarnArrived(count int, diags *diag.Diagnostics) {
	if count <= 0 {
		return
	}
	diags.AddWarning(s.About(s.Noun.Count(count)+" arrived after the plan"), fmt.Sprintf(
		"%s holds %s that the plan did not show. They were not removed; the next plan shows them as removals.", capitalized(s.Place), s.Noun.Count(count)))
}

// RefuseChanged reports a target that is not what the plan was made from.
func (s Subject) RefuseChanged(at path.Path, diags *diag.Diagnostics) {
	diags.AddAttributeError(at, "Plan is out of date", fmt.Sprintf(
		"The %s of %s have changed since the plan was made, so the plan is no longer accurate. Nothing has been changed. Run terraform plan again, with a refresh.", s.Noun.Many, s.Place))
}

// RefuseExclusiveCreate reports that a target holds rows that a new exclusive resource would have to remove.
func (s Subject) RefuseExclusiveCreate(others []string, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("ownership"), "Exclusive ownership requires an import", fmt.Sprintf(
		"%s holds %s not listed here: %s. Creating a resource never removes anything. Import what is there, so that the plan shows what is removed:\n\n"+
			"  import {\n    to = %s.NAME\n    id = %q\n  }\n\nOr use ownership = \"additive\", or list them. If the object is being replaced, run the plan with a refresh, without -refresh=false.",
		capitalized(s.Place), s.Noun.Count(len(others)), Names(others), s.ResourceType, s.ImportID))
}

// WarnUnknown says that the rows become known only in the apply, so that the plan can't say which of count rows it removes.
func (s Subject) WarnUnknown(at path.Path, count int, maxPercent types.Float64, diags *diag.Diagnostics) {
	if count == 0 {
		return
	}
	limit := "To limit that, set max_removal_percent."
	if !maxPercent.IsNull() {
		limit = "max_removal_percent limits how many."
	}
	diags.AddAttributeWarning(at, s.About("Removals are not known yet"), fmt.Sprintf(
		"The %s become known only during the apply, which may remove any of the %s. %s", s.Noun.Many, s.Noun.Count(count), limit))
}

func capitalized(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// MaxRemovalPercentAttribute is the percentage that Guard holds against a plan.
func MaxRemovalPercentAttribute(noun Noun) schema.Float64Attribute {
	return schema.Float64Attribute{
		Optional:   true,
		Validators: []validator.Float64{percentage{}},
		MarkdownDescription: "Maximum share of the " + noun.Many + " that one plan can remove, in percent, from 0 (none) to 100 (all, the default); fractions such as `0.5` are allowed. " +
			"It applies to edits, replacements and destroys, and protects against incomplete input. Raise it for an apply in which a removal is intended. " +
			"A destroy, and a replacement with `create_before_destroy`, uses the value of the last apply; other replacements use the configured value. " +
			"For an object without configuration, see `TALONONE_ALLOW_DELETE`.",
	}
}

// percentage accepts 0 to 100, fractions included.
type percentage struct{}

func (percentage) Description(context.Context) string { return "a percentage from 0 to 100" }

func (v percentage) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (percentage) ValidateFloat64(_ context.Context, req validator.Float64Request, resp *validator.Float64Response) {
	value := req.ConfigValue
	if value.IsNull() || value.IsUnknown() || value.ValueFloat64() >= 0 && value.ValueFloat64() <= 100 {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Invalid percentage", fmt.Sprintf(
		"%s is %s. Write a percentage from 0 (nothing can be removed) to 100 (everything can); fractions such as 0.5 are allowed.",
		req.Path, strconv.FormatFloat(value.ValueFloat64(), 'f', -1, 64)))
}

// Guard refuses an edit that removes more than maxPercent of the present rows. Nothing is refused while maxPercent is null
// or unknown. The end of an object is guarded by GuardEnd.
func (s Subject) Guard(maxPercent types.Float64, removed, present int, diags *diag.Diagnostics) {
	s.guard(maxPercent, removed, present, "", diags)
}

// GuardEnd is Guard for a destroy and for either half of a replacement, which remove all rows. It accepts objects that
// allowed names; otherwise its error says what to add there.
func (s Subject) GuardEnd(allowed AllowDelete, maxPercent types.Float64, removed, present int, diags *diag.Diagnostics) {
	if allowed.Has(s.ResourceType, s.ImportID) {
		return
	}
	s.guard(maxPercent, removed, present, " Before a destroy, and before a replacement with create_before_destroy, the new value must be applied first. "+
		AdviseAllowDelete(s.ResourceType, s.ImportID), diags)
}

func (s Subject) guard(maxPercent types.Float64, removed, present int, advice string, diags *diag.Diagnostics) {
	if maxPercent.IsNull() || maxPercent.IsUnknown() || removed == 0 {
		return
	}
	text := strconv.FormatFloat(maxPercent.ValueFloat64(), 'f', -1, 64)
	// The text has all digits of what was configured; a float times a count would not.
	allowed, _ := new(big.Rat).SetString(text)
	if new(big.Rat).SetInt64(int64(removed)*100).Cmp(allowed.Mul(allowed, new(big.Rat).SetInt64(int64(present)))) <= 0 {
		return
	}
	diags.AddAttributeError(path.Root("max_removal_percent"), "Plan removes too many "+s.Noun.Many, fmt.Sprintf(
		"This plan would remove %s of %s (%s) from %s, and max_removal_percent allows %s %%. Nothing has been changed.\n\n"+
			"Check that the input is complete. If the removal is intended, raise max_removal_percent (100 allows everything) or omit it, "+
			"apply, and set it again.%s",
		Thousands(removed), s.Noun.Count(present), percent(removed, present), s.Place, text, advice))
}

// percent rounds up to a tenth, so that a refused share never reads like an allowed one.
func percent(part, whole int) string {
	tenths := (part*1000 + whole - 1) / whole
	if tenths%10 == 0 {
		return fmt.Sprintf("%d %%", tenths/10)
	}
	return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10)
}
