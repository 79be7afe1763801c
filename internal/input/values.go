package input

import (
	"encoding/csv"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // Windows and small containers know no time zones.
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// The types of fields.
const (
	TypeString     = "string"
	TypeNumber     = "number"
	TypeBoolean    = "boolean"
	TypeTime       = "time"
	TypeStringList = "list(string)"
	TypeNumberList = "list(number)"
	TypeTimeList   = "list(time)"
	// TypeCents is a number in the minor unit of a currency, such as cents.
	TypeCents = "cents"
	// TypeJSON is a JSON text.
	TypeJSON = "json"
)

// Types are all types of fields.
var Types = []string{TypeString, TypeNumber, TypeBoolean, TypeTime, TypeStringList, TypeNumberList, TypeTimeList, TypeCents, TypeJSON}

// Cell is a field of a record. One without text and kind is absent.
type Cell struct {
	Text string
	// Kind is that of a JSON value: a string's Text is decoded, that of arrays and objects is canonical. It is 0 for CSV.
	Kind jsontext.Kind
}

// Absent tells a field that the record lacks.
func (c Cell) Absent() bool { return c.Text == "" && (c.Kind == 0 || c.Kind == jsontext.KindString) }

// Mistake is why a field has no value of the type asked for.
type Mistake struct{ One, Many, Advice string }

// values turns fields into JSON values.
type values struct {
	options  Options
	plain    bool // numbers are written as JSON writes them
	currency currency
	booleans map[string]bool
	format   *timeParser // nil for RFC 3339
	zone     *time.Location
	list     string
	// advice is timeAdvice by the shape of texts.
	advice map[string]string
}

func newValues(o Options) (*values, error) {
	v := &values{options: o, list: o.ListSeparator}
	if v.list == "" {
		v.list = DefaultListSeparator
	}
	var errs []error
	add := func(option string, err error) {
		if err != nil {
			errs = append(errs, &OptionError{Option: option, Err: err})
		}
	}
	add("decimal_separator", checkSeparator(o.DecimalSeparator))
	add("thousands_separator", checkSeparator(o.ThousandsSeparator))
	if o.ThousandsSeparator != "" && o.ThousandsSeparator == v.decimal() {
		add("thousands_separator", fmt.Errorf("%q is the decimal_separator too; set decimal_separator to the other one", o.ThousandsSeparator))
	}
	if o.Currency != "" && !isoCode.MatchString(o.Currency) {
		add("currency", fmt.Errorf("%q must be an ISO code of three capital letters, such as EUR", o.Currency))
	}
	v.currency = currencyOf(o.Currency)
	v.plain = v.decimal() == "." && o.ThousandsSeparator == "" && o.Currency == ""
	v.booleans = make(map[string]bool)
	for value, texts := range map[bool][]string{true: orDefault(o.TrueValues, "true"), false: orDefault(o.FalseValues, "false")} {
		for _, text := range texts {
			if other, twice := v.booleans[fold(text)]; twice && other != value {
				add("false_values", fmt.Errorf("%q is in true_values too", text))
			}
			v.booleans[fold(text)] = value
		}
	}
	var err error
	if o.TimeFormat != "" {
		v.format, err = newTimeParser(o.TimeFormat)
		add("time_format", err)
	}
	if o.TimeZone != "" {
		if v.zone, err = time.LoadLocation(o.TimeZone); err != nil || o.TimeZone == "Local" {
			add("time_zone", fmt.Errorf("there is no time zone %q: write an IANA name, such as \"Europe/Berlin\" or \"UTC\"", o.TimeZone))
		}
	}
	return v, errors.Join(errs...)
}

func orDefault(texts []string, text string) []string {
	if len(texts) == 0 {
		return []string{text}
	}
	return texts
}

func fold(text string) string { return strings.ToLower(trimBlank(text)) }

func checkSeparator(text string) error {
	if text == "" {
		return nil
	}
	if r, size := utf8.DecodeRuneInString(text); size != len(text) || unicode.IsDigit(r) || unicode.IsLetter(r) || r == '+' || r == '-' {
		return fmt.Errorf("%q must be one character, and neither a digit, a letter nor a sign", text)
	}
	return nil
}

func (v *values) decimal() string {
	if v.options.DecimalSeparator == "" {
		return "."
	}
	return v.options.DecimalSeparator
}

// appendJSON appends the JSON value of a field that is not absent.
func (v *values) appendJSON(dst []byte, kind string, cell Cell) ([]byte, *Mistake) {
	switch kind {
	case TypeStringList:
		return v.appendList(dst, TypeString, cell)
	case TypeNumberList:
		return v.appendList(dst, TypeNumber, cell)
	case TypeTimeList:
		return v.appendList(dst, TypeTime, cell)
	case TypeJSON:
		return appendJSONText(dst, cell)
	case "":
		if cell.Kind == jsontext.KindString {
			return AppendString(dst, cell.Text), nil
		}
		return appendJSONText(dst, cell)
	}
	switch cell.Kind {
	case jsontext.KindBeginArray, jsontext.KindBeginObject:
		return dst, &Mistake{"is " + KindName(cell.Kind), "values are JSON arrays or objects", "declare a list type, json, or a dotted path to a part of it"}
	case jsontext.KindNumber:
		if kind == TypeNumber || kind == TypeCents {
			number, mistake := v.jsonNumber(cell.Text, kind == TypeCents)
			return append(dst, number...), mistake
		}
	case jsontext.KindTrue, jsontext.KindFalse:
		if kind == TypeBoolean {
			return append(dst, cell.Text...), nil
		}
	}
	return v.appendScalar(dst, kind, cell.Text)
}

func (v *values) appendScalar(dst []byte, kind, text string) ([]byte, *Mistake) {
	switch kind {
	case TypeNumber, TypeCents:
		number, mistake := v.number(text, kind == TypeCents)
		return append(dst, number...), mistake
	case TypeBoolean:
		value, known := v.booleans[text]
		if !known {
			value, known = v.booleans[fold(text)]
		}
		if !known {
			return dst, v.notBoolean(text)
		}
		return strconv.AppendBool(dst, value), nil
	case TypeTime:
		t, mistake := v.time(trimBlank(text))
		if mistake != nil {
			return dst, mistake
		}
		dst = t.UTC().AppendFormat(append(dst, '"'), time.RFC3339Nano)
		return append(dst, '"'), nil
	default:
		return AppendString(dst, text), nil
	}
}

func (v *values) appendList(dst []byte, element string, cell Cell) ([]byte, *Mistake) {
	parts, mistake := v.elements(cell)
	if mistake != nil {
		return dst, mistake
	}
	dst = append(dst, '[')
	for n, part := range parts {
		if n > 0 {
			dst = append(dst, ',')
		}
		if v.options.Trim {
			part = trimBlank(part)
		}
		if dst, mistake = v.appendScalar(dst, element, part); mistake != nil {
			return dst, mistake
		}
	}
	return append(dst, ']'), nil
}

// elements splits a list: a JSON array, a Postgres array, or a text with separators.
func (v *values) elements(cell Cell) ([]string, *Mistake) {
	if cell.Kind == jsontext.KindBeginArray {
		return jsonElements(cell.Text)
	}
	if cell.Kind == jsontext.KindBeginObject {
		return nil, &Mistake{"is an object", "values are JSON objects", "declare the type json, or a dotted path to a part of it"}
	}
	if !strings.HasPrefix(cell.Text, "{") || !strings.HasSuffix(cell.Text, "}") || len(cell.Text) < len("{}") {
		return strings.Split(cell.Text, v.list), nil
	}
	inner := cell.Text[1 : len(cell.Text)-1]
	switch {
	case inner == "":
		return nil, nil
	case strings.Contains(inner, `"`):
		// Elements with commas and the like are quoted, with backslashes for what is in them.
		reader := csv.NewReader(strings.NewReader(strings.NewReplacer(`\"`, `""`, `\\`, `\`).Replace(inner)))
		parts, err := reader.Read()
		if err != nil {
			return nil, &Mistake{"is not a Postgres array", "values are not Postgres arrays", "unload with array_to_string(…, '|')"}
		}
		return parts, nil
	case !strings.Contains(inner, v.list):
		return strings.Split(inner, ","), nil
	}
	return strings.Split(inner, v.list), nil
}

func jsonElements(text string) ([]string, *Mistake) {
	dec := jsontext.NewDecoder(strings.NewReader(text))
	_, _ = dec.ReadToken() // The text is valid JSON.
	var parts []string
	for dec.PeekKind() != jsontext.KindEndArray {
		token, err := dec.ReadToken()
		if kind := token.Kind(); err != nil || kind == jsontext.KindBeginArray || kind == jsontext.KindBeginObject || kind == jsontext.KindNull {
			return nil, &Mistake{"has elements that are null, arrays or objects", "lists have elements that are null, arrays or objects", "declare the type json"}
		}
		parts = append(parts, token.String())
	}
	return parts, nil
}

func appendJSONText(dst []byte, cell Cell) ([]byte, *Mistake) {
	switch cell.Kind {
	case 0, jsontext.KindString:
	case jsontext.KindNumber:
		number, err := CanonicalNumber(cell.Text)
		if err != nil {
			return dst, errNoJSONNumber
		}
		return append(dst, number...), nil
	default:
		return append(dst, cell.Text...), nil
	}
	dec := jsontext.NewDecoder(strings.NewReader(cell.Text))
	length := len(dst)
	dst, err := AppendCanonical(dst, dec)
	if err == nil && strings.TrimSpace(cell.Text[dec.InputOffset():]) != "" {
		err = errors.New("more text")
	}
	if err != nil {
		return dst[:length], &Mistake{"is not JSON", "values are not JSON", `write JSON text, such as ["new","sale"], or declare list(string) and list_separator`}
	}
	return dst, nil
}

// number returns the canonical spelling of a number. cents are divided by what the currency says.
func (v *values) number(text string, cents bool) (string, *Mistake) {
	plain, err := v.bareNumber(text)
	switch {
	case errors.Is(err, errOtherCurrency):
		return "", &Mistake{"is in another currency than " + v.options.Currency, "values are in another currency than " + v.options.Currency,
			"export the prices in one currency, or correct currency"}
	case err != nil:
		return "", v.notNumber(text)
	}
	number, mistake := v.jsonNumber(plain, cents)
	if mistake == errNoJSONNumber {
		mistake = v.notNumber(text)
	}
	return number, mistake
}

var errNoJSONNumber = &Mistake{"is not a number", "values are not numbers", "write digits with an optional minus sign, decimal point and exponent, like 12.50"}

// jsonNumber returns the canonical spelling of a number that is written as in JSON.
func (v *values) jsonNumber(text string, cents bool) (string, *Mistake) {
	if cents {
		if !wholeNumber.MatchString(text) {
			return "", &Mistake{"is not a whole number of cents", "values are not whole numbers of cents", "declare the type number for an amount with a decimal point"}
		}
		text += "e-" + strconv.Itoa(v.currency.digits)
	}
	number, err := CanonicalNumber(text)
	if err != nil {
		return "", errNoJSONNumber
	}
	return number, nil
}

var (
	wholeNumber = regexp.MustCompile(`^-?(?:0|[1-9]\d*)$`)
	anyCode     = regexp.MustCompile(`^\p{Sc}|^[A-Z]{3}\b|\p{Sc}$|\b[A-Z]{3}$`)
	isoCode     = regexp.MustCompile(`^[A-Z]{3}$`)
)

var (
	errNotBare       = errors.New("not a number")
	errOtherCurrency = errors.New("another currency")
)

// bareNumber writes a number as JSON does: without currency and thousands separators, with a decimal point.
func (v *values) bareNumber(text string) (string, error) {
	text = trimBlank(text)
	if !v.plain {
		sign, amount := cutSign(text)
		if v.options.Currency != "" {
			bare := v.currency.cut(amount)
			if bare == amount && anyCode.MatchString(amount) {
				return "", errOtherCurrency
			}
			amount = bare
		}
		if sign == "" {
			sign, amount = cutSign(amount)
		}
		whole, part, hasPart := strings.Cut(amount, v.decimal())
		if v.options.ThousandsSeparator != "" {
			var right bool
			if whole, right = cutThousands(whole, v.options.ThousandsSeparator); !right {
				return "", errNotBare
			}
		}
		if strings.Contains(whole+part, ".") || strings.HasPrefix(whole, "-") {
			return "", errNotBare
		}
		if text = sign + whole; hasPart {
			text += "." + part
		}
	}
	// Oracle writes no zero before the point.
	if digits := strings.TrimPrefix(text, "-"); len(digits) > 1 && digits[0] == '.' {
		text = strings.Replace(text, ".", "0.", 1)
	}
	return text, nil
}

func cutSign(text string) (sign, rest string) {
	for _, minus := range []string{"-", "\u2212"} {
		if rest, negative := strings.CutPrefix(text, minus); negative {
			return "-", trimBlank(rest)
		}
	}
	return "", text
}

// cutThousands removes separators that stand between groups of exactly three digits.
func cutThousands(whole, separator string) (string, bool) {
	groups := strings.FieldsFunc(whole+"#", func(r rune) bool { return isSeparator(r, separator) })
	if len(groups) == 0 {
		return whole, false
	}
	last := len(groups) - 1
	groups[last] = strings.TrimSuffix(groups[last], "#")
	if last == 0 {
		return groups[0], groups[0] == whole
	}
	length := 0
	for i, group := range groups {
		if strings.Trim(group, "0123456789") != "" || i > 0 && len(group) != 3 || i == 0 && (len(group) > 3 || group[0] == '0') {
			return whole, false
		}
		length += len(group)
	}
	// As many separators as there are gaps: none is doubled, first or last.
	if utf8.RuneCountInString(whole) != length+last {
		return whole, false
	}
	return strings.Join(groups, ""), true
}

// isSeparator lets a blank stand for every kind of space, and an apostrophe for the typographic one.
func isSeparator(r rune, separator string) bool {
	switch separator {
	case " ":
		return unicode.Is(unicode.Zs, r)
	case "'", "’":
		return r == '\'' || r == '’'
	}
	return string(r) == separator
}

// notNumber says what a number may need to be read.
func (v *values) notNumber(text string) *Mistake {
	mistake := &Mistake{One: "is not a number", Many: "values are not numbers"}
	if advice := standsForNothing(text); advice != "" {
		mistake.Advice = advice
	} else if advice := v.numberAdvice(trimBlank(text)); advice != "" {
		mistake.Advice = "set " + advice
	} else if len(text) > 1 && text[0] == '0' && strings.Trim(text, "0123456789") == "" {
		mistake.Advice = "it has leading zeros like an ID; declare the type string to keep it as text"
	} else {
		mistake.Advice = errNoJSONNumber.Advice
	}
	return mistake
}

// numberAdvice finds options by which a text is a number.
func (v *values) numberAdvice(text string) string {
	currencies := []string{v.options.Currency}
	if found := currencyIn(text); found != "" && v.options.Currency == "" {
		currencies = append(currencies, found)
	}
	for _, code := range currencies {
		for _, separators := range [][2]string{{v.decimal(), v.options.ThousandsSeparator}, {",", ""}, {",", "."}, {".", ","}, {",", " "}, {".", " "}, {".", "'"}, {",", "'"}} {
			o := v.options
			o.DecimalSeparator, o.ThousandsSeparator, o.Currency = separators[0], separators[1], code
			candidate := &values{options: o, currency: currencyOf(code)} // never plain
			if o.DecimalSeparator == o.ThousandsSeparator || !candidate.reads(text) {
				continue
			}
			var advice []string
			if separators[0] != v.decimal() {
				advice = append(advice, fmt.Sprintf("decimal_separator = %q", separators[0]))
			}
			if separators[1] != v.options.ThousandsSeparator {
				advice = append(advice, fmt.Sprintf("thousands_separator = %q", separators[1]))
			}
			if code != v.options.Currency {
				advice = append(advice, fmt.Sprintf("currency = %q", code))
			}
			return andList(advice)
		}
	}
	return ""
}

func (v *values) reads(text string) bool {
	plain, err := v.bareNumber(text)
	if err == nil {
		_, err = CanonicalNumber(plain)
	}
	return err == nil
}

func andList(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// markers are what files have in place of a missing value.
var markers = []string{"-", "--", "–", "—", "?", ".", "/", "n/a", "na", "nan", "null", "none", "nil", "#n/a", "k.a.", "k. a."}

// standsForNothing advises null_values for a text that is not a value, such as a dash; "" for others.
func standsForNothing(text string) string {
	text = trimBlank(text)
	if !slices.Contains(markers, strings.ToLower(text)) {
		return ""
	}
	return fmt.Sprintf("if it stands for a missing value, add %q to null_values", text)
}

func (v *values) notBoolean(text string) *Mistake {
	if advice := standsForNothing(text); advice != "" {
		return &Mistake{"is not a boolean", "values are not booleans", advice}
	}
	list := func(texts []string, text string) string { return QuoteAll(orDefault(texts, text)) }
	return &Mistake{"is not a boolean", "values are not booleans", fmt.Sprintf("list its words in true_values (now %s) and false_values (now %s)",
		list(v.options.TrueValues, "true"), list(v.options.FalseValues, "false"))}
}

// time reads a time.
func (v *values) time(text string) (time.Time, *Mistake) {
	t, err := v.parseTime(text)
	if err == nil {
		return t, nil
	}
	switch {
	case errors.Is(err, errNoZone):
		return t, &Mistake{"has no time zone", "times have no time zone", `set time_zone, such as "Europe/Berlin" or "UTC"`}
	case errors.Is(err, errNoTime), errors.Is(err, errGap):
		return t, &Mistake{err.Error(), "times do not exist", "correct it"}
	case v.format == nil:
		return t, &Mistake{"is not an RFC 3339 time", "values are not RFC 3339 times", v.timeAdvice(text)}
	}
	return t, &Mistake{fmt.Sprintf("is not a time in the form %s", v.options.TimeFormat), fmt.Sprintf("values are not times in the form %s", v.options.TimeFormat), v.timeAdvice(text)}
}

func (v *values) parseTime(text string) (time.Time, error) {
	if v.format != nil {
		return v.format.parse(text, v.zone)
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil && v.zone != nil {
		return withoutZone.parse(text, v.zone)
	}
	return t, err
}

// withoutZone reads RFC 3339 times that name no zone.
var withoutZone = func() *timeParser {
	parser, err := newTimeParser("YYYY-MM-DD'T'hh:mm:ss")
	if err != nil {
		panic(err)
	}
	return parser
}()

// timeAdvice finds a format that reads a text, or two where day and month can't be told apart.
func (v *values) timeAdvice(text string) string {
	if advice := standsForNothing(text); advice != "" {
		return advice
	}
	shape := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return '0'
		}
		return r
	}, text)
	advice, known := v.advice[shape]
	if !known {
		if v.advice == nil {
			v.advice = make(map[string]string)
		}
		advice = v.findFormat(text)
		v.advice[shape] = advice
	}
	return advice
}

func (v *values) findFormat(text string) string {
	for _, likely := range likelyFormats() {
		if _, err := likely.parser.parse(text, time.UTC); err != nil {
			continue
		}
		advice := fmt.Sprintf("set time_format = %q", likely.format)
		if swapped := dayBeforeMonth.Replace(likely.format); swapped != likely.format {
			if parser, err := newTimeParser(swapped); err == nil {
				if _, err := parser.parse(text, time.UTC); err == nil {
					advice += fmt.Sprintf(" or %q", swapped)
				}
			}
		}
		if likely.format == v.options.TimeFormat {
			break
		}
		if !likely.parser.zoned && v.zone == nil {
			advice += `, and time_zone, such as "Europe/Berlin"`
		}
		return advice
	}
	if v.format != nil {
		return "correct time_format; a zone is Z, UTC or an offset"
	}
	return "write it like 2026-03-01T10:00:00Z, or set time_format in the language of Terraform's formatdate; a zone is Z, UTC or an offset"
}
