package talonone

import (
	"strings"
	"testing"
)

func TestBaseURLs(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://example.europe-west1.talon.one": "", "https://example.talon.one/": "", "http://127.0.0.1:8585": "",
		"http://localhost:8585": "", "http://[::1]:1": "", "https://gateway": "", "https://talonone-gateway-eu-west-1:8443": "", "https://10.0.0.7/talon": "",
		" https://example.talon.one\n": "", "\ufeffhttps://example.talon.one\u200b": "", "https://example.talon.one\t/": "not a URL",

		"http://example.talon.one":        "the URL of host example.talon.one begins with http, which would send the API key unencrypted",
		"http://127.0.0.1.example.com":    "unencrypted",
		"http://localhost.example.com":    "unencrypted",
		"http://gateway":                  "the URL begins with http",
		"example.talon.one":               `"example.talon.one" is not an absolute URL; write it with its scheme: https://example.talon.one`,
		"":                                "not an absolute URL",
		"ftp://x":                         "not an absolute URL",
		"https://":                        "not an absolute URL",
		"https://example.talon.one?x=1":   "must not hold a user, a query or a fragment",
		"https://example.talon.one?":      "must not hold a user, a query or a fragment",
		"https://example.talon.one/#":     "must not hold a user, a query or a fragment",
		"https://example.talon.one/v1":    "the URL of host example.talon.one ends in /v1, which the provider adds itself",
		"https://example.talon.one/a/v2/": "ends in /v2",
		"https://a b.example":             "not a URL",
		"https://_/":                      "no valid host",
	} {
		_, err := ParseBaseURL(raw)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", raw, err, want)
		}
	}
}

// Where an address is expected, a key or a password is pasted sooner or later; and errors are printed in CI logs.
func TestMistakenAddressesAreNotRepeated(t *testing.T) {
	t.Parallel()
	const hex = "3f8a1bc94d2e4f60a7b8c9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4"
	for raw, want := range map[string]string{
		hex:                                "looks like an API key",
		"https://" + hex:                   "looks like an API key",
		"ApiKey-v1 secret":                 "looks like an API key",
		"ManagementKey-v1 secret":          "looks like an API key",
		"Bearer secret":                    "looks like an API key",
		"demo-secret-of-twenty-characters": "looks like an API key",
		"eyJhbGciOi.eyJzZWNyZXQ.c2lnbmF0":  "looks like an API key",
		"https://user:secret@example.com":  "must not hold a user",
		"https://secret@example.com/v1":    "must not hold a user",
		"https://example.com?key=secret":   "must not hold",
		"https://example.com#secret":       "must not hold",
		"http://example.com/secret":        "unencrypted",
		"example.com/secret":               "not an absolute URL",
		"//user:secret@example.com":        "not an absolute URL",
		"https://example.com/secret/v1":    "ends in /v1",
		"https://secret\x7f/":              "not a URL",
		"https://example.com:secret":       "not a URL",
		"secret":                           "not an absolute URL",
	} {
		_, err := ParseBaseURL(raw)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", raw, err, want)
			continue
		}
		if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), hex) {
			t.Errorf("%q is repeated: %v", raw, err)
		}
	}
}

func TestOriginsAreCompared(t *testing.T) {
	t.Parallel()
	for _, same := range [][2]string{
		{"https://example.talon.one", "https://EXAMPLE.talon.one:443/"}, {"https://example.talon.one/a", "https://example.talon.one/b"},
		{"http://127.0.0.1", "http://127.0.0.1:80 "}, {"https://example.talon.one.", "https://example.talon.one"},
	} {
		a, _ := Origin(same[0])
		if b, ok := Origin(same[1]); a != b || !ok {
			t.Errorf("%v have the origins %s and %s", same, a, b)
		}
	}
	for _, other := range []string{"https://example.talon.one:8443", "https://example.talon.one.attacker.example", "https://xexample.talon.one", "http://localhost:443"} {
		a, _ := Origin("https://example.talon.one")
		if b, ok := Origin(other); a == b || !ok {
			t.Errorf("%s has the origin %s", other, b)
		}
	}
	if origin, ok := Origin("https://user@example.talon.one"); ok {
		t.Errorf("an invalid address has the origin %s", origin)
	}
}

func TestKeysAreCheckedWithoutRepeatingThem(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]string{
		"3f8a1bc94d2e4f60a7b8c9d0e1f2a3b4": "", "demo-integration-key": "", "eyJ.a.b": "", "a=b+/": "",
		"ApiKey-v1 secret": "begins with ApiKey-v1", "managementkey-v1 secret": "begins with managementkey-v1", "Bearer secret": "begins with Bearer",
		"https://secret.example": "looks like an address", "secret\nvalue": "a line break", "two secret": "a space", "sécret": "another character",
	} {
		err := CheckKey(key)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "sécret")) {
			t.Errorf("%q: got %v, want %q", key, err, want)
		}
	}
}

// FuzzBaseURL reads addresses. What is taken reaches the host that was compared, and what is refused is not repeated.
func FuzzBaseURL(f *testing.F) {
	for _, seed := range []string{"https://example.talon.one/a", " http://127.0.0.1:8585\n", "https://user:pass@x?y#z", "https://[::1%25eth0]:1/", "//x", "https://a\\@b", "ApiKey-v1 x", "https://x/v1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		base, err := ParseBaseURL(raw)
		origin, ok := Origin(raw)
		if (err == nil) != ok {
			t.Fatalf("%q: %v, and the origin %q", raw, err, origin)
		}
		if err != nil {
			if _, query, found := strings.Cut(raw, "?"); found && len(query) > 8 && strings.Contains(err.Error(), query) {
				t.Errorf("%q is repeated: %v", raw, err)
			}
			return
		}
		if base.User != nil || base.RawQuery != "" || base.Fragment != "" || base.Host == "" || base.Scheme == "http" && !isLoopback(base.Hostname()) {
			t.Errorf("%q is taken for %s", raw, base)
		}
		again, err := ParseBaseURL(base.String())
		if err != nil || again.String() != strings.TrimRight(base.String(), "/") {
			t.Errorf("%q became %q, and that %v, %v", raw, base, again, err)
		}
		if other, _ := Origin(base.String()); other != origin {
			t.Errorf("the origin of %q is %q, and that of %q is %q", raw, origin, base, other)
		}
		client, err := New(Config{BaseURL: raw})
		if err != nil || !strings.HasPrefix(client.Address(), strings.ToLower(base.Scheme+"://"+base.Host)) {
			t.Errorf("%q makes no client: %v", raw, err)
		}
	})
}
