package framework

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/talonone"
)

// hidden is a resource that reads don't show for a while.
type hidden struct {
	Resource

	until time.Time
	takes time.Duration
	reads int
}

func (h *hidden) Read(_ context.Context, _ resource.ReadRequest, resp *resource.ReadResponse) {
	h.reads++
	shows := !time.Now().Before(h.until)
	time.Sleep(h.takes)
	if !shows {
		resp.State.Raw = tftypes.NewValue(resp.State.Raw.Type(), nil)
	}
}

// What was written a moment ago is not gone because one read doesn't show it, however long that read takes.
func TestYoungObjectsAreReadOnceMore(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		age, hiddenFor, takes time.Duration
		reads                 int
		kept                  bool
	}{
		"it is shown":                      {0, 0, 0, 1, true},
		"it is shown late":                 {0, time.Second, 0, 2, true},
		"the read outlasts the time":       {0, time.Second, 20 * time.Second, 2, true},
		"it stays away":                    {0, time.Hour, 0, 2, false},
		"it is old, and others deleted it": {time.Hour, 2 * time.Hour, 0, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, err := talonone.New(talonone.Config{BaseURL: "https://example.talon.one", ManagementAPIKey: "key"})
				if err != nil {
					t.Fatal(err)
				}
				made := time.Now()
				inner := &hidden{until: made.Add(test.hiddenFor), takes: test.takes}
				time.Sleep(test.age)
				state := tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"created": tftypes.String}}, map[string]tftypes.Value{
					"created": tftypes.NewValue(tftypes.String, made.UTC().Format(time.RFC3339)),
				})
				m := &managed{inner: inner, data: &Data{Client: client, ReadConsistency: 15 * time.Second}}
				resp := &resource.ReadResponse{State: tfsdk.State{Raw: state}}
				m.readConfirmed(t.Context(), resource.ReadRequest{State: tfsdk.State{Raw: state}}, resp)
				if kept := !resp.State.Raw.IsNull(); kept != test.kept || inner.reads != test.reads || resp.Diagnostics.HasError() {
					t.Errorf("%d reads, kept %t, %v", inner.reads, kept, resp.Diagnostics)
				}
			})
		})
	}
}
