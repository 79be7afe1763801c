package talonone

import (
	"net/url"
	"strings"
)

// escapeSegment percent-encodes everything but letters, digits and "-_.~", as
// the vendor's documents ask for (SUMMER25%OFF becomes SUMMER25%25OFF, 10$OFF
// becomes 10%24OFF). url.PathEscape leaves "$&+:=@" alone. The segments "." and
// ".." are encoded too, since routers would collapse them.
func escapeSegment(segment string) string {
	switch segment {
	case ".":
		return "%2E"
	case "..":
		return "%2E%2E"
	}
	return strings.ReplaceAll(url.QueryEscape(segment), "+", "%20")
}

// expand fills the {placeholders} of route with params, in order.
func expand(route string, params []string) string {
	var b strings.Builder
	for _, param := range params {
		before, rest, _ := strings.Cut(route, "{")
		_, after, _ := strings.Cut(rest, "}")
		b.WriteString(before)
		b.WriteString(escapeSegment(param))
		route = after
	}
	b.WriteString(route)
	return b.String()
}
