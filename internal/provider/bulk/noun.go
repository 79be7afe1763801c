package bulk

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/talon-one/terraform-provider-talonone/internal/input"
)

// Noun names the rows of a resource in one and many.
type Noun struct{ One, Many string }

// Count is a number with the right form of the noun: "1 item", "1,204 items".
func (n Noun) Count(count int) string {
	if count == 1 {
		return "1 " + n.One
	}
	return Thousands(count) + " " + n.Many
}

// Thousands writes a number for people, with separators.
func Thousands(number int) string { return input.Thousands(number) }

// named is how many rows a message names.
const named = 5

// Names quotes the first few keys: `"a", "b" and 3 more`. Keys of any length are clipped.
func Names(keys []string) string {
	quoted := make([]string, 0, named)
	for _, key := range keys[:min(len(keys), named)] {
		quoted = append(quoted, quoteClipped(key))
	}
	text := strings.Join(quoted, ", ")
	if more := len(keys) - len(quoted); more > 0 {
		text += " and " + Thousands(more) + " more"
	}
	return text
}

func quoteClipped(key string) string {
	const longest = 60
	runes := []rune(key)
	if len(runes) > longest {
		key = string(runes[:longest]) + "…"
	}
	return strconv.Quote(key)
}

// OfThose says how many of the rows to add exist: "1 of 3 items to add exists", "2 of 3 items to add exist".
func (n Noun) OfThose(existing, added int) string {
	verb := "exist"
	if existing == 1 {
		verb = "exists"
	}
	return fmt.Sprintf("%s of %s to add %s", Thousands(existing), n.Count(added), verb)
}
