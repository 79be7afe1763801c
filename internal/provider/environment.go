package provider

import (
	"context"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// EnvBaseURL stands in for base_url. Every attribute of the provider block has such a variable, see variable.
const EnvBaseURL = "TALONONE_BASE_URL"

// variable is the environment variable that stands in for an attribute of the provider block.
func variable(attribute string) string { return "TALONONE_" + strings.ToUpper(attribute) }

// withVariables ends each description with the attribute's environment variable.
func withVariables(attributes map[string]schema.Attribute) map[string]schema.Attribute {
	for name, attribute := range attributes {
		text := " Can be set with `" + variable(name) + "`."
		switch a := attribute.(type) {
		case schema.StringAttribute:
			a.MarkdownDescription += text
			attributes[name] = a
		case schema.BoolAttribute:
			a.MarkdownDescription += text
			attributes[name] = a
		case schema.Int64Attribute:
			a.MarkdownDescription += text
			attributes[name] = a
		case schema.Float64Attribute:
			a.MarkdownDescription += text
			attributes[name] = a
		}
	}
	return attributes
}

// withEnvironment is the configuration with the values of the environment in place of those that are missing; an empty text counts
// as missing. It refuses what only becomes known during apply, since a plan made without it could not read the deployment, and
// a value of the environment that the provider block would not take.
func withEnvironment(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) tfsdk.Config {
	var values map[string]tftypes.Value
	if err := config.Raw.As(&values); err != nil {
		diags.AddError("Unusable provider configuration", err.Error())
		return config
	}
	attributes := config.Schema.GetAttributes()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if !values[name].IsKnown() {
			diags.AddAttributeError(path.Root(name), "Provider configuration not known yet", fmt.Sprintf(
				"%s comes from something that Terraform has yet to create, so the plan cannot read the deployment. "+
					"Use a value that is known before apply, or apply what it depends on first with -target, or set the environment variable %s instead.", name, variable(name)))
			continue
		}
		text := os.Getenv(variable(name))
		if text == "" || !values[name].IsNull() && !values[name].Equal(tftypes.NewValue(tftypes.String, "")) {
			continue
		}
		value, problems := fromText(ctx, name, attributes[name], text)
		for _, problem := range problems {
			diags.AddAttributeError(path.Root(name), problem.Summary(), problem.Detail()+" The value comes from the environment variable "+variable(name)+".")
		}
		if problems.HasError() {
			continue
		}
		raw, err := value.ToTerraformValue(ctx)
		if err != nil {
			diags.AddAttributeError(path.Root(name), "Unusable provider configuration", err.Error())
			continue
		}
		values[name] = raw
	}
	config.Raw = tftypes.NewValue(config.Raw.Type(), values)
	return config
}

// fromText is an attribute's value as a variable writes it, checked as the attribute is.
func fromText(ctx context.Context, name string, attribute any, text string) (attr.Value, diag.Diagnostics) {
	var diags diag.Diagnostics
	at, invalid := path.Root(name), fmt.Sprintf("Invalid %s", name)
	switch a := attribute.(type) {
	case schema.StringAttribute:
		value := types.StringValue(text)
		for _, v := range a.Validators {
			resp := &validator.StringResponse{}
			v.ValidateString(ctx, validator.StringRequest{Path: at, PathExpression: at.Expression(), ConfigValue: value}, resp)
			diags.Append(resp.Diagnostics...)
		}
		return value, diags
	case schema.BoolAttribute:
		parsed, err := strconv.ParseBool(text)
		if err != nil {
			diags.AddAttributeError(at, invalid, fmt.Sprintf("%q is neither true nor false.", text))
		}
		return types.BoolValue(parsed), diags
	case schema.Int64Attribute:
		parsed, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			diags.AddAttributeError(at, invalid, fmt.Sprintf("%q is not a whole number.", text))
			return nil, diags
		}
		value := types.Int64Value(parsed)
		for _, v := range a.Validators {
			resp := &validator.Int64Response{}
			v.ValidateInt64(ctx, validator.Int64Request{Path: at, PathExpression: at.Expression(), ConfigValue: value}, resp)
			diags.Append(resp.Diagnostics...)
		}
		return value, diags
	case schema.Float64Attribute:
		parsed, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(parsed) || math.IsInf(parsed, 0) {
			diags.AddAttributeError(at, invalid, fmt.Sprintf("%q is not a number.", text))
			return nil, diags
		}
		value := types.Float64Value(parsed)
		for _, v := range a.Validators {
			resp := &validator.Float64Response{}
			v.ValidateFloat64(ctx, validator.Float64Request{Path: at, PathExpression: at.Expression(), ConfigValue: value}, resp)
			diags.Append(resp.Diagnostics...)
		}
		return value, diags
	default:
		diags.AddAttributeError(at, "Unexpected attribute", fmt.Sprintf("%T can't be set by the environment. This is a bug of the provider; please report it.", a))
		return nil, diags
	}
}
