package input

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormatOf(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a.csv": CSV, "dir.csv/a.JSONL": JSONLines, "a.ndjson": JSONLines, "a.TXT": Text, "a": "", "a.json": "", "csv": "",
	} {
		if got := FormatOf(name); got != want {
			t.Errorf("format of %s is %q, want %q", name, got, want)
		}
	}
}

func write(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file.csv")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReadFileDigestsAllOfTheFile(t *testing.T) {
	t.Parallel()
	content := "\ufeffa,b\n" + strings.Repeat("1,2\n", 50_000)
	var start [3]byte
	digest, err := ReadFile(write(t, content), 1<<20, func(r io.Reader) error {
		_, err := io.ReadFull(r, start[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	if want := hex.EncodeToString(sum[:]); digest != want {
		t.Errorf("digest is %s, want %s", digest, want)
	}
	if string(start[:]) != "a,b" {
		t.Errorf("the content starts with %q, want no byte order mark", start)
	}
}

func TestReadFileRefusesWhatIsNoInput(t *testing.T) {
	t.Parallel()
	huge := write(t, "")
	if err := os.Truncate(huge, 1<<30); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ path, want string }{
		"missing":         {filepath.Join(t.TempDir(), "nowhere.csv"), "does not exist. Relative paths start at the working directory"},
		"directory":       {t.TempDir(), "is a directory: name a file"},
		"device":          {os.DevNull, "is not a regular file"},
		"empty":           {write(t, ""), "is empty"},
		"a huge garbage":  {huge, "has 1024 MB: at most 200 MB can be managed by one resource"},
		"content refused": {write(t, "x"), "file.csv: line 1, column 2: refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadFile(test.path, 200<<20, func(io.Reader) error { return Faultf(1, 2, "refused") })
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
}

// endless is a text that never ends, and counts what was read of it.
type endless struct {
	pattern string
	read    int
}

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e.pattern[(e.read+i)%len(e.pattern)]
	}
	e.read += len(p)
	return len(p), nil
}

func readRows(content io.Reader) (rows []string, err error) {
	err = ReadCSV(content, ',',
		func(columns []string) error {
			rows = append(rows, strings.Join(columns, "|"))
			return nil
		},
		func(record Record) error {
			if record.Fields[0] == "bad" {
				return record.Faultf(1, "a bad row")
			}
			rows = append(rows, fmt.Sprintf("%d:%s", record.Line(), strings.Join(record.Fields, "|")))
			return nil
		})
	return rows, err
}

func TestReadCSV(t *testing.T) {
	t.Parallel()
	rows, err := readRows(strings.NewReader("id,name\r\n1,\"a, \"\"b\"\"\nc\"\r\n\r\n 2 ,😀"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"id|name", "2:1|a, \"b\"\nc", "5: 2 |😀"}, rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestReadCSVNamesThePlaceOfAFault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"invalid UTF-8":       {"a,b\n1,x\xff\n", "line 2, column 3: not valid UTF-8: save the file in that encoding"},
		"UTF-16":              {"\xff\xfea\x00,\x00b\x00\n\x00", "line 1, column 1: not valid UTF-8: save the file in that encoding"},
		"NUL":                 {"a,b\n1,\x00\n", "line 2, column 3: a NUL character: this is not a text file"},
		"too few fields":      {"a,b\n1,2\n3\n", "line 3: the number of fields differs from the header's"},
		"too many fields":     {"a,b\n1,2,3\n", "line 2: the number of fields differs from the header's"},
		"bare quote":          {"a,b\n1,2\"3\n", "line 2, column 4: a quote inside of an unquoted field: quote the field and double the quote"},
		"quote then text":     {"a,b\n1,\"2\"3\n", "line 2, column 5: a quote is misplaced: double it inside of a quoted field"},
		"quote never closed":  {"a,b\n1,\"2\n3,4\n", "line 3, column 5: a quote is misplaced or never closed in the record that starts on line 2"},
		"only a header":       {"a,b\n", "there are no records, only a header or nothing at all"},
		"only line breaks":    {"\n\n", "there are no records, only a header or nothing at all"},
		"nameless column":     {"a,\n1,2\n", "line 1, column 3: the header has a column without a name"},
		"column twice":        {"a,b,a\n1,2,3\n", `line 1, column 5: the header names column "a" twice, as number 1 and number 3`},
		"faults of rows":      {"a,b\nbad,2\n1,2\nbad,\n", "line 2, column 5: a bad row\nline 4, column 5: a bad row"},
		"a row, then garbage": {"a,b\nbad,2\n1\n", "line 2, column 5: a bad row\nline 3: the number of fields differs from the header's"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := readRows(strings.NewReader(test.text)); err == nil || err.Error() != test.want {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestGarbageIsRefusedBeforeItFillsTheMemory(t *testing.T) {
	t.Parallel()
	for name, pattern := range map[string]string{
		"random bytes": "\x9c\x02\xff\n\x00", "zeros": "\x00", "one line": "abc", "an open quote": "\"abc\n", "short lines": "a\x80\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			table := &endless{pattern: pattern}
			if rows, err := readRows(table); err == nil || len(rows) > 1 || table.read > 2*maxRecord {
				t.Errorf("CSV: %d bytes were read, then %v", table.read, err)
			}
			if name == "an open quote" {
				return // Nothing is wrong with such lines.
			}
			lines := &endless{pattern: pattern}
			if err := ReadLines(lines, func(int, []byte) error { return nil }); err == nil || lines.read > 2*maxRecord {
				t.Errorf("lines: %d bytes were read, then %v", lines.read, err)
			}
		})
	}
}

func TestALongRecordIsFine(t *testing.T) {
	t.Parallel()
	field := strings.Repeat("x", maxRecord-10)
	rows, err := readRows(strings.NewReader("a,b\n" + strings.Repeat(field+",1\n", 3)))
	if err != nil || len(rows) != 4 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	rows, err = readRows(strings.NewReader("a,b\n" + strings.Repeat(field, 3) + ",1\n"))
	if want := "a record is longer than 1024 KB: is a quote never closed, or is this not a CSV file?"; err == nil || err.Error() != want {
		t.Errorf("%d rows, %v, want %q", len(rows), err, want)
	}
}

func TestReadLines(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want, err string }{
		"lines":         {"a\r\n\n  b \n \nc", "1:a 3:  b  5:c", ""},
		"nothing":       {"", "", "there are no lines with text"},
		"blank":         {" \n\n", "", "there are no lines with text"},
		"invalid UTF-8": {"a\nü\xffb\n", "1:a", "line 2, column 3: not valid UTF-8: save the file in that encoding"},
		"NUL":           {"a\nb\x00\n", "1:a", "line 2, column 2: a NUL character: this is not a text file"},
		"faults":        {"bad\na\nbad\n", "2:a", "line 1: a bad line\nline 3: a bad line"},
		"too long":      {"a\n" + strings.Repeat("x", maxRecord+1), "1:a", "line 2: longer than 1024 KB: this is not a text file with one record a line"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			err := ReadLines(strings.NewReader(test.text), func(line int, text []byte) error {
				if string(text) == "bad" {
					return Faultf(line, 0, "a bad line")
				}
				got = append(got, fmt.Sprintf("%d:%s", line, text))
				return nil
			})
			if strings.Join(got, " ") != test.want {
				t.Errorf("lines are %q, want %q", got, test.want)
			}
			if err == nil && test.err != "" || err != nil && err.Error() != test.err {
				t.Errorf("got %v, want %q", err, test.err)
			}
		})
	}
}

func FuzzReadCSV(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a\n\"x\"\"y\"\n", "\ufeffa,b\r\n,\r\n", "a,b\n1,\"2\n3,4\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		width := 0
		err := ReadCSV(strings.NewReader(string(text)), ',',
			func(columns []string) error { width = len(columns); return nil },
			func(record Record) error {
				if len(record.Fields) != width {
					t.Fatalf("a record has %d fields, the header %d", len(record.Fields), width)
				}
				return nil
			})
		if err == nil && width == 0 {
			t.Fatal("a text without a header was accepted")
		}
	})
}
