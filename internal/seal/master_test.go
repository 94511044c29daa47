package seal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/bimpe/bimpe/internal/seal"
)

func TestParseMaster(t *testing.T) {
	t.Parallel()
	key := bytes.Repeat([]byte{0xfb, 0xef}, 16) // its base 64 differs between the alphabets
	tests := []struct {
		name, text string
		ok         bool
	}{
		{"hexadecimal", hex.EncodeToString(key), true},
		{"upper case", strings.ToUpper(hex.EncodeToString(key)), true},
		{"with space around", " \t" + hex.EncodeToString(key) + "\r\n", true},
		{"base 64", base64.StdEncoding.EncodeToString(key), true},
		{"base 64 without padding", base64.RawStdEncoding.EncodeToString(key), true},
		{"URL-safe base 64", base64.URLEncoding.EncodeToString(key), true},
		{"URL-safe base 64 without padding", base64.RawURLEncoding.EncodeToString(key), true},
		{"nothing", "", false},
		{"space", "  ", false},
		{"a digit less", hex.EncodeToString(key)[1:], false},
		{"a digit more", hex.EncodeToString(key) + "0", false},
		{"31 bytes", base64.StdEncoding.EncodeToString(key[1:]), false},
		{"33 bytes", base64.StdEncoding.EncodeToString(append([]byte{1}, key...)), false},
		{"48 bytes in 64 letters", strings.Repeat("Zz09", 16), false},
		{"a break within", base64.StdEncoding.EncodeToString(key)[:20] + "\n" + base64.StdEncoding.EncodeToString(key)[20:], false},
		{"a sentence", "correct horse battery staple and more of it", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := seal.ParseMaster(tt.text)
			if (err == nil) != tt.ok {
				t.Fatalf("ParseMaster: got error %v, want ok %v", err, tt.ok)
			}
			if tt.ok && !bytes.Equal(got, key) {
				t.Errorf("ParseMaster: got %x, want %x", got, key)
			}
			if err != nil && len(tt.text) > 8 && strings.Contains(err.Error(), tt.text[:8]) {
				t.Errorf("the error repeats the key: %v", err)
			}
		})
	}
}

func FuzzParseMaster(f *testing.F) {
	for _, s := range []string{"", "zz", strings.Repeat("0f", 32), strings.Repeat("A", 43), strings.Repeat("-_", 21) + "E="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		key, err := seal.ParseMaster(s)
		if (err == nil) != (len(key) == seal.MasterLength) {
			t.Fatalf("ParseMaster(%q): got %d bytes and error %v", s, len(key), err)
		}
		if err != nil {
			return
		}
		again, err := seal.ParseMaster(hex.EncodeToString(key))
		if err != nil || !bytes.Equal(again, key) {
			t.Errorf("ParseMaster of its own key: got %x, %v, want %x", again, err, key)
		}
	})
}

func TestLoadOrCreateMakesTheFileOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "master.key")
	keys, err := seal.LoadOrCreate(path)
	if err != nil || len(keys) != 1 || len(keys[0]) != seal.MasterLength {
		t.Fatalf("LoadOrCreate: got %d keys, %v", len(keys), err)
	}
	again, err := seal.LoadOrCreate(path)
	if err != nil || len(again) != 1 || !bytes.Equal(again[0], keys[0]) {
		t.Errorf("LoadOrCreate again: got another key, %v", err)
	}
	stat, err := os.Stat(path)
	if err != nil || stat.Mode() != 0o600 {
		t.Errorf("mode: got %v, %v, want 0600", stat.Mode(), err)
	}
	only(t, dir, "master.key")
}

// only fails if other files than name were left in dir.
func only(t *testing.T, dir, name string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.Name() != name {
			t.Errorf("left behind: %s", e.Name())
		}
	}
}

func TestLoadOrCreateByManyAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "master.key")
	keys := make([][]byte, 16)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			made, err := seal.LoadOrCreate(path)
			if err != nil {
				t.Errorf("LoadOrCreate: %v", err)
				return
			}
			keys[i] = made[0]
		})
	}
	wg.Wait()
	for i, key := range keys {
		if !bytes.Equal(key, keys[0]) {
			t.Errorf("caller %d got another key", i)
		}
	}
	only(t, dir, "master.key")
}

func TestLoadOrCreateRefuses(t *testing.T) {
	t.Parallel()
	good := strings.Repeat("0f", 32)
	tests := []struct {
		name, text string
		mode       fs.FileMode
		want       string
	}{
		{"readable by the group", good, 0o640, "may be used by others"},
		{"readable by all", good, 0o604, "may be used by others"},
		{"writable by the group", good, 0o620, "may be used by others"},
		{"empty", "", 0o600, "64 hexadecimal digits"},
		{"cut off", good[:40], 0o600, "64 hexadecimal digits"},
		{"too long", strings.Repeat(good, 100), 0o600, "64 hexadecimal digits"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "master.key")
			if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, tt.mode); err != nil {
				t.Fatal(err)
			}
			_, err := seal.LoadOrCreate(path)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("LoadOrCreate: got %v, want words of %q", err, tt.want)
			}
			if strings.Contains(err.Error(), "0f0f") {
				t.Errorf("the error repeats the key: %v", err)
			}
			if text, err := os.ReadFile(path); err != nil || string(text) != tt.text {
				t.Errorf("the file was changed: %q, %v", text, err)
			}
		})
	}
}

func TestLoadOrCreateWithoutAPlace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := seal.LoadOrCreate(dir); err == nil || !strings.Contains(err.Error(), "is not a file") {
		t.Errorf("LoadOrCreate of a folder: got %v, want that it is not a file", err)
	}
	if _, err := seal.LoadOrCreate(filepath.Join(dir, "none", "master.key")); err == nil {
		t.Error("LoadOrCreate in a folder that is not there: got no error")
	}
	only(t, dir, "")
}

func TestParseMasters(t *testing.T) {
	t.Parallel()
	one, two := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	a, b := hex.EncodeToString(one), base64.StdEncoding.EncodeToString(two)
	for text, want := range map[string][][]byte{
		a: {one}, a + "," + b: {one, two}, b + "\n" + a + "\n": {two, one}, " " + a + " ,\t" + b: {one, two},
		"": nil, ",": nil, a + ",short": nil, strings.Repeat(a+",", 9): nil,
	} {
		got, err := seal.ParseMasters(text)
		if (err == nil) != (want != nil) || len(got) != len(want) {
			t.Errorf("ParseMasters(%q): %d keys, %v; want %d", text, len(got), err, len(want))
			continue
		}
		for i := range want {
			if !bytes.Equal(got[i], want[i]) {
				t.Errorf("ParseMasters(%q): key %d is another one", text, i)
			}
		}
		if err != nil && strings.Contains(err.Error(), a) {
			t.Errorf("the error repeats a key: %v", err)
		}
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "master.key")
	first, err := seal.LoadOrCreate(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, ".master-1"), first[0], 0o600); err != nil { // one was killed here
		t.Fatal(err)
	}
	want := [][]byte{seal.NewMaster(), first[0]}
	if err := seal.Replace(path, want); err != nil {
		t.Fatal(err)
	}
	got, err := seal.LoadOrCreate(path)
	if err != nil || len(got) != 2 || !bytes.Equal(got[0], want[0]) || !bytes.Equal(got[1], want[1]) {
		t.Errorf("after Replace: %d keys, %v", len(got), err)
	}
	only(t, dir, "master.key")
}
