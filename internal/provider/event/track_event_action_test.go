package event_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func text(value string) tftypes.Value { return tftypes.NewValue(tftypes.String, value) }

func TestActionTracksAnEvent(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, rewarding)
	progress, diags := acctest.Invoke(t, d, "talonone_track_event", map[string]tftypes.Value{
		"type": text("product_shared"), "profile_id": text("customer-1"), "attributes": text(`{"url":"https://example.com"}`),
	})
	if len(diags) > 0 {
		t.Fatalf("%s\n%s", diags[0].Summary, diags[0].Detail)
	}
	if len(progress) != 1 || !regexp.MustCompile(`^Tracked event "product_shared" \(\d+\): 1 effect \(addLoyaltyPoints\)\.$`).MatchString(progress[0]) {
		t.Errorf("got progress %q", progress)
	}
	if err := tracked(t, d, 1)(nil); err != nil {
		t.Error(err)
	}
}

func TestDryRunOfAnEventTracksNothing(t *testing.T) {
	t.Parallel()
	for version, customer := range map[string]string{"v1": "session_id", "v2": "profile_id"} {
		d := acctest.Start(t, rewarding)
		progress, diags := acctest.Invoke(t, d, "talonone_track_event", map[string]tftypes.Value{
			"type": text("product_shared"), customer: text("customer-1"), "api_version": text(version), "dry": tftypes.NewValue(tftypes.Bool, true),
		})
		if len(progress) != 1 || progress[0] != `Dry run of event "product_shared", nothing is stored: 1 effect (addLoyaltyPoints).` {
			t.Errorf("%s: got progress %q and %v", version, progress, diags)
		}
		if err := tracked(t, d, 0)(nil); err != nil {
			t.Errorf("%s: %v", version, err)
		}
	}
}

func TestActionRefusesWhatTheResourceRefuses(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t)
	for name, test := range map[string]struct {
		given     map[string]tftypes.Value
		attribute string
		want      string
	}{
		"no customer":         {map[string]tftypes.Value{"type": text("product_shared")}, "profile_id", "Missing profile_id"},
		"undefined attribute": {map[string]tftypes.Value{"type": text("product_shared"), "profile_id": text("x"), "attributes": text(`{"uri":"x"}`)}, "attributes", "Invalid attribute"},
		"not defined":         {map[string]tftypes.Value{"type": text("product_sold"), "profile_id": text("x")}, "type", "Event type does not exist"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, diags := acctest.Invoke(t, d, "talonone_track_event", test.given)
			expectOne(t, diags, tfprotov6.DiagnosticSeverityError, test.attribute, test.want)
		})
	}
}

func TestActionWarnsOfTheRetiredVersionAndUsesIt(t *testing.T) {
	t.Parallel()
	d := acctest.Start(t, rewarding)
	_, diags := acctest.Invoke(t, d, "talonone_track_event", map[string]tftypes.Value{
		"type": text("product_shared"), "api_version": text("v1"), "session_id": text("legacy-1"),
	})
	expectOne(t, diags, tfprotov6.DiagnosticSeverityWarning, "api_version", "retired")
	if err := tracked(t, d, 1)(nil); err != nil {
		t.Error(err)
	}
}

// expectOne checks the only diagnostic.
func expectOne(t *testing.T, diags []*tfprotov6.Diagnostic, severity tfprotov6.DiagnosticSeverity, attribute, want string) {
	t.Helper()
	if len(diags) != 1 {
		t.Fatalf("got %d diagnostics, want 1", len(diags))
	}
	at := tftypes.NewAttributePath().WithAttributeName(attribute)
	if got := diags[0]; got.Severity != severity || !got.Attribute.Equal(at) || !strings.Contains(got.Summary, want) {
		t.Errorf("got %s at %s: %s\n%s", got.Severity, got.Attribute, got.Summary, got.Detail)
	}
}
