package coupon

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/files"
)

// couponTable turns the records of a file into coupons.
type couponTable struct {
	options files.Options
	// taken are the roles that the configuration gives to columns.
	taken   map[string]string
	columns []files.TableColumn // in use, by number
	code    int
	rows    couponRows
	names   []string // of all columns
	// lines are where each code stands.
	lines   map[string]int
	check   input.KeyCheck
	failure error
}

// couponsFrom reads coupons from a text. An empty field means that the coupon lacks that setting. The error names everything that
// is wrong, with line and column.
func couponsFrom(content io.Reader, options files.Options) (couponRows, error) {
	t := &couponTable{options: options, code: -1, rows: make(couponRows), lines: make(map[string]int), check: input.KeyCheck{Noun: "code"}}
	layout, taken := options.Layout(files.RoleCode)
	t.taken, layout.Use, layout.Row, layout.NoKey = taken, t.use, t.row, adviseCode
	if options.Format == input.CSV {
		t.check.Header = layout.Key
	}
	err := input.ReadTable(content, options.Options, layout)
	switch {
	case t.failure != nil:
		return nil, t.failure
	case err != nil:
		return nil, err
	case len(t.rows) == 0:
		return nil, fmt.Errorf("%w: no row has a code", input.ErrNoRecords)
	}
	return t.rows, nil
}

// likelyCodes are what files call the column with the code.
var likelyCodes = []string{"code", "coupon", "coupon_code", "couponcode", "coupon code", "voucher", "voucher_code", "promo_code", "gutschein", "gutscheincode"}

// likelyCode is the column among those that a file has that holds the code, by its name.
func likelyCode(names []string) string {
	for _, likely := range likelyCodes {
		if i := slices.IndexFunc(names, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), likely) }); i >= 0 {
			return input.Clip(names[i])
		}
	}
	return "Code"
}

// adviseCode says how to name the column with the code.
func adviseCode(names []string) string {
	return fmt.Sprintf("no column holds the code: call one %q, or name it in columns, such as columns = { %q = %[1]q }", files.RoleCode, likelyCode(names))
}

// use decides what a column holds.
func (t *couponTable) use(name string) bool {
	t.names = append(t.names, name)
	spec, refused := t.options.ColumnOf(name, files.CouponRoles, t.taken)
	if !spec.Holds() {
		return refused
	}
	column := files.TableColumn{Name: name, ColumnSpec: spec}
	for _, other := range t.columns {
		if err := other.Conflict(column); err != nil && t.failure == nil {
			t.failure = err
		}
	}
	if spec.Role == files.RoleCode {
		t.code = len(t.columns)
	}
	t.columns = append(t.columns, column)
	return true
}

// row makes a coupon of a record.
func (t *couponTable) row(row *input.Row) {
	code, ok := t.readCode(row)
	if !ok {
		return
	}
	settings, attributes := []byte{'{'}, []byte{'{'}
	wrong := false
	for i := range t.columns {
		column, cell := &t.columns[i], row.Cell(i)
		if column.Role == files.RoleCode || cell.Absent() && (column.Type != "" || cell.Kind == 0) {
			continue
		}
		value, mistake := row.AppendJSON(nil, i, column.Type)
		switch {
		case mistake != nil:
			at := row.At(i)
			at.Value, at.Note = cell.Text, "code "+strconv.Quote(input.Clip(code))
			row.Report(input.Cause{Subject: column.Name, One: mistake.One, Many: mistake.Many, Advice: mistake.Advice}, at)
			wrong = true
		case column.Role == files.RoleAttributes && value[0] == '{':
			attributes = appendMembers(attributes, value[1:len(value)-1])
		case column.Role != "":
			settings = appendMember(settings, column.Role, value)
		default:
			attributes = appendMember(attributes, column.Attribute, value)
		}
	}
	if wrong {
		return
	}
	if len(attributes) > len("{") {
		settings = appendMember(settings, files.RoleAttributes, append(attributes, '}'))
	}
	parsed, err := parseSettings(append(settings, '}'))
	if err != nil {
		row.Report(input.Cause{One: "has an invalid setting", Many: "rows have invalid settings"},
			input.Place{Line: row.Line(), Note: fmt.Sprintf("code %q: %s", input.Clip(code), err)})
		return
	}
	t.add(row, code, parsed)
}

func appendMember(object []byte, name string, value []byte) []byte {
	return appendMembers(object, append(append(input.AppendString(nil, name), ':'), value...))
}

func appendMembers(object, members []byte) []byte {
	if len(object) > len("{") && len(members) > 0 {
		object = append(object, ',')
	}
	return append(object, members...)
}

// readCode reads and checks the key of a record. A wrong one has been reported.
func (t *couponTable) readCode(row *input.Row) (string, bool) {
	cell := row.Cell(t.code)
	if cell.Absent() {
		if !t.options.SkipEmpty {
			advice := "add it, or set skip_rows_without_code = true to skip such rows"
			if t.code < 0 {
				advice = fmt.Sprintf("name the key that holds it in columns, such as columns = { %q = \"value\" }", likelyCode(t.names))
			}
			row.Report(input.Cause{One: "has no code", Many: "rows have no code", Advice: advice}, input.Place{Line: row.Line()})
		}
		return "", false
	}
	at := row.At(t.code)
	at.Value = cell.Text
	if cell.Kind != 0 && cell.Kind != jsontext.KindString {
		row.Report(input.Cause{Subject: "code", One: "is " + input.KindName(cell.Kind) + ", not a string", Many: "rows do not have a string", Advice: "export it as a string"}, at)
		return "", false
	}
	if cause, note := t.check.Check(cell.Text, row.Line()); cause != nil {
		at.Note = note
		row.Report(*cause, at)
		return "", false
	}
	if err := checkCode(cell.Text); err != nil {
		row.Report(input.Cause{Subject: "code", One: "is not valid", Many: "rows have codes that are not valid", Advice: "a code has 4 to 100 characters, none of them a control character, and no blanks at its ends; trim = true removes those"}, at)
		return "", false
	}
	return strings.Clone(cell.Text), true
}

func (t *couponTable) add(row *input.Row, code string, settings couponSettings) {
	if first, twice := t.lines[code]; twice {
		at := row.At(t.code)
		at.Value, at.Note = code, fmt.Sprintf("already on line %d", first)
		row.Report(input.Cause{Subject: "code", One: "occurs twice", Many: "rows repeat a code", Advice: "a code exists once in an Application; keep one of the rows"}, at)
		return
	}
	t.lines[code], t.rows[code] = row.Line(), settings.text()
}
