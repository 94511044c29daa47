package site

import (
	"os/exec"
	"syscall"
)

// dieWithParent has the system kill the process when this one is killed before it could stop it.
func dieWithParent(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
