package quiet

import "testing"

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
