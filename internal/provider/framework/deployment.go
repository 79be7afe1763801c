package framework

import (
	"regexp"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

var accountAndApplication = regexp.MustCompile(`^[0-9]*/[0-9]*$`)

// IsMovedFrom says whether a text is an address, or the IDs of an account and an Application as a state has them, one of
// which may be left out: 31/3, 31/ and /3.
func IsMovedFrom(text string) bool {
	if accountAndApplication.MatchString(text) {
		return text != "/"
	}
	_, err := talonone.ParseBaseURL(text)
	return err == nil
}
