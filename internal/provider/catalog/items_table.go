package catalog

import (
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
)

// itemTable turns the records of a file into items.
type itemTable struct {
	options files.Options
	// taken are the roles that the configuration gives to columns.
	taken   map[string]string
	columns []itemColumn // in use, by number
	sorted  []int        // those of attributes, in the order of their names; nil when that is to be found
	sku     int
	names   []string // of all columns
	count   int      // of items
	items   Items
	// each, where set, gets the items instead.
	each func(sku string, item Item)
	// lines are those of all items with a hash of the SKU, to say where a repeated one stood first, which is looked up for
	// the first few.
	lines   []skuLine
	repeats int
	check   input.KeyCheck
	scratch []byte
	failure error
}

type skuLine struct {
	hash uint64
	line uint32
}

// namedRepeats is for how many repeated SKUs a message can say where they stood first.
const namedRepeats = 20

var skuSeed = maphash.MakeSeed()

// itemColumn is a column that holds a part of an item.
type itemColumn struct {
	files.TableColumn
	quoted string // the attribute as a JSON string
}

// ItemsFrom reads items from a text, and which column each attribute comes from. An empty field means that the item lacks that
// part. The error names everything that is wrong, with line and column.
func ItemsFrom(content io.Reader, options files.Options) (items Items, columns map[string]string, err error) {
	t := itemTable{options: options, items: make(Items)}
	columns, err = t.read(content)
	if err != nil {
		return nil, nil, err
	}
	return t.items, columns, nil
}

// eachItemFrom is ItemsFrom item by item, also where a SKU is repeated.
func eachItemFrom(content io.Reader, options files.Options, each func(sku string, item Item)) (columns map[string]string, err error) {
	t := itemTable{options: options, each: each}
	return t.read(content)
}

func (t *itemTable) read(content io.Reader) (columns map[string]string, err error) {
	options := t.options
	t.sku, t.check.Noun = -1, "SKU"
	layout, taken := options.Layout(files.RoleSKU)
	t.taken, layout.Use, layout.Row, layout.NoKey = taken, t.use, t.row, adviseSKU
	if options.Format == input.CSV {
		t.check.Header = layout.Key
	}
	err = input.ReadTable(content, options.Options, layout)
	switch {
	case t.failure != nil:
		return nil, t.failure
	case err != nil:
		return nil, err
	case t.count == 0:
		return nil, fmt.Errorf("%w: no row has a SKU", input.ErrNoRecords)
	}
	columns = make(map[string]string, len(t.columns))
	for _, column := range t.columns {
		if column.Role == "" {
			columns[column.Attribute] = column.Name
		}
	}
	return columns, nil
}

// likelySKUs are what files call the column with the SKU.
var likelySKUs = []string{"sku", "variant sku", "sku_id", "skuid", "article", "article_number", "artikel", "artikelnummer", "artikel-nr.", "item_number", "item_id", "product_id", "productid", "code", "item", "id"}

// likelySKU is the column among those that a file has that holds the SKU, by its name.
func likelySKU(names []string) string {
	for _, likely := range likelySKUs {
		if i := slices.IndexFunc(names, func(name string) bool {
			return name != files.RoleSKU && strings.EqualFold(strings.TrimSpace(name), likely)
		}); i >= 0 {
			return input.Clip(names[i])
		}
	}
	return "Article"
}

// adviseSKU says how to name the column with the SKU.
func adviseSKU(names []string) string {
	return fmt.Sprintf("no column holds the SKU: call one %q, or name it in columns, such as columns = { %q = \"sku\" }", files.RoleSKU, likelySKU(names))
}

// use decides what a column holds.
func (t *itemTable) use(name string) bool {
	t.names = append(t.names, name)
	spec, refused := t.options.ColumnOf(name, files.ItemRoles, t.taken)
	if !spec.Holds() {
		return refused
	}
	column := files.TableColumn{Name: name, ColumnSpec: spec}
	for _, other := range t.columns {
		if err := other.Conflict(column); err != nil && t.failure == nil {
			t.failure = err
		}
	}
	if spec.Role == files.RoleSKU {
		t.sku = len(t.columns)
	}
	t.columns = append(t.columns, itemColumn{TableColumn: column, quoted: string(input.AppendString(nil, spec.Attribute))})
	t.sorted = nil
	return true
}

// order sorts the columns of attributes.
func (t *itemTable) order() {
	t.sorted = make([]int, 0, len(t.columns))
	for i, column := range t.columns {
		if column.Role != files.RoleSKU {
			t.sorted = append(t.sorted, i)
		}
	}
	slices.SortFunc(t.sorted, func(a, b int) int { return strings.Compare(t.columns[a].Attribute, t.columns[b].Attribute) })
}

