//go:build !unix

package terraformcli

import "syscall"

// OwnProcessGroup does nothing here: a Ctrl-C of the terminal reaches every child process.
func OwnProcessGroup() *syscall.SysProcAttr {
	return nil
}
