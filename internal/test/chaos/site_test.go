package chaos

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/talon-one/terraform-provider-talonone/internal/emulator"
	"github.com/talon-one/terraform-provider-talonone/internal/test/acctest"
)

// site is a deployment at an address of its own, with its data in a file, that can go down and come back.
type site struct {
	t        testing.TB
	address  string
	dataFile string

	mu     sync.Mutex
	server *emulator.Server
	http   *http.Server
	trap   *trap
	// earlier counts the requests before the last restart.
	earlier int
}

// trap waits for one request.
type trap struct {
	at target
	// after lets the deployment carry the request out first; its response is lost either way.
	after bool
	fire  func(*http.Request)
	seen  int
}

// newSite starts a deployment with the data in a file, if there is one.
func newSite(t testing.TB, dataFile string) *site {
	t.Helper()
	s := &site{t: t, address: "127.0.0.1:0", dataFile: dataFile}
	s.restart()
	s.up()
	t.Cleanup(func() {
		_ = s.server.Close()
		s.down()
	})
	return s
}

func (s *site) url() string { return "http://" + s.address }

func (s *site) deployment() *acctest.Deployment {
	return &acctest.Deployment{Server: s.server, URL: s.url()}
}

// restart begins anew with what is in the data file.
func (s *site) restart() {
	s.t.Helper()
	server, err := emulator.New(emulator.Options{DataFile: s.dataFile, LegacyEvents: true})
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		s.earlier += len(s.server.Requests())
		_ = s.server.Close()
	}
	s.server = server
}

// up accepts connections.
func (s *site) up() {
	s.t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(s.t.Context(), "tcp", s.address)
	if err != nil {
		s.t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.address = listener.Addr().String()
	s.http = &http.Server{Handler: s} //nolint:gosec // it serves one test on loopback
	go func(server *http.Server) { _ = server.Serve(listener) }(s.http)
}

// down refuses connections and breaks those that there are.
func (s *site) down() {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.http.Close()
}

// requests is how many there were.
func (s *site) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.earlier + len(s.server.Requests())
}

// ServeHTTP lets the trapped request have no response.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	server, sprung := s.spring(r)
	if sprung == nil {
		server.ServeHTTP(w, r)
		return
	}
	if sprung.after {
		server.ServeHTTP(httptest.NewRecorder(), r)
	}
	sprung.fire(r)
	panic(http.ErrAbortHandler)
}

func (s *site) spring(r *http.Request) (*emulator.Server, *trap) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sprung := s.trap
	if sprung == nil || r.Method != sprung.at.method || !strings.HasPrefix(r.URL.EscapedPath(), sprung.at.prefix) {
		return s.server, nil
	}
	sprung.seen++
	if sprung.seen != sprung.at.after+1 {
		return s.server, nil
	}
	return s.server, sprung
}
