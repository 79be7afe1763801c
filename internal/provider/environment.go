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

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
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

// credentials are the attributes whose values prove who is asking. Those of the environment belong to the deployment that
// TALONONE_BASE_URL names.
var credentials = []string{"integration_api_key", "management_api_key", "management_token", "client_cert_file", "client_key_file"}

// withEnvironment is the configuration with the values of the environment in place of those that are missing; an empty text counts
// as missing, and what surrounds a text is trimmed. It refuses what only becomes known during apply, since a plan made without
// it could not read the deployment, and a value of the environment that the provider block would not take. Credentials of the
// environment are left out where the provider block names another deployment than the environment.
func withEnvironment(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) tfsdk.Config {
	var values map[string]tftypes.Value
	if err := config.Raw.As(&values); err != nil {
		diags.AddError("Unusable provider configuration", err.Error())
		return config
	}
	for name, value := range values {
		var text string
		if value.Type().Is(tftypes.String) && value.IsKnown() && !value.IsNull() && value.As(&text) == nil {
			values[name] = tftypes.NewValue(tftypes.String, talonone.Trim(text))
		}
	}
	withheld := withheldCredentials(values, diags)
	attributes := config.Schema.GetAttributes()
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		if !values[name].IsKnown() {
			diags.AddAttributeError(path.Root(name), "Provider configuration not known yet", fmt.Sprintf(
				"%s comes from something that Terraform has yet to create, so the plan cannot read the deployment. "+
					"Use a value that is known before apply, or apply what it depends on first with -target, or set the environment variable %s instead.", name, variable(name)))
			continue
		}
		text := talonone.Trim(os.Getenv(variable(name)))
		if text == "" || slices.Contains(withheld, name) || !values[name].IsNull() && !values[name].Equal(tftypes.NewValue(tftypes.String, "")) {
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

// withheldCredentials are the credentials of the environment that the deployment of the provider block must not get: whoever can
// propose a change of the configuration could otherwise have them sent to a server of their own. It is an error where the
// provider block has no key of its own.
func withheldCredentials(values map[string]tftypes.Value, diags *diag.Diagnostics) []string {
	text := func(name string) string {
		var text string
		if value := values[name]; value.IsKnown() && !value.IsNull() && value.As(&text) == nil {
			return text
		}
		return ""
	}
	named := talonone.Trim(os.Getenv(EnvBaseURL))
	own, valid := talonone.Origin(text("base_url"))
	if named == "" || !valid {
		return nil
	}
	environments, valid := talonone.Origin(named)
	if own == environments {
		return nil
	}
	if !valid {
		environments = "something else, which is not a valid address"
	}
	var withheld, variables []string
	keys := false
	for _, name := range credentials {
		keys = keys || strings.HasPrefix(name, "integration_") && text(name) != "" || strings.HasPrefix(name, "management_") && text(name) != ""
		if text(name) == "" && os.Getenv(variable(name)) != "" {
			withheld, variables = append(withheld, name), append(variables, variable(name))
		}
	}
	if len(withheld) == 0 {
		return nil
	}
	what := fmt.Sprintf("base_url of the provider block is %s, and %s names %s. Keys of the environment belong to the latter and are never sent elsewhere: %s.",
		own, EnvBaseURL, environments, strings.Join(variables, ", "))
	if keys {
		diags.AddAttributeWarning(path.Root("base_url"), "Keys of the environment are not used", what+" Only those that the provider block sets are used.")
	} else {
		diags.AddAttributeError(path.Root("base_url"), "Keys belong to another deployment",
			what+" Nothing was sent. Correct base_url, or set each key that this provider block needs in the block itself.")
	}
	return withheld
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
			diags.AddAttributeError(at, invalid, talonone.Quoted(text)+" is neither true nor false.")
		}
		return types.BoolValue(parsed), diags
	case schema.Int64Attribute:
		parsed, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			diags.AddAttributeError(at, invalid, talonone.Quoted(text)+" is not a whole number.")
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
			diags.AddAttributeError(at, invalid, talonone.Quoted(text)+" is not a number.")
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
