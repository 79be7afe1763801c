package framework

import (
	"context"
	"fmt"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// NameRegexDescription describes the attribute name_regex.
const NameRegexDescription = "Regular expression in [RE2 syntax](https://github.com/google/re2/wiki/Syntax) that the name must match anywhere; use `^` and `$` for the whole name."

// NameRegex is the attribute name_regex of data sources that list.
func NameRegex() schema.StringAttribute {
	return schema.StringAttribute{Optional: true, MarkdownDescription: NameRegexDescription, Validators: []validator.String{RegexValidator{}}}
}

// NameMatcher returns the test for a name_regex; null matches every name.
func NameMatcher(configured attr.Value, diags *diag.Diagnostics) func(name string) bool {
	text, _ := configured.(types.String)
	pattern, err := regexp.Compile(text.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("name_regex"), "Invalid regular expression", err.Error())
		return func(string) bool { return false }
	}
	return pattern.MatchString
}

// RegexValidator refuses patterns that do not compile.
type RegexValidator struct{}

// Description says what is allowed.
func (RegexValidator) Description(context.Context) string {
	return "a regular expression in RE2 syntax"
}

// MarkdownDescription says what is allowed.
func (v RegexValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString reports a pattern that does not compile.
func (v RegexValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := regexp.Compile(req.ConfigValue.ValueString()); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid regular expression",
			fmt.Sprintf("%q is not %s: %s.", req.ConfigValue.ValueString(), v.Description(ctx), err))
	}
}
