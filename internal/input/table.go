package input

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/unicode/norm"
)

// Layout is what a reader of records looks for.
type Layout struct {
	// Columns are those that must be there, by the names of a CSV header or as dotted paths into JSON objects.
	Columns []string
	// Key is the column with the key of each record, if the file has it. JSON values that are strings rather than objects are keys.
	Key string
	// NoKey is what to do where no column is the key, by the names that there are.
	NoKey func(names []string) string
	// Nested is a JSON object whose entries are columns of their own; their names begin with "Nested.".
	Nested string
	// Header, where it is not nil, may refuse the columns of a CSV text.
	Header func(names []string) error
	// Use is called once for every column or JSON key, in the order of the header or as they come up, and says whether its cells
	// are wanted. The columns that it takes are numbered from 0.
	Use func(name string) bool
	// Row is called for every record.
	Row func(*Row)
}

// Row is a record. It is only valid until Layout.Row returns.
type Row struct {
	// Cells are those of the columns in use. Later columns of JSON may be missing.
	Cells []Cell
	table *table
	place func(column int) (line, offset int)
}

// Cell is that of a column; absent where the record has none.
func (r *Row) Cell(column int) Cell {
	if column < 0 || column >= len(r.Cells) {
		return Cell{}
	}
	return r.Cells[column]
}

// Line is the line on which the record starts.
func (r *Row) Line() int {
	line, _ := r.place(-1)
	return line
}

// At is the place of a cell.
func (r *Row) At(column int) Place {
	line, offset := r.place(column)
	return Place{Line: line, Column: offset}
}

// AppendJSON appends the cell of a column, which is not absent, as the JSON value of a type; "" is the type that JSON gives it.
func (r *Row) AppendJSON(dst []byte, column int, kind string) ([]byte, *Mistake) {
	return r.table.values.appendJSON(dst, kind, r.Cells[column])
}

// Report notes something wrong with the record.
func (r *Row) Report(cause Cause, at Place) { r.table.report.Add(cause, at) }

// table reads records.
type table struct {
	options Options
	layout  Layout
	values  *values
	nulls   map[string]bool
	report  Report
	row     Row
	rows    int // that are not empty
}

// ReadTable reads the records of a text. Its error names everything that is wrong, by cause.
func ReadTable(content io.Reader, options Options, layout Layout) error {
	t := &table{options: options, layout: layout}
	if err := options.Check(); err != nil {
		return err
	}
	t.values, _ = newValues(options)
	t.row.table = t
	for _, null := range options.NullValues {
		if t.nulls == nil {
			t.nulls = make(map[string]bool)
		}
		t.nulls[null] = true
	}
	lines, err := openText(content, options)
	if err != nil {
		return err
	}
	switch options.Format {
	case CSV:
		err = t.readCSV(lines)
	case JSON, JSONLines:
		err = t.readJSON(lines)
	default:
		return fmt.Errorf("unknown format %q", options.Format)
	}
	if problems := t.report.Err(); err != nil || problems != nil {
		return errors.Join(problems, err)
	}
	if t.rows == 0 {
		return noRecords("there are no records, only a header or nothing at all; check the export")
	}
	return nil
}

// openText looks at the beginning of a text and decodes it.
func openText(content io.Reader, options Options) (*lineReader, error) {
	start := make([]byte, sniffLength)
	n, err := io.ReadFull(content, start)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	if err := sniff(start[:n], options.Format, options.Encoding); err != nil {
		return nil, err
	}
	return newLineReader(io.MultiReader(bytes.NewReader(start[:n]), content), options.Encoding)
}

// clean trims a cell and takes null values for nothing.
func (t *table) clean(text string) string {
	if t.options.Trim {
		text = trimBlank(text)
	}
	if t.nulls != nil && t.nulls[text] {
		return ""
	}
	return text
}

var sepLine = regexp.MustCompile(`(?i)^"?sep=(.|\\t)"?$`)

