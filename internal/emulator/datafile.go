package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"sync"

	"github.com/talon-one/terraform-provider-talonone/internal/safefile"
)

// maxDataBytes bounds the data file.
const maxDataBytes = 2<<30 - 1

// dataFile keeps the state on disk. A saved state survives kill -9 and a power cut: the file is written beside
// the old one, synced, and only then renamed over it.
type dataFile struct {
	path string

	mu    sync.Mutex // one writer at a time
	saved uint64     // version of the state that is on disk
}

// load reads the file; false when there is none yet.
func (d *dataFile) load() (*state, bool, error) {
	data, err := safefile.ReadDirect(d.path, maxDataBytes)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("data file: %w", err)
	}
	st, err := decodeState(data)
	if err != nil {
		return nil, false, fmt.Errorf("data file %s cannot be read: %w (delete it to start from the fixture)", d.path, err)
	}
	return st, true, nil
}

// State is everything that the deployment remembers, keys included, as one JSON document in the form of the data file.
func (s *Server) State() ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return json.Marshal(s.state)
}

// save returns when the given version of the state, or a newer one, is on disk. Requests that change the state
// while another one is being written share the next write.
func (s *Server) save(version uint64) error {
	if s.data == nil {
		return nil
	}
	s.data.mu.Lock()
	defer s.data.mu.Unlock()
	if s.data.saved >= version {
		return nil
	}
	var buffer bytes.Buffer
	var latest uint64
	err := s.locked(func() error {
		latest = s.version
		return json.NewEncoder(&buffer).Encode(s.state)
	})
	if err != nil {
		return err
	}
	if err := safefile.Replace(s.data.path, buffer.Bytes()); err != nil {
		return err
	}
	s.data.saved = latest
	return nil
}
