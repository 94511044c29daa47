package store_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/store"
)

// What was kept from before an upgrade holds what has been erased since: it is told of, and goes when asked.
func TestSnapshotsAreToldOfAndDropped(t *testing.T) {
	t.Parallel()
	c := store.Config{DataDir: t.TempDir(), Now: time.Now, Log: quiet()}
	db := open(t, c)
	home := filepath.Join(c.DataDir, "snapshots")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"20260102T030405.678Z-schema-7.db", "20260102T030405.679Z-schema-8-before-rollback.db", "mine.txt"} {
		if err := os.WriteFile(filepath.Join(home, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{2, 0} {
		if came, err := db.Scrub(t.Context()); came.Snapshots != want || err != nil {
			t.Errorf("Scrub: %+v, %v, want %d snapshots", came, err, want)
		}
		if err := db.DropSnapshots(); err != nil {
			t.Errorf("DropSnapshots: %v", err)
		}
	}
	if left, err := os.ReadDir(home); len(left) != 1 || err != nil {
		t.Errorf("%d files are left, %v, want what is no snapshot", len(left), err)
	}
}
