package provider

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
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
// environment are omitted where the provider block names another deployment than the environment.
func (p *talonOneProvider) withEnvironment(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) tfsdk.Config {
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
	names := slices.Sorted(maps.Keys(config.Schema.GetAttributes()))
	if refuseUnknown(names, values, diags); diags.HasError() {
		return config
	}
	fromVariables := make(map[string]bool)
	for _, name := range names {
		text := talonone.Trim(os.Getenv(variable(name)))
		if text == "" || slices.Contains(withheld, name) || !values[name].IsNull() && !values[name].Equal(tftypes.NewValue(tftypes.String, "")) {
			continue
		}
		value, err := fromText(values[name].Type(), text)
		if err != nil {
			diags.AddAttributeError(path.Root(name), "Invalid "+name, talonone.Quoted(text)+" is "+err.Error()+". "+comesFrom(name))
			continue
		}
		values[name], fromVariables[name] = value, true
	}
	config.Raw = tftypes.NewValue(config.Raw.Type(), values)
	p.validate(ctx, config, fromVariables, diags)
	return config
}

func comesFrom(name string) string {
	return "The value comes from the environment variable " + variable(name) + "."
}

// refuseUnknown reports, in one error, the settings that become known only during apply.
func refuseUnknown(names []string, values map[string]tftypes.Value, diags *diag.Diagnostics) {
	var unknown, variables []string
	for _, name := range names {
		if !values[name].IsKnown() {
			unknown, variables = append(unknown, name), append(variables, variable(name))
		}
	}
	if len(unknown) == 0 {
		return
	}
	comes, instead := "comes", "the environment variable"
	if len(unknown) > 1 {
		comes, instead = "come", "the environment variables"
	}
	diags.AddAttributeError(path.Root(unknown[0]), "Provider configuration not known yet", fmt.Sprintf(
		"%s %s from something that Terraform has yet to create, so the plan cannot read the deployment. "+
			"Use values that are known before apply, or apply what they depend on first with -target, or set %s %s instead.",
		strings.Join(unknown, ", "), comes, instead, strings.Join(variables, ", ")))
}

// validate has the framework check a configuration with values of the environment as it checks the provider block.
func (p *talonOneProvider) validate(ctx context.Context, config tfsdk.Config, fromVariables map[string]bool, diags *diag.Diagnostics) {
	if len(fromVariables) == 0 {
		return
	}
	encoded, err := tfprotov6.NewDynamicValue(config.Raw.Type(), config.Raw)
	if err != nil {
		diags.AddError("Unusable provider configuration", err.Error())
		return
	}
	resp, err := providerserver.NewProtocol6(p)().ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: &encoded})
	if err != nil {
		diags.AddError("Unusable provider configuration", err.Error())
		return
	}
	for _, problem := range resp.Diagnostics {
		name := ""
		if steps := problem.Attribute.Steps(); len(steps) > 0 {
			if step, ok := steps[0].(tftypes.AttributeName); ok {
				name = string(step)
			}
		}
		// The provider block has been validated.
		if fromVariables[name] && problem.Severity == tfprotov6.DiagnosticSeverityError {
			diags.AddAttributeError(path.Root(name), problem.Summary, problem.Detail+" "+comesFrom(name))
		}
	}
}

// withheldCredentials are the credentials of the environment that the deployment of the provider block must not get: anyone who can
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

// fromText is a value as a variable writes it.
func fromText(kind tftypes.Type, text string) (tftypes.Value, error) {
	switch {
	case kind.Is(tftypes.Bool):
		value, err := strconv.ParseBool(text)
		if err != nil {
			return tftypes.Value{}, errors.New("neither true nor false")
		}
		return tftypes.NewValue(kind, value), nil
	case kind.Is(tftypes.Number):
		value, _, err := big.ParseFloat(text, 10, 512, big.ToNearestEven)
		if err != nil || value.IsInf() {
			return tftypes.Value{}, errors.New("not a number")
		}
		return tftypes.NewValue(kind, value), nil
	}
	return tftypes.NewValue(tftypes.String, text), nil
}
