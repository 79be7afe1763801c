// Package safefile opens files in folders that others may write to, where a name can lead to another file, to a device
// without an end or to a pipe without a reader. The programs and the provider open with it what they keep and are given.
package safefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// Read returns the content of a regular file of at most limit bytes. It follows links, as those who name a file expect.
func Read(path string, limit int64) ([]byte, error) { return read(path, limit, true) }

// ReadDirect is Read for files that the program itself has written: a link in their place was planted.
func ReadDirect(path string, limit int64) ([]byte, error) { return read(path, limit, false) }

func read(path string, limit int64, links bool) (content []byte, err error) {
	file, info, err := open(path, os.O_RDONLY, links)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if info.Size() > limit {
		return nil, tooLarge(path, limit)
	}
	// A file can grow while it is read, and those that the kernel makes have no size.
	content, err = io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(content)) > limit {
		return nil, tooLarge(path, limit)
	}
	return content, err
}

func tooLarge(path string, limit int64) error {
	return fmt.Errorf("%s is too large: at most %d bytes are read", path, limit)
}

// open opens a regular file that exists. It looks at the file before, since opening a device can have effects of its own, and
// after, since the name can come to stand for something else in the meantime.
func open(path string, flag int, links bool) (*os.File, fs.FileInfo, error) {
	before, err := os.Stat(path)
	if !links && err == nil {
		before, err = os.Lstat(path)
	}
	switch {
	case err != nil:
		return nil, nil, err
	case before.Mode()&fs.ModeSymlink != 0:
		return nil, nil, fmt.Errorf("%s is a link; name the file itself", path)
	case !before.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s is not a regular file", path)
	}
	flag |= nonBlock
	if !links {
		flag |= noFollow
	}
	file, err := os.OpenFile(path, flag, 0)
	if err != nil {
		return nil, nil, err
	}
	after, err := file.Stat()
	if err == nil && !after.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, after, nil
}

// stream is how a program names what it was started with.
var stream = regexp.MustCompile(`^(?:/dev/std(out|err)|/dev/fd/(\d{1,4})|/proc/self/fd/(\d{1,4}))$`)

// Append opens a file to add to, for its owner alone where it is new. A file that is there must be a regular one of this user's
// with a single name, so that no one else reads what is written, or has it written elsewhere. The streams that the program was
// started with, such as /dev/stdout, are taken as they are.
func Append(path string) (io.WriteCloser, error) {
	if match := stream.FindStringSubmatch(path); match != nil {
		number, err := strconv.Atoi(match[2] + match[3])
		if err != nil {
			number = map[string]int{"out": 1, "err": 2}[match[1]]
		}
		return inherited(number, path)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_APPEND|os.O_WRONLY, 0o600)
	if !errors.Is(err, fs.ErrExist) {
		return file, err
	}
	file, info, err := open(path, os.O_APPEND|os.O_WRONLY, false)
	if err != nil {
		return nil, err
	}
	if problem := foreign(info); problem != "" {
		return nil, errors.Join(fmt.Errorf("%s %s; name another file, or remove this one", path, problem), file.Close())
	}
	return file, nil
}

// inherited is a stream that stays open when it is closed here: others in the program may use it.
func inherited(number int, path string) (io.WriteCloser, error) {
	var file *os.File
	switch number {
	case 1:
		file = os.Stdout
	case 2:
		file = os.Stderr
	default:
		file = os.NewFile(uintptr(number), path)
	}
	if file == nil {
		return nil, fmt.Errorf("%s is not open", path)
	}
	if _, err := file.Stat(); err != nil {
		return nil, err
	}
	return keptOpen{file}, nil
}

type keptOpen struct{ *os.File }

// Close leaves the stream open.
func (keptOpen) Close() error { return nil }

// Replace swaps the content of a file atomically and durably, for its owner alone. There is one writer, so the temporary
// file has a fixed name. What a crash, or someone else, has left there is removed and never written through: it may be a
// link. A stream that the program was started with is written to, and never replaced; no more is any other device.
func Replace(path string, content []byte) error {
	if stream.MatchString(path) {
		out, err := Append(path)
		if err == nil {
			_, err = out.Write(content)
		}
		return err
	}
	if info, err := os.Lstat(path); err == nil && info.Mode()&^fs.ModePerm != 0 && info.Mode()&fs.ModeSymlink == 0 {
		return fmt.Errorf("%s is not a regular file", path)
	}
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

// syncFolder makes a rename durable. Some platforms cannot sync a folder, which is not a reason to fail.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	_ = folder.Sync()
	return folder.Close()
}
