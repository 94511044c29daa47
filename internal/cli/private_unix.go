//go:build unix

package cli

import "syscall"

// groupAndOthers are the permissions that nobody but the owner has on what is made here.
const groupAndOthers = 0o077

// private makes every file that this process creates its owner's alone, whichever folder it is put
// into: the database opens its files by itself and would let others read them.
func private() { syscall.Umask(groupAndOthers) }
