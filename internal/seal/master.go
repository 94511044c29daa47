package seal

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ParseMaster reads a master key from 64 hexadecimal digits or the base 64 of 32 bytes, of either
// alphabet, padded or not. Space around it does not count. Its errors do not repeat the input.
func ParseMaster(s string) ([]byte, error) {
	s = strings.TrimSpace(s)
	if key, err := hex.DecodeString(s); err == nil && len(key) == MasterLength {
		return key, nil
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	key, err := base64.RawStdEncoding.Strict().DecodeString(plain)
	if err != nil || len(key) != MasterLength || strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("a master key is 64 hexadecimal digits or the base 64 of 32 bytes")
	}
	return key, nil
}

const (
	fileMode = 0o600
	// maxFile is far more than any master key takes.
	maxFile = 1024
)

// LoadOrCreate returns the master key in the file at path, and makes a new one where there is no
// file. The file comes into being whole and on disk, or not at all; of several processes that make
// it at once all get the same key. A file that others may read is refused.
func LoadOrCreate(path string) ([]byte, error) {
	key, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := create(path); err != nil {
		return nil, fmt.Errorf("make the master key file: %w", err)
	}
	return load(path)
}

func load(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	stat, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	if !stat.Mode().IsRegular() {
		return nil, fmt.Errorf("the master key %s is not a file", path)
	}
	if mode := stat.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("the master key file %s may be used by others (mode %#o): chmod 600 it, "+
			"and replace the key if someone may have read it", path, mode)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("read the master key: %w", err)
	}
	key, err := ParseMaster(string(text))
	if err != nil {
		return nil, fmt.Errorf("read the master key file %s: %w", path, err)
	}
	return key, nil
}

// create puts a new key at path unless something came to stand there meanwhile.
func create(path string) error {
	key := make([]byte, MasterLength)
	_, _ = rand.Read(key) // it never fails: crypto/rand ends the process instead
	dir := filepath.Dir(path)
	temp, err := writeTemp(dir, hex.EncodeToString(key)+"\n")
	if err != nil {
		return err
	}
	defer os.Remove(temp) //nolint:errcheck // a stray file does no harm
	if err := place(temp, path); err != nil {
		return err
	}
	return syncDir(dir)
}

// place gives temp its name. A link, unlike a renaming, never replaces what is there; on file
// systems without links there is only the renaming.
func place(temp, path string) error {
	err := os.Link(temp, path)
	switch {
	case err == nil, errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, errors.ErrUnsupported), errors.Is(err, fs.ErrPermission):
		return os.Rename(temp, path)
	}
	return err
}

// writeTemp returns the name of a new file with the text, which is on disk.
func writeTemp(dir, text string) (string, error) {
	f, err := os.CreateTemp(dir, ".master-*") // its mode is 0600
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(fileMode), f.Sync(), f.Close())
	if err != nil {
		return "", errors.Join(err, os.Remove(f.Name()))
	}
	return f.Name(), nil
}

// syncDir makes the names in a folder last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
