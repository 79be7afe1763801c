// Command schemadump prints the provider's schemas in the form of `terraform providers schema -json`.
//
// The documentation is generated from it. Asking a Terraform instead would make docs/ depend on the version at
// hand: one older than 1.12 leaves identities out, one older than 1.14 actions and list resources, both silently.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/talon-one/terraform-provider-talonone/internal/provider"
)

func main() {
	if err := run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "schemadump:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	server, err := providerserver.NewProtocol6WithError(provider.New(provider.Build{Version: "dev"})())()
	if err != nil {
		return fmt.Errorf("starting the provider: %w", err)
	}
	schemas, err := dump(ctx, server)
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(schemas)
}
