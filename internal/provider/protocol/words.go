package protocol

import (
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// The framework writes the texts below itself, before any validator of ours sees the value. They blame the provider for what
// the configuration says.
var (
	notWhole   = regexp.MustCompile(`Value (?:%!s\(\*big\.Float=)?([^\s)]+)\)? is not an integer`)
	outOfRange = regexp.MustCompile(`Value (?:%!s\(\*big\.Float=)?([^\s)]+)\)? cannot be represented as a 64-bit (?:integer|floating point)`)
	notTime    = regexp.MustCompile(`(?s)not valid RFC3339 string format\.\s*Given Value: (.*)\nError: `)
	blame      = regexp.MustCompile(`(?:An unexpected error was encountered [^.]*\.\s*)?` +
		`(?:This is (?:always )?an? (?:error|issue|problem|bug) (?:in|with) the provider[^.]*\.\s*)?` +
		`Please report (?:this|the following)[^.:]*[.:]\s*`)
	always = regexp.MustCompile(`This is (?:always )?an? (?:error|issue|problem|bug) (?:in|with|of) the provider[^.]*\.\s*`)
)

// ownWords says in the provider's words what the framework says of a value that it can't read.
func ownWords(d *tfprotov6.Diagnostic) {
	if value := notWhole.FindStringSubmatch(d.Detail); value != nil {
		d.Summary, d.Detail = "Not a whole number", value[1]+" is not a whole number. Write one without a fraction, such as 1 or 20."
		return
	}
	if value := outOfRange.FindStringSubmatch(d.Detail); value != nil {
		d.Summary, d.Detail = "Number is out of range", value[1]+" is too large or too small. Write a number that 64 bits can hold."
		return
	}
	if d.Summary == "Invalid Attribute Value Time Duration" {
		value, _, _ := strings.Cut(d.Detail, " must be")
		d.Summary, d.Detail = "Invalid duration", value+" is not a duration. Write numbers with units, such as 30s, 20m or 1h30m."
		return
	}
	if value := notTime.FindStringSubmatch(d.Detail); value != nil {
		d.Summary = "Invalid time"
		d.Detail = talonone.Quoted(value[1]) + " is not a time of RFC 3339, or does not exist. Write date, time and zone, such as 2026-03-01T10:00:00Z or 2026-03-01T10:00:00+01:00."
		return
	}
	d.Detail = always.ReplaceAllString(blame.ReplaceAllString(d.Detail, ""), "")
}
