//go:build unix

package journal

import (
	"io/fs"
	"os"
	"syscall"
)

// isOwn says whether this user owns a folder that no one else can write to.
func isOwn(info fs.FileInfo) bool {
	const othersWrite = 0o022
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(stat.Uid) == os.Geteuid() && info.Mode().Perm()&othersWrite == 0
}
