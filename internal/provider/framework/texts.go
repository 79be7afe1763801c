package framework

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

// TextsValidator accepts one JSON array of at most Max different strings that are not empty.
type TextsValidator struct{ Max int }

// Description says what is allowed.
func (v TextsValidator) Description(context.Context) string {
	return fmt.Sprintf("a JSON array of at most %d different strings, none of them empty", v.Max)
}

// MarkdownDescription says what is allowed.
func (v TextsValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateString reports a value that is not such an array.
func (v TextsValidator) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if _, err := input.Texts(req.ConfigValue.ValueString(), v.Max); err != nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid list", fmt.Sprintf("The value must be %s, as jsonencode([\"a\", \"b\"]) writes it.\n\n%s", v.Description(ctx), Sentence(err.Error())))
	}
}
