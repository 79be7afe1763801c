//go:build unix

package terraformcli

import "syscall"

// OwnProcessGroup keeps a Ctrl-C of the terminal from a child process, so that its parent can pass
// on one interrupt, at the right time. A second interrupt would end Terraform abruptly.
func OwnProcessGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
