package fw

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// Shared by resources that run an operation once: on create, and again when
// something changes. Destroying forgets that it ran.

// Input is one attribute of a one-shot resource that makes it run again.
type Input struct {
	Name           string
	Planned, Prior attr.Value
}

// RunsAgain lists the inputs that changed, each of which replaces the resource.
func RunsAgain(inputs []Input) path.Paths {
	var changed path.Paths
	for _, input := range inputs {
		if !input.Planned.Equal(input.Prior) {
			changed = append(changed, path.Root(input.Name))
		}
	}
	return changed
}

// WarnOfReplay warns when a new run is planned under the key of the one before:
// the deployment would answer it from memory for a day.
func WarnOfReplay(configured, prior types.String, diags *diag.Diagnostics) {
	if configured.IsNull() || configured.IsUnknown() || !configured.Equal(prior) {
		return
	}
	diags.AddAttributeWarning(path.Root("idempotency_key"), "The run would be answered from memory",
		"This plan runs the operation again with the idempotency_key of the run before. Within 24 hours of that run the deployment repeats its answer and does nothing. Change idempotency_key too, or leave it out.")
}

// AddRunError reports a run that failed. Where it may have been carried out all
// the same, it says how to repeat it without running it twice.
func AddRunError(diags *diag.Diagnostics, doing Doing, err error, run *Run) {
	run.Failed(err)
	AddError(diags, doing, err)
	if talonone.RefusalStatus(err) != 0 {
		return
	}
	if _, missing := errors.AsType[*talonone.MissingCredentialError](err); missing {
		return
	}
	advice := fmt.Sprintf("Set idempotency_key = %q and apply again within 24 hours: the deployment then repeats the answer if the operation ran, and runs it if not.", run.Key)
	if run.entry != nil {
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

// Parts is the JSON object of those parts of an answer that responseContent asked
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

// WithPart adds a part to those that are asked for.
func WithPart(asked []string, part string) []string {
	if slices.Contains(asked, part) {
		return asked
	}
	return append(slices.Clone(asked), part)
}
