package talonone

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxShownText bounds how much of one text of an answer is shown, in bytes.
const maxShownText = 4 << 10

// shown is a text of an answer as it may be shown in a terminal: what is not
// graphic (escape sequences, line breaks, marks that reverse the direction of
// writing, broken UTF-8) is spelled out, and a long text is cut.
func shown(text string) string {
	rest := 0
	if len(text) > maxShownText {
		cut := maxShownText
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text, rest = text[:cut], len(text)-cut
	}
	if strings.IndexFunc(text, hidden) >= 0 {
		var b strings.Builder
		for len(text) > 0 {
			r, size := utf8.DecodeRuneInString(text)
			switch {
			case r == utf8.RuneError && size == 1:
				fmt.Fprintf(&b, `\x%02x`, text[0])
			case hidden(r):
				b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
			default:
				b.WriteRune(r)
			}
			text = text[size:]
		}
		text = b.String()
	}
	if rest > 0 {
		text += fmt.Sprintf("… (%d bytes more)", rest)
	}
	return text
}

func hidden(r rune) bool { return r == utf8.RuneError || !unicode.IsGraphic(r) }
