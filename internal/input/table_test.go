package input

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// readRows reads all columns as text: "2: a=1 b=x" is a record of line 2 without its absent cells.
func readRows(content io.Reader, options Options, layout Layout) (rows []string, err error) {
	var names []string
	if layout.Use == nil {
		layout.Use = func(name string) bool {
			names = append(names, name)
			return true
		}
	}
	layout.Row = func(row *Row) {
		text := fmt.Sprintf("%d:", row.Line())
		for i := range row.Cells {
			if cell := row.Cell(i); !cell.Absent() {
				text += fmt.Sprintf(" %s=%s", names[i], cell.Text)
			}
		}
		rows = append(rows, text)
	}
	err = ReadTable(content, options, layout)
	return rows, err
}

func none() *string {
	empty := ""
	return &empty
}

func TestReadTable(t *testing.T) {
	t.Parallel()
	apostrophe := "'"
	for name, test := range map[string]struct {
		text    string
		options Options
		layout  Layout
		want    []string
	}{
		"quotes, CRLF and a blank line":       {"id,name\r\n1,\"a, \"\"b\"\"\nc\"\r\n\r\n 2 ,😀", Options{}, Layout{}, []string{"2: id=1 name=a, \"b\"\nc", "5: id= 2  name=😀"}},
		"CR alone":                            {"id,name\r1,a\r2,\"b\rc\"\r", Options{}, Layout{}, []string{"2: id=1 name=a", "3: id=2 name=b\rc"}},
		"mixed line ends":                     {"id,name\r\n1,a\n2,b\r3,c", Options{}, Layout{}, []string{"2: id=1 name=a", "3: id=2 name=b", "4: id=3 name=c"}},
		"UTF-8 with a byte order mark":        {"\ufeffid\n1\n", Options{}, Layout{}, []string{"2: id=1"}},
		"UTF-16 little-endian":                {"\xff\xfei\x00d\x00\n\x00\xfc\x00\n\x00", Options{}, Layout{}, []string{"2: id=ü"}},
		"UTF-16 big-endian":                   {"\xfe\xff\x00i\x00d\x00\n\x00\xfc\x00\n", Options{}, Layout{}, []string{"2: id=ü"}},
		"a mark wins over the option":         {"\ufeffid\nü\n", Options{Encoding: "windows-1252"}, Layout{}, []string{"2: id=ü"}},
		"UTF-16 without a mark, by option":    {"i\x00d\x00\n\x00\xfc\x00\n\x00", Options{Encoding: "utf-16le"}, Layout{}, []string{"2: id=ü"}},
		"windows-1252":                        {"id\n\x80\xfc\n", Options{Encoding: "windows-1252"}, Layout{}, []string{"2: id=€ü"}},
		"an old code page":                    {"id\n\x81\n", Options{Encoding: "cp850"}, Layout{}, []string{"2: id=ü"}},
		"Shift JIS":                           {"id\n\x83e\x83X\x83g\n", Options{Encoding: "shift_jis"}, Layout{}, []string{"2: id=テスト"}},
		"sep names the delimiter":             {"sep=;\r\nid;name\r\n1;a,b\r\n", Options{}, Layout{}, []string{"3: id=1 name=a,b"}},
		"sep in quotes, a tab":                {"\"SEP=\t\"\nid\tname\n1\ta\n", Options{}, Layout{}, []string{"3: id=1 name=a"}},
		"sep is skipped":                      {"sep=;\nid;name\n1;a\n", Options{SkipLines: 1, Delimiter: ";"}, Layout{}, []string{"3: id=1 name=a"}},
		"titles above the header":             {"Prices of \"May\n\nid;name\n1;a\n", Options{SkipLines: 2, Delimiter: ";"}, Layout{}, []string{"4: id=1 name=a"}},
		"no header":                           {"1,a\n2,b\n", Options{Header: []string{"id", "name"}}, Layout{}, []string{"1: id=1 name=a", "2: id=2 name=b"}},
		"empty rows and trailing columns":     {"id;name;;\n1;a;;\n;;;\n;;;;;;\n2;b\n3;c;;;;\n", Options{Delimiter: ";"}, Layout{}, []string{"2: id=1 name=a", "5: id=2 name=b", "6: id=3 name=c"}},
		"rows of blanks":                      {"id,name\n , \n1,a\n   \n", Options{Trim: true}, Layout{}, []string{"3: id=1 name=a"}},
		"blank lines of spaces":               {"id,name\n1,a\n   \n", Options{}, Layout{}, []string{"2: id=1 name=a"}},
		"an empty row above the header":       {";;\nid;name;\n1;a;\n", Options{Delimiter: ";"}, Layout{}, []string{"3: id=1 name=a"}},
		"trimmed names and fields":            {" id ,\u00a0name\n 1\u200b,\ufeffa \n", Options{Trim: true}, Layout{}, []string{"2: id=1 name=a"}},
		"null values":                         {"id,name\n1,\\N\n2,NULL\n", Options{NullValues: []string{`\N`}}, Layout{}, []string{"2: id=1", "3: id=2 name=NULL"}},
		"names in the normalization of HCL":   {"id,Gro\u0308ße\n1,42\n", Options{}, Layout{Columns: []string{"Größe"}}, []string{"2: id=1 Größe=42"}},
		"quotes without a meaning":            {"id\tname\n1\t12\" \"hood\"\n2\t\"\n", Options{Delimiter: "\t", Quote: none()}, Layout{}, []string{`2: id=1 name=12" "hood"`, `3: id=2 name="`}},
		"another quote":                       {"id,name\n1,'a, \"b\" ''c'''\n", Options{Quote: &apostrophe}, Layout{}, []string{`2: id=1 name=a, "b" 'c'`}},
		"a heading underlined within a field": {"id,name\n1,\"Cup\n=======\nnice\"\n", Options{}, Layout{}, []string{"2: id=1 name=Cup\n=======\nnice"}},
		"JSON Lines": {"\ufeff{\"id\":1,\"name\":\"a\",\"more\":{\"x\":[1, 2]}}\r\n\r\n {\"name\":null,\"id\":\"2\"}", Options{Format: JSONLines}, Layout{},
			[]string{`1: id=1 name=a more={"x":[1,2]}`, "3: id=2"}},
		"dotted paths":             {`{"id":"1","v":{"a":{"b":"x"},"c":"y"},"v.a.d":"z"}`, Options{Format: JSONLines}, Layout{Columns: []string{"v.a.b", "v.a.d"}}, []string{"1: v.a.b=x v.a.d=z id=1 v.c=y"}},
		"entries of a nested key":  {`{"id":"1","n":{"a":1}}` + "\n" + `{"id":"2","n":null}`, Options{Format: JSONLines}, Layout{Nested: "n"}, []string{"1: id=1 n.a=1", "2: id=2"}},
		"keys in another form":     {"{\"id\":\"1\",\"Gro\u0308ße\":42}", Options{Format: JSONLines}, Layout{Columns: []string{"Größe"}}, []string{"1: Größe=42 id=1"}},
		"an array over many lines": {"[\n {\"id\":\n  1}, {\"id\": 2},\n\n {\"id\":3}]\n", Options{Format: JSON}, Layout{}, []string{"2: id=1", "3: id=2", "5: id=3"}},
		"an array of keys":         {`["a", "b"]`, Options{Format: JSON}, Layout{}, []string{"1: =a", "1: =b"}},
		"null values of JSON":      {`[{"id":"1","name":" NULL "}]`, Options{Format: JSON, NullValues: []string{"NULL"}, Trim: true}, Layout{}, []string{"1: id=1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.options.Format == "" {
				test.options.Format = CSV
			}
			rows, err := readRows(strings.NewReader(test.text), test.options, test.layout)
			if diff := cmp.Diff(test.want, rows); err != nil || diff != "" {
				t.Errorf("%v, rows (-want +got):\n%s", err, diff)
			}
		})
	}
}

func TestReadTableSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	wanted := Layout{Columns: []string{"sku", "price"}}
	for name, test := range map[string]struct {
		text    string
		options Options
		layout  Layout
		want    string
	}{
		"not UTF-8":                     {"a,b\n1,x\xfc\n", Options{}, Layout{}, `line 2, column 4: the byte 0xFC is not UTF-8 (ü in windows-1252); set encoding, such as "windows-1252" for a CSV of Excel, or save the file as UTF-8`},
		"undefined in the encoding":     {"a\n\x81\n", Options{Encoding: "windows-1252"}, Layout{}, "line 2, column 1: a byte that windows-1252 has no character for; set encoding to the one of the file"},
		"unknown encoding":              {"a\n1\n", Options{Encoding: "excel"}, Layout{}, `encoding: there is no encoding "excel": write a WHATWG name, such as utf-8, windows-1252, iso-8859-15, macintosh or utf-16le`},
		"UTF-8 after all":               {"a\n1\nü\n", Options{Encoding: "windows-1252"}, Layout{}, "line 3: the text is UTF-8, and encoding says windows-1252; omit encoding"},
		"NUL":                           {"a,b\n1,\x00\n", Options{}, Layout{}, "line 2, column 3: a NUL character: this is not a text file"},
		"fields too few and too many":   {"a,b\n1,2\n3\n1,2,3\n", Options{}, Layout{}, "2 rows have another number of fields than the header, which has 2: line 3 (1 field) and line 4 (3 fields); quote fields that contain the delimiter, and check delimiter."},
		"a field without a name":        {"a;b;;\n1;2;;\n1;2;;x\n", Options{Delimiter: ";"}, Layout{}, "line 3, column 6 has a field in column 4, which has no name in the header; name the column, or empty it; if the row has too many fields, quote those that contain the delimiter."},
		"bare quotes, told together":    {"a,b\n1,2\"3\n4,5\n6,7\"\n", Options{}, Layout{}, "2 rows have a quote inside an unquoted field: line 2, column 4 and line 4, column 4; quote the field and double the quote; for a file that quotes nothing, set quote = \"\"; a field like =\"00451\" is a formula of Excel: export plain values."},
		"text behind a quote":           {"a,b\n1,\"2\"3\n", Options{}, Layout{}, "line 2, column 5 has a quote that is never closed, or one within a quoted field; close it, or double it if it belongs to the text."},
		"a quote that a later one ends": {"a,b\n1,2\n3,\"x\n5,6\n7,\"y\"\n8,9\n", Options{}, Layout{}, "line 3 (as line 5 shows) has a quote that is never closed, or one within a quoted field; close it, or double it if it belongs to the text."},
		"a quote never closed":          {"t\na,b\n1,\"2\n3,4\n", Options{SkipLines: 1}, Layout{}, `line 3: a quote that opens in this line is never closed; close it, or double it if it belongs to the text; for a file that quotes nothing, set quote = ""`},
		"only a header":                 {"a,b\n", Options{}, Layout{}, "there are no records, only a header or nothing at all; check the export"},
		"only line breaks":              {"\n\n", Options{}, Layout{}, "the file is empty; check the export"},
		"only a byte order mark":        {"\ufeff", Options{}, Layout{}, "the file is empty; check the export"},
		"fewer lines than skipped":      {"a\n1\n", Options{SkipLines: 3}, Layout{}, "the file has 2 lines, and skip_lines is 3"},
		"nameless column":               {",a\n1,2\n", Options{}, Layout{}, `line 1, column 1: column 1 of the header has no name; name it, or set other_columns = "ignore"`},
		"column twice":                  {"a,b,a\n1,2,3\n", Options{}, Layout{}, `line 1, column 5: the header names column "a" twice, as number 1 and number 3`},
		"two delimiters":                {"sep=;\na;b\n1;2\n", Options{Delimiter: ","}, Layout{}, `line 1: this line says that ";" separates the fields, and delimiter is ","; omit delimiter`},
		"missing column":                {"sku,x\n1,2\n", Options{}, wanted, `line 1, column 1: there is no column "price". The header has "sku", "x"`},
		"another delimiter":             {"sku;price\n1;2\n", Options{}, wanted, `line 1, column 1: there are no columns "sku", "price". The header has "sku;price"; if its fields are separated by ";", set delimiter = ";"`},
		"another case":                  {"sku,Price \n1,2\n", Options{}, wanted, `line 1, column 1: there is no column "price". The header has "sku", "Price "; names must be equal in case and blanks: write "Price "`},
		"a title":                       {"Prices,\n\nsku,price\n1,2\n", Options{}, wanted, `line 1, column 1: there are no columns "sku", "price". The header has "Prices"; the columns are on line 3: set skip_lines = 2`},
		"a title, another delimiter":    {"Prices\nsku;price\n1;2\n", Options{}, wanted, `line 1, column 1: there are no columns "sku", "price". The header has "Prices"; the columns are on line 2: set skip_lines = 1 and delimiter = ";"`},
		"conflict":                      {"a\n1\n>>>>>>> main\n", Options{}, Layout{}, "line 3: a merge conflict marker; resolve the conflict"},
		"conflict in the header":        {"<<<<<<< HEAD\na\n", Options{}, Layout{}, "line 1: a merge conflict marker; resolve the conflict"},
		"conflict within a field":       {"a\n\"x\n<<<<<<<\ny\"\n", Options{}, Layout{}, "line 3: a merge conflict marker; resolve the conflict"},
		"rest of a conflict":            {"a\n1\n=======\n2\n", Options{}, Layout{}, "line 3: a merge conflict marker; resolve the conflict"},
		"wrong JSON, by cause":          {"{\"a\":1}\n{\"a\":x}\n3\n{}{}\n[1]x", Options{Format: JSONLines}, Layout{Nested: "n"}, "line 2, column 6: not valid JSON (in a): invalid character 'x' at start of value.\nline 3: must be an object, not a number.\nline 4: there is more text after the value.\nline 5: a JSON array, and the format jsonl has one value a line; set format = \"json\""},
		"several wrong lines of JSON":   {"{\"a\":1}\n{\"a\":x}\n3\n4\n{\"a\":1,\"a\":2}", Options{Format: JSONLines}, Layout{Nested: "n"}, "line 2, column 6: not valid JSON (in a): invalid character 'x' at start of value.\n2 rows are wrong (must be an object, not a number): line 3 and line 4.\nline 5: \"a\" occurs twice in one JSON object."},
		"an object for an array":        {"{\"data\": [1],\n\"total\": 1}", Options{Format: JSON}, Layout{}, `line 1: a JSON object with the keys "data", "total", and the format json is one array. If the records are in one of its keys, take them out with jsondecode(file(…)) in the configuration; if it is an error message, look at what the download returned`},
		"JSON Lines for an array":       {"{\"a\":1}\n{\"a\":2}", Options{Format: JSON}, Layout{}, `line 1: several JSON objects, and the format json is one array; set format = "jsonl"`},
		"an array that ends early":      {"[{\"a\":1},", Options{Format: JSON}, Layout{}, "the JSON text ends too early"},
		"an array with a wrong element": {"[\n{\"a\":1},\n{\"a\":x}]", Options{Format: JSON}, Layout{}, "line 3: not valid JSON: invalid character 'x' at start of value"},
		"text behind an array":          {"[{\"a\":1}]\n[", Options{Format: JSON}, Layout{}, "line 2: there is more text after the JSON array"},
		"an empty array":                {"[]", Options{Format: JSON}, Layout{}, "there are no records, only a header or nothing at all; check the export"},
		"a key that no object has":      {`{"a":1}`, Options{Format: JSONLines}, Layout{Columns: []string{"b.c"}}, `no record has the key "b.c". The objects have "a"; a key within another object is written as a dotted path, such as "price.amount"`},
		"a path into no object":         {`{"a":1}`, Options{Format: JSONLines}, Layout{Columns: []string{"a.b"}}, "line 1: a must be an object, not a number."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.options.Format == "" {
				test.options.Format = CSV
			}
			if _, err := readRows(strings.NewReader(test.text), test.options, test.layout); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

// What is no data is named before anything else is looked at.
func TestFilesThatAreSomethingElse(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ start, want string }{
		"Git LFS":           {"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", "a Git LFS pointer"},
		"git-annex":         {"/annex/objects/MD5-s1--2\n", "a git-annex pointer"},
		"git-crypt":         {"\x00GITCRYPT\x00abc", "encrypted by git-crypt"},
		"PGP":               {"-----BEGIN PGP MESSAGE-----\n", "encrypted or signed by PGP"},
		"HTML":              {"\n <!doctype HTML><p>", "an HTML page"},
		"HTML of a page":    {"<html>", "an HTML page"},
		"HTML in UTF-16":    {"\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00", "an HTML page"},
		"XML":               {"\ufeff<?xml version=\"1.0\"?><Error>", "XML"},
		"XML, undeclared":   {"<Error><Code>AccessDenied</Code></Error>", "XML or HTML"},
		"gzip":              {"\x1f\x8b\x08\x00", "gzip-compressed"},
		"Zstandard":         {"\x28\xb5\x2f\xfd\x00", "compressed with Zstandard"},
		"bzip2":             {"BZh91AY&SY\x00", "compressed with bzip2"},
		"Excel":             {"PK\x03\x04\x14\x00", "an Excel workbook (.xlsx)"},
		"old Excel":         {"\xd0\xcf\x11\xe0\xa1", "an Excel workbook (.xls)"},
		"Parquet":           {"PAR1\x15", "a Parquet file"},
		"Avro":              {"Obj\x01\x04", "an Avro file"},
		"PDF":               {"%PDF-1.7\n", "a PDF document"},
		"curl -i":           {"HTTP/1.1 403 Forbidden\r\n", "an HTTP response with its headers"},
		"UTF-16":            {"s\x00k\x00u\x00\n\x00A\x00", `looks like UTF-16 without a byte order mark: every second byte is zero; set encoding = "utf-16le"`},
		"UTF-16 big-endian": {"\x00s\x00k\x00u\x00\n", `set encoding = "utf-16be"`},
		"JSON array":        {"[\n {\"sku\":\"A\"}]", "the file is JSON"},
		"JSON numbers":      {"[1, 2]", "the file is JSON"},
		"JSON object":       {"{\"error\":\"denied\"}", "the file is JSON"},
	} {
		for _, format := range []string{CSV, Text} {
			t.Run(name+" as "+format, func(t *testing.T) {
				t.Parallel()
				err := sniff([]byte(test.start), format, "")
				if err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("got %v, want %q", err, test.want)
				}
			})
		}
	}
	for _, fine := range []string{
		"sku,price\n", "BZh-Lampe,1\n", "BMW-1\n", "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}\n", "<ann@example.com>\n", "[sku];[price]\n", "ID3,name\n", "version,sku\n", "a", "", "<7 days,1\n",
	} {
		if err := sniff([]byte(fine+strings.Repeat(" ", sniffLength)), Text, ""); err != nil {
			t.Errorf("%q: %v", fine, err)
		}
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

func TestGarbageIsRefusedBeforeItFillsTheMemory(t *testing.T) {
	t.Parallel()
	for name, pattern := range map[string]string{
		"random bytes": "\x9c\x02\xff\n\x00", "zeros": "\x00", "one line": "abc", "an open quote": "\"abc\n", "broken lines": "a\x80\n",
	} {
		for _, format := range []string{CSV, JSONLines} {
			t.Run(name+" as "+format, func(t *testing.T) {
				t.Parallel()
				if format == JSONLines && name == "an open quote" {
					return // Each of its lines is wrong in itself.
				}
				text := &endless{pattern: pattern}
				if rows, err := readRows(text, Options{Format: format}, Layout{}); err == nil || len(rows) > 1 || text.read > 3*maxRecord {
					t.Errorf("%d bytes were read, then %v", text.read, err)
				}
			})
		}
	}
}

func TestALongRecordIsFine(t *testing.T) {
	t.Parallel()
	field := strings.Repeat("x", maxRecord-10)
	rows, err := readRows(strings.NewReader("a,b\n"+strings.Repeat(field+",1\n", 3)), Options{Format: CSV}, Layout{})
	if err != nil || len(rows) != 3 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	for name, text := range map[string]string{
		"a line":            "a,b\n1,2\n" + strings.Repeat(field, 2) + ",1\n",
		"the last line":     "a,b\n1,2\n" + strings.Repeat(field, 2),
		"a record of lines": "a,b\n1,\"\n\"\n\"" + strings.Repeat(field[:1000]+"\n", 2000) + "\",1\n",
	} {
		_, err = readRows(strings.NewReader(text), Options{Format: CSV}, Layout{})
		if want := map[bool]string{true: "line 4", false: "line 3"}[name == "a record of lines"] + ": longer than 1,024 KB"; err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}

func FuzzReadTable(f *testing.F) {
	for _, seed := range []string{"a,b\n1,2\n", "a\n\"x\"\"y\"\n", "\ufeffa,b\r\n,\r\n", "a,b\n1,\"2\n3,4\n", "sep=;\na;b\n1;2\r3;4", "[{\"a\":1}]", "{\"a\":{\"b\":1}}\n{}"} {
		for _, format := range []string{CSV, JSONLines, JSON} {
			f.Add([]byte(seed), format, ",", "", 0)
		}
	}
	f.Fuzz(func(t *testing.T, text []byte, format, delimiter, encoding string, skip int) {
		columns := 0
		options := Options{Format: format, Delimiter: delimiter, Encoding: encoding, SkipLines: skip % 4, Trim: skip%2 == 0}
		err := ReadTable(strings.NewReader(string(text)), options, Layout{
			Nested: "a",
			Use:    func(string) bool { columns++; return true },
			Row: func(row *Row) {
				if len(row.Cells) > columns {
					t.Fatalf("a record has %d cells, and there are %d columns", len(row.Cells), columns)
				}
				for i := range row.Cells {
					if place := row.At(i); place.Line < 1 || place.Line < row.Line() {
						t.Fatalf("cell %d is at %v, its record on line %d", i, place, row.Line())
					}
				}
			},
		})
		if err == nil && columns == 0 && format == CSV {
			t.Fatal("a text without columns was accepted")
		}
	})
}
