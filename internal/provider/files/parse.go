package files

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
	"github.com/talon-one/terraform-provider-talonone/internal/provider/framework"
)

// The roles of columns that are not attributes, and the values of other_columns.
const (
	RoleSKU     = "sku"
	RolePrice   = "price"
	RoleProduct = "product"
	RoleIgnored = "ignore"

	OtherAttribute = "attribute"
	OtherIgnore    = "ignore"
)

// The roles of columns with parts of a coupon: its code and its settings, by the names of the API.
const (
	RoleCode       = "value"
	RoleAttributes = "attributes"
)

// Role is what a column can hold once: its name, and the types that it can have, the default first.
type Role struct {
	Name  string
	Types []string
}

// Roles are those of a kind of files.
type Roles []Role

// ItemRoles are the parts of an item.
var ItemRoles = Roles{{RoleSKU, []string{input.TypeString}}, {RolePrice, []string{input.TypeNumber, input.TypeCents}}, {RoleProduct, []string{input.TypeString}}}

// CouponRoles are the parts of a coupon.
var CouponRoles = Roles{
	{RoleCode, []string{input.TypeString}}, {"usage_limit", []string{input.TypeNumber}}, {"discount_limit", []string{input.TypeNumber, input.TypeCents}},
	{"reservation_limit", []string{input.TypeNumber}}, {"start_date", []string{input.TypeTime}}, {"expiry_date", []string{input.TypeTime}},
	{"recipient_integration_id", []string{input.TypeString}}, {"is_reservation_mandatory", []string{input.TypeBoolean}},
	{"implicitly_reserved", []string{input.TypeBoolean}}, {RoleAttributes, []string{input.TypeJSON}},
}

// Names are their names.
func (r Roles) Names() []string {
	names := make([]string, len(r))
	for i, role := range r {
		names[i] = role.Name
	}
	return names
}

// Has says whether there is a role.
func (r Roles) Has(name string) bool { return r.types(name) != nil }

// Spec is the entry of a column with a role.
func (r Roles) Spec(name string) ColumnSpec { return ColumnSpec{Role: name, Type: r.types(name)[0]} }

func (r Roles) types(name string) []string {
	for _, role := range r {
		if role.Name == name {
			return role.Types
		}
	}
	return nil
}

// ColumnSpec is an entry of columns. A column with neither role nor attribute is ignored.
type ColumnSpec struct {
	// Role is the name of one of the Roles, or "" for an attribute.
	Role string
	// Attribute is the name of an attribute.
	Attribute string
	// Type is one of input.Types.
	Type string
}

// Holds says whether the column holds anything.
func (s ColumnSpec) Holds() bool { return s.Role != "" || s.Attribute != "" }

// Options are what a configuration says about a file, checked.
type Options struct {
	input.Options
	Column       string
	Columns      map[string]ColumnSpec
	IgnoreOthers bool
	// SkipEmpty skips rows without a key.
	SkipEmpty bool
	IDPattern *regexp.Regexp
}

// Object reads the attribute of a file: its path, and options that all are known. The options are completed by what the name of
// the file says. Errors are reported at the attributes that they are about.
func Object(object types.Object, names []string, at path.Path, diags *diag.Diagnostics) (name string, options Options) {
	given := maps.Clone(object.Attributes())
	if text, ok := given["path"].(types.String); ok {
		name = text.ValueString()
	}
	delete(given, "path")
	options, err := Parse(given, names, name)
	reportOptions(err, at, diags)
	return name, options
}

// reportOptions reports errors at the options that they are about, others at the attribute of the file.
func reportOptions(err error, at path.Path, diags *diag.Diagnostics) {
	for _, err := range split(err) {
		where, wrong := at, new(input.OptionError)
		if errors.As(err, &wrong) {
			where, err = at.AtName(wrong.Option), wrong.Err
		}
		diags.AddAttributeError(where, "Invalid option of a file", framework.Sentence(err.Error()))
	}
}

// ReportContent reports what is wrong with a file at its attribute, or at an option that would mend it. empty is what to do
// where no records are meant.
func ReportContent(err error, at path.Path, summary, empty string, diags *diag.Diagnostics) {
	if wrong := new(input.OptionError); errors.As(err, &wrong) {
		at = at.AtName(wrong.Option)
		if file := new(input.FileError); errors.As(err, &file) {
			err = &input.FileError{Path: file.Path, Err: wrong.Err}
		}
	}
	text := err.Error() // It begins with a path, which stays as it is.
	if last := text[len(text)-1]; last != '.' && last != '!' && last != '?' {
		text += "."
	}
	if errors.Is(err, input.ErrNoRecords) {
		text += " " + empty
	}
	diags.AddAttributeError(at, summary, text)
}