// readCSV reads records with a header.
func (t *table) readCSV(lines *lineReader) error {
	comma, err := t.options.delimiter()
	if err != nil {
		return err
	}
	if lines.quote, err = t.options.quote(); err != nil {
		return err
	}
	skip := t.options.SkipLines
	if match := sepLine.FindSubmatch(lines.peek()); match != nil {
		named, _ := utf8.DecodeRune(match[1])
		if string(match[1]) == `\t` {
			named = '\t'
		}
		if t.options.Delimiter != "" && comma != named && skip == 0 {
			return Faultf(1, 0, "this line says that %q separates the fields, and delimiter is %q; omit delimiter", string(named), string(comma))
		}
		if t.options.Delimiter == "" {
			comma = named
		}
		skip = max(1, skip)
	}
	if err := lines.skip(skip); err != nil {
		return err
	}
	records := newRecordReader(lines, comma)
	c := csvTable{table: t, records: records, comma: comma}
	t.row.place = c.place
	if err := c.readHeader(); err != nil {
		return err
	}
	return c.readRows()
}

// csvTable is a table with a header.
type csvTable struct {
	*table
	records recordReader
	comma   rune
	header  []string
	// named is how many columns the records have, without trailing ones that have no name.
	named int
	used  []int // indexes of the columns in use
}

func (c *csvTable) place(column int) (line, offset int) {
	if column < 0 {
		line, _ = c.records.pos(0)
		return line, 0
	}
	return c.records.pos(c.used[column])
}

// next returns the next record that is not empty.
func (c *csvTable) next() ([]string, error) {
	for {
		fields, err := c.records.read()
		if err != nil || !c.isEmpty(fields) {
			return fields, err
		}
	}
}

func (c *csvTable) isEmpty(fields []string) bool {
	for _, field := range fields {
		if field != "" && (len(fields) > 1 && !c.options.Trim || trimBlank(field) != "") {
			return false
		}
	}
	return true
}

func (c *csvTable) readHeader() error {
	c.header = c.options.Header
	if c.header == nil {
		fields, err := c.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return c.fault(err)
		}
		c.header = make([]string, len(fields))
		for i, name := range fields {
			if c.header[i] = norm.NFC.String(name); c.options.Trim || trimBlank(name) == "" {
				c.header[i] = norm.NFC.String(trimBlank(name))
			}
		}
	}
	for i, name := range c.header {
		if name != "" {
			c.named = i + 1
		}
	}
	if c.layout.Header != nil {
		if err := c.layout.Header(c.header[:c.named]); err != nil {
			return err
		}
	}
	if err := c.findColumns(); err != nil {
		return err
	}
	first := make(map[string]int, len(c.header))
	for i, name := range c.header[:c.named] {
		if name == "" {
			if c.layout.Use("") {
				return c.headerFault(i, "column %d of the header has no name; name it, or set other_columns = \"ignore\"", i+1)
			}
			continue
		}
		before, twice := first[name]
		if !twice {
			first[name] = i
			if c.layout.Use(name) {
				c.used = append(c.used, i)
			}
			continue
		}
		if slices.Contains(c.used, before) {
			return c.headerFault(i, "the header names column %q twice, as number %d and number %d", name, before+1, i+1)
		}
	}
	return nil
}

func (c *csvTable) headerFault(column int, format string, args ...any) error {
	if c.options.Header != nil {
		return Optionf("header", format, args...)
	}
	line, offset := c.records.pos(column)
	return Faultf(line, offset, format, args...)
}

// findColumns refuses a header that lacks columns, and looks for what may be the reason.
func (c *csvTable) findColumns() error {
	wanted := slices.Clone(c.layout.Columns)
	if c.layout.Key != "" && !slices.Contains(wanted, c.layout.Key) {
		wanted = append(wanted, c.layout.Key)
	}
	missing := slices.DeleteFunc(slices.Clone(wanted), func(name string) bool { return slices.Contains(c.header, norm.NFC.String(name)) })
	if len(missing) == 0 {
		return nil
	}
	var text string
	switch {
	case len(missing) == 1 && c.adviseKey(missing[0]):
		text = c.layout.NoKey(c.header[:c.named])
	case len(missing) == 1:
		text = fmt.Sprintf("there is no column %q", Clip(missing[0]))
	default:
		text = "there are no columns " + QuoteAll(missing)
	}
	fault := c.headerFault(0, "%s. The header has %s", text, QuoteAll(c.header[:c.named]))
	if hint := c.hint(wanted, missing); hint != "" {
		fault = fmt.Errorf("%w; %s", fault, hint)
	}
	return fault
}

