// Command terraform-provider-talonone serves the Talon.One provider to
// Terraform and OpenTofu.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"

	"github.com/talon-one/terraform-provider-talonone/internal/provider"
	"github.com/talon-one/terraform-provider-talonone/internal/quiet"
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
	log.SetOutput(quiet.Log(os.Stderr))
	for _, setting := range quiet.Removed {
		log.Printf("[WARN] %s is ignored: what it makes libraries write down holds API keys and data of customers.", setting)
	}
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	build := provider.Build{Version: version, Commit: commit, DataDir: dataDir()}
	if err := tf6server.Serve(provider.Address, provider.NewServer(build), options...); err != nil {
		log.Fatal(err)
	}
}

// dataDir is Terraform's data folder. Terraform runs providers in the folder of
// the configuration.
func dataDir() string {
	if dir := os.Getenv("TF_DATA_DIR"); dir != "" {
		return dir
	}
	return ".terraform"
}

// silenceFrameworkTrace keeps the framework from writing trace lines that
// Terraform would read, parse and drop when no one asked for a log. On large
// values that is most of a run's time. Who asked for a log gets the framework's
// down to INFO: its DEBUG lines name keys of maps, such as IDs of advocates, and
// its trace shows whole values. They have to be asked for by
// TF_LOG_SDK_FRAMEWORK itself.
func silenceFrameworkTrace() {
	asked := false
	for _, name := range []string{"TF_LOG", "TF_LOG_PROVIDER", "TF_LOG_SDK", "TF_LOG_SDK_FRAMEWORK", "TF_LOG_SDK_PROTO"} {
		asked = asked || os.Getenv(name) != ""
	}
	// Setenv fails for malformed names only.
	switch {
	case !asked:
		_ = os.Setenv("TF_LOG_SDK_FRAMEWORK", "ERROR")
		_ = os.Setenv("TF_LOG_SDK_PROTO", "ERROR")
	case os.Getenv("TF_LOG_SDK_FRAMEWORK") == "":
		_ = os.Setenv("TF_LOG_SDK_FRAMEWORK", "INFO")
	}
}
