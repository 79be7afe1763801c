package input

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// readKeys reads keys with their lines; each is listed once.
func readKeys(text string, options KeyOptions) (keys []string, err error) {
	options.Noun, options.Record, options.SkipOption = "ID", "member", "skip_rows_without_id"
	lines := make(map[string]int)
	err = ReadKeys(strings.NewReader(text), options, func(line int, key []byte) (*Cause, string) {
		if first, twice := lines[string(key)]; twice {
			return &Cause{One: "repeats an ID", Many: "rows repeat an ID"}, fmt.Sprintf("line %d", first)
		}
		lines[string(key)] = line
		keys = append(keys, fmt.Sprintf("%d:%s", line, key))
		return nil, ""
	})
	return keys, err
}

func TestReadKeys(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text    string
		options KeyOptions
		want    []string
	}{
		"lines":                   {"a\r\n\n \nb", KeyOptions{Options: Options{Format: Text}}, []string{"1:a", "4:b"}},
		"CR alone":                {"a\rb\r", KeyOptions{Options: Options{Format: Text}}, []string{"1:a", "2:b"}},
		"lines, trimmed":          {" a\u00a0\n\u200bb\n", KeyOptions{Options: Options{Format: Text, Trim: true}}, []string{"1:a", "2:b"}},
		"lines below a title":     {"VIPs of May\na\n", KeyOptions{Options: Options{Format: Text, SkipLines: 1}}, []string{"2:a"}},
		"null values":             {"a\nNULL\n", KeyOptions{Options: Options{Format: Text, NullValues: []string{"NULL"}}, SkipEmpty: true}, []string{"1:a"}},
		"a bar in every ID":       {"auth0|1\nauth0|2\n", KeyOptions{Options: Options{Format: Text}}, []string{"1:auth0|1", "2:auth0|2"}},
		"a comma in some IDs":     {"a,b\nc\n", KeyOptions{Options: Options{Format: Text}}, []string{"1:a,b", "2:c"}},
		"commas that are meant":   {"cn=a,ou=x\ncn=b,ou=x\n", KeyOptions{Options: Options{Format: Text}, Pattern: pattern(`cn=\w+,ou=\w+`)}, []string{"1:cn=a,ou=x", "2:cn=b,ou=x"}},
		"blanks inside":           {"a b\nc d\n", KeyOptions{Options: Options{Format: Text}}, []string{"1:a b", "2:c d"}},
		"numbers, words, case":    {"00123\n1e5\nNULL\nTRUE\ntrue\n-1\n1E5\n", KeyOptions{Options: Options{Format: Text}}, []string{"1:00123", "2:1e5", "3:NULL", "4:TRUE", "5:true", "6:-1", "7:1E5"}},
		"a column":                {"x,id,x,\n1,a,1,\n2,b,2,\n", KeyOptions{Options: Options{Format: CSV}, Column: "id"}, []string{"2:a", "3:b"}},
		"the index of pandas":     {",id\n0,a\n1,b\n", KeyOptions{Options: Options{Format: CSV}, Column: "id"}, []string{"2:a", "3:b"}},
		"one column":              {"id\na\n", KeyOptions{Options: Options{Format: CSV}, Column: "id"}, []string{"2:a"}},
		"one column, no header":   {"a\nb\n", KeyOptions{Options: Options{Format: CSV, Header: []string{"id"}}}, []string{"1:a", "2:b"}},
		"columns without header":  {"a,1\nb,2\n", KeyOptions{Options: Options{Format: CSV, Header: []string{"id", "n"}}, Column: "id"}, []string{"1:a", "2:b"}},
		"rows without ID":         {"id,n\na,1\n,2\n", KeyOptions{Options: Options{Format: CSV}, Column: "id", SkipEmpty: true}, []string{"2:a"}},
		"commas in quoted fields": {"id\n\"a,b\"\n\"c,d\"\n", KeyOptions{Options: Options{Format: CSV}, Column: "id"}, []string{"2:a,b", "3:c,d"}},
		"JSON Lines":              {"{\"n\":1,\"id\":\"a\"}\n{\"id\":7}\n", KeyOptions{Options: Options{Format: JSONLines}, Column: "id"}, []string{"1:a", "2:7"}},
		"JSON Lines of strings":   {"\"a\"\n\"b\"\n", KeyOptions{Options: Options{Format: JSONLines}}, []string{"1:a", "2:b"}},
		"the only key":            {"{\"id\":\"a\"}\n{\"id\":\"b\"}\n", KeyOptions{Options: Options{Format: JSONLines}}, []string{"1:a", "2:b"}},
		"a nested key":            {`[{"user":{"id":"a"}}]`, KeyOptions{Options: Options{Format: JSON}, Column: "user.id"}, []string{"1:a"}},
		"a JSON array":            {"[\"a\",\n\"b\"]", KeyOptions{Options: Options{Format: JSON}}, []string{"1:a", "2:b"}},
		"strings where keys are":  {"[\"a\",\n\"b\"]", KeyOptions{Options: Options{Format: JSON}, Column: "id"}, []string{"1:a", "2:b"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys, err := readKeys(test.text, test.options)
			if diff := cmp.Diff(test.want, keys); err != nil || diff != "" {
				t.Errorf("%v, keys (-want +got):\n%s", err, diff)
			}
		})
	}
}