// adviseKey says whether NoKey says what to do about a missing column.
func (c *csvTable) adviseKey(name string) bool {
	return c.layout.NoKey != nil && name == c.layout.Key && !slices.Contains(c.layout.Columns, name)
}

// hint says why columns may be missing: the delimiter, lines above the header, or the spelling of names.
func (c *csvTable) hint(wanted, missing []string) string {
	delimiter := c.otherDelimiter(c.header)
	byDelimiter := fmt.Sprintf("if its fields are separated by %q, set delimiter = %q", delimiter, delimiter)
	if delimiter != "" && holdsAll(strings.Split(c.header[0], delimiter), wanted) {
		return byDelimiter
	}
	if hint := c.hintBelow(wanted); hint != "" {
		return hint
	}
	for _, name := range missing {
		for _, there := range c.header {
			if there != "" && fold(norm.NFC.String(name)) == fold(there) && !c.adviseKey(name) {
				return fmt.Sprintf("names must be equal in case and blanks: write %q", there)
			}
		}
	}
	if delimiter != "" {
		return byDelimiter
	}
	return ""
}

// hintBelow looks for the header on the next lines.
func (c *csvTable) hintBelow(wanted []string) string {
	for range 20 {
		fields, err := c.records.read()
		if c.options.Header != nil || err != nil {
			return ""
		}
		for _, delimiter := range []string{"", c.otherDelimiter(fields)} {
			names := fields
			if delimiter != "" {
				names = strings.Split(fields[0], delimiter)
			}
			if holdsAll(names, wanted) {
				line, _ := c.records.pos(0)
				hint := fmt.Sprintf("the columns are on line %d: set skip_lines = %d", line, line-1)
				if delimiter != "" {
					hint += fmt.Sprintf(" and delimiter = %q", delimiter)
				}
				return hint
			}
		}
	}
	return ""
}

func holdsAll(names, wanted []string) bool {
	folded := make([]string, len(names))
	for i, name := range names {
		folded[i] = fold(trimBlank(name))
	}
	return !slices.ContainsFunc(wanted, func(name string) bool { return !slices.Contains(folded, fold(norm.NFC.String(name))) })
}

// otherDelimiter is what separates the fields of a record that was read as a single one.
func (c *csvTable) otherDelimiter(fields []string) string {
	if len(fields) > 1 && slices.ContainsFunc(fields[1:], func(field string) bool { return field != "" }) {
		return ""
	}
	for _, delimiter := range []string{";", "\t", ",", "|"} {
		if len(fields) > 0 && strings.Contains(fields[0], delimiter) {
			return delimiter
		}
	}
	return ""
}

func (c *csvTable) readRows() error {
	cells := make([]Cell, len(c.used))
	for {
		fields, err := c.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			if err := c.fault(err); err != nil {
				return err
			}
			continue
		}
		c.rows++
		if len(fields) != len(c.header) && !c.fits(fields) || len(c.header) > c.named && !c.fits(fields) {
			continue
		}
		for i, index := range c.used {
			cells[i].Text = fields[index]
			if c.nulls != nil || c.options.Trim {
				cells[i].Text = c.clean(fields[index])
			}
		}
		c.row.Cells = cells
		c.layout.Row(&c.row)
	}
}

// fits says whether a record has a field for each column and nothing behind them.
func (c *csvTable) fits(fields []string) bool {
	line, _ := c.records.pos(0)
	if len(fields) < c.named {
		c.wrongCount(line, len(fields))
		return false
	}
	for i, field := range fields[c.named:] {
		if c.clean(field) == "" {
			continue
		}
		if c.named+i < len(c.header) {
			_, offset := c.records.pos(c.named + i)
			c.report.Add(Cause{
				One: fmt.Sprintf("has a field in column %d, which has no name in the header", c.named+i+1), Many: "rows have fields in columns that have no name in the header",
				Advice: "name the column, or empty it; if the row has too many fields, quote those that contain the delimiter",
			}, Place{Line: line, Column: offset})
		} else {
			c.wrongCount(line, len(fields))
		}
		return false
	}
	return true
}

