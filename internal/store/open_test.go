package store_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
)

// both runs a test on a fresh database of either kind, which it may open as often as it likes; raw
// opens it beside the store.
func both(t *testing.T, test func(t *testing.T, c store.Config, raw func(t *testing.T) *sql.DB)) {
	t.Helper()
	opener := func(driver, source string) func(t *testing.T) *sql.DB {
		return func(t *testing.T) *sql.DB {
			t.Helper()
			db, err := sql.Open(driver, source)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() }) // nothing was written that a fault could lose
			return db
		}
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		folder := filepath.Join(t.TempDir(), "a folder with 100% odd? #letters")
		c := store.Config{DataDir: folder, Now: time.Now, Log: quiet()}
		link := filepath.Join(t.TempDir(), "link") // a plain path to the odd one
		if err := os.Symlink(folder, link); err != nil {
			t.Fatal(err)
		}
		test(t, c, opener("sqlite", filepath.Join(link, "bimpe.db")))
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		c := store.Config{URL: storetest.Postgres(t), Now: time.Now, Log: quiet()}
		test(t, c, opener("pgx", c.URL))
	})
}

func run(t *testing.T, db *sql.DB, text string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), text, args...); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

// refuses checks that a database is not opened, and for what reason.
func refuses(t *testing.T, c store.Config, reason string) {
	t.Helper()
	db, err := store.Open(t.Context(), c)
	if err == nil {
		t.Errorf("Open succeeded, want to be told %q", reason)
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		return
	}
	if !strings.Contains(err.Error(), reason) {
		t.Errorf("Open: got error %v, want to be told %q", err, reason)
	}
}

func TestOpenChecksItsSettings(t *testing.T) {
	t.Parallel()
	refuses(t, store.Config{DataDir: t.TempDir(), Log: quiet()}, "a clock and a log must be set")
	refuses(t, store.Config{Now: time.Now, Log: quiet()}, "a data folder or a database URL must be set")
	secret := store.Config{URL: "postgres://user:pa ss@[::1/", Now: time.Now, Log: quiet()}
	refuses(t, secret, "the database URL cannot be read")
	if _, err := store.Open(t.Context(), secret); strings.Contains(err.Error(), "pa ss") {
		t.Errorf("the password stands in the error: %v", err)
	}
}

func TestOpenAgain(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, _ func(*testing.T) *sql.DB) {
		t.Helper()
		team := console.Team{ID: "t", Name: "team"}
		for range 3 {
			db, err := store.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			err = db.InsertTeam(t.Context(), team)
			if _, found := db.TeamByName(t.Context(), "team"); found != nil {
				t.Errorf("TeamByName: %v", found)
			}
			team.ID += "x"
			if err != nil && console.CodeOf(err) != console.CodeConflict {
				t.Errorf("InsertTeam: %v", err)
			}
			if err := db.Close(); err != nil {
				t.Errorf("Close: %v", err)
			}
		}
	})
}

// TestOpenAtOnce opens a database that does not exist yet from many sides.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, _ func(*testing.T) *sql.DB) {
		t.Helper()
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				db, err := store.Open(t.Context(), c)
				if err != nil {
					t.Errorf("Open: %v", err)
					return
				}
				if err := errors.Join(db.Ping(t.Context()), db.Close()); err != nil {
					t.Errorf("Ping, Close: %v", err)
				}
			})
		}
		wg.Wait()
	})
}

func TestOpenWithMasterKey(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, _ func(*testing.T) *sql.DB) {
		t.Helper()
		c.MasterFingerprint = []byte{1, 2, 3}
		open(t, c)
		open(t, c)
		other := c
		other.MasterFingerprint = []byte{1, 2, 4}
		refuses(t, other, "the master key is not the one that this database was made with")
		other.MasterFingerprint = nil
		open(t, other)
	})
}

func TestOpenNewerDatabase(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, raw func(*testing.T) *sql.DB) {
		t.Helper()
		open(t, c)
		db := raw(t)
		// A newer program has been here, which lets this one write still …
		run(t, db, `INSERT INTO goose_db_version (version_id, is_applied) VALUES (98, true)`)
		open(t, c)
		// … and then one that does not.
		run(t, db, `UPDATE meta SET value = '99' WHERE key = 'minimum_writer'`)
		refuses(t, c, "this database needs a newer bimpe")
		run(t, db, `UPDATE meta SET value = 'x' WHERE key = 'minimum_writer'`)
		refuses(t, c, "is no number")
	})
}

func TestOpenExclusive(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	db := openAt(t, folder, time.Now)
	server := store.Config{DataDir: folder, Now: time.Now, Log: quiet(), Exclusive: true}
	refuses(t, server, "another bimpe server is using the data folder")
	// The command line works beside the server, in both directions.
	beside := server
	beside.Exclusive = false
	cli := open(t, beside)
	if err := cli.InsertTeam(t.Context(), console.Team{ID: "t", Name: "made beside"}); err != nil {
		t.Errorf("InsertTeam: %v", err)
	}
	if _, err := db.TeamByName(t.Context(), "made beside"); err != nil {
		t.Errorf("TeamByName: %v", err)
	}
	if _, err := cli.AdoptTurns(t.Context(), "cli", 1); err == nil {
		t.Error("turns were adopted without the lock")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	openAt(t, folder, time.Now)
}

func TestOpenOutOfReach(t *testing.T) {
	t.Parallel()
	c := store.Config{URL: "postgres://nobody:secret@127.0.0.1:1/none", Now: time.Now, Log: quiet()}
	_, err := store.Open(t.Context(), c)
	e, ok := errors.AsType[*console.Error](err)
	if !ok || e.Reason != console.ReasonStoreUnreachable {
		t.Fatalf("Open: got error %v, want %s", err, console.ReasonStoreUnreachable)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the password stands in the error: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := store.Open(ctx, store.Config{DataDir: t.TempDir(), Now: time.Now, Log: quiet()}); err == nil {
		t.Error("Open succeeded under a context that had ended")
	}
	refuses(t, store.Config{DataDir: "/dev/null/x", Now: time.Now, Log: quiet()}, "make the data folder")
}
