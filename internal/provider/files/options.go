// Package files holds the options of the files that rows are read from: their attributes, their descriptions, and the
// options objects of functions. The domains whose resources and functions read files call it.
package files

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The options, by name. Every resource and function that has one means the same by it.
const (
	Format             = "format"
	Column             = "column"
	Columns            = "columns"
	OtherColumns       = "other_columns"
	Encoding           = "encoding"
	Delimiter          = "delimiter"
	Quote              = "quote"
	SkipLines          = "skip_lines"
	Header             = "header"
	NullValues         = "null_values"
	Trim               = "trim"
	DecimalSeparator   = "decimal_separator"
	ThousandsSeparator = "thousands_separator"
	Currency           = "currency"
	TrueValues         = "true_values"
	FalseValues        = "false_values"
	TimeFormat         = "time_format"
	TimeZone           = "time_zone"
	ListSeparator      = "list_separator"
	SkipRowsWithoutSKU = "skip_rows_without_sku"
	SkipRowsWithoutID  = "skip_rows_without_id"

	SkipRowsWithoutCode = "skip_rows_without_code"
	IDPattern           = "id_pattern"
)

// ForItems are the options of files with items: records with a SKU and typed fields.
func ForItems() []string {
	return []string{
		Format, Encoding, Delimiter, Quote, SkipLines, Header, Columns, OtherColumns, NullValues, Trim, SkipRowsWithoutSKU, DecimalSeparator, ThousandsSeparator,
		Currency, TrueValues, FalseValues, TimeFormat, TimeZone, ListSeparator,
	}
}

// ForCoupons are the options of files with coupons: records with a code, settings and typed attributes.
func ForCoupons() []string {
	names := ForItems()
	names[slices.Index(names, SkipRowsWithoutSKU)] = SkipRowsWithoutCode
	return names
}

// ForMembers are the options of files with integration IDs.
func ForMembers() []string {
	return []string{Format, Column, Encoding, Delimiter, Quote, SkipLines, Header, NullValues, Trim, SkipRowsWithoutID, IDPattern}
}

// rolesOf are what columns can hold that is not an attribute, in files that have these options.
func rolesOf(names []string) Roles {
	if slices.Contains(names, SkipRowsWithoutCode) {
		return CouponRoles
	}
	return ItemRoles
}

// kind is the type of an option.
type kind int

const (
	text kind = iota
	flag
	number
	texts
	dynamic
)

type option struct {
	kind kind
	// csv says that the option is for CSV files only, table that it is not for lists with one ID a line.
	csv, table  bool
	description string
}

// columnTypesText are the types of attributes, for descriptions.
const columnTypesText = "the type of an attribute (`string`, `number`, `boolean`, `time`, `list(string)`, `list(number)`, `list(time)`, `cents`, `json`) or `ignore`; " +
	"or to an object `{ attribute = \"…\", type = \"…\" }` that also gives the attribute another name "

const columnsOfItems = "What the columns hold, from the name of a column to one of `sku`, `price`, `product`, " + columnTypesText +
	"(`sku`, `price` and `product` are allowed there; the type is `string` by default). `cents` is an amount in the minor unit of the currency, `json` a value as JSON. " +
	"For JSON the name is a dotted path, such as `price.amount`. " +
	"Without an entry, `sku`, `price`, `product` and the JSON object `attributes` have their own meaning, and every other column is a string attribute with its name (in JSON: of the type of the value). An empty field means that the item has no such value."

const columnsOfCoupons = "What the columns hold, from the name of a column to `value`, which is the code, to a setting of a coupon (such as `usage_limit` or `expiry_date`), to " + columnTypesText +
	"(`value` and settings are allowed there; the type is `string` by default). `cents` is an amount in the minor unit of the currency, for `discount_limit` too. " +
	"For JSON the name is a dotted path, such as `limits.uses`. " +
	"Without an entry, `value`, the settings and `attributes` (a JSON object) have their own meaning, and every other column is a string attribute with its name (in JSON: of the type of the value). An empty field means that the coupon has no such setting."