func (c *csvTable) wrongCount(line, count int) {
	c.report.Add(Cause{
		One: fmt.Sprintf("has another number of fields than the header, which has %d", c.named), Many: fmt.Sprintf("rows have another number of fields than the header, which has %d", c.named),
		Advice: "quote fields that contain the delimiter, and check delimiter",
	}, Place{Line: line, Note: strings.TrimSuffix(fmt.Sprintf("%d fields", count), map[bool]string{true: "s"}[count == 1])})
}

// fault reports a broken record; it returns the error where there is no record behind it.
func (c *csvTable) fault(err error) error {
	broken := new(csv.ParseError)
	if !errors.As(err, &broken) {
		return err
	}
	first, line := broken.StartLine+c.records.skipped(), broken.Line+c.records.skipped()
	unquoted := Cause{One: "has a quote inside an unquoted field", Many: "rows have a quote inside an unquoted field",
		Advice: `quote the field and double the quote; for a file that quotes nothing, set quote = ""; a field like ="00451" is a formula of Excel: export plain values`}
	switch {
	case errors.Is(err, csv.ErrBareQuote):
		c.rows++
		c.report.Add(unquoted, Place{Line: line, Column: broken.Column})
		return nil
	case errors.Is(err, csv.ErrQuote) && c.records.ended():
		return Faultf(first, 0, "a quote that opens in this line is never closed; close it, or double it if it belongs to the text; for a file that quotes nothing, set quote = \"\"")
	case errors.Is(err, csv.ErrQuote):
		c.rows++
		at := Place{Line: first}
		if line != first {
			at.Note = fmt.Sprintf("as line %d shows", line)
		} else {
			at.Column = broken.Column
		}
		c.report.Add(Cause{One: "has a quote that is never closed, or one within a quoted field", Many: "rows have a quote that is never closed, or one within a quoted field",
			Advice: "close it, or double it if it belongs to the text"}, at)
		return nil
	}
	return Faultf(line, broken.Column, "%w", broken.Err)
}

// recordReader reads the fields of records, and tells where those of the last one were.
type recordReader interface {
	read() ([]string, error)
	pos(field int) (line, column int)
	// skipped is the number of lines above those that errors count.
	skipped() int
	// ended says that the text has ended within a quoted field.
	ended() bool
}

func newRecordReader(lines *lineReader, comma rune) recordReader {
	if lines.quote == 0 {
		return &unquotedReader{lines: lines, comma: string(comma)}
	}
	r := &quotedReader{lines: lines, above: lines.number, limited: &recordLimit{lines: lines}}
	source := io.Reader(r.limited)
	if lines.quote != '"' {
		r.swap = strings.NewReplacer(`"`, string(lines.quote), string(lines.quote), `"`)
		source = swapped{source, lines.quote}
	}
	r.csv = csv.NewReader(source)
	r.csv.Comma, r.csv.ReuseRecord, r.csv.FieldsPerRecord = comma, true, -1
	return r
}

// quotedReader is encoding/csv's.
type quotedReader struct {
	csv     *csv.Reader
	lines   *lineReader
	limited *recordLimit
	above   int
	// swap gives quotation marks back that stood for another quote.
	swap *strings.Replacer
}

func (r *quotedReader) read() ([]string, error) {
	fields, err := r.csv.Read()
	if r.limited.reached {
		return nil, Faultf(r.limited.first, 0, "longer than %s KB; is a quote never closed, or is this not a CSV file?", Thousands(maxRecord>>10))
	}
	if err != nil {
		return nil, err
	}
	r.limited.sinceRecord = 0
	if last := len(fields) - 1; last >= 0 {
		line, _ := r.csv.FieldPos(last)
		r.limited.first = r.above + line + 1 + strings.Count(fields[last], "\n")
	}
	if r.swap != nil {
		for i, field := range fields {
			fields[i] = r.swap.Replace(field)
		}
	}
	return fields, nil
}

func (r *quotedReader) pos(field int) (line, column int) {
	line, column = r.csv.FieldPos(field)
	return line + r.above, column
}

func (r *quotedReader) skipped() int { return r.above }

func (r *quotedReader) ended() bool {
	_, err := r.limited.Read(make([]byte, 1))
	return err != nil && r.lines.inQuotes && r.csv.InputOffset() >= r.limited.total
}