// ForFunction reads the options object of a function, whose attributes Terraform doesn't check. The format is CSV unless it says
// another one.
func ForFunction(value attr.Value, names []string) (Options, error) {
	given, err := membersOf(value)
	if err != nil {
		return Options{}, err
	}
	options, err := Parse(given, names, ".csv")
	if encoding := strings.ToLower(options.Encoding); err == nil && encoding != "" && encoding != "utf-8" && encoding != "utf8" {
		err = input.Optionf(Encoding, "the string is already Unicode; decode a file with textdecodebase64(filebase64(\"…\"), %q)", options.Encoding)
	}
	return options, err
}

func split(err error) []error {
	if err == nil {
		return nil
	}
	if joined, is := err.(interface{ Unwrap() []error }); is {
		var all []error
		for _, one := range joined.Unwrap() {
			all = append(all, split(one)...)
		}
		return all
	}
	return []error{err}
}

// Parse reads options from the attributes of an object. names are those that it may have; the name of a file completes
// them. Errors are of the type *input.OptionError, joined, but for unknown names.
func Parse(given map[string]attr.Value, names []string, file string) (Options, error) {
	p := parser{names: names}
	for _, name := range slices.Sorted(maps.Keys(given)) {
		if !slices.Contains(names, name) {
			return Options{}, fmt.Errorf("there is no option %q, only %s", name, strings.Join(names, ", "))
		}
		if value := underlying(given[name]); !isNull(value) {
			p.add(name, p.option(name, value))
			p.set = append(p.set, name)
		}
	}
	o := &p.options
	o.Options = o.ByName(file)
	p.checkFormat(file)
	if len(p.errs) == 0 {
		p.errs = append(p.errs, o.Check())
	}
	return *o, errors.Join(p.errs...)
}

type parser struct {
	options Options
	names   []string
	set     []string
	errs    []error
}

func (p *parser) add(option string, err error) {
	for _, err := range split(err) {
		p.errs = append(p.errs, &input.OptionError{Option: option, Err: err})
	}
}

func (p *parser) option(name string, value attr.Value) (err error) {
	o := &p.options
	switch name {
	case Format:
		o.Format, err = textOf(value)
	case Column:
		o.Column, err = filledTextOf(value)
	case Columns:
		o.Columns, err = rolesOf(p.names).columnsOf(value)
	case OtherColumns:
		var other string
		if other, err = textOf(value); err == nil && other != OtherAttribute && other != OtherIgnore {
			err = fmt.Errorf("%q must be %q or %q", other, OtherAttribute, OtherIgnore)
		}
		o.IgnoreOthers = other == OtherIgnore
	case Encoding:
		o.Encoding, err = filledTextOf(value)
	case Delimiter:
		o.Delimiter, err = filledTextOf(value)
	case Quote:
		var quote string
		quote, err = textOf(value)
		o.Quote = &quote
	case SkipLines:
		o.SkipLines, err = wholeOf(value)
	case Header:
		if o.Header, err = textsOf(value); err == nil && len(o.Header) == 0 {
			err = errors.New("must name the columns")
		}
	case NullValues:
		o.NullValues, err = textsOf(value)
	case Trim:
		o.Trim, err = flagOf(value)
	case DecimalSeparator:
		o.DecimalSeparator, err = filledTextOf(value)
	case ThousandsSeparator:
		o.ThousandsSeparator, err = textOf(value)
	case Currency:
		o.Currency, err = filledTextOf(value)
	case TrueValues:
		o.TrueValues, err = textsOf(value)
	case FalseValues:
		o.FalseValues, err = textsOf(value)
	case TimeFormat:
		o.TimeFormat, err = filledTextOf(value)
	case TimeZone:
		o.TimeZone, err = filledTextOf(value)
	case ListSeparator:
		o.ListSeparator, err = filledTextOf(value)
	case SkipRowsWithoutSKU, SkipRowsWithoutID, SkipRowsWithoutCode:
		o.SkipEmpty, err = flagOf(value)
	case IDPattern:
		var pattern string
		if pattern, err = filledTextOf(value); err == nil {
			o.IDPattern, err = input.KeyPattern(pattern)
		}
	}
	return err
}

