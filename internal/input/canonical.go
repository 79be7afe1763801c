package input

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

// maxNumberLength bounds the text of a number. Float64 needs at most 325 characters without an exponent; a longer
// one is a broken file, and arithmetic on it would be slow.
const maxNumberLength = 400

// plainDigits is the size of exponent up to which a canonical number is written without one.
const plainDigits = 30

// The exponents of the numbers that the client reads back.
const leastExponent, largestExponent = -400, 400

var (
	errNumber       = errors.New("not a number: write digits with an optional minus sign, decimal point and exponent, like 12.50")
	errNumberLength = fmt.Errorf("not a number: longer than %d characters", maxNumberLength)
	errNumberRange  = fmt.Errorf("a number out of range: its exponent must be from %d to %d", leastExponent, largestExponent)
)

// CanonicalNumber returns the one spelling of a JSON number's value: "1", "1.0" and "1e0" all become "1". It never
// goes through a float, so that prices stay exact.
func CanonicalNumber(text string) (string, error) {
	if len(text) > maxNumberLength {
		return "", errNumberLength
	}
	if !isNumber(text) {
		return "", errNumber
	}
	return canonicalNumber(text)
}

// canonicalNumber is CanonicalNumber for a text that is known to be a JSON number.
func canonicalNumber(text string) (string, error) {
	if len(text) <= plainDigits && !strings.ContainsAny(text, "eE") {
		if strings.Contains(text, ".") {
			text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
		}
		if text == "-0" {
			return "0", nil
		}
		return text, nil
	}
	var number apd.Decimal
	if _, _, err := number.SetString(text); err != nil {
		return "", errNumber
	}
	number.Reduce(&number)
	if number.IsZero() {
		return "0", nil
	}
	if at := int64(number.Exponent) + number.NumDigits() - 1; at < leastExponent || at > largestExponent {
		return "", errNumberRange
	}
	if exponent := number.Exponent; exponent >= -plainDigits && exponent <= plainDigits {
		return number.Text('f'), nil
	}
	return number.Text('e'), nil
}

// isNumber tells whether the text is a number by JSON's grammar, which allows neither leading zeros nor a plus sign.
func isNumber(text string) bool {
	if text == "" || text[0] != '-' && (text[0] < '0' || text[0] > '9') {
		return false
	}
	return jsontext.Value(text).Kind() == '0' && jsontext.Value(text).IsValid() && text[len(text)-1] > ' '
}

// AppendCanonical reads the decoder's next value and appends its one spelling: no spaces, names sorted, numbers as
// CanonicalNumber writes them, strings as AppendString does. Times stay as written, since only a schema can tell a
// time from a text; EqualJSON and Digest know how to compare them. A name that occurs twice in an object is an error.
func AppendCanonical(dst []byte, dec *jsontext.Decoder) ([]byte, error) {
	token, err := dec.ReadToken()
	if err != nil {
		return dst, err
	}
	switch token.Kind() {
	case jsontext.KindBeginObject:
		return appendMembers(dst, dec, false)
	case jsontext.KindBeginArray:
		return appendArray(dst, dec)
	case jsontext.KindString:
		return AppendString(dst, token.String()), nil
	case jsontext.KindNumber:
		if text := token.String(); len(text) <= maxNumberLength {
			number, err := canonicalNumber(text)
			return append(dst, number...), err
		}
		return dst, errNumberLength
	default:
		return append(dst, token.String()...), nil
	}
}

// AppendString appends a JSON string with the fewest escapes that survive Terraform, which brings every text of a state into
// Unicode's form NFC: a text in another form is written in \u escapes. What is not UTF-8 becomes U+FFFD.
func AppendString(dst []byte, text string) []byte {
	if IsNFC(text) {
		dst, _ = jsontext.AppendQuote(dst, text)
		return dst
	}
	quoted, _ := jsontext.AppendQuote(nil, text)
	for _, r := range string(quoted) {
		switch {
		case r < utf8.RuneSelf:
			dst = utf8.AppendRune(dst, r)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			dst = fmt.Appendf(dst, `\u%04x\u%04x`, high, low)
		default:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		}
	}
	return dst
}

// IsNFC tells texts that Terraform leaves as they are: it brings all others into Unicode's form NFC.
func IsNFC(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return norm.NFC.IsNormalString(text)
		}
	}
	return true
}

func appendArray(dst []byte, dec *jsontext.Decoder) ([]byte, error) {
	dst = append(dst, '[')
	for n := 0; dec.PeekKind() != jsontext.KindEndArray; n++ {
		if n > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = AppendCanonical(dst, dec); err != nil {
			return dst, err
		}
	}
	_, err := dec.ReadToken()
	return append(dst, ']'), err
}

