package emulator_test

import (
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
)

func TestPathSegmentsAreDecodedExactlyOnce(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.server.HandleEcho()
	for escaped, want := range map[string]string{
		"plain":               "plain",
		"a%2Fb":               "a/b",
		"SUMMER25%25OFF":      "SUMMER25%OFF",
		"10%24OFF_NOW":        "10$OFF_NOW",
		"%252F":               "%2F",
		"%2E":                 ".",
		"%2E%2E":              "..",
		"a%20b%2Bc":           "a b+c",
		"%C3%BC%F0%9F%98%80":  "ü😀",
		"%26%3A%3D%40%3B%2C~": "&:=@;,~",
	} {
		t.Run(escaped, func(t *testing.T) {
			t.Parallel()
			got := d.must("GET", "/test/echo/"+escaped+"/"+escaped, liveKey, "")
			if got.field("a") != want || got.field("b") != want {
				t.Errorf("got %s, want twice %q", got.text, want)
			}
		})
	}
}

func TestPathsThatWouldBeMisroutedMatchNothing(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	d.server.HandleEcho()
	for _, path := range []string{
		"/test/echo/10$OFF_NOW/b", "/test/echo/a+b/b", "/test/echo/a:b/b", "/test/echo/a@b/b", "/test/echo/a=b/b", "/test/echo/a&b/b",
		"/test/echo/../b", "/test/echo/./b", "/test/echo//b", "/test/echo/a/b/", "//test/echo/a/b",
	} {
		expectStatus(t, path, d.call("GET", path, liveKey, ""), 404)
	}
}

func TestWrongMethodNamesTheRightOnes(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.call("PATCH", "/v2/audiences/1", liveKey, "{}")
	expectStatus(t, "PATCH", got, 405)
	if allow := got.header.Get("Allow"); allow != "DELETE, PUT" {
		t.Errorf("Allow is %q", allow)
	}
}

func TestIDThatIsNoNumberIsNotFound(t *testing.T) {
	t.Parallel()
	d := start(t, emulator.Options{})
	got := d.call("PUT", "/v2/audiences/abc", liveKey, `{"name":1}`)
	expectStatus(t, "updateAudienceV2", got, 404)
	if s := got.sources(); len(s) != 1 || s[0] != "resource /v2/audiences/abc" {
		t.Errorf("sources are %v", s)
	}
}
