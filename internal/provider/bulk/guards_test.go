package bulk

import (
	"strings"
	"testing"
)

func TestParseAllowDelete(t *testing.T) {
	t.Parallel()
	isResource := func(name string) bool { return strings.HasPrefix(name, "talonone_a") }
	for text, want := range map[string]string{
		"": "", " ": "",
		"talonone_audience:701":                           "",
		" talonone_audience:701 , talonone_audience:702 ": "",
		"talonone_audience":                               "is not a resource type, a colon and an ID",
		"talonone_audience:":                              "is not a resource type, a colon and an ID",
		"talonone_audience:%zz":                           "a percent sign %25",
		"talonone_audience:701,":                          "is not a resource type, a colon and an ID",
		"audience:701":                                    "not a resource type of this provider",
	} {
		if _, err := ParseAllowDelete(text, isResource); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
	advice := AdviseAllowDelete("talonone_audience", "a,b%2C:")
	_, value, _ := strings.Cut(advice, EnvAllowDelete+"=")
	value, _, _ = strings.Cut(value, " ")
	allowed, err := ParseAllowDelete(value, isResource)
	if err != nil || !allowed.Has("talonone_audience", "a,b%2C:") || allowed.Has("talonone_audience", "a") {
		t.Errorf("the advice %q does not name what it is about (%v)", advice, err)
	}
}
