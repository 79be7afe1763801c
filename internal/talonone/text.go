package talonone

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShownText bounds how much of one text of a response is shown, in bytes.
const maxShownText = 4 << 10

// shown is a text of a response as part of an error, in one line.
func shown(text string) string { return Presentable(text, maxShownText, "") }

// ciCommand matches what the logs of CI systems obey: `::add-mask::` and the like of GitHub at the beginning of a line, where
// any space, of any kind, may become the beginning of a line when Terraform wraps; `##[group]`, `##vso[…]`, `##teamcity[…]` anywhere.
var ciCommand = regexp.MustCompile(`(?:^|[\s\v\x{85}\p{Z}])::|##\w*\[`)

// Presentable is a text as it may reach a terminal or the log of a CI system: control characters but those
// in keep, marks that reverse the direction of writing, broken UTF-8 and the first character of commands of
// CI systems are spelled out, and what exceeds most bytes is cut.
func Presentable(text string, most int, keep string) string {
	rest := 0
	if len(text) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text, rest = text[:cut], len(text)-cut
	}
	obeyed := func(r rune) bool {
		return unicode.IsControl(r) && !strings.ContainsRune(keep, r) || unicode.Is(unicode.Bidi_Control, r)
	}
	if !utf8.ValidString(text) || strings.IndexFunc(text, obeyed) >= 0 {
		var b strings.Builder
		for len(text) > 0 {
			r, size := utf8.DecodeRuneInString(text)
			switch {
			case r == utf8.RuneError && size == 1:
				fmt.Fprintf(&b, `\x%02x`, text[0])
			case obeyed(r):
				b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			default:
				b.WriteRune(r)
			}
			text = text[size:]
		}
		text = b.String()
	}
	text = ciCommand.ReplaceAllStringFunc(text, func(command string) string {
		if before, found := strings.CutSuffix(command, "::"); found {
			return before + `\u003a:`
		}
		return `\u0023` + command[1:]
	})
	if rest > 0 {
		text += fmt.Sprintf("… (%d bytes more)", rest)
	}
	return text
}
