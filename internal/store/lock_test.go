package store

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A child that has been forked and not yet replaced by its program shares the lock's file.
func TestUnlockThoughAChildSharesTheFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), serverLock)
	f, err := tryLock(path)
	if err != nil {
		t.Fatal(err)
	}
	shared, err := syscall.Dup(int(f.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	child := os.NewFile(uintptr(shared), path)
	defer child.Close() //nolint:errcheck // nothing is written to it
	if err := unlock(f); err != nil {
		t.Fatal(err)
	}
	again, err := tryLock(path)
	if err != nil {
		t.Fatalf("the lock is still held: %v", err)
	}
	if err := unlock(again); err != nil {
		t.Error(err)
	}
}
