package emulator

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"net/http"
	"time"
)

// pagePath shows people the deployment. The API has nothing there.
const pagePath = "/"

// livePause is the least time between two signals to an open page, so that a burst of requests costs a few
// renderings instead of one each.
const livePause = 500 * time.Millisecond

var (
	//go:embed page.css
	pageStyle template.CSS
	//go:embed page.js
	pageScript template.JS
	//go:embed page.html
	pageSource string

	pageTemplate = template.Must(template.New("page").Parse(pageSource))
	// pagePolicy allows the page its own style and script, by their hashes, and requests to the emulator. A name
	// that got past the escaping could not run anything.
	pagePolicy = "default-src 'none'; style-src " + cspHash(string(pageStyle)) + "; script-src " + cspHash(string(pageScript)) +
		"; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

func cspHash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// servePage answers with the page, or with ?live with its signals. It changes nothing, needs no key, and stays out of
// the request log and of faults, limits and latency, as /_emulator does.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", pagePolicy)
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	query := r.URL.Query()
	if query.Has("live") {
		s.serveSignals(w, r)
		return
	}
	var html bytes.Buffer
	if err := pageTemplate.Execute(&html, s.pageView(query.Has("pause"))); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(html.Bytes())
}

// serveSignals sends a server-sent event at once and whenever requests have come since. The events hold no data: the
// page fetches itself, so that there is one rendering of everything.
func (s *Server) serveSignals(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	flusher := http.NewResponseController(w)
	for {
		changed := s.log.changed() // before the signal: what comes while the page is fetched is signalled again
		if _, err := io.WriteString(w, "data: changed\n\n"); err != nil {
			return
		}
		if err := flusher.Flush(); err != nil {
			return
		}
		pause := time.After(livePause)
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-s.closed:
			return
		}
		select {
		case <-pause:
		case <-r.Context().Done():
			return
		case <-s.closed:
			return
		}
	}
}
