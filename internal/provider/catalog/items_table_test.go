package catalog

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
)

// csvOptions are those of a CSV text with columns given as "name=type" or "name=attribute:type".
func csvOptions(columns ...string) files.Options {
	options := files.Options{Options: input.Options{Format: input.CSV}, Columns: make(map[string]files.ColumnSpec)}
	for _, column := range columns {
		name, kind, _ := strings.Cut(column, "=")
		spec := files.ColumnSpec{Attribute: name, Type: kind}
		if attribute, kind, named := strings.Cut(kind, ":"); named {
			spec = files.ColumnSpec{Attribute: attribute, Type: kind}
		}
		if files.ItemRoles.Has(spec.Attribute) && spec.Attribute != name {
			spec.Role, spec.Attribute = spec.Attribute, ""
		}
		options.Columns[name] = spec
	}
	return options
}

func TestItemsFromCSV(t *testing.T) {
	t.Parallel()
	text := strings.Join([]string{
		`Article;price;Name;Size;in_stock;released;tags;sizes;dates;note`,
		`SKU1; 10.50 ;sneakers;042;TRUE;2026-03-01T10:00:00Z;a|b| c;1.0|2e0;2026-03-01T10:00:00Z|2026-03-01T11:00:00+01:00;"x; ""y"""`,
		`SKU2;;;;;;;;;`,
		`SKU3;0;;;false;;;;;007`,
	}, "\r\n")
	options := csvOptions("Article=sku:string", "Name=product:string", "in_stock=boolean", "released=time", "tags=list(string)", "sizes=list(number)", "dates=list(time)")
	options.Columns["Size"] = files.ColumnSpec{}
	options.Delimiter = ";"
	got, columns, err := ItemsFrom(strings.NewReader(text), options)
	if err != nil {
		t.Fatal(err)
	}
	want := Items{
		"SKU1": {Price: "10.5", Product: "sneakers", Attributes: `{"dates":["2026-03-01T10:00:00Z","2026-03-01T10:00:00Z"],"in_stock":true,` +
			`"note":"x; \"y\"","released":"2026-03-01T10:00:00Z","sizes":[1,2],"tags":["a","b"," c"]}`},
		"SKU2": {},
		"SKU3": {Price: "0", Attributes: `{"in_stock":false,"note":"007"}`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("items (-want +got):\n%s", diff)
	}
	if columns["sizes"] != "sizes" || columns["note"] != "note" {
		t.Errorf("columns are %v", columns)
	}
}

func TestItemsFromFilesByColumn(t *testing.T) {
	t.Parallel()
	ignoring := csvOptions("Art=sku:string", "VK=price:cents")
	ignoring.IgnoreOthers = true
	lines := func(columns ...string) files.Options {
		options := csvOptions(columns...)
		options.Format = input.JSONLines
		return options
	}
	for name, test := range map[string]struct {
		text    string
		options files.Options
		want    Items
	}{
		"by name":                        {"price,sku,color,product\n1,A,red,p\n", csvOptions(), Items{"A": {Price: "1", Product: "p", Attributes: `{"color":"red"}`}}},
		"another column has the role":    {"sku,id,price\nx,A,1\n", csvOptions("id=sku:string", "price=string"), Items{"A": {Attributes: `{"price":"1","sku":"x"}`}}},
		"renamed":                        {"sku,Größe\nA,42\n", csvOptions("Größe=size:number"), Items{"A": {Attributes: `{"size":42}`}}},
		"others ignored":                 {"Art,VK,x,x\nA,1299,1,2\n", ignoring, Items{"A": {Price: "12.99"}}},
		"SKUs that differ in case":       {"sku\nab\nAB\n", csvOptions(), Items{"ab": {}, "AB": {}}},
		"JSON in the form of items":      {`{"sku":"A","price":"1.50","product":null,"attributes":{"b":1.0,"a":"","n":null,"l":["x"]}}`, lines(), Items{"A": {Price: "1.5", Attributes: `{"a":"","b":1,"l":["x"]}`}}},
		"flat JSON":                      {`{"sku":7,"color":"red","size":42,"in_stock":false}`, lines("size=string"), Items{"7": {Attributes: `{"color":"red","in_stock":false,"size":"42"}`}}},
		"typed entry of attributes":      {`{"sku":"A","attributes":{"size":"42","tags":"a|b"}}`, lines("attributes.size=number", "attributes.tags=list(string)"), Items{"A": {Attributes: `{"size":42,"tags":["a","b"]}`}}},
		"JSON with numbers in the price": {`{"id":"A","price":{"amount":1.0}}`, lines("id=sku:string", "price.amount=price:number"), Items{"A": {Price: "1"}}},
		"texts in another normalization": {"sku,note\nCafe\u0301,\u2126\n", csvOptions(), Items{"Cafe\u0301": {Attributes: `{"note":"\u2126"}`}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := ItemsFrom(strings.NewReader(test.text), test.options)
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%v, items (-want +got):\n%s", err, diff)
			}
		})
	}
}