// recordLimit fails once much more than maxRecord bytes were read for one record, which starts on the line first or behind it.
type recordLimit struct {
	lines       *lineReader
	sinceRecord int
	total       int64
	first       int
	reached     bool
}

func (l *recordLimit) Read(p []byte) (int, error) {
	// csv.Reader reads ahead by one buffer, which is small against the limit.
	if l.sinceRecord > maxRecord {
		l.reached = true
		return 0, io.ErrUnexpectedEOF
	}
	n, err := l.lines.Read(p)
	l.sinceRecord += n
	l.total += int64(n)
	return n, err
}

// swapped exchanges another quote and the quotation mark, which is the only one that encoding/csv knows.
type swapped struct {
	source io.Reader
	quote  byte
}

func (s swapped) Read(p []byte) (int, error) {
	n, err := s.source.Read(p)
	for i, b := range p[:n] {
		switch b {
		case '"':
			p[i] = s.quote
		case s.quote:
			p[i] = '"'
		}
	}
	return n, err
}

// unquotedReader splits lines, where quotes have no meaning.
type unquotedReader struct {
	lines  *lineReader
	comma  string
	fields []string
}

func (r *unquotedReader) read() ([]string, error) {
	line, err := r.lines.next()
	if err != nil {
		return nil, err
	}
	r.fields = strings.Split(string(bytes.TrimRight(line, "\r\n")), r.comma)
	return r.fields, nil
}

func (r *unquotedReader) pos(field int) (line, column int) {
	column = 1
	for _, before := range r.fields[:min(field, len(r.fields))] {
		column += len(before) + len(r.comma)
	}
	return r.lines.number, column
}

func (r *unquotedReader) skipped() int { return 0 }

func (r *unquotedReader) ended() bool { return false }

// jsonTable is a table of JSON objects.
type jsonTable struct {
	*table
	root *jsonKey
	// columns are those in use by their paths; -1 for others.
	columns map[string]int
	count   int
	seen    []bool
	decoder *jsontext.Decoder
	source  *bytes.Reader
	text    []byte // of the record
	line    int    // on which the text starts
	offsets []int  // of the cells in the text
	scratch []byte
}

// jsonKey is a key of the objects at one path.
type jsonKey struct {
	path     string
	column   int
	descends bool
	keys     map[string]*jsonKey // by the names as written
}

func (t *table) readJSON(lines *lineReader) error {
	j := &jsonTable{table: t, root: &jsonKey{column: -1, descends: true}, columns: make(map[string]int), source: bytes.NewReader(nil)}
	j.decoder = jsontext.NewDecoder(j.source)
	t.row.place = j.place
	if err := lines.skip(t.options.SkipLines); err != nil {
		return err
	}
	for _, name := range t.layout.Columns {
		j.column(name)
	}
	if t.layout.Key != "" {
		j.column(t.layout.Key)
	}
	var err error
	if t.options.Format == JSONLines {
		err = j.readLines(lines)
	} else {
		err = j.readArray(lines)
	}
	if err == nil && len(t.report.groups) == 0 {
		err = j.checkSeen()
	}
	return err
}

func (j *jsonTable) place(column int) (line, offset int) {
	if column < 0 {
		return j.line, 0
	}
	before := j.text[:j.offsets[column]]
	return j.line + bytes.Count(before, []byte{'\n'}), len(before) - bytes.LastIndexByte(before, '\n')
}

// readLines reads one value a line.
func (j *jsonTable) readLines(lines *lineReader) error {
	for {
		text, err := lines.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text = bytes.TrimSpace(text); len(text) == 0 {
			continue
		}
		if text[0] == '[' {
			return Faultf(lines.number, 0, "a JSON array, and the format jsonl has one value a line; set format = \"json\"")
		}
		j.record(text, lines.number)
	}
}

