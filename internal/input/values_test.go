package input

import (
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

func TestValues(t *testing.T) {
	t.Parallel()
	german := Options{DecimalSeparator: ",", ThousandsSeparator: ".", Currency: "EUR", TrueValues: []string{"ja", "x"}, FalseValues: []string{"nein", ""}}
	french := Options{DecimalSeparator: ",", ThousandsSeparator: " ", Currency: "EUR"}
	swiss := Options{ThousandsSeparator: "'", Currency: "CHF"}
	for name, test := range map[string]struct {
		options Options
		kind    string
		text    string
		want    string // JSON, or "one; advice" of the mistake
	}{
		"number":                    {Options{}, TypeNumber, " 12.50 ", "12.5"},
		"exponent":                  {Options{}, TypeNumber, "1.5E+3", "1500"},
		"no zero before the point":  {Options{}, TypeNumber, "-.5", "-0.5"},
		"decimal comma":             {german, TypeNumber, "12,90", "12.9"},
		"thousands":                 {german, TypeNumber, "1.234.567,80", "1234567.8"},
		"thousands alone":           {german, TypeNumber, "1.299", "1299"},
		"no thousands":              {german, TypeNumber, "1299,5", "1299.5"},
		"negative":                  {german, TypeNumber, "-1.299,5", "-1299.5"},
		"typographic minus":         {german, TypeNumber, "\u2212 3", "-3"},
		"exponent with a comma":     {german, TypeNumber, "1,5E+03", "1500"},
		"symbol behind":             {german, TypeNumber, "12,90\u00a0€", "12.9"},
		"symbol before":             {german, TypeNumber, "€ 1.299", "1299"},
		"code behind":               {german, TypeNumber, "15 EUR", "15"},
		"code before, negative":     {german, TypeNumber, "EUR -15", "-15"},
		"negative before the code":  {german, TypeNumber, "-EUR15", "-15"},
		"narrow no-break space":     {french, TypeNumber, "1\u202f299,00 €", "1299"},
		"no-break space":            {french, TypeNumber, "12\u00a0005,5", "12005.5"},
		"space":                     {french, TypeNumber, "1 005", "1005"},
		"apostrophe":                {swiss, TypeNumber, "CHF 1'299.50", "1299.5"},
		"typographic apostrophe":    {swiss, TypeNumber, "1’299.50 Fr.", "1299.5"},
		"dollar":                    {Options{Currency: "USD", ThousandsSeparator: ","}, TypeNumber, "$1,299.00", "1299"},
		"JSON number":               {german, TypeNumber, "#12.50", "12.5"},
		"cents":                     {Options{}, TypeCents, "12990", "129.9"},
		"cents of JSON":             {Options{}, TypeCents, "#-5", "-0.05"},
		"yen have no cents":         {Options{Currency: "JPY"}, TypeCents, "1299", "1299"},
		"dinars have mils":          {Options{Currency: "KWD"}, TypeCents, "1299", "1.299"},
		"boolean":                   {Options{}, TypeBoolean, "TRUE", "true"},
		"boolean in German":         {german, TypeBoolean, " Ja", "true"},
		"text":                      {german, TypeString, `a "b"`, `"a \"b\""`},
		"list":                      {Options{}, TypeStringList, "a|b| c", `["a","b"," c"]`},
		"list, trimmed":             {Options{Trim: true, ListSeparator: ","}, TypeStringList, "a, b ", `["a","b"]`},
		"list of numbers":           {german, TypeNumberList, "1,5|2", "[1.5,2]"},
		"list of JSON":              {Options{}, TypeStringList, `#["a","b"]`, `["a","b"]`},
		"Postgres array":            {Options{}, TypeStringList, `{new,rain}`, `["new","rain"]`},
		"Postgres array, separator": {Options{ListSeparator: ","}, TypeStringList, `{new,rain}`, `["new","rain"]`},
		"Postgres array, quoted":    {Options{}, TypeStringList, `{"a, b","say \"x\"",c}`, `["a, b","say \"x\"","c"]`},
		"Postgres array, empty":     {Options{}, TypeStringList, `{}`, `[]`},
		"JSON text":                 {Options{}, TypeJSON, `[ "a", 1.0 ]`, `["a",1]`},
		"JSON as it is":             {german, "", `#{"b":1.0,"a":[true]}`, `{"a":[true],"b":1}`},
		"RFC 3339":                  {Options{}, TypeTime, "2026-05-01T00:00:00.500+02:00", `"2026-04-30T22:00:00.5Z"`},
		"RFC 3339 without a zone":   {Options{TimeZone: "Europe/Berlin"}, TypeTime, "2026-05-01T00:00:00", `"2026-04-30T22:00:00Z"`},
		"date":                      {Options{TimeFormat: "DD.MM.YYYY", TimeZone: "Europe/Berlin"}, TypeTime, "15.11.2025", `"2025-11-14T23:00:00Z"`},
		"list of times":             {Options{TimeFormat: "YYYY-MM-DD", TimeZone: "UTC"}, TypeTimeList, "2026-05-01|2026-05-02", `["2026-05-01T00:00:00Z","2026-05-02T00:00:00Z"]`},

		"word":                        {Options{}, TypeNumber, "abc", "is not a number; write digits with an optional minus sign, decimal point and exponent, like 12.50"},
		"dash":                        {Options{}, TypeNumber, "-", `is not a number; if it stands for a missing value, add "-" to null_values`},
		"dash for a time":             {Options{}, TypeTime, " – ", `is not an RFC 3339 time; if it stands for a missing value, add "–" to null_values`},
		"word for nothing":            {Options{}, TypeBoolean, "N/A", `is not a boolean; if it stands for a missing value, add "N/A" to null_values`},
		"date of short parts":         {Options{TimeZone: "UTC"}, TypeTime, "1.3.2026", `is not an RFC 3339 time; set time_format = "D.M.YYYY"`},
		"date of long parts":          {Options{TimeZone: "UTC"}, TypeTime, "01.03.2026", `is not an RFC 3339 time; set time_format = "D.M.YYYY"`},
		"undeclared comma":            {Options{}, TypeNumber, "12,90", `is not a number; set decimal_separator = ","`},
		"undeclared all":              {Options{}, TypeNumber, "1.299,00 €", `is not a number; set decimal_separator = ",", thousands_separator = "." and currency = "EUR"`},
		"undeclared thousands":        {Options{}, TypeNumber, "$1,299.00", `is not a number; set thousands_separator = "," and currency = "USD"`},
		"undeclared space":            {Options{}, TypeNumber, "1\u00a0299", `is not a number; set decimal_separator = "," and thousands_separator = " "`},
		"leading zeros":               {Options{}, TypeNumber, "042", "is not a number; it has leading zeros like an ID; declare the type string to keep it as text"},
		"wrong groups":                {german, TypeNumber, "1.29", "is not a number; set decimal_separator = \".\""},
		"doubled separator":           {german, TypeNumber, "1..299", "is not a number; write digits"},
		"zero as a group":             {german, TypeNumber, "0.123", "is not a number"},
		"separator in the fraction":   {german, TypeNumber, "1,234.5", "is not a number"},
		"two signs":                   {german, TypeNumber, "--5", "is not a number"},
		"parentheses":                 {german, TypeNumber, "(5,00)", "is not a number"},
		"percent":                     {Options{}, TypeNumber, "19%", "is not a number"},
		"another currency":            {german, TypeNumber, "12,90 USD", "is in another currency than EUR"},
		"another symbol":              {german, TypeNumber, "$12,90", "is in another currency than EUR"},
		"cents with a point":          {Options{}, TypeCents, "12.90", "is not a whole number of cents"},
		"unknown boolean":             {german, TypeBoolean, "vielleicht", `is not a boolean; list its words in true_values (now "ja", "x") and false_values (now "nein", "")`},
		"array for a number":          {Options{}, TypeNumber, "#[1]", "is an array"},
		"object for a list":           {Options{}, TypeStringList, `#{"a":1}`, "is an object"},
		"null in a list":              {Options{}, TypeStringList, `#["a",null]`, "has elements that are null, arrays or objects"},
		"no JSON":                     {Options{}, TypeJSON, "[a]", "is not JSON"},
		"two JSON values":             {Options{}, TypeJSON, "[1] [2]", "is not JSON"},
		"date alone":                  {Options{}, TypeTime, "2026-05-01", `is not an RFC 3339 time; set time_format = "YYYY-MM-DD", and time_zone, such as "Europe/Berlin"`},
		"day or month":                {Options{}, TypeTime, "01/02/2026 10:00", `is not an RFC 3339 time; set time_format = "D/M/YYYY hh:mm" or "M/D/YYYY hh:mm", and time_zone, such as "Europe/Berlin"`},
		"day":                         {Options{TimeZone: "UTC"}, TypeTime, "31/12/2026", `is not an RFC 3339 time; set time_format = "D/M/YYYY"`},
		"with a zone":                 {Options{}, TypeTime, "2026-05-01 00:00:00 UTC", `is not an RFC 3339 time; set time_format = "YYYY-MM-DD hh:mm:ss Z"`},
		"abbreviated zone":            {Options{}, TypeTime, "2026-05-01 00:00:00 CET", "is not an RFC 3339 time; write it like 2026-03-01T10:00:00Z, or set time_format in the language of Terraform's formatdate; a zone is Z, UTC or an offset"},
		"abbreviated zone, by format": {Options{TimeFormat: "YYYY-MM-DD ZZZ"}, TypeTime, "2026-05-01 CET", "is not a time in the form YYYY-MM-DD ZZZ"},
		"no zone":                     {Options{TimeFormat: "YYYY-MM-DD"}, TypeTime, "2026-05-01", `has no time zone; set time_zone, such as "Europe/Berlin" or "UTC"`},
		"no such day":                 {Options{TimeFormat: "DD.MM.YYYY", TimeZone: "UTC"}, TypeTime, "31.02.2026", "does not exist; correct it"},
		"skipped by the clock":        {Options{TimeFormat: "YYYY-MM-DD hh:mm", TimeZone: "Europe/Berlin"}, TypeTime, "2026-03-29 02:30", "does not exist in the time zone: the clock skips it; correct it"},
		"day before month by format":  {Options{TimeFormat: "MM/DD/YYYY", TimeZone: "UTC"}, TypeTime, "31/12/2026", "does not exist; correct it"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, err := newValues(test.options)
			if err != nil {
				t.Fatal(err)
			}
			cell := Cell{Text: test.text}
			if json, isJSON := strings.CutPrefix(test.text, "#"); isJSON {
				cell = Cell{Text: json, Kind: jsontext.Value(json).Kind()}
				if cell.Kind == jsontext.KindBeginArray || cell.Kind == jsontext.KindBeginObject {
					canonical, err := AppendCanonical(nil, jsontext.NewDecoder(strings.NewReader(json)))
					if err != nil {
						t.Fatal(err)
					}
					cell.Text = string(canonical)
				}
			}
			value, mistake := v.appendJSON([]byte("x"), test.kind, cell)
			if mistake != nil {
				if got := mistake.One + "; " + mistake.Advice; !strings.HasPrefix(got, test.want) {
					t.Errorf("got  %s\nwant %s", got, test.want)
				}
			} else if string(value) != "x"+test.want {
				t.Errorf("got %s, want %s", value[1:], test.want)
			}
		})
	}
}