// Terraform brings the texts of a state into Unicode's form NFC. What it would change is escaped.
func TestItemsSurviveNormalization(t *testing.T) {
	t.Parallel()
	items := Items{"Cafe\u0301": {Product: "\u2126", Attributes: `{"n":"a"}`}, "Caf\u00e9": {}, "\U0001D15E": {}}
	text := items.managed(detailFields)
	if want := `{"Cafe\u0301":{"attributes":{"n":"a"},"product":"\u2126"},"Café":{},"\ud834\udd5e":{}}`; text != want {
		t.Errorf("got  %s\nwant %s", text, want)
	}
	if again, err := parseManaged(text); err != nil || !again.Equal(items) {
		t.Errorf("%v, %v", again, err)
	}
}

func TestItemsFromNamesThePlaceOfAFault(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text    string
		options files.Options
		want    string
	}{
		"SKU twice":        {"sku,price\nA,1\nB,1\nA,2\n", csvOptions(), `SKU: "A" in line 4, column 1 (already on line 2) occurs twice; a SKU occurs once in a catalog; keep one of the rows.`},
		"no SKU":           {"sku,price\nA,1\n,1\n", csvOptions(), `line 3 has no SKU; add it, or set skip_rows_without_sku = true to skip such rows.`},
		"no SKU column":    {"id,price\nA,1\n", csvOptions(), `line 1, column 1: no column holds the SKU: call one "sku", or name it in columns, such as columns = { "id" = "sku" }. The header has "id", "price"`},
		"Sku":              {"Sku,price\nA,1\n", csvOptions(), `line 1, column 1: no column holds the SKU: call one "sku", or name it in columns, such as columns = { "Sku" = "sku" }. The header has "Sku", "price"`},
		"id":               {"name,id\nShoe,1\n", csvOptions(), `line 1, column 1: no column holds the SKU: call one "sku", or name it in columns, such as columns = { "id" = "sku" }. The header has "name", "id"`},
		"title, SKU":       {"Prices,\nSKU,price\nA,1\n", csvOptions(), `line 1, column 1: no column holds the SKU: call one "sku", or name it in columns, such as columns = { "Article" = "sku" }. The header has "Prices"; the columns are on line 2: set skip_lines = 1`},
		"JSON with an id":  {`{"id":"A","price":1}`, files.Options{Options: input.Options{Format: input.JSONLines}}, `line 1 has no SKU; name the key that holds it in columns, such as columns = { "id" = "sku" }, or set skip_rows_without_sku = true to skip such rows.`},
		"JSON without any": {`{"name":"A"}`, files.Options{Options: input.Options{Format: input.JSONLines}}, `line 1 has no SKU; name the key that holds it in columns, such as columns = { "Article" = "sku" }, or set skip_rows_without_sku = true to skip such rows.`},
		"no such column":   {"sku,price\nA,1\n", csvOptions("size=number"), `line 1, column 1: there is no column "size". The header has "sku", "price"`},
		"bad price":        {"sku,price\nA,\"10,5\"\n", csvOptions(), `price: "10,5" in line 2, column 3 (SKU "A") is not a number; set decimal_separator = ",".`},
		"by the column":    {"sku,Größe\nA,L\n", csvOptions("Größe=size:number"), `Größe: "L" in line 2, column 3 (SKU "A") is not a number; write digits`},
		"bad list element": {"sku,l\nA,1|x\n", csvOptions("l=list(number)"), `l: "1|x" in line 2, column 3 (SKU "A") is not a number; write digits`},
		"several causes": {"sku,price\nA,x\n,1\nB,\"1,5\"\nC,\"2,5\"\n", csvOptions(), `price: "x" in line 2, column 3 (SKU "A") is not a number; write digits with an optional minus sign, decimal point and exponent, like 12.50.
line 3 has no SKU; add it, or set skip_rows_without_sku = true to skip such rows.
price: 2 values are not numbers: "1,5" in line 4, column 3 (SKU "B") and "2,5" in line 5, column 3 (SKU "C"); set decimal_separator = ",".`},
		"two for one attribute": {"sku,Farbe,color\nA,red,blue\n", csvOptions("Farbe=color:string"), `columns: columns "Farbe" and "color" both hold the attribute "color": give one of them another attribute in columns, or "ignore"`},
		"an array for a SKU":    {`{"sku":["A"]}`, files.Options{Options: input.Options{Format: input.JSONLines}}, "SKU: line 1 is an array, not a string"},
		"JSON of another form":  {`{"sku":"A","price":{"amount":1}}`, files.Options{Options: input.Options{Format: input.JSONLines}}, `price: "{\"amount\":1}" in line 1, column 20 (SKU "A") is an object; declare a list type, json, or a dotted path to a part of it.`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, _, err := ItemsFrom(strings.NewReader(test.text), test.options); err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("got  %v\nwant %s", err, test.want)
			}
		})
	}
}