// readArray reads the elements of one array.
func (j *jsonTable) readArray(lines *lineReader) error {
	counted := &newlineCounter{source: lines, above: lines.number}
	dec := jsontext.NewDecoder(counted)
	switch kind := dec.PeekKind(); kind {
	case jsontext.KindBeginArray:
	case jsontext.KindBeginObject:
		return j.notArray(dec)
	case jsontext.KindInvalid:
		_, err := dec.ReadToken()
		return counted.fault(err)
	default:
		return fmt.Errorf("the file must hold one JSON array, not %s", KindName(kind))
	}
	if _, err := dec.ReadToken(); err != nil {
		return counted.fault(err)
	}
	for {
		kind := dec.PeekKind()
		if kind == jsontext.KindEndArray {
			break
		}
		text, err := dec.ReadValue()
		if err != nil {
			return counted.fault(err)
		}
		line := counted.line(dec.InputOffset() - int64(len(text)))
		if len(text) > maxRecord {
			return Faultf(line, 0, "longer than %s KB; does a value hold a file?", Thousands(maxRecord>>10))
		}
		j.record(text, line)
	}
	_, _ = dec.ReadToken()
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return Faultf(counted.line(dec.InputOffset()), 0, "there is more text after the JSON array")
	}
	return nil
}

// notArray says what to do about an object in place of the array.
func (j *jsonTable) notArray(dec *jsontext.Decoder) error {
	var names []string
	_, _ = dec.ReadToken()
	for len(names) < 20 && dec.PeekKind() == jsontext.KindString {
		name, err := dec.ReadToken()
		if err != nil {
			break
		}
		names = append(names, name.String())
		if dec.SkipValue() != nil {
			break
		}
	}
	if dec.PeekKind() == jsontext.KindEndObject {
		_, _ = dec.ReadToken()
		if dec.PeekKind() == jsontext.KindBeginObject {
			return Faultf(1, 0, "several JSON objects, and the format json is one array; set format = \"jsonl\"")
		}
	}
	return Faultf(1, 0, "a JSON object with the keys %s, and the format json is one array. If the records are in one of its keys, take them out with jsondecode(file(…)) in the configuration; "+
		"if it is an error message, look at what the download returned", QuoteAll(names))
}

// record reads one value.
func (j *jsonTable) record(text []byte, line int) {
	j.rows++
	j.text, j.line = text, line
	j.source.Reset(text)
	j.decoder.Reset(j.source)
	clear(j.row.Cells)
	if err := j.value(); err != nil {
		fault := JSONFault(string(text), err)
		text := fault.Err.Error()
		j.report.Add(Cause{One: ": " + text, Many: "rows are wrong (" + text + ")"}, Place{Line: line + max(0, fault.Line-1), Column: fault.Column})
		return
	}
	j.layout.Row(&j.row)
}

func (j *jsonTable) value() error {
	switch kind := j.decoder.PeekKind(); {
	case kind == jsontext.KindBeginObject:
		if err := j.object(j.root); err != nil {
			return err
		}
	case kind == jsontext.KindInvalid, j.layout.Nested == "" && (kind == jsontext.KindString || kind == jsontext.KindNumber):
		if err := j.cell(j.column(j.layout.Key)); err != nil {
			return err
		}
	default:
		return fmt.Errorf("must be an object, not %s", KindName(kind))
	}
	if _, err := j.decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("there is more text after the value")
	}
	return nil
}

// object reads the object that the decoder is at into cells.
func (j *jsonTable) object(at *jsonKey) error {
	if _, err := j.decoder.ReadToken(); err != nil {
		return err
	}
	for j.decoder.PeekKind() != jsontext.KindEndObject {
		name, err := j.decoder.ReadValue()
		if err != nil {
			return err
		}
		key := at.keys[string(name)]
		if key == nil {
			key = j.key(at, string(name))
		}
		kind := j.decoder.PeekKind()
		switch {
		case key.descends && kind == jsontext.KindBeginObject:
			err = j.object(key)
		case key.descends && key.column < 0 && kind != jsontext.KindNull && kind != jsontext.KindInvalid:
			return fmt.Errorf("%s must be an object, not %s", key.path, KindName(kind))
		case key.column < 0:
			err = j.decoder.SkipValue()
		default:
			err = j.cell(key.column)
		}
		if err != nil {
			return err
		}
	}
	_, err := j.decoder.ReadToken()
	return err
}

