package input

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// KeyOptions say how to read a list of keys, such as integration IDs.
type KeyOptions struct {
	Options
	// Noun is what messages call a key, and a record: "ID" and "member".
	Noun, Record string
	// Column holds the keys. It may be empty where nothing else can: texts, JSON strings, objects with one key.
	Column string
	// Pattern, where it is not nil, matches every key as a whole.
	Pattern *regexp.Regexp
	// SkipEmpty skips records without a key; SkipOption is the name of the option for that.
	SkipEmpty  bool
	SkipOption string
}

// KeyPattern compiles a pattern that must match whole keys.
func KeyPattern(pattern string) (*regexp.Regexp, error) {
	if _, err := regexp.Compile(pattern); err != nil {
		return nil, err
	}
	return regexp.Compile(`\A(?:` + pattern + `)\z`)
}

// keyList reads keys.
type keyList struct {
	options KeyOptions
	check   KeyCheck
	// use takes a key, or says what is wrong with it.
	use func(line int, key []byte) (*Cause, string)
	// delimiters counts each of listDelimiters in every key, as long as it is the same number.
	delimiters [len(listDelimiters)]int
	keys       int
	columns    []string
	shown      []string // causes with an example
}

// listDelimiters are what a whole line of a table has between its fields. IDs of identity providers have a bar.
const listDelimiters = ";\t,"

// ReadKeys calls use for every key of a text, with its line; the slice is only valid until it returns. What use finds wrong, and
// what is visibly not a key, is in the error.
func ReadKeys(content io.Reader, options KeyOptions, use func(line int, key []byte) (*Cause, string)) error {
	l := &keyList{options: options, use: use, check: KeyCheck{Noun: options.Noun}}
	var report *Report
	var err error
	if options.Format == Text {
		report = new(Report)
		err = l.readText(content, report)
	} else {
		err = l.readTable(content)
	}
	if delimiter := l.wholeLines(); delimiter != "" && !isFault(err) {
		return Faultf(1, 0, "every line has a %s: these look like the rows of a table, not like %ss. Set format = \"csv\", delimiter = %s and column. If they are %ss, say so with id_pattern",
			map[string]string{";": "semicolon", "\t": "tab", ",": "comma"}[delimiter], options.Noun, strconv.Quote(delimiter), options.Noun)
	}
	if report != nil {
		err = errors.Join(report.Err(), err)
	}
	return err
}

func isFault(err error) bool {
	_, is := errors.AsType[*Fault](err)
	return is
}

func (l *keyList) readText(content io.Reader, report *Report) error {
	if err := l.options.Check(); err != nil {
		return err
	}
	lines, err := openText(content, l.options.Options)
	if err != nil {
		return err
	}
	if sepLine.Match(lines.peek()) {
		return Faultf(1, 0, "the line %q is for spreadsheets, and the file is read as a list with one %s a line; set format = \"csv\" and column", lines.peek(), l.options.Noun)
	}
	if err := lines.skip(l.options.SkipLines); err != nil {
		return err
	}
	nulls := make(map[string]bool)
	for _, null := range l.options.NullValues {
		nulls[null] = true
	}
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if line = bytes.TrimRight(line, "\r\n"); len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		if l.options.Trim {
			line = bytes.TrimFunc(line, isBlank)
		}
		if len(nulls) > 0 && nulls[string(line)] {
			line = nil
		}
		l.take(lines.number, line, report.Add)
	}
	if l.keys == 0 && len(report.groups) == 0 {
		return noRecords("there are no records: no line has an " + l.options.Noun)
	}
	return nil
}

func (l *keyList) readTable(content io.Reader) error {
	layout := Layout{Key: l.options.Column, Header: l.checkHeader, Use: l.uses, Row: l.row}
	if l.options.Column != "" {
		layout.Columns = []string{l.options.Column}
		if l.options.Format == CSV && l.options.Header == nil {
			l.check.Header = l.options.Column
		}
	}
	err := ReadTable(content, l.options.Options, layout)
	switch {
	case l.options.Column == "" && len(l.columns) > 1:
		return l.noColumn(l.columns)
	case err == nil && l.keys == 0:
		return noRecords("there are no records: no row has an " + l.options.Noun)
	}
	return err
}