// row makes an item of a record.
func (t *itemTable) row(row *input.Row) {
	sku, ok := t.readSKU(row)
	if !ok {
		return
	}
	if t.sorted == nil {
		t.order()
	}
	var item Item
	attributes := append(t.scratch[:0], '{')
	for _, index := range t.sorted {
		column, cell := &t.columns[index], row.Cell(index)
		switch {
		case cell.Absent() && (column.Type != "" || cell.Kind == 0):
			continue
		case column.Role == files.RoleProduct && cell.Kind == 0:
			item.Product = strings.Clone(cell.Text)
			continue
		}
		start := len(attributes)
		if column.Role == "" {
			attributes = append(append(appendComma(attributes), column.quoted...), ':')
		}
		from := len(attributes)
		value, mistake := row.AppendJSON(attributes, index, column.Type)
		if mistake != nil {
			at := row.At(index)
			at.Value, at.Note = cell.Text, "SKU "+strconv.Quote(input.Clip(sku))
			row.Report(input.Cause{Subject: column.Name, One: mistake.One, Many: mistake.Many, Advice: mistake.Advice}, at)
			value = attributes[:start]
		}
		switch attributes = value; {
		case mistake != nil:
		case column.Role == files.RolePrice:
			item.Price, attributes = string(value[from:]), value[:start]
		case column.Role == files.RoleProduct:
			item.Product, attributes = cell.Text, value[:start]
		}
	}
	t.scratch = append(attributes, '}')
	if len(t.scratch) > len("{}") {
		item.Attributes = string(t.scratch)
	}
	t.add(row, sku, item)
}

// readSKU reads and checks the key of a record. A wrong one has been reported, and its record is checked all the same.
func (t *itemTable) readSKU(row *input.Row) (string, bool) {
	cell := row.Cell(t.sku)
	if cell.Absent() {
		switch {
		case t.options.SkipEmpty:
		case t.count == 0 && t.options.Format != input.CSV:
			row.Report(input.Cause{One: "has no SKU", Many: "rows have no SKU", Advice: fmt.Sprintf(
				"name the key that holds it in columns, such as columns = { %q = \"sku\" }, or set skip_rows_without_sku = true to skip such rows", likelySKU(t.names))}, input.Place{Line: row.Line()})
		default:
			row.Report(input.Cause{One: "has no SKU", Many: "rows have no SKU", Advice: "add it, or set skip_rows_without_sku = true to skip such rows"}, input.Place{Line: row.Line()})
		}
		return "", false
	}
	switch cell.Kind {
	case 0, jsontext.KindString:
	case jsontext.KindNumber:
		if strings.Trim(cell.Text, "0123456789") != "" {
			row.Report(input.Cause{Subject: "SKU", One: "is a number with a sign, a fraction or an exponent", Many: "rows have numbers with a sign, a fraction or an exponent", Advice: "export it as a string"},
				input.Place{Line: row.Line(), Value: cell.Text})
		}
	default:
		row.Report(input.Cause{Subject: "SKU", One: "is " + input.KindName(cell.Kind) + ", not a string", Many: "rows do not have a string", Advice: "export it as a string"}, input.Place{Line: row.Line()})
		return "", false
	}
	if cause, note := t.check.Check(cell.Text, row.Line()); cause != nil {
		at := row.At(t.sku)
		at.Value, at.Note = cell.Text, note
		row.Report(*cause, at)
	}
	return cell.Text, true
}

func (t *itemTable) add(row *input.Row, sku string, item Item) {
	t.count++
	if t.each != nil {
		t.each(sku, item)
		return
	}
	line := skuLine{maphash.String(skuSeed, sku), uint32(row.Line())} //nolint:gosec // No file has as many lines.
	if _, twice := t.items[sku]; twice {
		at := row.At(t.sku)
		at.Value = sku
		if t.repeats++; t.repeats <= namedRepeats {
			first := slices.IndexFunc(t.lines, func(other skuLine) bool { return other.hash == line.hash })
			at.Note = fmt.Sprintf("already on line %d", t.lines[first].line)
		}
		row.Report(input.Cause{Subject: "SKU", One: "occurs twice", Many: "rows repeat a SKU", Advice: "a SKU occurs once in a catalog; keep one of the rows"}, at)
		return
	}
	t.lines = append(t.lines, line)
	t.items[strings.Clone(sku)] = item
}