// checkFormat refuses options that the format has no use for.
func (p *parser) checkFormat(file string) {
	formats := []string{input.CSV, input.JSONLines, input.JSON}
	if slices.Contains(p.names, Column) {
		formats = append(formats, input.Text)
	}
	format := p.options.Format
	if !slices.Contains(formats, format) {
		list := `"` + strings.Join(formats[:len(formats)-1], `", "`) + `" or "` + formats[len(formats)-1] + `"`
		switch {
		case slices.Contains(p.set, Format):
			p.add(Format, fmt.Errorf("%q must be %s", format, list))
		case strings.HasSuffix(strings.ToLower(file), ".xlsx"), strings.HasSuffix(strings.ToLower(file), ".xls"), strings.HasSuffix(strings.ToLower(file), ".ods"):
			p.add(Format, fmt.Errorf("%q looks like a workbook; save the sheet as CSV UTF-8 and name that file", file))
		case strings.HasSuffix(strings.ToLower(file), ".gz"), strings.HasSuffix(strings.ToLower(file), ".zip"), strings.HasSuffix(strings.ToLower(file), ".zst"):
			p.add(Format, fmt.Errorf("%q looks compressed; decompress it and name that file", file))
		default:
			p.add(Format, fmt.Errorf("the name %q does not imply the format of the file; set format to %s", file, list))
		}
		return
	}
	for _, name := range p.set {
		switch o := options[name]; {
		case o.csv && format != input.CSV:
			p.add(name, fmt.Errorf("%s is for CSV files, and the format of this one is %s; omit it", name, format))
		case o.table && format == input.Text:
			p.add(name, fmt.Errorf("%s is for tables, and the format of this file is text with one ID per line; omit it, or set format = \"csv\"", name))
		}
	}
}

// TableColumn is a column of a file that holds a part of a record.
type TableColumn struct {
	Name string // in the file
	ColumnSpec
}

// Conflict is the error of another column that holds the same part.
func (c TableColumn) Conflict(other TableColumn) error {
	if c.Role != other.Role || c.Attribute != other.Attribute {
		return nil
	}
	return input.Optionf(Columns, "columns %q and %q both hold %s: give one of them another attribute in columns, or \"ignore\"", c.Name, other.Name, other.ColumnSpec)
}

// Layout is that of a table whose records have this role as their key, and the columns of the roles that columns gives away.
func (o Options) Layout(key string) (layout input.Layout, taken map[string]string) {
	layout, taken = input.Layout{Key: key, Nested: RoleAttributes}, make(map[string]string)
	for column, spec := range o.Columns {
		layout.Columns = append(layout.Columns, column)
		if taken[spec.Role] = column; spec.Role == key {
			layout.Key = column
		}
	}
	slices.Sort(layout.Columns)
	return layout, taken
}

// ColumnOf is what a column of a file holds: what columns says, what its name says if no other column has that role, or an
// attribute. taken are the columns of the roles that columns gives away. A column without a name that would be an attribute is
// refused.
func (o Options) ColumnOf(name string, roles Roles, taken map[string]string) (spec ColumnSpec, refused bool) {
	spec, declared := o.Columns[name]
	nested, isNested := strings.CutPrefix(name, RoleAttributes+".")
	isJSON := o.Format != input.CSV
	switch {
	case declared:
		if isJSON && isNested && spec.Attribute == name {
			spec.Attribute = nested
		}
	case roles.Has(name) && taken[name] == "":
		spec = roles.Spec(name)
	case isJSON && isNested:
		spec.Attribute = nested
	case o.IgnoreOthers:
	case name == "" && !isJSON:
		return spec, true
	default:
		if spec.Attribute = name; !isJSON {
			spec.Type = input.TypeString
		}
	}
	return spec, false
}

// columnsOf reads columns: from name to a type or role, or to an object with attribute and type.
func (r Roles) columnsOf(value attr.Value) (map[string]ColumnSpec, error) {
	entries, err := membersOf(value)
	if err != nil {
		return nil, fmt.Errorf(`must be an object from column name to what the column holds, such as { "Number" = %q, "Size" = { attribute = "size", type = "number" } }`, r[0].Name)
	}
	specs := make(map[string]ColumnSpec, len(entries))
	holders := make(map[ColumnSpec]string)
	var errs []error
	for _, column := range slices.Sorted(maps.Keys(entries)) {
		spec, err := r.columnOf(column, underlying(entries[column]))
		if err != nil {
			errs = append(errs, fmt.Errorf("the entry of column %q %w", input.Clip(column), err))
			continue
		}
		part := ColumnSpec{Role: spec.Role, Attribute: spec.Attribute}
		if other, twice := holders[part]; twice && spec.Holds() {
			errs = append(errs, fmt.Errorf("columns %q and %q are both mapped to %s", other, column, spec))
		}
		holders[part], specs[column] = column, spec
	}
	// A type alone leaves a column what its name says, unless another column has that role.
	for _, role := range r.Names() {
		spec, typed := specs[role]
		if spec.Role, spec.Attribute = role, ""; typed && specs[role].Attribute == role && r.check(spec) == nil && holders[ColumnSpec{Role: role}] == "" {
			specs[role] = spec
		}
	}
	return specs, errors.Join(errs...)
}

