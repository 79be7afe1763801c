package faults_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/faults"
)

func TestParse(t *testing.T) {
	t.Parallel()
	got, err := faults.Parse(" PUT /v1/catalogs/ status=503 every=3 after=1 times=2 after-apply retry-after=1 header=X-A:b:c body=a b=c ")
	want := faults.Fault{
		Method: "PUT", PathPrefix: "/v1/catalogs/", Status: 503, Every: 3, After: 1, Times: 2, AfterApply: true, RetryAfter: "1",
		Header: map[string]string{"X-A": "b:c"}, Body: "a b=c",
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	for text, problem := range map[string]string{
		"":                            "want METHOD",
		"GET /v1":                     "want METHOD",
		"GET /v1 every=2":             "exactly one of",
		"GET /v1 reset hang":          "exactly one of",
		"GET /v1 status=99":           "between 200 and 599",
		"GET /v1 status=x":            "status=x",
		"GET /v1 reset every=0":       "at least 1",
		"GET /v1 reset times=-1":      "at least 1",
		"GET /v1 reset body=x":        "go with status only",
		"GET /v1 reset retry-after=1": "go with status only",
		"GET /v1 explode":             "unknown option",
		"GET /v1 status=1 header=x":   "header=NAME:VALUE",
		"get /v1 reset":               "upper case",
		"GET v1 reset":                "must begin with /",
	} {
		if _, err := faults.Parse(text); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%q: got %v, want %q", text, err, problem)
		}
	}
}
