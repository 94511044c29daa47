package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// part is a file that is being written and gets its name once it is whole and on disk.
type part struct {
	*os.File
	name string // that it is to have
}

// partSuffix is of a file that has not got its name yet.
const partSuffix = ".partial"

// openPart begins a file of a name that nothing has. What one that was killed has left of it goes.
func openPart(name string) (*part, error) {
	if err := free(name); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(name+partSuffix, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("%s is being written already: %w", f.Name(), err), f.Close())
	}
	p := &part{File: f, name: name}
	if err := f.Truncate(0); err != nil {
		return nil, errors.Join(err, p.drop())
	}
	return p, nil
}

// free refuses a name that something has.
func free(name string) error {
	_, err := os.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, fmt.Errorf("%s is there already, and nothing is overwritten: name another file", name))
}

// keep gives the file its name and returns how long it is.
func (p *part) keep() (int64, error) {
	stat, err := p.Stat()
	if err = errors.Join(err, p.Sync()); err == nil {
		err = p.place()
	}
	if err != nil {
		return 0, errors.Join(err, p.drop())
	}
	return stat.Size(), errors.Join(p.drop(), syncFolder(filepath.Dir(p.name)))
}

// place adds the name. A link, unlike a renaming, never replaces what is there; on file systems
// without links there is only the renaming.
func (p *part) place() error {
	err := os.Link(p.Name(), p.name)
	switch {
	case errors.Is(err, fs.ErrExist):
		return free(p.name)
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, fs.ErrPermission):
		return p.rename()
	}
	return err
}

// drop ends the writing, and takes away the name that the file had meanwhile.
func (p *part) drop() error {
	err := os.Remove(p.Name())
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // it was renamed
	}
	return errors.Join(err, p.Close())
}

// syncFolder makes the names in a folder last.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (p *part) rename() error {
	if err := free(p.name); err != nil {
		return err
	}
	return os.Rename(p.Name(), p.name)
}
