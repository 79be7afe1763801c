package input

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// KeyCheck finds keys of records, such as SKUs and integration IDs, that are visibly none, or that differ from another in
// what no one sees.
type KeyCheck struct {
	// Noun is what messages call a key.
	Noun string
	// Header is the name of the column that holds the keys, which a file put together from several repeats.
	Header string
	// Place is what messages call the place of a key; empty is "line".
	Place string
	twins map[string]twin
}

type twin struct {
	key  string
	line int
}

// rounded is how spreadsheets show a long number. Its digits are lost.
var rounded = regexp.MustCompile(`^\d(?:[.,]\d+)?E\+\d{2,}$`)

// Check returns what is wrong with a key, and what to add to its place; nil when nothing is. It does not look for equal keys.
func (c *KeyCheck) Check(key string, line int) (*Cause, string) {
	if isObvious(key) && len(key) != len(c.Header) {
		return nil, ""
	}
	if note := invisible(key); note != "" {
		return &Cause{Subject: c.Noun, One: "has an invisible character", Many: "rows have invisible characters", Advice: "remove it from the file, or set trim = true, which removes blanks and zero-width characters at the edges"}, note
	}
	if strings.ContainsRune(key, utf8.RuneError) {
		return &Cause{Subject: c.Noun, One: "has the character U+FFFD", Many: "rows have the character U+FFFD", Advice: "a conversion to another encoding has lost a letter; export again"}, ""
	}
	if cause := c.checkForm(key); cause != nil {
		return cause, ""
	}
	return c.checkTwin(key, line)
}

// isObvious tells keys of Latin letters, digits and signs that nothing is wrong with.
func isObvious[T string | []byte](key T) bool {
	for i := range len(key) {
		if b := key[i]; b <= ' ' || b > '~' || b == '+' || b == '=' {
			return false
		}
	}
	return true
}

func (c *KeyCheck) checkForm(key string) *Cause {
	switch {
	case key == c.Header && key != "":
		return &Cause{Subject: c.Noun, One: "repeats the header", Many: "rows repeat the header", Advice: "remove headers within the file; if its first line is one, omit the option header"}
	case key == "":
		return nil
	case key[0] == '=' && strings.Contains(key, `"`):
		return &Cause{Subject: c.Noun, One: "is a formula of a spreadsheet", Many: "rows hold formulas of a spreadsheet", Advice: "format the column as text and export plain values"}
	case key[0] <= '9' && strings.Contains(key, "E+") && rounded.MatchString(key):
		return &Cause{Subject: c.Noun, One: "has been rounded by a spreadsheet, and its digits are lost", Many: "rows have been rounded by a spreadsheet, and their digits are lost",
			Advice: "format the column as text before the data goes in, and export again"}
	}
	return nil
}

// checkTwin finds another key that is written with other code points and looks the same.
func (c *KeyCheck) checkTwin(key string, line int) (*Cause, string) {
	form := norm.NFC.String(key)
	first, exists := c.twins[form]
	if !exists {
		if c.twins == nil {
			c.twins = make(map[string]twin)
		}
		c.twins[form] = twin{strings.Clone(key), line}
		return nil, ""
	}
	if first.key == key {
		return nil, ""
	}
	return &Cause{Subject: c.Noun, One: "differs from another in Unicode normalization only (NFC, NFD)",
		Many: "rows differ from others in Unicode normalization only (NFC, NFD)", Advice: "write both the same"}, fmt.Sprintf("looks like %s %d", cmp.Or(c.Place, "line"), first.line)
}

// invisible names the first character of a key that a reader doesn't see and where it stands.
func invisible(key string) string {
	first, _ := utf8.DecodeRuneInString(key)
	last, _ := utf8.DecodeLastRuneInString(key)
	switch {
	case isBlank(first):
		return character(first) + " at the start"
	case isBlank(last):
		return character(last) + " at the end"
	}
	for _, r := range key {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return character(r) + " inside"
		}
	}
	return ""
}

func character(r rune) string {
	names := map[rune]string{' ': "space ", '\t': "tab ", '\u00a0': "no-break space ", '\u200b': "zero-width space ", '\ufeff': "byte order mark "}
	return fmt.Sprintf("%sU+%04X", names[r], r)
}
