package bulk

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

// RefuseTwins refuses a plan that adds a row and removes another one with the same name but for case, white space at the ends or
// Unicode normal form. A deployment may take both for one row; the removal would then take away what the plan adds, in every
// plan again.
func (s Subject) RefuseTwins(at path.Path, added, removed []string, diags *diag.Diagnostics) {
	if len(added) == 0 || len(removed) == 0 {
		return
	}
	adds := make(map[string]string, len(added))
	for _, key := range added {
		adds[input.Twin(key)] = key
	}
	var first, note string
	count := 0
	for _, key := range removed {
		if twin, found := adds[input.Twin(key)]; found {
			if count == 0 {
				first = fmt.Sprintf("%+q would be added and %+q removed", twin, key)
			}
			count++
			if !input.IsNFC(key) {
				note = " Terraform brings every text of HCL into the form NFC; another form can be written with \\u escapes in a JSON string, or in a file, where the resource takes one."
			}
		}
	}
	if count == 0 {
		return
	}
	more := ""
	if count > 1 {
		more = fmt.Sprintf(" (and %s more)", Thousands(count-1))
	}
	diags.AddAttributeError(at, "Only the spelling of "+s.Noun.Count(count)+" changes", fmt.Sprintf(
		"%s%s. They differ only in upper and lower case, white space at the ends, or Unicode normalization. A deployment may treat both as the same %s, and the removal would undo the addition. "+
			"Nothing has been changed.\n\nWrite the %s as it is in %s. If they really are two, omit both, apply, and then add the new one.%s",
		first, more, s.Noun.One, s.Noun.One, s.Place, note))
}

// MaxTwins is up to how many rows WarnTwins compares.
const MaxTwins = 100_000

// WarnTwins says which of the rows to add are listed in another spelling, too: some deployments take both for one row.
func (s Subject) WarnTwins(at path.Path, added, listed []string, diags *diag.Diagnostics) {
	if len(added) == 0 || len(listed) > MaxTwins {
		return
	}
	adds := make(map[string]string, len(added))
	for _, key := range added {
		adds[input.Twin(key)] = key
	}
	var pairs []string
	for _, key := range listed {
		if twin, found := adds[input.Twin(key)]; found && twin != key {
			pairs = append(pairs, fmt.Sprintf("%+q and %+q", twin, key))
		}
	}
	if len(pairs) == 0 {
		return
	}
	slices.Sort(pairs)
	more := ""
	if len(pairs) > named {
		more = fmt.Sprintf(" (and %s more)", Thousands(len(pairs)-named))
	}
	diags.AddAttributeWarning(at, s.About(s.Noun.Count(len(pairs))+" listed in two spellings"), fmt.Sprintf(
		"These differ only in upper and lower case, white space at the ends, or Unicode normalization: %s%s. A deployment may treat both as one %s. List one of them, unless they really are two.",
		strings.Join(pairs[:min(len(pairs), named)], "; "), more, s.Noun.One))
}
