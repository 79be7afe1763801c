package emulator

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/conventions"
	"github.com/talon-one/terraform-provider-talonone/internal/emulator/strictjson"
)

// What a string of a request is, for the conventions about case and white space. Bodies name it in rule tags.
const (
	kindOfProfileID = "profile"
	kindOfID        = "id" // of a session, event or audience
	kindOfSKU       = "sku"
	kindOfName      = "name"
)

// parameterKinds are what the parameters of paths and queries are; those that are missing here stay as they are.
var parameterKinds = map[string]string{
	"profileIntegrationId": kindOfProfileID,
	"customerSessionId":    kindOfID,
	"integrationId":        kindOfID,
	"session":              kindOfID,
	"profile":              kindOfProfileID,
}

// normal is the form in which the deployment keeps and compares a string.
func (s *Server) normal(kind, text string) string {
	if s.decoding.Text == nil {
		return text
	}
	trim, folded := conventions.IDTrim, ""
	switch kind {
	case kindOfProfileID:
		folded = conventions.ProfileIDCase
	case kindOfSKU:
		folded = conventions.SKUCase
	case kindOfID:
	case kindOfName:
		trim = conventions.NameTrim
	default:
		return text
	}
	if s.is(trim, conventions.Yes) {
		text = strings.TrimSpace(text)
	}
	if folded != "" && s.is(folded, conventions.Folded) {
		text = strings.ToLower(text)
	}
	return text
}

func (s *Server) normals(kind string, texts []string) []string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = s.normal(kind, text)
	}
	return list
}

// decodingOptions are how the conventions want bodies to be read.
func (s *Server) decodingOptions() strictjson.Options {
	options := strictjson.Options{IgnoreUnknown: s.is(conventions.UnknownProperties, conventions.Ignored)}
	if s.is(conventions.IDTrim, conventions.Yes) || s.is(conventions.NameTrim, conventions.Yes) ||
		s.is(conventions.ProfileIDCase, conventions.Folded) || s.is(conventions.SKUCase, conventions.Folded) {
		options.Text = s.normal
	}
	switch {
	case s.is(conventions.NumberStorage, conventions.Float64):
		options.Number = asFloat64
	case s.is(conventions.NumberStorage, conventions.TwoDecimals):
		options.Number = withTwoDecimals
	}
	return options
}

// asFloat64 is the number that a 64-bit float keeps of another, which is left alone when it is out of range.
func asFloat64(number json.Number) json.Number {
	value, err := strconv.ParseFloat(number.String(), 64)
	if err != nil {
		return number
	}
	return json.Number(mustJSON(value))
}

// maxCents bounds what is rounded: beyond it, floats hold no cents.
const maxCents = 1 << 53 / 100

// withTwoDecimals rounds half away from zero.
func withTwoDecimals(number json.Number) json.Number {
	size, err := strconv.ParseFloat(number.String(), 64)
	if err != nil || math.Abs(size) > maxCents || size != 0 && math.Abs(size) < 1e-100 {
		return number
	}
	value, ok := new(big.Rat).SetString(number.String())
	if !ok {
		return number
	}
	return plainDecimal(json.Number(value.FloatString(2)))
}
