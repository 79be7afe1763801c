//go:build unix

package safefile

import (
	"io/fs"
	"os"
	"syscall"
)

const (
	// noFollow makes opening a link an error.
	noFollow = syscall.O_NOFOLLOW
	// nonBlock keeps the opening of a pipe from waiting for its other end.
	nonBlock = syscall.O_NONBLOCK
)

// foreign says why others may read or redirect what is written to a file; "" is for no reason.
func foreign(info fs.FileInfo) string {
	stat, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok || int(stat.Uid) != os.Geteuid():
		return "belongs to another user"
	case stat.Nlink != 1:
		return "has more than one name"
	default:
		return ""
	}
}