// checkHeader refuses a CSV text whose column of keys isn't known.
func (l *keyList) checkHeader(names []string) error {
	if l.options.Column != "" {
		return nil
	}
	if len(names) == 1 && l.options.Options.Header != nil {
		l.options.Column = names[0]
		return nil
	}
	if len(names) == 1 {
		if i := strings.IndexAny(names[0], ";\t,"); i >= 0 {
			return OptionAt("column", 1, "the header has the one column %q; set delimiter = %q if that separates its fields, and column to the one with the %ss",
				Clip(names[0]), names[0][i:i+1], l.options.Noun)
		}
		return OptionAt("column", 1, "is %q the header or a %s? Set column = %q if it is the header, or format = \"text\" if the file has no header", Clip(names[0]), l.options.Record, Clip(names[0]))
	}
	return l.noColumn(names)
}

func (l *keyList) noColumn(names []string) error {
	return Optionf("column", "the file has the columns %s: set column to the one with the %ss", QuoteAll(names), l.options.Noun)
}

// OptionAt is an OptionError about a line.
func OptionAt(option string, line int, format string, args ...any) error {
	return &OptionError{Option: option, Err: Faultf(line, 0, format, args...)}
}

func (l *keyList) uses(name string) bool {
	if name == "" && l.options.Format == CSV {
		return false
	}
	if l.options.Column == "" {
		if name != "" || l.options.Format == CSV {
			l.columns = append(l.columns, name)
		}
		return true
	}
	l.columns = append(l.columns, name)
	return name == l.options.Column
}

func (l *keyList) row(row *Row) {
	cell := row.Cell(0)
	for i := 1; l.options.Column == "" && cell.Absent() && i < len(row.Cells); i++ {
		cell = row.Cell(i) // A list of strings, or objects with one key.
	}
	switch cell.Kind {
	case 0, jsontext.KindString:
	case jsontext.KindNumber:
		if !wholeNumber.MatchString(cell.Text) {
			row.Report(Cause{Subject: l.options.Noun, One: "is a number with a fraction or an exponent", Many: "rows have numbers with a fraction or an exponent", Advice: "export it as a string"}, Place{Line: row.Line(), Value: cell.Text})
			return
		}
	default:
		row.Report(Cause{Subject: l.options.Noun, One: "is " + KindName(cell.Kind) + ", not a string", Many: "rows do not have a string", Advice: "export it as a string"}, Place{Line: row.Line()})
		return
	}
	l.take(row.Line(), []byte(cell.Text), row.Report)
}

// take checks a key and hands it on.
func (l *keyList) take(line int, key []byte, report func(Cause, Place)) {
	if len(key) == 0 {
		if !l.options.SkipEmpty {
			report(Cause{One: "has no " + l.options.Noun, Many: "rows have no " + l.options.Noun, Advice: "add it, or set " + l.options.SkipOption + " = true to skip such rows"}, Place{Line: line})
		}
		return
	}
	for i := range l.delimiters {
		if l.keys > 0 && l.delimiters[i] == 0 {
			continue
		}
		switch count := bytes.Count(key, []byte{listDelimiters[i]}); {
		case l.keys == 0:
			l.delimiters[i] = count
		case l.delimiters[i] != count:
			l.delimiters[i] = 0
		}
	}
	l.keys++
	var cause *Cause
	at := Place{Line: line}
	if !isObvious(key) || len(key) == len(l.check.Header) {
		cause, at.Note = l.check.Check(string(key), line)
	}
	switch {
	case cause != nil:
		if at.Note == "" {
			at.Value = l.example(cause.One, key)
		}
	case l.options.Pattern != nil && !l.options.Pattern.Match(key):
		cause = &Cause{Subject: l.options.Noun, One: "does not match id_pattern", Many: "rows do not match id_pattern", Advice: "correct the file, column or id_pattern, which must match the whole " + l.options.Noun}
		at.Value = l.example(cause.One, key)
	default:
		cause, at.Note = l.use(line, key)
	}
	if cause != nil {
		report(*cause, at)
	}
}

// example is a key for a message: one for each cause, since keys may be personal data.
func (l *keyList) example(cause string, key []byte) string {
	if slices.Contains(l.shown, cause) {
		return ""
	}
	l.shown = append(l.shown, cause)
	return string(key)
}

// wholeLines is the delimiter that every key has as often, where nothing says that such keys are right.
func (l *keyList) wholeLines() string {
	isList := l.options.Format == Text || l.options.Format == CSV && len(l.columns) == 1
	if l.keys == 0 || !isList || l.options.Pattern != nil {
		return ""
	}
	for i, count := range l.delimiters {
		if count > 0 && (listDelimiters[i] != ',' || l.options.Format == Text) {
			return listDelimiters[i : i+1]
		}
	}
	return ""
}