func TestTimeFormats(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ format, text, want string }{
		{"D.M.YYYY h:mm", "3.2.2026 8:05", "2026-02-03T08:05:00Z"},
		{"D.M.YYYY h:mm", "14.10.2025 18:05", "2025-10-14T18:05:00Z"},
		{"DD.MM.YY", "03.02.26", "2026-02-03T00:00:00Z"},
		{"YYYYMMDDhhmmss", "20260501123015", "2026-05-01T12:30:15Z"},
		{"YYYY-MM-DD hh:mm:ss Z", "2026-05-01 14:30:00.250 Z", "2026-05-01T14:30:00.25Z"},
		{"YYYY-MM-DD hh:mm:ss Z", "2025-11-15 00:00:00.000 +0100", "2025-11-14T23:00:00Z"},
		{"YYYY-MM-DD hh:mm:ss ZZZ", "2026-05-01 12:30:15.123456 UTC", "2026-05-01T12:30:15.123456Z"},
		{"YYYY-MM-DD hh:mm:ssZZZZZ", "2026-05-01 02:00:00,5+02", "2026-05-01T00:00:00.5Z"},
		{"YYYY-MM-DD'T'hh:mmZZZZ", "2026-05-01T00:00+02:00", "2026-04-30T22:00:00Z"},
		{"EEE MMM DD hh:mm:ss ZZZ YYYY", "Fri May 01 10:00:00 UTC 2026", "2026-05-01T10:00:00Z"},
		{"EEEE, MMMM D, YYYY 'at' H:mm AA", "Friday, May 1, 2026 at 12:05 am", "2026-05-01T00:05:00Z"},
		{"HH aa'o''clock', DD/MM/YYYY", "12 pmo'clock, 31/12/2026", "2026-12-31T12:00:00Z"},
		{"DD.MM.YYYY", "1.5.2026", ""},
		{"YYYY-MM-DD hh:mm", "2026-05-01 24:00", ""},
		{"YYYY-MM-DD hh:mm:ss", "2026-05-01 10:00:60", ""},
		{"HH:mm AA DD.MM.YYYY", "13:00 PM 01.05.2026", ""},
		{"YYYY-MM-DD ZZZ", "2026-05-01 GMT", ""},
		{"YYYY-MM-DD Z", "2026-05-01 +99", ""},
	} {
		v, err := newValues(Options{TimeFormat: test.format, TimeZone: "UTC"})
		if err != nil {
			t.Fatal(err)
		}
		got, mistake := v.appendJSON(nil, TypeTime, Cell{Text: test.text})
		if want := `"` + test.want + `"`; test.want != "" && string(got) != want || test.want == "" && mistake == nil {
			t.Errorf("%s by %s is %s, %v, want %s", test.text, test.format, got, mistake, want)
		}
	}
}

