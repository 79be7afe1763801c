//go:build !unix

package main

import "syscall"

// ownProcessGroup does nothing here: a Ctrl-C of the terminal reaches every child by itself.
func ownProcessGroup() *syscall.SysProcAttr {
	return nil
}
