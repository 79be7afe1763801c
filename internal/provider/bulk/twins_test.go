package bulk_test

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/talon-one/terraform-provider-talonone/internal/provider/bulk"
)

func TestRowsInTwoSpellingsAreWarnedOf(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		added, listed []string
		want          string
	}{
		"both new":    {[]string{"A", "a"}, []string{"A", "a", "b"}, `1 member listed in two spellings (audience 7): These differ only in upper and lower case, white space at the ends, or Unicode normalization: "a" and "A".`},
		"one was":     {[]string{"a"}, []string{"A", "a"}, `"a" and "A".`},
		"both were":   {[]string{"b"}, []string{"A", "a", "b"}, ""},
		"other names": {[]string{"a"}, []string{"a", "b"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			bulk.Subject{Noun: bulk.Noun{One: "member", Many: "members"}, Place: "audience 7"}.WarnTwins(path.Root("members"), test.added, test.listed, &diags)
			got := ""
			for _, d := range diags {
				got += d.Summary() + ": " + d.Detail()
			}
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestRowsThatDifferInSpellingAloneAreNotSwapped(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		added, removed []string
		want           string
	}{
		"case":              {[]string{"Customer-A"}, []string{"customer-a"}, "spelling of 1 member"},
		"case beyond Latin": {[]string{"ΣΊΣΥΦΟΣ"}, []string{"σίσυφος"}, "spelling of 1 member"},
		"blanks":            {[]string{"a"}, []string{" a\u00a0"}, "spelling of 1 member"},
		"normal form":       {[]string{"Café-1"}, []string{"Cafe\u0301-1"}, "spelling of 1 member"},
		"several":           {[]string{"A", "B", "C"}, []string{"a", "b", "x"}, "spelling of 2 members"},
		"other names":       {[]string{"A"}, []string{"b"}, ""},
		"a digit":           {[]string{"a1"}, []string{"a2"}, ""},
		"nothing leaves":    {[]string{"A"}, nil, ""},
		"nothing comes":     {nil, []string{"a"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			bulk.Subject{Noun: bulk.Noun{One: "member", Many: "members"}, Place: "audience 7"}.RefuseTwins(path.Root("members"), test.added, test.removed, &diags)
			if test.want == "" && diags.HasError() || test.want != "" && (!diags.HasError() || !strings.Contains(diags[0].Summary(), test.want)) {
				t.Errorf("got %v", diags)
			}
		})
	}
}