var options = map[string]option{
	Format: {kind: text, description: "`csv`: a table with a header. `jsonl`: one JSON value per line. `json`: one JSON array. `text`, for members only: one ID per line. " +
		"Default: by file extension: `.csv`, `.tsv`, `.tab` (with tabs), `.jsonl`, `.ndjson`, `.json`, `.txt`."},
	Column: {kind: text, table: true, description: "Column with the integration IDs, or key of the JSON objects, as a dotted path for nested ones. " +
		"Default: the only one. Required for a CSV file with a single column, because its first line could be an ID."},
	Columns:             {kind: dynamic, table: true, description: columnsOfItems},
	OtherColumns:        {kind: text, table: true, description: "What happens to columns without an entry in `columns` and without a meaning of their own: `attribute` (default) makes them attributes with their names, `ignore` skips them."},
	Encoding:            {kind: text, description: "WHATWG name of the encoding, such as `windows-1252`, `iso-8859-15` or `utf-16le`. A byte order mark takes precedence. Default: `utf-8`."},
	Delimiter:           {kind: text, csv: true, description: "Character between the fields of a CSV file. Default: what a first line `sep=;` says, a tab for `.tsv` and `.tab`, otherwise `,`."},
	Quote:               {kind: text, csv: true, description: "Character around the fields of a CSV file. `\"\"` turns quoting off, for files that use quotes as plain text. Default: `\"`."},
	SkipLines:           {kind: number, description: "Number of lines above the header, such as titles. Default: 0."},
	Header:              {kind: texts, csv: true, description: "Names of the columns, for a CSV file without a header line."},
	NullValues:          {kind: texts, description: "Values that mean the same as an empty field, such as `\\N` (in HCL `\"\\\\N\"`). Default: none."},
	Trim:                {kind: flag, description: "Whether to remove leading and trailing blanks and zero-width characters of fields, names in the header and list elements. Default: `false`."},
	SkipRowsWithoutSKU:  {kind: flag, table: true, description: "Whether to skip rows whose SKU is empty, such as the image rows of a shop's export. Default: `false`; such rows are an error."},
	SkipRowsWithoutID:   {kind: flag, description: "Whether to skip rows whose ID is empty, such as anonymous visitors. Default: `false`; such rows are an error."},
	SkipRowsWithoutCode: {kind: flag, table: true, description: "Whether to skip rows whose code is empty, such as totals. Default: `false`; such rows are an error."},
	DecimalSeparator:    {kind: text, table: true, description: "Character between the whole part and the fraction of a number. Default: `.`."},
	ThousandsSeparator:  {kind: text, table: true, description: "Character between groups of three digits. `\" \"` stands for every kind of space, `\"'\"` for the typographic apostrophe too. Default: none."},
	Currency:            {kind: text, table: true, description: "ISO code of the currency, such as `EUR`. The code or its symbol can appear before or after a number; another currency is an error. It also determines the decimals of `cents`. Default: none; numbers have no currency."},
	TrueValues:          {kind: texts, table: true, description: "Words for true, in any case. Default: `[\"true\"]`."},
	FalseValues:         {kind: texts, table: true, description: "Words for false, in any case. Default: `[\"false\"]`."},
	TimeFormat: {kind: text, table: true, description: "Format of times, in the syntax of Terraform's `formatdate`, such as `DD.MM.YYYY hh:mm`. Seconds can have a fraction. `Z`, `ZZZ`, `ZZZZ` and `ZZZZZ` all read `Z`, `UTC` and offsets such as `+01`, `+0100`, `+01:00`. " +
		"Default: RFC 3339. Times are sent in UTC. A date without a time is 00:00 in `time_zone`."},
	TimeZone:      {kind: text, table: true, description: "IANA time zone of times without one, such as `Europe/Berlin`. Default: none; such times are an error."},
	ListSeparator: {kind: text, table: true, description: "Text between the elements of a list in one field. The braces of a Postgres array are removed. Default: `|`."},
	IDPattern:     {kind: text, description: "Regular expression (RE2) that must match every ID as a whole, such as `cust-[0-9]+`. IDs that do not match are an error."},
}

// Attributes are the attributes of a file in a schema: its path, with a description, and options.
func Attributes(names []string, pathDescription string) map[string]schema.Attribute {
	attributes := map[string]schema.Attribute{
		"path": schema.StringAttribute{Required: true, MarkdownDescription: pathDescription, Validators: []validator.String{stringvalidator.LengthAtLeast(1)}},
	}
	for _, name := range names {
		o := options[name]
		if name == Columns && slices.Contains(names, SkipRowsWithoutCode) {
			o.description = columnsOfCoupons
		}
		switch o.kind {
		case flag:
			attributes[name] = schema.BoolAttribute{Optional: true, MarkdownDescription: o.description}
		case number:
			attributes[name] = schema.Int64Attribute{Optional: true, MarkdownDescription: o.description}
		case texts:
			attributes[name] = schema.ListAttribute{Optional: true, ElementType: types.StringType, MarkdownDescription: o.description}
		case dynamic:
			attributes[name] = schema.DynamicAttribute{Optional: true, MarkdownDescription: o.description}
		default:
			attributes[name] = schema.StringAttribute{Optional: true, MarkdownDescription: o.description}
		}
	}
	return attributes
}

// Types are the types of the object that has a path and options.
func Types(names []string) map[string]attr.Type {
	found := make(map[string]attr.Type)
	for name, attribute := range Attributes(names, "") {
		found[name] = attribute.GetType()
	}
	return found
}

// Describe is the description of the options object of a function.
func Describe(names []string) string {
	var b strings.Builder
	b.WriteString("An object with the options, `{}` or `null` for none. They are those of files:")
	for _, name := range names {
		description := options[name].description
		if name == Format {
			description = "`csv` (default), `jsonl` or `json`" + map[bool]string{true: ", or `text` with one ID per line"}[slices.Contains(names, Column)] + "."
		}
		if name == Encoding {
			description = "Only `utf-8`: Terraform's strings are Unicode. Decode other files with `textdecodebase64(filebase64(\"…\"), \"windows-1252\")`."
		}
		fmt.Fprintf(&b, "\n   * `%s`: %s", name, description)
	}
	return b.String()
}