// key is a new key of the objects at a path. written is its name as in the text, with quotes.
func (j *jsonTable) key(at *jsonKey, written string) *jsonKey {
	name, _ := jsontext.AppendUnquote(nil, written)
	key := &jsonKey{path: norm.NFC.String(string(name)), column: -1} // HCL's texts are in that form.
	if at.path != "" {
		key.path = at.path + "." + key.path
	}
	within := func(column string) bool { return strings.HasPrefix(column, key.path+".") }
	key.descends = slices.ContainsFunc(j.layout.Columns, within) || within(j.layout.Key) || key.path == j.layout.Nested
	if !key.descends || slices.Contains(j.layout.Columns, key.path) {
		key.column = j.column(key.path)
	}
	if at.keys == nil {
		at.keys = make(map[string]*jsonKey)
	}
	at.keys[written] = key
	return key
}

// column is the number of a column; -1 where it is not in use.
func (j *jsonTable) column(path string) int {
	column, known := j.columns[path]
	if !known {
		if column = -1; j.layout.Use(path) {
			column = j.count
			j.count++
			j.row.Cells, j.offsets, j.seen = append(j.row.Cells, Cell{}), append(j.offsets, 0), append(j.seen, false)
		}
		j.columns[path] = column
	}
	return column
}

// cell reads a value into a column.
func (j *jsonTable) cell(column int) error {
	cell := Cell{Kind: j.decoder.PeekKind()}
	if cell.Kind == jsontext.KindBeginArray || cell.Kind == jsontext.KindBeginObject {
		j.offsets[column] = int(j.decoder.InputOffset()) + 1
		value, err := AppendCanonical(j.scratch[:0], j.decoder)
		if j.scratch = value; err != nil {
			return err
		}
		cell.Text = string(value)
	} else {
		token, err := j.decoder.ReadToken()
		if err != nil {
			return err
		}
		cell.Text = token.String()
		j.offsets[column] = max(0, int(j.decoder.InputOffset())-len(cell.Text))
	}
	if cell.Kind == jsontext.KindNull || cell.Kind == jsontext.KindString && j.nulls[cell.Text] {
		cell = Cell{}
	} else if cell.Kind == jsontext.KindString && j.options.Trim {
		if cell.Text = trimBlank(cell.Text); j.nulls[cell.Text] {
			cell = Cell{}
		}
	}
	j.row.Cells[column] = cell
	j.seen[column] = true
	return nil
}

// checkSeen refuses columns that no record has.
func (j *jsonTable) checkSeen() error {
	var missing []string
	for _, name := range j.layout.Columns {
		if column := j.columns[name]; column >= 0 && !j.seen[column] {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 || j.rows == 0 {
		return nil
	}
	there := make([]string, 0, len(j.root.keys))
	for _, key := range j.root.keys {
		there = append(there, key.path)
	}
	slices.Sort(there)
	return fmt.Errorf("no record has the key %s. The objects have %s; a key within another object is written as a dotted path, such as \"price.amount\"", QuoteAll(missing), QuoteAll(there))
}

// newlineCounter tells the line of an offset. Offsets must not go back.
type newlineCounter struct {
	source io.Reader
	above  int
	read   int64
	breaks []int64 // offsets behind line breaks that were not passed yet
}

func (c *newlineCounter) Read(p []byte) (int, error) {
	n, err := c.source.Read(p)
	for i, b := range p[:n] {
		if b == '\n' {
			c.breaks = append(c.breaks, c.read+int64(i)+1)
		}
	}
	c.read += int64(n)
	return n, err
}

func (c *newlineCounter) line(offset int64) int {
	passed := 0
	for passed < len(c.breaks) && c.breaks[passed] <= offset {
		passed++
	}
	c.breaks = c.breaks[passed:]
	c.above += passed
	return c.above + 1
}

// fault gives a decoder's complaint its line.
func (c *newlineCounter) fault(err error) error {
	broken := new(jsontext.SyntacticError)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the JSON text ends too early")
	case !errors.As(err, &broken):
		return err
	case errors.Is(err, jsontext.ErrDuplicateName):
		return Faultf(c.line(broken.ByteOffset), 0, "%q occurs twice in one JSON object", broken.JSONPointer.LastToken())
	}
	return Faultf(c.line(broken.ByteOffset), 0, "not valid JSON: %w", broken.Err)
}
