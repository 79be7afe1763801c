// Command terraform-provider-talonone serves the Talon.One provider to
// Terraform and OpenTofu.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/talon-one/terraform-provider-talonone/internal/provider"
)

// Set by the linker in releases.
var (
	version = "dev"
	commit  = ""
)

func main() {
	debug := flag.Bool("debug", false, "serve for a debugger; prints the TF_REATTACH_PROVIDERS value to use")
	showVersion := flag.Bool("version", false, "print the version and exit")
	flag.Parse()
	if *showVersion {
		fmt.Println(version, commit)
		return
	}
	silenceFrameworkTrace()
	err := providerserver.Serve(context.Background(), provider.New(provider.Build{Version: version, Commit: commit}),
		providerserver.ServeOpts{Address: provider.Address, Debug: *debug})
	if err != nil {
		log.Fatal(err)
	}
}

// silenceFrameworkTrace keeps the framework from writing trace lines that
// Terraform would read, parse and drop when nobody asked for a log. On large
// values that is most of a run's time.
func silenceFrameworkTrace() {
	for _, name := range []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		if os.Getenv(name) != "" {
			return
		}
	}
	for _, name := range []string{"TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		// Setenv fails for malformed names only.
		_ = os.Setenv(name, "ERROR")
	}
}
