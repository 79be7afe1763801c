package input

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// The formats of input files.
const (
	CSV       = "csv"
	JSONLines = "jsonl"
	Text      = "text"
)

// maxRecord bounds one line or CSV record. It is far above any real one, and low enough to refuse a huge file without
// line breaks, or with a forgotten quote, before it fills the memory.
const maxRecord = 1 << 20

// FormatOf tells the format from a file's name, or "" when the name doesn't say.
func FormatOf(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		return CSV
	case ".jsonl", ".ndjson":
		return JSONLines
	case ".txt":
		return Text
	default:
		return ""
	}
}

// Fault is one thing wrong with an input at a place. Line and Column count from 1, Column in bytes; 0 means the whole
// input or line.
type Fault struct {
	Line, Column int
	Err          error
}

func (f *Fault) Error() string {
	switch {
	case f.Line == 0:
		return f.Err.Error()
	case f.Column == 0:
		return fmt.Sprintf("line %d: %v", f.Line, f.Err)
	default:
		return fmt.Sprintf("line %d, column %d: %v", f.Line, f.Column, f.Err)
	}
}

func (f *Fault) Unwrap() error { return f.Err }

// Faultf is a Fault from a format.
func Faultf(line, column int, format string, args ...any) error {
	return &Fault{Line: line, Column: column, Err: fmt.Errorf(format, args...)}
}

// ReadFile hands the content of a file to read, without a byte order mark, and returns the SHA-256 of the whole file in
// hexadecimal, as Terraform's filesha256 does. It refuses what is not a regular file, an empty file, and one above
// maxBytes before reading it. The digest and the content come from one pass, so that they belong together.
func ReadFile(path string, maxBytes int64, read func(io.Reader) error) (digest string, err error) {
	file, err := os.Open(path)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return "", fmt.Errorf("%s does not exist. Relative paths start at the working directory of the run; write "+
				"\"${path.module}/…\" for a file beside the configuration", path)
		}
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", fmt.Errorf("%s is a directory: name a file", path)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a regular file: it is read when planning and again when applying", path)
	case info.Size() == 0:
		return "", fmt.Errorf("%s is empty", path)
	case info.Size() > maxBytes:
		return "", fmt.Errorf("%s has %d MB: at most %d MB can be managed by one resource", path, info.Size()>>20, maxBytes>>20)
	}
	hash := sha256.New()
	content := bufio.NewReaderSize(io.TeeReader(file, hash), 64<<10)
	if err := read(skipByteOrderMark(content)); err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// FileDigest is the digest that ReadFile returns, with the same refusals.
func FileDigest(path string, maxBytes int64) (string, error) {
	return ReadFile(path, maxBytes, func(io.Reader) error { return nil })
}

// skipByteOrderMark drops the byte order mark that spreadsheets put before UTF-8.
func skipByteOrderMark(content *bufio.Reader) io.Reader {
	if start, _ := content.Peek(3); bytes.Equal(start, []byte("\xef\xbb\xbf")) {
		_, _ = content.Discard(3)
	}
	return content
}

// Record is one row of a CSV file. Its fields are only valid until the next row is read.
type Record struct {
	Fields []string
	reader *csv.Reader
}

// Line is the line on which the record starts.
func (r Record) Line() int {
	line, _ := r.reader.FieldPos(0)
	return line
}

// Faultf is a Fault at the start of a field.
func (r Record) Faultf(field int, format string, args ...any) error {
	line, column := r.reader.FieldPos(field)
	return Faultf(line, column, format, args...)
}

// ReadCSV reads a CSV text with a header line and fields separated by comma: header is called once with the column names, then row for every record.
// All records have as many fields as the header. It refuses invalid UTF-8, a NUL character, a header with an empty or a
// doubled name, a text without records, and a record beyond a bound that only broken files reach. A *Fault or an error
// joined of several that row returns is collected, up to a readable number; every other error ends the reading.
func ReadCSV(content io.Reader, comma rune, header func(columns []string) error, row func(Record) error) error {
	limited := &recordLimit{content: content}
	reader := csv.NewReader(limited)
	reader.Comma = comma
	reader.ReuseRecord = true
	record := Record{reader: reader}
	var problems Problems
	rows := 0
	for first := true; ; first = false {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return errors.Join(problems.Err(), csvFault(err))
		}
		limited.sinceRecord = 0
		record.Fields = fields
		if err := checkText(record); err != nil {
			return errors.Join(problems.Err(), err)
		}
		if first {
			columns := slices.Clone(fields)
			if err := errors.Join(checkHeader(record), header(columns)); err != nil {
				return err
			}
			continue
		}
		rows++
		if err := row(record); err != nil {
			problems.Add(err)
		}
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if rows == 0 {
		return errors.New("there are no records, only a header or nothing at all")
	}
	return nil
}

