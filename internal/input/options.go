package input

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The formats of input files.
const (
	CSV       = "csv"
	JSONLines = "jsonl"
	JSON      = "json"
	Text      = "text"
)

// FormatOf tells the format from a file's name, or "" when the name doesn't say.
func FormatOf(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".tsv", ".tab":
		return CSV
	case ".jsonl", ".ndjson":
		return JSONLines
	case ".json":
		return JSON
	case ".txt":
		return Text
	default:
		return ""
	}
}

// DefaultListSeparator is the default of Options.ListSeparator.
const DefaultListSeparator = "|"

// Options say how a file is written. The zero value of each is its default.
type Options struct {
	// Format is one of the formats.
	Format string
	// Encoding is a WHATWG name; UTF-8 when empty. A byte order mark wins over it.
	Encoding string
	// Delimiter stands between the fields of CSV. It is one character.
	Delimiter string
	// Quote stands around the fields of CSV: a quotation mark when nil, nothing when empty.
	Quote *string
	// SkipLines is the number of lines above the header.
	SkipLines int
	// Header names the columns of a CSV text without a header line.
	Header []string
	// NullValues are fields that mean the same as an empty one.
	NullValues []string
	// Trim removes blanks and zero-width characters at the edges of fields, names and list elements.
	Trim bool

	// DecimalSeparator is a point when empty, ThousandsSeparator nothing. They differ.
	DecimalSeparator, ThousandsSeparator string
	// Currency is an ISO code. It or its symbol may stand beside a number.
	Currency string
	// TrueValues and FalseValues are the booleans, in any case.
	TrueValues, FalseValues []string
	// TimeFormat is in the language of Terraform's formatdate; RFC 3339 when empty.
	TimeFormat string
	// TimeZone is the IANA name of the zone of times that name none.
	TimeZone string
	// ListSeparator stands between the elements of a list in one field.
	ListSeparator string
}

// ByName fills in what the name of a file says and the options don't.
func (o Options) ByName(path string) Options {
	if o.Format == "" {
		o.Format = FormatOf(path)
	}
	if ext := strings.ToLower(filepath.Ext(path)); o.Format == CSV && o.Delimiter == "" && (ext == ".tsv" || ext == ".tab") {
		o.Delimiter = "\t"
	}
	return o
}

// OptionError is what is wrong with the option of that name.
type OptionError struct {
	Option string
	Err    error
}

func (e *OptionError) Error() string { return e.Option + ": " + e.Err.Error() }

func (e *OptionError) Unwrap() error { return e.Err }

// Optionf is an OptionError from a format.
func Optionf(option, format string, args ...any) error {
	return &OptionError{Option: option, Err: fmt.Errorf(format, args...)}
}

// Check refuses options that can't be right for any file: errors of the type *OptionError, joined.
func (o Options) Check() error {
	var errs []error
	add := func(option string, err error) {
		if err != nil {
			errs = append(errs, &OptionError{Option: option, Err: err})
		}
	}
	if o.Encoding != "" {
		_, err := encodingOf(o.Encoding)
		add("encoding", err)
	}
	_, err := o.delimiter()
	add("delimiter", err)
	_, err = o.quote()
	add("quote", err)
	if o.Quote != nil && *o.Quote != "" && *o.Quote == o.Delimiter {
		add("quote", errors.New("is the same as delimiter"))
	}
	if o.SkipLines < 0 {
		add("skip_lines", errors.New("must not be negative"))
	}
	add("header", checkNames(o.Header))
	_, err = newValues(o)
	return errors.Join(append(errs, err)...)
}

func checkNames(header []string) error {
	for i, name := range header {
		if name == "" {
			return fmt.Errorf("the name of column %d is empty", i+1)
		}
		if slices.Contains(header[:i], name) {
			return fmt.Errorf("%q names two columns", name)
		}
	}
	return nil
}

func (o Options) delimiter() (rune, error) {
	if o.Delimiter == "" {
		return ',', nil
	}
	delimiter, size := utf8.DecodeRuneInString(o.Delimiter)
	if size != len(o.Delimiter) || delimiter == utf8.RuneError || strings.ContainsRune("\"\r\n\x00", delimiter) {
		return 0, fmt.Errorf("%q must be one character, and neither a quotation mark nor a line break; write a tab as \"\\t\"", o.Delimiter)
	}
	return delimiter, nil
}

func (o Options) quote() (byte, error) {
	switch {
	case o.Quote == nil:
		return '"', nil
	case *o.Quote == "":
		return 0, nil
	case len(*o.Quote) > 1, (*o.Quote)[0] > '~', (*o.Quote)[0] <= ' ', (*o.Quote)[0] >= '0' && (*o.Quote)[0] <= '9':
		return 0, fmt.Errorf("%q must be one character, such as a quotation mark, or empty for files that quote nothing", *o.Quote)
	}
	return (*o.Quote)[0], nil
}

// isBlank tells characters that a reader doesn't see: blanks, and those of no width.
func isBlank(r rune) bool {
	return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zs, r) || r == '\u2800' || r == '\u3164' || r == '\u115f' || r == '\u1160' || r == '\uffa0'
}

func trimBlank(text string) string { return strings.TrimFunc(text, isBlank) }
