//go:build unix

package main

import "syscall"

// wantFiles is how many files one side of the streams needs open, with room to spare.
const wantFiles = 16_384

// raiseFiles lets this process hold as many files as the system allows it, or wantFiles.
func raiseFiles() error {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil || l.Cur >= wantFiles {
		return err
	}
	l.Cur = min(wantFiles, l.Max)
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &l)
}

// files is how many this process may have open; what it starts may have as many.
func files() (int, error) {
	var l syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l)
	return int(min(l.Cur, 1<<30)), err //nolint:gosec // bounded
}
