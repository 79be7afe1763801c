// Command terraform-provider-talonone serves the Talon.One provider to
// Terraform and OpenTofu.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6/tf6server"
	"github.com/shirou/gopsutil/v4/process"

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
	var options []tf6server.ServeOpt
	if *debug {
		options = append(options, tf6server.WithManagedDebug())
	}
	build := provider.Build{Version: version, Commit: commit, RunStart: commandStart(), DataDir: dataDir()}
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

// commandStart is when the Terraform or OpenTofu that started this process
// began; zero where the system does not tell. Systems know start times to the
// second, measured from the boot, but their differences to a few milliseconds.
func commandStart() time.Time {
	own, err := startOf(os.Getpid())
	if err != nil {
		return time.Time{}
	}
	parent, err := startOf(os.Getppid())
	if err != nil {
		return time.Time{}
	}
	return time.Now().Add(parent.Sub(own))
}

func startOf(pid int) (time.Time, error) {
	p, err := process.NewProcess(int32(pid)) //nolint:gosec // process IDs fit, the library takes no other type
	if err != nil {
		return time.Time{}, err
	}
	milliseconds, err := p.CreateTime()
	return time.UnixMilli(milliseconds), err
}

// silenceFrameworkTrace keeps the framework from writing trace lines that
// Terraform would read, parse and drop when nobody asked for a log. On large
// values that is most of a run's time. Who asked for a log gets the framework's
// down to DEBUG: its trace shows whole values, and so the data of persons, and
// has to be asked for by TF_LOG_SDK_FRAMEWORK itself.
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
		_ = os.Setenv("TF_LOG_SDK_FRAMEWORK", "DEBUG")
	}
}
