// Package page holds the web page that shows people a deployment: the template, and what it lays out from
// a snapshot. The emulator serves it at Path and takes the snapshots.
package page

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

// Path is where the page stands. The API has nothing there.
const Path = "/"

// livePause is the least time between two signals to an open page, so that a burst of requests costs a few
// renderings instead of one each.
const livePause = 500 * time.Millisecond

var (
	//go:embed page.css
	style template.CSS
	//go:embed page.js
	script template.JS
	//go:embed page.html
	source string

	document = template.Must(template.New("page").Parse(source))
	// policy allows the page its own style and script, by their hashes, and requests to the emulator. A name
	// that got past the escaping could not run anything.
	policy = "default-src 'none'; style-src " + cspHash(string(style)) + "; script-src " + cspHash(string(script)) +
		"; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

func cspHash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Handler serves the page of one deployment.
type Handler struct {
	// Snapshot copies what the page shows.
	Snapshot func() Snapshot
	// Changed returns a channel that is closed when the deployment has received its next request.
	Changed func() <-chan struct{}
	// Closed is closed when the deployment ends; open pages are then let go.
	Closed <-chan struct{}
}

// ServeHTTP answers with the page, or with ?live with its signals. It changes nothing, needs no key, and
// stays out of the request log and of faults, limits and latency, as /_emulator does.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", policy)
	header.Set("Cross-Origin-Resource-Policy", "same-origin")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	query := r.URL.Query()
	if query.Has("live") {
		h.serveSignals(w, r)
		return
	}
	var html bytes.Buffer
	if err := document.Execute(&html, newView(h.Snapshot(), query.Has("pause"))); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	header.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(html.Bytes())
}

// serveSignals sends a server-sent event at once and whenever requests have come since. The events hold no data: the
// page fetches itself, so that there is one rendering of everything.
func (h Handler) serveSignals(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	if r.Method == http.MethodHead {
		return
	}
	flusher := http.NewResponseController(w)
	for {
		changed := h.Changed() // before the signal: what comes while the page is fetched is signalled again
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
		case <-h.Closed:
			return
		}
		select {
		case <-pause:
		case <-r.Context().Done():
			return
		case <-h.Closed:
			return
		}
	}
}
