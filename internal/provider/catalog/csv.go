package catalog

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

// What a CSV column holds. Beside the three parts of an item and ColumnIgnored these are the types of attributes.
const (
	ColumnSKU     = "sku"
	ColumnPrice   = "price"
	ColumnProduct = "product"
	ColumnIgnored = "ignore"

	ColumnString     = "string"
	ColumnNumber     = "number"
	ColumnBoolean    = "boolean"
	ColumnTime       = "time"
	ColumnStringList = "list(string)"
	ColumnNumberList = "list(number)"
	ColumnTimeList   = "list(time)"
)

// ColumnTypes are all values of CSVOptions.Columns.
var ColumnTypes = []string{
	ColumnSKU, ColumnPrice, ColumnProduct, ColumnString, ColumnNumber, ColumnBoolean, ColumnTime,
	ColumnStringList, ColumnNumberList, ColumnTimeList, ColumnIgnored,
}

// The defaults of CSVOptions.
const (
	DefaultDelimiter     = ","
	DefaultListSeparator = "|"
)

// CSVOptions tell how the columns of a CSV text make items.
type CSVOptions struct {
	// Columns maps a column's name to one of ColumnTypes. Columns called sku, price and product mean just that unless
	// another column is named for the role; all others are string attributes of the column's name.
	Columns map[string]string
	// Delimiter separates fields, DefaultDelimiter when empty. It is one character.
	Delimiter string
	// ListSeparator separates the elements of a list in one field, DefaultListSeparator when empty.
	ListSeparator string
}

// Check refuses options that can't be right for any file.
func (o CSVOptions) Check() error {
	named := make(map[string]string)
	for _, column := range slices.Sorted(maps.Keys(o.Columns)) {
		role := o.Columns[column]
		if !slices.Contains(ColumnTypes, role) {
			return fmt.Errorf("column %q has the unknown type %q: write one of %s", column, role, strings.Join(ColumnTypes, ", "))
		}
		if role != ColumnSKU && role != ColumnPrice && role != ColumnProduct {
			continue
		}
		if other, twice := named[role]; twice {
			return fmt.Errorf("columns %q and %q are both said to hold the %s", other, column, role)
		}
		named[role] = column
	}
	if _, err := o.delimiter(); err != nil {
		return err
	}
	return nil
}

func (o CSVOptions) delimiter() (rune, error) {
	text := o.Delimiter
	if text == "" {
		text = DefaultDelimiter
	}
	delimiter, size := utf8.DecodeRuneInString(text)
	if size != len(text) || delimiter == utf8.RuneError || strings.ContainsRune("\"\r\n\x00", delimiter) {
		return 0, fmt.Errorf("the delimiter %q must be one character, and neither a quote nor a line break", text)
	}
	return delimiter, nil
}

// ItemsFromCSV reads items from a CSV text with a header line. An empty field means that the item lacks that part. Every
// error of the content is a *input.Fault with line and column, or joined of several.
func ItemsFromCSV(content io.Reader, options CSVOptions) (Items, error) {
	if err := options.Check(); err != nil {
		return nil, err
	}
	delimiter, err := options.delimiter()
	if err != nil {
		return nil, err
	}
	table := csvTable{separator: options.ListSeparator, found: newFound()}
	if table.separator == "" {
		table.separator = DefaultListSeparator
	}
	err = input.ReadCSV(content, delimiter,
		func(header []string) error { return table.layOut(header, options.Columns) },
		table.read)
	return table.found.items, err
}

// csvTable turns records into items.
type csvTable struct {
	separator string
	columns   []csvColumn // in the order of the attributes' names
	sku       int         // index of the column
	found     found
	scratch   []byte
}

// csvColumn is a column that holds a part of an item.
type csvColumn struct {
	index int
	name  string // quoted, as a JSON string
	kind  string
}

