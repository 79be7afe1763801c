package emulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// dataFile keeps the state on disk. A saved state survives kill -9 and a power cut: the file is written beside
// the old one, synced, and only then renamed over it.
type dataFile struct {
	path string

	mu    sync.Mutex // one writer at a time
	saved uint64     // version of the state that is on disk
}

// load reads the file; false when there is none yet.
func (d *dataFile) load() (*state, bool, error) {
	data, err := os.ReadFile(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
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
	if err := replaceFile(s.data.path, buffer.Bytes()); err != nil {
		return err
	}
	s.data.saved = latest
	return nil
}

// replaceFile swaps the content of a file atomically and durably. There is one writer, so the temporary file has a
// fixed name and one left over by a crash is used again.
func replaceFile(path string, content []byte) error {
	temp, err := os.OpenFile(path+".tmp", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = temp.Write(content)
	if err == nil {
		err = temp.Sync()
	}
	if err := errors.Join(err, temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes a rename durable. Some platforms cannot sync a folder, which is no reason to fail.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = folder.Sync()
	return folder.Close()
}
