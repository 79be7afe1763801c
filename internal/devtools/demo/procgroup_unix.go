//go:build unix

package main

import "syscall"

// ownProcessGroup keeps a Ctrl-C of the terminal from a child: the demo passes it on, once and when it is right.
func ownProcessGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