// layOut decides what each column of the header holds.
func (t *csvTable) layOut(header []string, columns map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		if !slices.Contains(header, name) {
			return input.Faultf(1, 0, "there is no column %q: the header has %s", clip(name), listColumns(header))
		}
	}
	named := slices.Collect(maps.Values(columns))
	t.sku = -1
	for i, name := range header {
		kind, typed := columns[name]
		if !typed {
			kind = ColumnString
			if isRole := name == ColumnSKU || name == ColumnPrice || name == ColumnProduct; isRole && !slices.Contains(named, name) {
				kind = name
			}
		}
		switch kind {
		case ColumnIgnored:
		case ColumnSKU:
			t.sku = i
		default:
			t.columns = append(t.columns, csvColumn{index: i, name: string(appendString(nil, name)), kind: kind})
		}
	}
	slices.SortFunc(t.columns, func(a, b csvColumn) int { return strings.Compare(header[a.index], header[b.index]) })
	if t.sku < 0 {
		hint := ""
		if len(header) == 1 && strings.ContainsAny(header[0], ";\t|") {
			hint = ". Are the fields separated by another character? Then set delimiter"
		}
		return input.Faultf(1, 0, "no column holds the SKU: call one %q, or name it in columns, like { \"Article\" = \"sku\" }. "+
			"The header has %s%s", ColumnSKU, listColumns(header), hint)
	}
	return nil
}

// listColumns names the columns of a header for a message.
func listColumns(header []string) string {
	const most = 20
	var names []string
	for _, name := range header[:min(len(header), most)] {
		names = append(names, strconv.Quote(clip(name)))
	}
	if more := len(header) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// read makes an item of a record.
func (t *csvTable) read(record input.Record) error {
	sku := record.Fields[t.sku]
	if sku == "" {
		return record.Faultf(t.sku, "the SKU is empty")
	}
	var item Item
	attributes := append(t.scratch[:0], '{')
	for _, column := range t.columns {
		field := record.Fields[column.index]
		if field == "" {
			continue
		}
		var err error
		switch column.kind {
		case ColumnPrice:
			item.Price, err = input.CanonicalNumber(strings.TrimSpace(field))
		case ColumnProduct:
			item.Product = strings.Clone(field)
		default:
			attributes = append(appendComma(attributes), column.name...)
			attributes, err = appendField(append(attributes, ':'), column.kind, field, t.separator)
		}
		if err != nil {
			return record.Faultf(column.index, "%s of SKU %q: %q is %w", column.name, clip(sku), clip(field), err)
		}
	}
	t.scratch = append(attributes, '}')
	if len(t.scratch) > len("{}") {
		item.Attributes = string(t.scratch)
	}
	return t.found.add(sku, item, record.Line())
}

// appendField appends the JSON value of an attribute's field.
func appendField(dst []byte, kind, field, separator string) ([]byte, error) {
	element, isList := elementTypes[kind]
	if !isList {
		return appendScalar(dst, kind, field)
	}
	dst = append(dst, '[')
	for n, part := range strings.Split(field, separator) {
		if n > 0 {
			dst = append(dst, ',')
		}
		var err error
		if dst, err = appendScalar(dst, element, part); err != nil {
			return dst, err
		}
	}
	return append(dst, ']'), nil
}

var elementTypes = map[string]string{
	ColumnStringList: ColumnString,
	ColumnNumberList: ColumnNumber,
	ColumnTimeList:   ColumnTime,
}

func appendScalar(dst []byte, kind, text string) ([]byte, error) {
	switch kind {
	case ColumnNumber:
		number, err := input.CanonicalNumber(strings.TrimSpace(text))
		return append(dst, number...), err
	case ColumnBoolean:
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "true":
			return append(dst, "true"...), nil
		case "false":
			return append(dst, "false"...), nil
		}
		return dst, errors.New("not a boolean: write true or false")
	case ColumnTime:
		text = strings.TrimSpace(text)
		if _, err := time.Parse(time.RFC3339Nano, text); err != nil {
			return dst, errors.New("not a time: write RFC 3339, like 2026-03-01T10:00:00Z")
		}
		return appendString(dst, text), nil
	default:
		return appendString(dst, text), nil
	}
}

// found gathers the items of a file and knows on which line each was.
type found struct {
	items Items
	lines map[string]int
}

func newFound() found {
	return found{items: make(Items), lines: make(map[string]int)}
}

// add takes one more item. It copies the SKU.
func (f *found) add(sku string, item Item, line int) error {
	if first, twice := f.lines[sku]; twice {
		return input.Faultf(line, 0, "SKU %q is already on line %d: a SKU occurs once in a catalog", clip(sku), first)
	}
	sku = strings.Clone(sku)
	f.lines[sku] = line
	f.items[sku] = item
	return nil
}
