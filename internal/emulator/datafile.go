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
	info, err := os.Lstat(d.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	// A link may have been planted, and saving would replace it. A device has no end, and a pipe may have no writer.
	if !info.Mode().IsRegular() {
		return nil, false, fmt.Errorf("data file %s is not a regular file; name the file itself", d.path)
	}
	data, err := os.ReadFile(d.path)
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
	if err := ReplaceFile(s.data.path, buffer.Bytes()); err != nil {
		return err
	}
	s.data.saved = latest
	return nil
}

// ReplaceFile swaps the content of a file atomically and durably, for its owner alone. There is one writer, so the temporary
// file has a fixed name. What a crash, or somebody else, has left there is removed and never written through: it may be a
// link.
func ReplaceFile(path string, content []byte) error {
	temp := path + ".tmp"
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	file, err := os.OpenFile(temp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// OpenLog opens a file to append to, for its owner alone where it is new. A link to a file is refused, since it may have
// been planted; one to a stream, such as /dev/stdout, is not.
func OpenLog(path string) (*os.File, error) {
	before, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_WRONLY, 0o600)
	case err != nil:
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	opened, err := file.Stat()
	if err == nil && opened.Mode().IsRegular() && !os.SameFile(before, opened) {
		err = fmt.Errorf("%s is a link; name the file itself", path)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
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
