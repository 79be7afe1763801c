package audience_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

func (c *crowd) audience(id int64) map[string]tftypes.Value {
	return map[string]tftypes.Value{"audience_id": tftypes.NewValue(tftypes.Number, id)}
}

func textOf(diags []*tfprotov6.Diagnostic) string {
	var b strings.Builder
	for _, d := range diags {
		b.WriteString(d.Severity.String() + " " + d.Summary + ": " + d.Detail + "\n")
	}
	return b.String()
}

func TestClearingAnAudienceTellsHowManyLeave(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "a", "b")
	progress, diags := acctest.Invoke(t, c.Deployment, "talonone_clear_audience", c.audience(c.id))
	if text := textOf(diags); strings.Contains(text, "ERROR") || !strings.Contains(text, "WARNING") || !strings.Contains(text, "2 members") {
		t.Errorf("got %s", text)
	}
	if want := []string{"Removing 2 members of audience 701.", "Audience 701 is empty."}; !cmp.Equal(want, progress) {
		t.Errorf("got %q", progress)
	}
	if err := c.has()(nil); err != nil {
		t.Error(err)
	}
}

func TestClearingAnUnknownAudience(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	_, diags := acctest.Invoke(t, c.Deployment, "talonone_clear_audience", c.audience(999999))
	if text := textOf(diags); !strings.Contains(text, "ERROR Audience does not exist") || strings.Contains(text, "WARNING") {
		t.Errorf("got %s", text)
	}
	if c.Count("deleteAudienceMembershipsV2") > 0 {
		t.Error("it was found out by trying only")
	}
}

func TestClearingAnAudienceCountsOneMemberAndNone(t *testing.T) {
	t.Parallel()
	for want, ids := range map[string][]string{"Removing 1 member of audience 701.": {"a"}, "Audience 701 has no members.": nil} {
		c := newCrowd(t, ids...)
		progress, diags := acctest.Invoke(t, c.Deployment, "talonone_clear_audience", c.audience(c.id))
		if text := textOf(diags); strings.Contains(text, "WARNING") != (len(ids) > 0) || strings.Contains(text, "1 members") {
			t.Errorf("got %s", text)
		}
		if len(progress) == 0 || progress[0] != want {
			t.Errorf("got %q, want %q", progress, want)
		}
	}
}

func TestAttributesActionKnowsTheAudience(t *testing.T) {
	t.Parallel()
	c := newCrowd(t)
	config := c.audience(999999)
	config["attributes"] = tftypes.NewValue(tftypes.String, `{"Language":"de"}`)
	_, diags := acctest.Invoke(t, c.Deployment, "talonone_update_audience_customer_attributes", config)
	if text := textOf(diags); !strings.Contains(text, "ERROR Audience does not exist") || c.Count("updateAudienceCustomersAttributes") > 0 {
		t.Errorf("got %s", text)
	}
}

func TestAttributesActionSetsThem(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, "a", "b")
	config := c.audience(c.id)
	for name, test := range map[string]struct{ attributes, err string }{
		"defined":   {`{"Language":"de"}`, ""},
		"undefined": {`{"Shoe":42}`, `no attribute "Shoe"`},
		"no object": {`7`, "must be one JSON object"},
		"empty":     {`{}`, "at least one attribute"},
	} {
		c.Forget()
		config["attributes"] = tftypes.NewValue(tftypes.String, test.attributes)
		progress, diags := acctest.Invoke(t, c.Deployment, "talonone_update_audience_customer_attributes", config)
		if text := textOf(diags); (test.err == "") != (text == "") || !strings.Contains(text, test.err) {
			t.Errorf("%s: got %s", name, text)
		}
		sent := c.Count("updateAudienceCustomersAttributes")
		if test.err == "" && (sent != 1 || len(progress) != 2) || test.err != "" && sent != 0 {
			t.Errorf("%s: %d requests, progress %q", name, sent, progress)
		}
	}
}

func listed(t *testing.T, c *crowd, typeName string, given map[string]tftypes.Value, limit int64) []string {
	t.Helper()
	var names []string
	for result := range acctest.List(t, c.Deployment, typeName, given, limit) {
		if text := textOf(result.Diagnostics); text != "" {
			t.Fatal(text)
		}
		if result.Identity == nil || result.Resource == nil {
			t.Error("a result lacks its identity or its resource")
		}
		names = append(names, result.DisplayName)
	}
	return names
}

func TestMembershipsAreListedForQueries(t *testing.T) {
	t.Parallel()
	c := newCrowd(t, numbered("m", 1001)...)
	if diff := cmp.Diff([]string{`"VIP" (701)`}, listed(t, c, "talonone_audience_memberships", nil, 100)); diff != "" {
		t.Error(diff)
	}
	if got := listed(t, c, "talonone_audience_memberships", map[string]tftypes.Value{"sandbox": tftypes.NewValue(tftypes.Bool, true)}, 100); got != nil {
		t.Errorf("got %q", got)
	}
	if got := listed(t, c, "talonone_audience_membership", c.audience(c.id), 2000); len(got) != 1001 || got[0] != "m-000000 in audience 701" {
		t.Errorf("got %d, %.100q", len(got), got)
	}
	if got := listed(t, c, "talonone_audience_membership", c.audience(c.id), 2); len(got) != 2 {
		t.Errorf("got %q", got)
	}
}