func TestReadItemsFile(t *testing.T) {
	t.Parallel()
	want := Items{"A": {Price: "1", Attributes: `{"size":4}`}, "B": {}}
	for name, text := range map[string]string{
		"items.csv":   "\ufeffsku,price,size\nB,,\nA,1.0,4\n",
		"items.tsv":   "sku\tprice\tsize\nB\t\t\nA\t1.0\t4\n",
		"items.jsonl": `{"sku":"A","price":1.0,"product":null,"size":4.0}` + "\n\n" + `{"sku":"B"}`,
		"items.json":  `[{"sku":"A","price":1.0,"size":"4"},{"sku":"B"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			options := csvOptions("size=number")
			options.Format = ""
			options.Options = options.ByName(name)
			got, file, err := readItemsFile(name, options)
			if diff := cmp.Diff(want, got); err != nil || diff != "" || len(file.sha256) != 64 {
				t.Errorf("%v, %+v, items (-want +got):\n%s", err, file, diff)
			}
		})
	}
}

// FuzzItemsFrom reads files of all formats. What is taken is a document of items.
func FuzzItemsFrom(f *testing.F) {
	f.Add("sku,price,tags\nA,1.5,a|b\n", input.CSV, "tags", input.TypeStringList, ",", "|")
	f.Add("id;new\nA;true\n", input.CSV, "id", files.RoleSKU, ";", "")
	f.Add(`{"sku":"A","price":1.0,"attributes":{"size":4.0}}`+"\n"+`{"sku":"B"}`, input.JSONLines, "a.b", input.TypeJSON, ",", "")
	f.Fuzz(func(t *testing.T, text, format, column, kind, delimiter, separator string) {
		options := csvOptions(column + "=" + kind)
		options.Format, options.Delimiter, options.ListSeparator = format, delimiter, separator
		items, _, err := ItemsFrom(strings.NewReader(text), options)
		if err != nil {
			return
		}
		if again, err := ParseItems(items.JSON()); err != nil || !again.Equal(items) {
			t.Fatalf("%q gave %s, which is no items document: %v", text, items.JSON(), err)
		}
	})
}