func TestOptionsThatNoFileCanHave(t *testing.T) {
	t.Parallel()
	long := "''"
	for _, test := range []struct {
		options Options
		want    string
	}{
		{Options{Delimiter: ";;"}, `delimiter: ";;" must be one character, and neither a quotation mark nor a line break; write a tab as "\t"`},
		{Options{Quote: &long}, `quote: "''" must be one character`},
		{Options{SkipLines: -1}, "skip_lines: must not be negative"},
		{Options{Header: []string{"a", "a"}}, `header: "a" names two columns`},
		{Options{DecimalSeparator: ",", ThousandsSeparator: ","}, `thousands_separator: "," is the decimal_separator too`},
		{Options{ThousandsSeparator: "."}, `thousands_separator: "." is the decimal_separator too; set decimal_separator to the other one`},
		{Options{DecimalSeparator: "komma"}, `decimal_separator: "komma" must be one character`},
		{Options{Currency: "€"}, `currency: "€" must be an ISO code of three capital letters, such as EUR`},
		{Options{TrueValues: []string{"1"}, FalseValues: []string{"1"}}, `"1" is in true_values too`},
		{Options{TimeZone: "Berlin"}, `time_zone: there is no time zone "Berlin"`},
		{Options{TimeZone: "Local"}, `time_zone: there is no time zone "Local"`},
		{Options{TimeFormat: "yyyy-MM-dd"}, `time_format: "yyyy" is not a sequence of formatdate`},
		{Options{TimeFormat: "YYYY-MM"}, "time_format: a time needs a year, a month and a day"},
		{Options{TimeFormat: "YYYY-MM-DD HH:mm"}, "time_format: the hours HH and H go from 1 to 12 and need AA"},
		{Options{TimeFormat: "YYYY-MM-DD'T"}, "time_format: a single quote is never closed"},
		{Options{TimeFormat: "YYYY-MM-DD MM"}, `time_format: "MM" names a part of the time that an earlier sequence names already`},
	} {
		if err := test.options.Check(); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("got  %v\nwant %s", err, test.want)
		}
	}
}

// FuzzValues turns any text into any type. What is taken is JSON.
func FuzzValues(f *testing.F) {
	for _, seed := range []string{"1.299,00 €", "{a,\"b\"}", "[1]", "2026-05-01 10:00", "ja"} {
		f.Add(seed, ",", ".", "EUR", "YYYY-MM-DD hh:mm")
	}
	f.Fuzz(func(t *testing.T, text, decimal, thousands, currency, format string) {
		v, err := newValues(Options{DecimalSeparator: decimal, ThousandsSeparator: thousands, Currency: currency, TimeFormat: format, TimeZone: "Europe/Berlin"})
		if err != nil {
			return
		}
		for _, kind := range Types {
			value, mistake := v.appendJSON(nil, kind, Cell{Text: text})
			if mistake == nil && !jsontext.Value(value).IsValid(jsontext.AllowInvalidUTF8(true)) {
				t.Errorf("%q as %s is %s", text, kind, value)
			}
		}
	})
}
