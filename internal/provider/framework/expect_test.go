package framework

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

type responder func() string

func (r responder) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: http.StatusCreated, Header: http.Header{"Content-Type": []string{"application/json"}}, Body: io.NopCloser(strings.NewReader(r())), Request: req,
	}, nil
}

// The author of a mistyped ID does not wait until reads can't lag any more, while what others made right before the run is found, and
// what the run itself has made, too.
func TestAMistypedIDIsFoundSoon(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		// visibleAfter is how long after the start the object shows; never is negative. created says that the run creates something
		// at its start.
		visibleAfter time.Duration
		created      bool
		first        Presence
		lacks        bool
		looks        int
		takes        time.Duration
	}{
		"it is there":                     {visibleAfter: 0, looks: 1},
		"mistyped":                        {visibleAfter: -1, lacks: true, looks: 2, takes: secondLook},
		"certainly absent":                {visibleAfter: -1, first: Absent, lacks: true, looks: 1},
		"others made it a moment ago":     {visibleAfter: time.Second, looks: 2, takes: secondLook},
		"the run creates something":       {visibleAfter: 10 * time.Second, created: true, looks: 2, takes: 15 * time.Second},
		"mistyped, in a run that creates": {visibleAfter: -1, created: true, lacks: true, looks: 2, takes: 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, err := talonone.New(talonone.Config{
					BaseURL: "https://example.talon.one", IntegrationAPIKey: "key", ReadConsistency: 15 * time.Second,
					Transport: responder(func() string { return `{"id":7,"accountId":1,"name":"VIP","created":"2026-01-01T00:00:00Z"}` }),
				})
				if err != nil {
					t.Fatal(err)
				}
				start := time.Now()
				d := &Data{Client: client, Started: start, ReadConsistency: 15 * time.Second, ValidateReferences: true}
				if test.created {
					if _, err := client.CreateAudienceV2(t.Context(), talonone.NewAudience{Name: "VIP"}); err != nil {
						t.Fatal(err)
					}
				}
				looks := 0
				look := func(context.Context) (Presence, error) {
					looks++
					if test.visibleAfter >= 0 && time.Since(start) >= test.visibleAfter {
						return Present, nil
					}
					return test.first, nil
				}
				var diags diag.Diagnostics
				lacks := d.Lacks(t.Context(), Operation{}, look, &diags)
				if took := time.Since(start); lacks != test.lacks || looks != test.looks || took != test.takes || diags.HasError() {
					t.Errorf("lacks %t after %d looks and %s: %v", lacks, looks, took, diags)
				}
			})
		})
	}
}