// AppendCanonicalObject is AppendCanonical for an object, omitting its own members that are null.
func AppendCanonicalObject(dst []byte, dec *jsontext.Decoder) ([]byte, error) {
	if _, err := dec.ReadToken(); err != nil {
		return dst, err
	}
	return appendMembers(dst, dec, true)
}

// appendMembers appends the object whose brace the decoder has just read.
func appendMembers(dst []byte, dec *jsontext.Decoder, dropNull bool) ([]byte, error) {
	start := len(dst)
	var members []member
	sorted := true
	dst = append(dst, '{')
	for dec.PeekKind() != jsontext.KindEndObject {
		token, err := dec.ReadToken()
		if err != nil {
			return dst, err
		}
		m := member{name: token.String(), start: len(dst)}
		if dropNull && dec.PeekKind() == jsontext.KindNull {
			if _, err := dec.ReadToken(); err != nil {
				return dst, err
			}
			continue
		}
		if n := len(members); n > 0 {
			sorted = sorted && members[n-1].name < m.name
		}
		dst = append(AppendString(dst, m.name), ':')
		if dst, err = AppendCanonical(dst, dec); err != nil {
			return dst, err
		}
		dst = append(dst, ',')
		m.end = len(dst)
		members = append(members, m)
	}
	if _, err := dec.ReadToken(); err != nil {
		return dst, err
	}
	if !sorted {
		written := slices.Clone(dst[start:])
		slices.SortFunc(members, func(a, b member) int { return strings.Compare(a.name, b.name) })
		dst = dst[:start+1]
		for _, m := range members {
			dst = append(dst, written[m.start-start:m.end-start]...)
		}
	}
	if len(members) > 0 {
		dst = dst[:len(dst)-1]
	}
	return append(dst, '}'), nil
}

// member is one name of an object and where its text lies, with the comma that follows it.
type member struct {
	name       string
	start, end int
}

// EqualJSON compares two canonical JSON texts. Strings that are RFC 3339 times are equal when they mean the same
// instant: the API writes them in UTC, however they were sent.
func EqualJSON(a, b string) bool {
	if a == b {
		return true
	}
	left, right := jsontext.NewDecoder(strings.NewReader(a)), jsontext.NewDecoder(strings.NewReader(b))
	for {
		l, errLeft := left.ReadToken()
		r, errRight := right.ReadToken()
		if errLeft != nil || errRight != nil {
			return errLeft != nil && errRight != nil
		}
		if l.Kind() != r.Kind() {
			return false
		}
		if ls, rs := l.String(), r.String(); ls != rs && (l.Kind() != jsontext.KindString || !sameInstant(ls, rs)) {
			return false
		}
	}
}

func sameInstant(a, b string) bool {
	left, ok := instant(a)
	if !ok {
		return false
	}
	right, ok := instant(b)
	return ok && left.Equal(right)
}

// instant parses an RFC 3339 time; the first look is cheap because nearly no string of a catalog is one.
func instant(text string) (time.Time, bool) {
	if len(text) < len("2006-01-02T15:04:05Z") || text[4] != '-' || text[10] != 'T' {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}

// DigestLength is the number of characters of a Digest.
const DigestLength = 11

// Digest is a short stable fingerprint of a canonical JSON text, equal for texts that EqualJSON calls equal. It holds
// 64 bits of SHA-256: the odds that an edit goes unseen are 1 in 1.8e19 per edited object. It tells an object's old
// content from its new one and never one object from another, so that the number of objects doesn't raise the odds.
func Digest(canonical string) string {
	var room [512]byte
	sum := sha256.Sum256(appendInstants(room[:0], canonical))
	return base64.RawURLEncoding.EncodeToString(sum[:8])
}

// appendInstants appends a canonical JSON text with every RFC 3339 time in UTC.
func appendInstants(dst []byte, canonical string) []byte {
	for {
		open := strings.IndexByte(canonical, '"')
		if open < 0 {
			return append(dst, canonical...)
		}
		length := 1
		for canonical[open+length] != '"' {
			if canonical[open+length] == '\\' {
				length++
			}
			length++
		}
		text := canonical[open+1 : open+length]
		dst = append(dst, canonical[:open+1]...)
		if t, ok := instant(text); ok {
			dst = t.UTC().AppendFormat(dst, time.RFC3339Nano)
		} else {
			dst = append(dst, text...)
		}
		dst = append(dst, '"')
		canonical = canonical[open+length+1:]
	}
}
