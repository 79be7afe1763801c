package customer_test

import (
	"os"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/terraformcli"
)

var binaries terraformcli.Binaries

func TestMain(m *testing.M) { os.Exit(binaries.Run(m)) }