func checkText(record Record) error {
	for i, field := range record.Fields {
		if !utf8.ValidString(field) {
			return record.Faultf(i, "not valid UTF-8: save the file in that encoding")
		}
		if strings.IndexByte(field, 0) >= 0 {
			return record.Faultf(i, "a NUL character: this is not a text file")
		}
	}
	return nil
}

func checkHeader(record Record) error {
	places := make(map[string]int, len(record.Fields))
	for i, name := range record.Fields {
		if name == "" {
			return record.Faultf(i, "the header has a column without a name")
		}
		if first, twice := places[name]; twice {
			return record.Faultf(i, "the header names column %q twice, as number %d and number %d", name, first+1, i+1)
		}
		places[name] = i
	}
	return nil
}

func csvFault(err error) error {
	broken := new(csv.ParseError)
	if !errors.As(err, &broken) {
		return err
	}
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		return Faultf(broken.Line, 0, "the number of fields differs from the header's")
	case errors.Is(err, csv.ErrQuote):
		if broken.StartLine != broken.Line {
			return Faultf(broken.Line, broken.Column, "a quote is misplaced or never closed in the record that starts on line %d", broken.StartLine)
		}
		return Faultf(broken.Line, broken.Column, "a quote is misplaced: double it inside of a quoted field")
	case errors.Is(err, csv.ErrBareQuote):
		return Faultf(broken.Line, broken.Column, "a quote inside of an unquoted field: quote the field and double the quote")
	default:
		return Faultf(broken.Line, broken.Column, "%w", broken.Err)
	}
}

// recordLimit fails once much more than maxRecord bytes were read for one record.
type recordLimit struct {
	content     io.Reader
	sinceRecord int
}

func (l *recordLimit) Read(p []byte) (int, error) {
	// csv.Reader reads ahead by one buffer, which is small against the limit.
	if l.sinceRecord > maxRecord {
		return 0, fmt.Errorf("a record is longer than %d KB: is a quote never closed, or is this not a CSV file?", maxRecord>>10)
	}
	n, err := l.content.Read(p)
	l.sinceRecord += n
	return n, err
}

// ReadLines calls each for every line that is not blank, without its line break. The slice is only valid until the next
// call. It refuses invalid UTF-8, a NUL character, a line of more than 1 MiB, and a text without any line. Errors of each
// are collected as ReadCSV does.
func ReadLines(content io.Reader, each func(line int, text []byte) error) error {
	scanner := bufio.NewScanner(content)
	scanner.Buffer(make([]byte, 64<<10), maxRecord)
	var problems Problems
	line, filled := 0, 0
	for scanner.Scan() {
		line++
		text := scanner.Bytes()
		switch {
		case !utf8.Valid(text):
			return errors.Join(problems.Err(), Faultf(line, 1+firstInvalid(text), "not valid UTF-8: save the file in that encoding"))
		case bytes.IndexByte(text, 0) >= 0:
			return errors.Join(problems.Err(), Faultf(line, 1+bytes.IndexByte(text, 0), "a NUL character: this is not a text file"))
		case len(bytes.TrimSpace(text)) == 0:
			continue
		}
		filled++
		if err := each(line, text); err != nil {
			problems.Add(err)
		}
	}
	if err := scanner.Err(); errors.Is(err, bufio.ErrTooLong) {
		return errors.Join(problems.Err(), Faultf(line+1, 0, "longer than %d KB: this is not a text file with one record a line", maxRecord>>10))
	} else if err != nil {
		return errors.Join(problems.Err(), err)
	}
	if err := problems.Err(); err != nil {
		return err
	}
	if filled == 0 {
		return errors.New("there are no lines with text")
	}
	return nil
}

func firstInvalid(text []byte) int {
	offset := 0
	for offset < len(text) {
		r, size := utf8.DecodeRune(text[offset:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		offset += size
	}
	return offset
}