// String names what the column holds.
func (s ColumnSpec) String() string {
	if s.Role != "" {
		return "the " + s.Role
	}
	return fmt.Sprintf("the attribute %q", s.Attribute)
}

func (r Roles) columnOf(column string, value attr.Value) (ColumnSpec, error) {
	if isNull(value) {
		return ColumnSpec{}, errors.New("is null; omit it, or write \"ignore\"")
	}
	if kind, err := textOf(value); err == nil {
		switch {
		case r.Has(kind):
			return r.Spec(kind), nil
		case kind == RoleIgnored:
			return ColumnSpec{}, nil
		case slices.Contains(input.Types, kind):
			return ColumnSpec{Attribute: column, Type: kind}, nil
		}
		return ColumnSpec{}, fmt.Errorf("has the unknown type %q: write one of %s, or an object such as { attribute = %q, type = \"string\" }", kind, strings.Join(slices.Concat(r.Names(), input.Types, []string{RoleIgnored}), ", "), input.Clip(kind))
	}
	parts, err := membersOf(value)
	if err != nil {
		return ColumnSpec{}, errors.New("must be a string with a type, or an object with attribute and type")
	}
	spec := ColumnSpec{Attribute: column}
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		part := underlying(parts[name])
		if isNull(part) {
			continue
		}
		switch text, err := filledTextOf(part); {
		case name != "attribute" && name != "type":
			return ColumnSpec{}, fmt.Errorf("has the unknown key %q: write { attribute = \"…\", type = \"…\" }", name)
		case err != nil:
			return ColumnSpec{}, fmt.Errorf("has a wrong %s: it %w", name, err)
		case name == "attribute":
			spec.Attribute = text
		default:
			spec.Type = text
		}
	}
	if spec.Type == RoleIgnored {
		return ColumnSpec{}, nil
	}
	allowed := input.Types
	if r.Has(spec.Attribute) {
		spec.Role, spec.Attribute = spec.Attribute, ""
		allowed = r.types(spec.Role)
	}
	if spec.Type == "" {
		spec.Type = allowed[0]
	}
	return spec, r.check(spec)
}

func (r Roles) check(s ColumnSpec) error {
	allowed := input.Types
	if s.Role != "" {
		allowed = r.types(s.Role)
	}
	if !slices.Contains(allowed, s.Type) {
		return fmt.Errorf("has the type %q, and %s can be one of %s", s.Type, s, strings.Join(allowed, ", "))
	}
	return nil
}

// underlying is the value within a dynamic one.
func underlying(value attr.Value) attr.Value {
	if dynamic, is := value.(types.Dynamic); is {
		return underlying(dynamic.UnderlyingValue())
	}
	return value
}

func isNull(value attr.Value) bool { return value == nil || value.IsNull() }

// membersOf are those of an object or a map; none of null.
func membersOf(value attr.Value) (map[string]attr.Value, error) {
	switch value := underlying(value).(type) {
	case nil:
		return nil, nil
	case types.Object:
		return value.Attributes(), nil
	case types.Map:
		return value.Elements(), nil
	default:
		if value.IsNull() {
			return nil, nil
		}
		return nil, errors.New("must be an object")
	}
}

func textOf(value attr.Value) (string, error) {
	if text, is := value.(types.String); is && !text.IsNull() {
		return text.ValueString(), nil
	}
	return "", errors.New("must be a string")
}

func filledTextOf(value attr.Value) (string, error) {
	text, err := textOf(value)
	if err == nil && text == "" {
		err = errors.New("must not be empty; omit it for the default")
	}
	return text, err
}

func flagOf(value attr.Value) (bool, error) {
	if flag, is := value.(types.Bool); is {
		return flag.ValueBool(), nil
	}
	return false, errors.New("must be true or false")
}

func wholeOf(value attr.Value) (int, error) {
	switch number := value.(type) {
	case types.Int64:
		return int(number.ValueInt64()), nil
	case types.Number:
		if whole, accuracy := number.ValueBigFloat().Int64(); accuracy == big.Exact {
			return int(whole), nil
		}
	}
	return 0, errors.New("must be a whole number")
}

func textsOf(value attr.Value) ([]string, error) {
	var elements []attr.Value
	switch list := value.(type) {
	case types.List:
		elements = list.Elements()
	case types.Tuple:
		elements = list.Elements()
	case types.Set:
		elements = list.Elements()
	default:
		return nil, errors.New("must be a list of strings")
	}
	found := make([]string, len(elements))
	for i, element := range elements {
		var err error
		if found[i], err = textOf(underlying(element)); err != nil {
			return nil, fmt.Errorf("element %d %w", i+1, err)
		}
	}
	return found, nil
}
