package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
)

// tally is a Watch that adds up.
type tally struct {
	mu             sync.Mutex
	reads, writes  int
	faults         int
	statements     int
	commits, units int
	late           bool // something took less than no time
}

func (w *tally) Read(took time.Duration, statements int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reads++
	w.count(took, statements, err)
}

func (w *tally) Wrote(took time.Duration, statements int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writes++
	w.count(took, statements, err)
}

func (w *tally) count(took time.Duration, statements int, err error) {
	w.statements += statements
	w.late = w.late || took < 0
	if err != nil {
		w.faults++
	}
}

func (w *tally) Committed(took time.Duration, units int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.commits++
	w.units += units
	w.late = w.late || took < 0
}

// heard is what has been told since the last call.
func (w *tally) heard() [6]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := [6]int{w.reads, w.writes, w.faults, w.statements, w.commits, w.units}
	w.reads, w.writes, w.faults, w.statements, w.commits, w.units = 0, 0, 0, 0, 0, 0
	return all
}

func TestAWatchHearsOfReadsWritesAndCommits(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(*testing.T) store.Config{
		"SQLite": func(t *testing.T) store.Config { t.Helper(); return store.Config{DataDir: t.TempDir()} },
		"PostgreSQL": func(t *testing.T) store.Config {
			t.Helper()
			return store.Config{URL: storetest.Postgres(t)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &tally{}
			c := at(t)
			c.Now, c.Log, c.Watch = time.Now, quiet(), w
			db := open(t, c)
			watched(t, db, w)
			if w.late {
				t.Error("something took less than no time")
			}
			if n := db.Waiting(); n != 0 {
				t.Errorf("%d units wait, want none", n)
			}
		})
	}
}

func watched(t *testing.T, db *store.DB, w *tally) {
	t.Helper()
	w.heard() // of the opening
	want := func(what string, reads, writes, faults, statements, commits, units int) {
		t.Helper()
		if diff := cmp.Diff([6]int{reads, writes, faults, statements, commits, units}, w.heard()); diff != "" {
			t.Errorf("%s: reads, writes, faults, statements, commits, units (-want +got):\n%s", what, diff)
		}
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	want("a read", 1, 0, 0, 1, 0, 0)
	a := console.Agent{ID: "a", TestCode: "a"}
	err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
		if _, err := tx.Agent(t.Context(), "b"); !console.IsNotFound(err) {
			t.Errorf("an agent that is not there: %v", err)
		}
		_, err := tx.Agent(t.Context(), "c")
		if !console.IsNotFound(err) {
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want("a unit", 0, 1, 0, 2, 1, 1)
	if err := db.Write(t.Context(), "team", func(*store.Tx) error { return errors.New("no") }); err == nil {
		t.Error("the unit's fault was swallowed")
	}
	want("a unit that fails", 0, 1, 1, 0, 0, 0)
	if _, err := db.Team("team").Agent(t.Context(), a.ID); !console.IsNotFound(err) {
		t.Errorf("an agent that is not there: %v", err)
	}
	want("a read that finds nothing", 1, 0, 1, 1, 0, 0)
}
