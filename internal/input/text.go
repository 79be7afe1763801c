package input

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

// AppendText appends a text as a JSON string whose code points survive in a state. Terraform normalizes every string of a state
// to Unicode's normal form C, which would make another ID of an ID. So a text in another form is written with \u escapes;
// all others have the fewest escapes. An error says that the text is not valid UTF-8; then the replacement character stands
// for what is not.
func AppendText(dst []byte, text string) ([]byte, error) {
	if norm.NFC.IsNormalString(text) {
		return jsontext.AppendQuote(dst, text)
	}
	quoted, err := jsontext.AppendQuote(nil, text)
	for len(quoted) > 0 {
		r, size := utf8.DecodeRune(quoted)
		switch {
		case r < utf8.RuneSelf:
			dst = append(dst, quoted[0])
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
		quoted = quoted[size:]
	}
	return dst, err
}

// Twin is what two texts have in common that differ only in case, white space at the ends or normal form: they may be one
// to a deployment, and are one to people.
func Twin(text string) string {
	return strings.ToLower(strings.ToUpper(norm.NFC.String(strings.TrimFunc(text, unicode.IsSpace))))
}
