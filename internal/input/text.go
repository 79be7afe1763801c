package input

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Twin is what two texts have in common that differ only in case, white space at the ends or normal form: they may be one
// to a deployment, and are one to people.
func Twin(text string) string {
	if isObvious(text) {
		return strings.ToLower(text)
	}
	return strings.ToLower(strings.ToUpper(norm.NFC.String(strings.TrimFunc(text, unicode.IsSpace))))
}
