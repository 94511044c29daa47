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
	"unicode"
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

// ParseMasters reads one master key or several, the current one first, with commas or space between.
// Its errors do not repeat the input.
func ParseMasters(s string) ([][]byte, error) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	if len(parts) == 0 {
		parts = []string{""} // which is no master key
	}
	if len(parts) > maxMasters {
		return nil, fmt.Errorf("there are %d master keys, more than %d", len(parts), maxMasters)
	}
	keys := make([][]byte, len(parts))
	for i, part := range parts {
		var err error
		if keys[i], err = ParseMaster(part); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

const (
	fileMode = 0o600
	// maxFile is far more than any master keys take.
	maxFile = 4096
	// maxMasters is how many master keys there may be at a time.
	maxMasters = 8
)

// LoadOrCreate returns the master keys in the file at path, one a line and the current one first, and
// makes a new one where there is no file. The file comes into being whole and on disk, or not at all;
// of several processes that make it at once all get the same key. A file that others may read is
// refused.
func LoadOrCreate(path string) ([][]byte, error) {
	keys, err := load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return keys, err
	}
	if err := create(path); err != nil {
		return nil, fmt.Errorf("make the master key file: %w", err)
	}
	return load(path)
}

// NewMaster returns a new master key.
func NewMaster() []byte {
	key := make([]byte, MasterLength)
	_, _ = rand.Read(key) // it never fails: crypto/rand ends the process instead
	return key
}

// Replace puts master keys into the file at path in place of those that are there: whole and on disk,
// or not at all. What one that was killed has left behind goes first: it holds keys that may be old.
func Replace(path string, keys [][]byte) error {
	if err := removeStrays(filepath.Dir(path)); err != nil {
		return fmt.Errorf("remove stray master keys: %w", err)
	}
	temp, err := writeTemp(filepath.Dir(path), lines(keys))
	if err != nil {
		return fmt.Errorf("write the master key file: %w", err)
	}
	if err := os.Rename(temp, path); err != nil {
		return fmt.Errorf("write the master key file: %w", errors.Join(err, os.Remove(temp)))
	}
	return syncDir(filepath.Dir(path))
}

func lines(keys [][]byte) string {
	var text strings.Builder
	for _, key := range keys {
		text.WriteString(hex.EncodeToString(key) + "\n")
	}
	return text.String()
}

func load(path string) ([][]byte, error) {
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
	keys, err := ParseMasters(string(text))
	if err != nil {
		return nil, fmt.Errorf("read the master key file %s: %w", path, err)
	}
	return keys, nil
}

// create puts a new key at path unless something came to stand there meanwhile.
func create(path string) error {
	dir := filepath.Dir(path)
	temp, err := writeTemp(dir, lines([][]byte{NewMaster()}))
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

// tempNames are the names of files that have not become the file of keys yet.
const tempNames = ".master-*"

// removeStrays removes what writeTemp has made. Whoever is about to use one of them fails, and nothing of
// theirs is done.
func removeStrays(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if stray, _ := filepath.Match(tempNames, e.Name()); stray && e.Type().IsRegular() {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// writeTemp returns the name of a new file with the text, which is on disk.
func writeTemp(dir, text string) (string, error) {
	f, err := os.CreateTemp(dir, tempNames) // its mode is 0600
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
