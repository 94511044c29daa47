package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A file has its name once it is whole, is its owner's alone, and leaves nothing else behind.
func TestAPartGetsItsName(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name+partSuffix, []byte("what one that was killed has left behind"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := openPart(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := openPart(name); err == nil || !strings.Contains(err.Error(), "is being written already") {
		t.Errorf("a second one: %v", err)
	}
	if _, err := p.WriteString("whole"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before the end: %v, want no file", err)
	}
	if n, err := p.keep(); err != nil || n != 5 {
		t.Fatalf("keep: %d, %v", n, err)
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != "whole" {
		t.Errorf("the file: %q, %v", got, err)
	}
	if stat, err := os.Stat(name); err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("its mode: %v, %v", stat.Mode(), err)
	}
	alone(t, name)
	if _, err := openPart(name); err == nil || !strings.Contains(err.Error(), "nothing is overwritten") {
		t.Errorf("over it: %v", err)
	}
	alone(t, name)
}

// One that is given up leaves nothing.
func TestAPartIsDropped(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "file")
	p, err := openPart(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.drop(); err != nil {
		t.Errorf("drop: %v", err)
	}
	if entries, err := os.ReadDir(filepath.Dir(name)); err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// What came to stand there meanwhile is not overwritten either.
func TestAPartDoesNotOverwrite(t *testing.T) {
	t.Parallel()
	for way, place := range map[string]func(*part) error{
		"link": (*part).place, "rename": (*part).rename, "keep": func(p *part) error {
			_, err := p.keep()
			return err
		},
	} {
		name := filepath.Join(t.TempDir(), "file")
		p, err := openPart(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("another's"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := place(p); err == nil || !strings.Contains(err.Error(), "nothing is overwritten") {
			t.Errorf("%s: got %v", way, err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != "another's" {
			t.Errorf("%s: the other's file is %q, %v", way, got, err)
		}
		_ = p.drop() // it has been, where keep failed
	}
}

func alone(t *testing.T, name string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(name))
	if err != nil || len(entries) != 1 || entries[0].Name() != filepath.Base(name) {
		t.Errorf("beside %s: %v, %v", name, entries, err)
	}
}
