package quiet

import (
	"bytes"
	"log"
	"testing"
)

func TestSettingsThatDumpAreRemoved(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]struct {
		kept  string
		found bool
	}{
		"":             {"", false},
		"netdns=go":    {"netdns=go", false},
		"http2debug=2": {"", true},
		"netdns=go,http2debug=1,x509sha1=1,http2debug=2": {"netdns=go,x509sha1=1", true},
		"a=http2debug=1": {"", true},
	} {
		if kept, found := withoutDumps(value); kept != want.kept || found != want.found {
			t.Errorf("%q: got %q, %v", value, kept, found)
		}
	}
}

// What comes after the end of a response is quoted by net/http, and can be the beginning of another person's.
func TestQuotesOfLibrariesAreLeftOut(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger := log.New(Log(&out), "", 0)
	logger.Printf("Unsolicited response received on idle HTTP channel starting with %q; err=%v", `{"name":"Anna \ "}`, nil)
	logger.Print("plain")
	if got, want := out.String(), "Unsolicited response received on idle HTTP channel starting with \"…\"; err=<nil>\nplain\n"; got != want {
		t.Errorf("got %q", got)
	}
}
