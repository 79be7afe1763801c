package provider

import "testing"

func TestUserAgentNamesProviderAndTerraform(t *testing.T) {
	t.Parallel()
	for want, build := range map[string]Build{
		"terraform-provider-talonone/1.2.3 (abc123) Terraform/1.11.4": {Version: "1.2.3", Commit: "abc123"},
		"terraform-provider-talonone/dev Terraform/1.11.4":            {Version: "dev"},
	} {
		if got := build.userAgent("1.11.4"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
