package catalog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

func TestItemsFromCSV(t *testing.T) {
	t.Parallel()
	text := strings.Join([]string{
		`Article;price;Name;Size;in_stock;released;tags;sizes;dates;note`,
		`SKU1; 10.50 ;sneakers;042;TRUE;2026-03-01T10:00:00Z;a|b| c;1.0|2e0;2026-03-01T10:00:00Z|2026-03-01T11:00:00+01:00;"x; ""y"""`,
		`SKU2;;;;;;;;;`,
		` SKU3 ;0;;;false;;;;;007`,
	}, "\r\n")
	got, err := ItemsFromCSV(strings.NewReader("\ufeff"[:0]+text), CSVOptions{
		Delimiter: ";",
		Columns: map[string]string{
			"Article": ColumnSKU, "Name": ColumnProduct, "Size": ColumnIgnored, "in_stock": ColumnBoolean, "released": ColumnTime,
			"tags": ColumnStringList, "sizes": ColumnNumberList, "dates": ColumnTimeList,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Items{
		"SKU1": {Price: "10.5", Product: "sneakers", Attributes: `{"dates":["2026-03-01T10:00:00Z","2026-03-01T11:00:00+01:00"],"in_stock":true,` +
			`"note":"x; \"y\"","released":"2026-03-01T10:00:00Z","sizes":[1,2],"tags":["a","b"," c"]}`},
		"SKU2":   {},
		" SKU3 ": {Price: "0", Attributes: `{"in_stock":false,"note":"007"}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
}

func TestItemsFromCSVColumnsWithoutOptions(t *testing.T) {
	t.Parallel()
	got, err := ItemsFromCSV(strings.NewReader("price,sku,color,product\n1,A,red,p\n"), CSVOptions{})
	if diff := cmp.Diff(Items{"A": {Price: "1", Product: "p", Attributes: `{"color":"red"}`}}, got); err != nil || diff != "" {
		t.Errorf("%v, items (-want +got):\n%s", err, diff)
	}
	// A column that bears the name of a role is an attribute when another one has the role.
	got, err = ItemsFromCSV(strings.NewReader("sku,id,price\nx,A,1\n"), CSVOptions{Columns: map[string]string{"id": ColumnSKU, "price": ColumnString}})
	if diff := cmp.Diff(Items{"A": {Attributes: `{"price":"1","sku":"x"}`}}, got); err != nil || diff != "" {
		t.Errorf("%v, items (-want +got):\n%s", err, diff)
	}
}

func TestItemsFromCSVNamesThePlaceOfAFault(t *testing.T) {
	t.Parallel()
	typed := func(column, kind string) CSVOptions { return CSVOptions{Columns: map[string]string{column: kind}} }
	for name, test := range map[string]struct {
		text    string
		options CSVOptions
		want    string
	}{
		"SKU twice":        {"sku,price\nA,1\nB,1\nA,2\n", CSVOptions{}, `line 4: SKU "A" is already on line 2: a SKU occurs once in a catalog`},
		"no SKU":           {"sku,price\nA,1\n,1\n", CSVOptions{}, `line 3, column 1: the SKU is empty`},
		"no SKU column":    {"id,price\nA,1\n", CSVOptions{}, `line 1: no column holds the SKU: call one "sku", or name it in columns, like { "Article" = "sku" }. The header has "id", "price"`},
		"other delimiter":  {"sku;price\nA;1\n", CSVOptions{}, `line 1: no column holds the SKU: call one "sku", or name it in columns, like { "Article" = "sku" }. The header has "sku;price". Are the fields separated by another character? Then set delimiter`},
		"no such column":   {"sku,price\nA,1\n", typed("size", ColumnNumber), `line 1: there is no column "size": the header has "sku", "price"`},
		"bad price":        {"sku,price\nA,\"10,5\"\n", CSVOptions{}, `line 2, column 3: "price" of SKU "A": "10,5" is not a number: write digits with an optional minus sign, decimal point and exponent, like 12.50`},
		"bad number":       {"sku,size\nA,L\n", typed("size", ColumnNumber), `line 2, column 3: "size" of SKU "A": "L" is not a number: write digits with an optional minus sign, decimal point and exponent, like 12.50`},
		"bad boolean":      {"sku,new\nA,yes\n", typed("new", ColumnBoolean), `line 2, column 3: "new" of SKU "A": "yes" is not a boolean: write true or false`},
		"bad time":         {"sku,t\nA,2026-03-01\n", typed("t", ColumnTime), `line 2, column 3: "t" of SKU "A": "2026-03-01" is not a time: write RFC 3339, like 2026-03-01T10:00:00Z`},
		"bad list element": {"sku,l\nA,1|x\n", typed("l", ColumnNumberList), `line 2, column 3: "l" of SKU "A": "1|x" is not a number: write digits with an optional minus sign, decimal point and exponent, like 12.50`},
		"several":          {"sku,price\nA,x\n,1\n", CSVOptions{}, "line 2, column 3: \"price\" of SKU \"A\": \"x\" is not a number: write digits with an optional minus sign, decimal point and exponent, like 12.50\nline 3, column 1: the SKU is empty"},
		"unknown type":     {"sku\nA\n", typed("sku", "text"), `column "sku" has the unknown type "text": write one of sku, price, product, string, number, boolean, time, list(string), list(number), list(time), ignore`},
		"role twice":       {"a,b\nA,B\n", CSVOptions{Columns: map[string]string{"a": ColumnSKU, "b": ColumnSKU}}, `columns "a" and "b" are both said to hold the sku`},
		"bad delimiter":    {"sku\nA\n", CSVOptions{Delimiter: ";;"}, `the delimiter ";;" must be one character, and neither a quote nor a line break`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := ItemsFromCSV(strings.NewReader(test.text), test.options); err == nil || err.Error() != test.want {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	name = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestReadItemsFile(t *testing.T) {
	t.Parallel()
	want := Items{"A": {Price: "1", Attributes: `{"size":4}`}, "B": {}}
	csv := writeFile(t, "items.csv", "\ufeffsku,price,size\nB,,\nA,1.0,4\n")
	lines := writeFile(t, "items.jsonl", `{"sku":"A","price":1.0,"product":null,"attributes":{"size":4.0}}`+"\n\n"+`{"sku":"B"}`)
	for _, name := range []string{csv, lines} {
		got, digest, err := ReadItemsFile(name, input.FormatOf(name), CSVOptions{Columns: nil})
		if name == csv {
			got, digest, err = ReadItemsFile(name, input.CSV, CSVOptions{Columns: map[string]string{"size": ColumnNumber}})
		}
		if diff := cmp.Diff(want, got); err != nil || diff != "" || len(digest) != 64 {
			t.Errorf("%s: %v, digest %q, items (-want +got):\n%s", name, err, digest, diff)
		}
	}
}

func TestReadItemsFileNamesLineAndColumn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"SKU twice":     {"{\"sku\":\"A\"}\n{\"sku\":\"B\"}\n{\"sku\":\"A\"}", `line 3: SKU "A" is already on line 1: a SKU occurs once in a catalog`},
		"no SKU":        {`{"price":1}`, "line 1: there is no SKU: every line needs the key sku with a string that is not empty"},
		"empty SKU":     {`{"sku":""}`, "line 1: there is no SKU: every line needs the key sku with a string that is not empty"},
		"SKU no string": {`{"sku":1}`, "line 1: sku must be a string, not a number"},
		"no object":     {"{\"sku\":\"A\"}\n[1]", "line 2: must be an object with sku, price, product and attributes, not an array"},
		"syntax":        {"{\"sku\":\"A\"}\n{\"sku\":\"B\",\"price\":x}", "line 2, column 20: not valid JSON (in price): invalid character 'x' at start of value"},
		"cut short":     {`{"sku":"A","price"`, "line 1: the JSON text ends too early"},
		"two a line":    {`{"sku":"A"} {"sku":"B"}`, "line 1: there is more text behind the object"},
		"key twice":     {`{"sku":"A","price":1,"price":2}`, `line 1: "price" occurs twice in one JSON object`},
		"several":       {"{\"sku\":\"A\",\"price\":\"1\"}\n1", "line 1: price must be a number, not the string \"1\": values read from CSV are strings, write tonumber(…)\nline 2: must be an object with sku, price, product and attributes, not a number"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := writeFile(t, "items.jsonl", test.text)
			_, _, err := ReadItemsFile(file, input.JSONLines, CSVOptions{})
			if want := file + ": " + test.want; err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func FuzzItemsFromCSV(f *testing.F) {
	f.Add("sku,price,tags\nA,1.5,a|b\n", "tags", ColumnStringList, ",", "|")
	f.Add("id;new\nA;true\n", "id", ColumnSKU, ";", "")
	f.Fuzz(func(t *testing.T, text, column, kind, delimiter, separator string) {
		items, err := ItemsFromCSV(strings.NewReader(text), CSVOptions{Columns: map[string]string{column: kind}, Delimiter: delimiter, ListSeparator: separator})
		if err != nil {
			return
		}
		if again, err := ParseItems(items.JSON()); err != nil || !again.Equal(items) {
			t.Fatalf("%q gave %s, which is no items document: %v", text, items.JSON(), err)
		}
	})
}

func FuzzJSONLines(f *testing.F) {
	f.Add(`{"sku":"A","price":1.0,"attributes":{"size":4.0}}` + "\n" + `{"sku":"B"}`)
	f.Fuzz(func(t *testing.T, text string) {
		items, err := itemsFromJSONLines(strings.NewReader(text))
		if err != nil {
			return
		}
		if again, err := ParseItems(items.JSON()); err != nil || !again.Equal(items) {
			t.Fatalf("%q gave %s, which is no items document: %v", text, items.JSON(), err)
		}
	})
}
