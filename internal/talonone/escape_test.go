package talonone

import "testing"

func TestSegmentsAreEscapedStrictly(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"SUMMER25%OFF": "SUMMER25%25OFF",
		"10$OFF_NOW":   "10%24OFF_NOW",
		"a&b+c:d=e@f":  "a%26b%2Bc%3Ad%3De%40f",
		"a/b c":        "a%2Fb%20c",
		".":            "%2E",
		"..":           "%2E%2E",
		"...":          "...",
		"é😀":           "%C3%A9%F0%9F%98%80",
		"A-z_0.9~":     "A-z_0.9~",
	} {
		if got := expand("/v1/x/{id}/y", []string{in}); got != "/v1/x/"+want+"/y" {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}

func TestEveryPlaceholderIsFilled(t *testing.T) {
	t.Parallel()
	if got := expand("/v1/a/{a}/b/{b}", []string{"{b}", "2"}); got != "/v1/a/%7Bb%7D/b/2" {
		t.Error(got)
	}
}
