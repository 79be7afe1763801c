// Package quiet removes settings of the environment that make libraries write down whole requests, keys and data of persons
// included, before any library has read them. The provider's program imports it for this effect.
package quiet

import (
	"os"
	"strings"
)

// dumps are the variables that make Terraform's plugin library write every request of Terraform into files that others may
// read. The first of these requests holds the keys.
var dumps = []string{"TF_LOG_SDK_PROTO_DATA_DIR"}

// Removed are the settings that were removed, for a line in the log.
var Removed = remove()

// remove works while packages are initialised, and thereby first: Go initialises a package as soon as what it imports is,
// in the order of import paths, and net/http and golang.org/x/net/http2, which read GODEBUG then, import far more and come later.
func remove() []string {
	var removed []string
	for _, name := range dumps {
		if os.Getenv(name) != "" {
			removed = append(removed, name)
			_ = os.Unsetenv(name) // fails for malformed names only
		}
	}
	kept, found := withoutDumps(os.Getenv("GODEBUG"))
	if found {
		removed = append(removed, "http2debug of GODEBUG")
		_ = os.Setenv("GODEBUG", kept)
	}
	return removed
}

// withoutDumps is the value of GODEBUG without http2debug, which logs every header and the first bytes of every message: those of
// the deployment, and those of Terraform.
func withoutDumps(value string) (kept string, found bool) {
	var settings []string
	for setting := range strings.SplitSeq(value, ",") {
		// The libraries look for the text anywhere.
		if strings.Contains(setting, "http2debug") {
			found = true
			continue
		}
		settings = append(settings, setting)
	}
	return strings.Join(settings, ","), found
}
