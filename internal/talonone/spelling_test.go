package talonone_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

func TestKeysThatADeploymentHasFolded(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		own, listed, want []string
	}{
		"as written":                        {[]string{"A-1", "b"}, []string{"A-1", "b"}, []string{"A-1", "b"}},
		"folded":                            {[]string{"A-1", "b"}, []string{"a-1", "b", "c"}, []string{"A-1", "b", "c"}},
		"beyond Latin":                      {[]string{"ÄÖ"}, []string{"äö"}, []string{"ÄÖ"}},
		"a listing with capitals":           {[]string{"A-1"}, []string{"a-1", "B"}, []string{"a-1", "B"}},
		"both are ours":                     {[]string{"A-1", "a-1"}, []string{"a-1"}, []string{"a-1"}},
		"two of ours in different capitals": {[]string{"A-x", "a-X"}, []string{"a-x"}, []string{"a-x"}},
		"no capitals of ours":               {[]string{"a-1"}, []string{"a-1"}, []string{"a-1"}},
		"gone":                              {[]string{"A-1"}, []string{"b"}, []string{"b"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := talonone.SpellingOf(test.own, slices.Values(test.listed)).Each(test.listed)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
