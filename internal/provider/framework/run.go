package framework

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/journal"
	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// AddRunError reports a run that failed. Where it may have been carried out all
// the same, it says how to repeat it without running it twice.
func AddRunError(diags *diag.Diagnostics, operation Operation, err error, run *journal.Run) {
	run.Failed(err)
	AddError(diags, operation, err)
	if talonone.RefusalStatus(err) != 0 {
		return
	}
	if _, missing := errors.AsType[*talonone.MissingCredentialError](err); missing {
		return
	}
	advice := fmt.Sprintf("Set idempotency_key = %q and apply again within 24 hours: the deployment then repeats the answer if the operation ran, and runs it if not.", run.Key)
	if run.Noted() {
		advice = fmt.Sprintf("Apply again within 23 hours: it is sent under the same idempotency key, so that the deployment repeats the answer if the operation ran, and runs it if not. "+
			"The key is kept in Terraform's data folder; where that is lost, as with a runner that is thrown away, set idempotency_key = %q.", run.Key)
	}
	diags.AddWarning("It is not known whether the operation ran", advice)
}

// ListedNames writes names as code, for a description.
func ListedNames(names []string) string {
	quoted := slices.Clone(names)
	for i, name := range quoted {
		quoted[i] = "`" + name + "`"
	}
	return strings.Join(quoted, ", ")
}

// Parts is the JSON object of those parts of a response that responseContent asked
// for; null when it asked for none.
func Parts(asked types.List, parts map[string]json.RawMessage, diags *diag.Diagnostics) jsontypes.Normalized {
	names, known := Strings(asked)
	if !known {
		return jsontypes.NewNormalizedNull()
	}
	wanted := make(map[string]json.RawMessage, len(names))
	for _, name := range names {
		if part, ok := parts[name]; ok {
			wanted[name] = part
		}
	}
	text, err := json.Marshal(wanted)
	if err != nil {
		diags.AddError("Unable to keep the parts of the answer", err.Error())
		return jsontypes.NewNormalizedNull()
	}
	return jsontypes.NewNormalizedValue(string(text))
}

// PartValidators demand that response_content names some of the parts, each once.
func PartValidators(parts []string) []validator.List {
	return []validator.List{
		listvalidator.NoNullValues(), listvalidator.UniqueValues(), listvalidator.ValueStringsAre(stringvalidator.OneOf(parts...)),
	}
}

// WithPart adds a part to those that are asked for.
func WithPart(asked []string, part string) []string {
	if slices.Contains(asked, part) {
		return asked
	}
	return append(slices.Clone(asked), part)
}
