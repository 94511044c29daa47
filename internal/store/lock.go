package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// The files whose locks order processes that share a data folder. The system lets go of a lock when
// its process ends, however it ends.
const (
	serverLock = "server.lock" // a server holds it as long as it lives
	openLock   = "open.lock"   // held while the tables are brought up to date
)

// lockServer takes the server's lock on a data folder.
func lockServer(folder string) (*os.File, error) {
	f, err := tryLock(filepath.Join(folder, serverLock))
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("another bimpe server is using the data folder %s: stop it first, or give this "+
			"one a folder of its own", folder)
	}
	return f, err
}

// tryAgain is how long to wait before asking for a lock again.
const tryAgain = 10 * time.Millisecond

// lockOpen waits until no other process is opening the database in a data folder.
func lockOpen(ctx context.Context, folder string) (*os.File, error) {
	ctx, cancel := context.WithTimeout(ctx, unitTime)
	defer cancel()
	tick := time.NewTicker(tryAgain)
	defer tick.Stop()
	for {
		f, err := tryLock(filepath.Join(folder, openLock))
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return f, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("another process is opening the database in %s: %w", folder, ctx.Err())
		}
	}
}

func tryLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), f.Close())
	}
	return f, nil
}

// unlock lets go of a lock; nil is no lock. Closing the file alone would not do while a child of this
// process has not got to its exec: until then it shares the file, and the lock with it.
func unlock(f *os.File) error {
	if f == nil {
		return nil
	}
	return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close())
}

// locked reports whether a server holds the data folder.
func (l *lite) locked() (bool, error) {
	f, err := os.OpenFile(filepath.Join(l.folder, serverLock), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, fmt.Errorf("look at the data folder's lock: %w", err)
	}
	// A shared lock, so that two who ask do not take each other for a server.
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return true, f.Close()
	}
	if err != nil {
		return false, errors.Join(fmt.Errorf("look at the data folder's lock: %w", err), f.Close())
	}
	return false, unlock(f)
}