func pattern(text string) *regexp.Regexp {
	compiled, err := KeyPattern(text)
	if err != nil {
		panic(err)
	}
	return compiled
}

func TestReadKeysRefusesWhatIsVisiblyNotAKey(t *testing.T) {
	t.Parallel()
	list, table := Options{Format: Text}, Options{Format: CSV}
	for name, test := range map[string]struct {
		text    string
		options KeyOptions
		want    string
	}{
		"rows of a table":            {"a;Ann\nb;Bob\n", KeyOptions{Options: list}, `line 1: every line has a semicolon: these look like the rows of a table, not like IDs. Set format = "csv", delimiter = ";" and column. If they are IDs, say so with id_pattern`},
		"one row of a table":         {"a,b,c", KeyOptions{Options: list}, "line 1: every line has a comma"},
		"rows with tabs":             {"a\tAnn\nb\tBob\n", KeyOptions{Options: list}, `line 1: every line has a tab`},
		"a single wrong column":      {"id;name\na;Ann\nb;Bob\n", KeyOptions{Options: table, Column: "id;name"}, "line 1: every line has a semicolon"},
		"a line for spreadsheets":    {"sep=;\na;b\n", KeyOptions{Options: list}, `line 1: the line "sep=;" is for spreadsheets`},
		"invisible characters":       {" a\nb\u00a0\nc\u200bd\ne\u2028f\ng\u00ad\n", KeyOptions{Options: list}, "ID: 5 rows have invisible characters: line 1 (space U+0020 at the start), line 2 (no-break space U+00A0 at the end), line 3 (zero-width space U+200B inside), line 4 (U+2028 inside) and line 5 (U+00AD at the end); remove it"},
		"a control character":        {"id,n\n\"a\nb\",1\n", KeyOptions{Options: table, Column: "id"}, "ID: line 2 (U+000A inside) has an invisible character"},
		"inside stays with trim":     {"a\u200bb\n", KeyOptions{Options: Options{Format: Text, Trim: true}}, "ID: line 1 (zero-width space U+200B inside) has an invisible character"},
		"rounded":                    {"1\n4,71E+11\n5E+12\n", KeyOptions{Options: list}, `ID: 2 rows have been rounded by a spreadsheet, and their digits are lost: "4,71E+11" in line 2 and line 3; format the column as text`},
		"a formula":                  {"id,n\n\"=\"\"00451\"\"\",1\n", KeyOptions{Options: table, Column: "id"}, `ID: "=\"00451\"" in line 2 is a formula of a spreadsheet`},
		"lost letters":               {"M\ufffdller\n", KeyOptions{Options: list}, "ID: \"M\ufffdller\" in line 1 has the character U+FFFD; a conversion to another encoding has lost a letter; export again."},
		"twins":                      {"Jürgen\na\nJu\u0308rgen\n", KeyOptions{Options: list}, "ID: line 3 (looks like line 1) differs from another in Unicode normalization only (NFC, NFD); write both the same."},
		"a header within":            {"id,n\na,1\nid,n\n", KeyOptions{Options: table, Column: "id"}, `ID: "id" in line 3 repeats the header`},
		"a header after all":         {"id,n\na,1\n", KeyOptions{Options: Options{Format: CSV, Header: []string{"id", "n"}}, Column: "id"}, `ID: "id" in line 1 repeats the header; remove headers within the file; if its first line is one, omit the option header.`},
		"no ID":                      {"id,n\na,1\n,2\n,3\n", KeyOptions{Options: table, Column: "id"}, "2 rows have no ID: line 3 and line 4; add it, or set skip_rows_without_id = true to skip such rows."},
		"repeated":                   {"a\nb\na\na\n", KeyOptions{Options: list}, "2 rows repeat an ID: line 3 (line 1) and line 4 (line 1)."},
		"other than the pattern":     {"c-1\nann@example.com\nxc-1\n", KeyOptions{Options: list, Pattern: pattern("c-[0-9]+")}, `ID: 2 rows do not match id_pattern: "ann@example.com" in line 2 and line 3; correct the file`},
		"an alternative matches all": {"c-1\nd-1x\n", KeyOptions{Options: list, Pattern: pattern("c-[0-9]+|d-[0-9]+")}, `ID: "d-1x" in line 2 does not match id_pattern`},
		"one column":                 {"c-1\nc-2\n", KeyOptions{Options: table}, `column: line 1: is "c-1" the header or a member? Set column = "c-1" if it is the header, or format = "text" if the file has no header`},
		"one column, semicolons":     {"id;name\nc-1;Ann\n", KeyOptions{Options: table}, `column: line 1: the header has the one column "id;name"; set delimiter = ";" if that separates its fields, and column to the one with the IDs`},
		"several columns":            {"id,name\na,A\n", KeyOptions{Options: table}, `column: the file has the columns "id", "name": set column to the one with the IDs`},
		"several keys":               {`{"id":"a","n":1}`, KeyOptions{Options: Options{Format: JSONLines}}, `column: the file has the columns "id", "n": set column to the one with the IDs`},
		"no such key":                {`{"id":"a"}`, KeyOptions{Options: Options{Format: JSONLines}, Column: "user"}, "line 1 has no ID"},
		"a fraction":                 {`[1.5]`, KeyOptions{Options: Options{Format: JSON}}, `ID: "1.5" in line 1 is a number with a fraction or an exponent; export it as a string.`},
		"a boolean":                  {`[{"id":true}]`, KeyOptions{Options: Options{Format: JSON}, Column: "id"}, `ID: line 1 is a boolean, not a string; export it as a string.`},
		"a conflict":                 {"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\n", KeyOptions{Options: list}, "line 2: a merge conflict marker"},
		"nothing but nulls":          {"id,n\n,1\n", KeyOptions{Options: table, Column: "id", SkipEmpty: true}, "there are no records: no row has an ID"},
		"blank lines":                {"\n \n", KeyOptions{Options: list}, "the file is empty"},
		"too long":                   {"a\n" + strings.Repeat("x", maxRecord+1), KeyOptions{Options: list}, "line 2: longer than 1,024 KB"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if keys, err := readKeys(test.text, test.options); err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %v, %v\nwant %s", keys, err, test.want)
			}
		})
	}
}

// FuzzReadKeys reads lists of every format, as members_file does. What is taken is no empty key.
func FuzzReadKeys(f *testing.F) {
	for _, format := range []string{Text, CSV, JSONLines, JSON} {
		f.Add("id,n\na,1\n", format, "id", ",")
		f.Add("\xef\xbb\xbfid;name\n\"a;b\";x\nc;y\r\n", format, "id", ";")
		f.Add("[\"a\",{\"id\":\"b\"}]", format, "", "")
	}
	f.Fuzz(func(t *testing.T, text, format, column, delimiter string) {
		keys, err := readKeys(text, KeyOptions{Options: Options{Format: format, Delimiter: delimiter}, Column: column})
		if err != nil {
			return
		}
		if len(keys) == 0 {
			t.Fatal("a text without keys was accepted")
		}
		for _, key := range keys {
			_, key, _ := strings.Cut(key, ":")
			if key == "" || !utf8.ValidString(key) {
				t.Fatalf("%q was taken", key)
			}
		}
	})
}
