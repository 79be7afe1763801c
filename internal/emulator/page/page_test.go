package page_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator/page"
)

// look fetches the page of a snapshot.
func look(t *testing.T, snapshot page.Snapshot, query string) *httptest.ResponseRecorder {
	t.Helper()
	handler := page.Handler{Snapshot: func() page.Snapshot { return snapshot }}
	response := httptest.NewRecorder()
	handler.ServeHTTP(response, httptest.NewRequestWithContext(t.Context(), http.MethodGet, page.Path+query, http.NoBody))
	if response.Code != http.StatusOK {
		t.Fatalf("status %d: %s", response.Code, response.Body)
	}
	return response
}

func TestPageShortensLongTexts(t *testing.T) {
	t.Parallel()
	got := look(t, page.Snapshot{Audiences: page.Excerpt[page.Audience]{Total: 2, Rows: []page.Audience{
		{Name: strings.Repeat("é", 120)}, {Name: strings.Repeat("é", 121)},
	}}}, "").Body.String()
	for _, want := range []string{"<bdi>" + strings.Repeat("é", 120) + "</bdi>", "<bdi>" + strings.Repeat("é", 119) + "…</bdi>"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing from:\n%s", want, got)
		}
	}
}

func TestPageGivesNoKeyAway(t *testing.T) {
	t.Parallel()
	got := look(t, page.Snapshot{Keys: page.Excerpt[page.Key]{Total: 2, Rows: []page.Key{
		{Key: "short"}, {Key: "0123456789abcdefghij"},
	}}}, "").Body.String()
	for _, want := range []string{"<bdi>sh…</bdi>", "<bdi>01234567…</bdi>"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing from:\n%s", want, got)
		}
	}
}

func TestPageTrustsNothingButItself(t *testing.T) {
	t.Parallel()
	response := look(t, page.Snapshot{}, "")
	body := response.Body.String()
	hash := func(tag string) string {
		_, content, _ := strings.Cut(body, "<"+tag+">")
		content, _, _ = strings.Cut(content, "</"+tag+">")
		sum := sha256.Sum256([]byte(content))
		return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	want := map[string]string{
		"Content-Type":  "text/html; charset=utf-8",
		"Cache-Control": "no-store",
		"Content-Security-Policy": "default-src 'none'; style-src " + hash("style") + "; script-src " + hash("script") +
			"; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
	}
	for name, value := range want {
		if got := response.Header().Get(name); got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
	for _, link := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		if !strings.HasPrefix(link[1], "#") && !strings.HasPrefix(link[1], "/") && !strings.HasPrefix(link[1], "data:") {
			t.Errorf("the page needs %s", link[1])
		}
	}
}

func TestPausedPageStandsStill(t *testing.T) {
	t.Parallel()
	moving := []string{"<script", `http-equiv="refresh"`}
	live, paused := look(t, page.Snapshot{}, "").Body.String(), look(t, page.Snapshot{}, "?pause").Body.String()
	for _, what := range moving {
		if !strings.Contains(live, what) || strings.Contains(paused, what) {
			t.Errorf("%s: live %t, paused %t", what, strings.Contains(live, what), strings.Contains(paused, what))
		}
	}
}
