package provider_test

import (
	"os"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

// Most tests of the whole provider wait for reads that may lag.
func TestMain(m *testing.M) {
	terraformcli.RunAtATime(16)
	os.Exit(m.Run())
}
