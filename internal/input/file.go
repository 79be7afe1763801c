package input

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Fault is one thing wrong with an input at a place. Line and Column count from 1, Column in bytes; 0 means the whole
// input or line.
type Fault struct {
	Line, Column int
	Err          error
}

func (f *Fault) Error() string {
	switch {
	case f.Line == 0:
		return f.Err.Error()
	case f.Column == 0:
		return fmt.Sprintf("line %d: %v", f.Line, f.Err)
	default:
		return fmt.Sprintf("line %d, column %d: %v", f.Line, f.Column, f.Err)
	}
}

func (f *Fault) Unwrap() error { return f.Err }

// Faultf is a Fault from a format.
func Faultf(line, column int, format string, args ...any) error {
	return &Fault{Line: line, Column: column, Err: fmt.Errorf(format, args...)}
}

// ErrNoRecords is in the error for a file that has nothing in it.
var ErrNoRecords = errors.New("there are no records")

// ReadFile hands the content of a file to read, and returns the SHA-256 of the whole file in hexadecimal, as Terraform's
// filesha256 does. It refuses what is not a regular file without opening it, which waits forever on a pipe; an empty file; and
// one above maxBytes before reading it. The digest and the content come from one pass, so that they belong together.
func ReadFile(path string, maxBytes int64, read func(io.Reader) error) (digest string, err error) {
	if info, err := os.Stat(path); err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is not a regular file but %s: it is read when planning and again when applying, so write it to a file first", path, kindOf(info.Mode()))
	}
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("%s does not exist. %s", path, adviceMissing)
	}
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	switch {
	case err != nil:
		return "", err
	case info.IsDir():
		return "", fmt.Errorf("%s is a directory: name a file", path)
	case !info.Mode().IsRegular():
		return "", fmt.Errorf("%s is not a regular file", path)
	case info.Size() == 0:
		return "", &FileError{Path: path, Err: noRecords("the file is empty; check the export")}
	case info.Size() > maxBytes:
		return "", fmt.Errorf("%s has %d MB: at most %d MB can be managed by one resource", path, info.Size()>>20, maxBytes>>20)
	}
	hash := sha256.New()
	content := io.TeeReader(file, hash)
	if err := read(content); err != nil {
		return "", &FileError{Path: path, Err: err}
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// adviceMissing is for the three reasons for which a file is missing: the path, another resource, another machine.
const adviceMissing = "Relative paths start at the working directory of the run; write \"${path.module}/…\" for a file beside the configuration. " +
	"The file is read when planning and again when applying, so it must be on both machines. " +
	"If another resource of this configuration writes it, take the path from an attribute that is known only after that resource has run"

func kindOf(mode os.FileMode) string {
	switch {
	case mode&os.ModeNamedPipe != 0:
		return "a named pipe"
	case mode&os.ModeSocket != 0:
		return "a socket"
	default:
		return "a device"
	}
}

// FileError is what is wrong with the content of a file.
type FileError struct {
	Path string
	Err  error
}

func (e *FileError) Error() string {
	text := e.Err.Error()
	if strings.Contains(text, "\n") {
		return e.Path + ":\n" + text
	}
	return e.Path + ": " + text
}

func (e *FileError) Unwrap() error { return e.Err }

// noRecords is an ErrNoRecords in other words.
type noRecords string

func (e noRecords) Error() string { return string(e) }

func (noRecords) Unwrap() error { return ErrNoRecords }

// FileDigest is the digest that ReadFile returns, with the same refusals.
func FileDigest(path string, maxBytes int64) (string, error) {
	return ReadFile(path, maxBytes, func(io.Reader) error { return nil })
}
