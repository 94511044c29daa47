package app

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// An export that cannot be leaves everything as it was, and nothing of its own.
func TestAnExportOverwritesNothing(t *testing.T) {
	t.Parallel()
	s := Storage{DataDir: filepath.Join(t.TempDir(), "data")}
	a, err := OpenAdmin(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.CreateTeam(t.Context(), console.Team{Name: "shop"}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	full, file := filepath.Join(home, "full"), filepath.Join(home, "there.tar.gz")
	if err := os.Mkdir(full, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(full, "x"), file} {
		if err := os.WriteFile(name, []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ team, place string }{
		{"shop", full},
		{"shop", file},
		{"nobody", filepath.Join(home, "new")},
		{"shop", filepath.Join(home, "no", "folder")},
		{"shop", filepath.Join(file, "x.tar.gz")},
	} {
		if _, err := Export(t.Context(), s, "v1", test.team, test.place); err == nil {
			t.Errorf("Export(%q, %q): no error", test.team, test.place)
		}
	}
	left, err := os.ReadDir(home)
	if err != nil || len(left) != 2 {
		t.Errorf("left are %v, %v", left, err)
	}
	if raw, err := os.ReadFile(file); string(raw) != "mine" || err != nil {
		t.Errorf("the file that was there: %q, %v", raw, err)
	}
	empty := filepath.Join(home, "empty")
	if err := os.Mkdir(empty, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, place := range []string{empty, filepath.Join(home, "made"), filepath.Join(home, "made.tar.gz")} {
		came, err := Export(t.Context(), s, "v1", "shop", place)
		if err != nil || came.Place != place || len(came.Kinds) == 0 || *came.Kinds[0].Rows != 1 {
			t.Errorf("Export into %s: %+v, %v", place, came, err)
		}
	}
}
