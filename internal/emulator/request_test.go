package emulator_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

// createAudienceV2 stands for all JSON bodies, which are decoded by the same code.
func TestBodiesAreDecodedStrictly(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	for name, test := range map[string]struct {
		body string
		want []string
	}{
		"unknown property":     {`{"name":"a","colour":"red"}`, []string{"pointer /colour"}},
		"wrong case":           {`{"Name":"a"}`, []string{"pointer /name", "pointer /Name"}},
		"missing":              {`{}`, []string{"pointer /name"}},
		"null is missing":      {`{"name":null}`, []string{"pointer /name"}},
		"too short":            {`{"name":""}`, []string{"pointer /name"}},
		"string for boolean":   {`{"name":"a","createdIn3rdParty":"true"}`, []string{"pointer /createdIn3rdParty"}},
		"number for string":    {`{"name":1}`, []string{"pointer /name"}},
		"string in list":       {`{"name":"a","subscribedApplicationsIds":[1,"2"]}`, []string{"pointer /subscribedApplicationsIds/1"}},
		"fraction for integer": {`{"name":"a","subscribedApplicationsIds":[1.5]}`, []string{"pointer /subscribedApplicationsIds/0"}},
		"repeated entry":       {`{"name":"a","subscribedApplicationsIds":[1,2,1]}`, []string{"pointer /subscribedApplicationsIds/2"}},
		"no timestamp":         {`{"name":"a","lastUpdate":"yesterday"}`, []string{"pointer /lastUpdate"}},
		"unparsable zone":      {`{"name":"a","lastUpdate":"2022-01-02T15:04:05Z07:00"}`, []string{"pointer /lastUpdate"}},
		"several at once":      {`{"name":"","sandbox":1,"x/y":2}`, []string{"pointer /name", "pointer /sandbox", "pointer /x~1y"}},
		"array for object":     {`[{"name":"a"}]`, []string{"pointer "}},
		"empty body":           {``, []string{"pointer "}},
		"trailing data":        {`{"name":"a"} {}`, []string{"pointer "}},
		"trailing garbage":     {`{"name":"a"}x`, []string{"pointer "}},
		"no JSON":              {`name=a`, []string{"pointer "}},
		"cut short":            {`{"name":"a`, []string{"pointer "}},
		"no UTF-8":             {"{\"name\":\"\xff\"}", []string{"pointer "}},
		"one character too long": {
			`{"name":"a","integrationId":"` + strings.Repeat("ü", 1001) + `"}`, []string{"pointer /integrationId"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := d.call("POST", "/v2/audiences", liveKey, test.body)
			expectStatus(t, name, got, 400)
			if !slices.Equal(got.sources(), test.want) {
				t.Errorf("sources are %q, want %q", got.sources(), test.want)
			}
			if got.field("message") != "The submitted data was invalid" || got.field("StatusCode") != "400" {
				t.Errorf("unexpected error shape: %s", got.text)
			}
		})
	}
	if left := d.must("GET", "/v1/audiences", managementK, "").column("name"); len(left) != 0 {
		t.Errorf("refused bodies made audiences: %v", left)
	}
}

func TestLimitsCountCharacters(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.must("POST", "/v2/audiences", liveKey, `{"name":"a","integrationId":"`+strings.Repeat("ü", 1000)+`"}`)
}

func TestNullIsAbsent(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.must("POST", "/v2/audiences", liveKey, `{"name":"a","sandbox":null,"description":null,"integration":null,"subscribedApplicationsIds":null}`)
	if got.field("sandbox") != "false" || got.field("description") != "" || got.field("subscribedApplicationsIds") != "[]" {
		t.Errorf("unexpected audience: %s", got.text)
	}
}

func TestBodyBeyondTheLimitIsRefused(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.call("POST", "/v2/audiences", liveKey, `{"name":"`+strings.Repeat("a", 64<<20)+`"}`)
	expectStatus(t, "createAudienceV2", got, 413)
}
