package input

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// currency is how the amounts of an ISO code are written.
type currency struct {
	// marks stand before or behind an amount, the longest first.
	marks []string
	// digits is how many decimals the minor unit has.
	digits int
}

// symbols are those of CLDR and the ones that shops use. Several currencies share some of them.
var symbols = map[string][]string{
	"AED": {"د.إ"}, "ARS": {"$"}, "AUD": {"A$", "AU$", "$"}, "BGN": {"лв.", "лв"}, "BRL": {"R$"}, "CAD": {"C$", "CA$", "$"},
	"CHF": {"Fr.", "SFr.", "Fr"}, "CLP": {"$"}, "CNY": {"CN¥", "¥", "￥", "元"}, "COP": {"$"}, "CZK": {"Kč"}, "DKK": {"kr.", "kr"},
	"EGP": {"E£", "£"}, "EUR": {"€"}, "GBP": {"£"}, "HKD": {"HK$", "$"}, "HUF": {"Ft"}, "IDR": {"Rp"}, "ILS": {"₪"}, "INR": {"₹", "Rs.", "Rs"},
	"ISK": {"kr.", "kr"}, "JPY": {"¥", "￥", "円", "JP¥"}, "KRW": {"₩", "원"}, "KZT": {"₸"}, "MXN": {"MX$", "$"}, "MYR": {"RM"}, "NGN": {"₦"},
	"NOK": {"kr.", "kr"}, "NZD": {"NZ$", "$"}, "PHP": {"₱"}, "PLN": {"zł"}, "RON": {"lei"}, "RUB": {"₽", "руб."}, "SEK": {"kr.", "kr"},
	"SGD": {"S$", "$"}, "THB": {"฿"}, "TRY": {"₺", "TL"}, "TWD": {"NT$"}, "UAH": {"₴", "грн"}, "USD": {"US$", "$"}, "VND": {"₫"}, "ZAR": {"R"},
}

// minorDigits are those of ISO 4217 that are not two.
var minorDigits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

func currencyOf(code string) currency {
	c := currency{digits: 2}
	if digits, other := minorDigits[code]; other {
		c.digits = digits
	}
	if code != "" {
		c.marks = append(slices.Clone(symbols[code]), code)
		slices.SortFunc(c.marks, func(a, b string) int { return len(b) - len(a) })
	}
	return c
}

// cut removes the currency from one side of an amount.
func (c currency) cut(amount string) string {
	for _, mark := range c.marks {
		switch {
		case len(amount) <= len(mark):
		case strings.EqualFold(amount[:len(mark)], mark):
			return strings.TrimLeftFunc(amount[len(mark):], isBlank)
		case strings.EqualFold(amount[len(amount)-len(mark):], mark):
			return strings.TrimRightFunc(amount[:len(amount)-len(mark)], isBlank)
		}
	}
	return amount
}

// currencyIn is the code of the currency that stands beside an amount; "" for none, or one that several share.
func currencyIn(amount string) string {
	mark := strings.TrimFunc(amount, func(r rune) bool { return unicode.IsDigit(r) || isBlank(r) || strings.ContainsRune(".,'’-\u2212", r) })
	if isoCode.MatchString(mark) {
		return mark
	}
	for _, code := range []string{"EUR", "USD", "GBP", "JPY", "SEK"} {
		if slices.Contains(symbols[code], mark) {
			return code
		}
	}
	for _, code := range slices.Sorted(maps.Keys(symbols)) {
		if slices.Contains(symbols[code], mark) {
			return code
		}
	}
	return ""
}
