package store_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/store"
)

// manyTickets fills a table of more rows than are committed at a time.
func manyTickets(t *testing.T, c store.Config) {
	t.Helper()
	run(t, rawLite(t, c), `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
		INSERT INTO spent_ticket (hash, expires_at) SELECT CAST('ticket ' || i AS BLOB), i FROM n`)
}

// moveUntil moves and gives up at a step, as a power cut would; -1: never. It returns the steps.
func moveUntil(t *testing.T, from, to store.Config, step int) (steps []store.MoveStep, err error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	_, err = store.Move(ctx, from, to.URL, func(s store.MoveStep) {
		if steps = append(steps, s); len(steps) == step {
			cancel()
		}
	})
	return steps, err
}

// same checks that two places hold the same.
func same(t *testing.T, from, to store.Config) {
	t.Helper()
	_, want := backup(t, from)
	_, got := backup(t, to)
	if diff := cmp.Diff(tablesOf(want), tablesOf(got)); diff != "" {
		t.Errorf("what was moved (-source +target):\n%s", diff)
	}
}

// Broken off at any step a move is gone on with from where it was, and until its end nobody else works
// on the target.
func TestAMoveGoesOn(t *testing.T) {
	t.Parallel()
	from, to := crammed(t), somewhere(t, "postgres")
	manyTickets(t, from)
	var before, total int64
	for step := 1; ; step += 4 {
		steps, err := moveUntil(t, from, to, step)
		if err == nil {
			last := steps[len(steps)-1]
			if total = last.Total; last.Done != total || last.Table != "" {
				t.Errorf("the last step: %+v", last)
			}
			break
		}
		if step > 100 {
			t.Fatalf("after 100 steps: %v", err)
		}
		if len(steps) > 1 {
			if steps[1].Done < before {
				t.Errorf("%d rows had been copied, and the move went on with %+v", before, steps[1])
			}
			before = max(before, steps[len(steps)-1].Done)
			refuses(t, to, "call bimpe move again")
			if _, err := store.Backup(t.Context(), to, "v1", &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "call bimpe move again") {
				t.Errorf("a backup of half a move: %v", err)
			}
		}
	}
	if before < 40_000 {
		t.Errorf("it was never broken off with more than %d of %d rows, so that this test says little", before, total)
	}
	same(t, from, to)
	opens(t, to)
	if _, err := moveUntil(t, from, to, -1); err == nil || !strings.Contains(err.Error(), "the database is not empty") {
		t.Errorf("a second move: %v", err)
	}
}

// What has changed in the source while a move was broken off is copied anew.
func TestAMoveNoticesChanges(t *testing.T) {
	t.Parallel()
	from, to := crammed(t), somewhere(t, "postgres")
	manyTickets(t, from)
	if _, err := moveUntil(t, from, to, 24); err == nil {
		t.Fatal("the move was not broken off")
	}
	raw := rawLite(t, from)
	run(t, raw, `UPDATE agent SET name = 'another one' WHERE id = 'x'`)
	run(t, raw, `DELETE FROM message WHERE id = 'x'`)
	run(t, raw, `INSERT INTO spent_ticket (hash, expires_at) VALUES (x'00ff01', 3)`)
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := moveUntil(t, from, to, -1); err != nil {
		t.Fatal(err)
	}
	same(t, from, to)
}

// What is in the target and was not in the source is found, and set right by the next call.
func TestAMoveIsCompared(t *testing.T) {
	t.Parallel()
	from, to := crammed(t), somewhere(t, "postgres")
	if _, err := moveUntil(t, from, to, 20); err == nil {
		t.Fatal("the move was not broken off")
	}
	db, err := sql.Open("pgx", to.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }() // what it wrote is seen
	run(t, db, `UPDATE agent SET description = 'not what was there' WHERE id = 'x'`)
	_, err = moveUntil(t, from, to, -1)
	if err == nil || !strings.Contains(err.Error(), "table agent has 5 rows") || strings.Contains(err.Error(), "table team") {
		t.Errorf("got %v, want to hear of the one table that differs", err)
	}
	refuses(t, to, "call bimpe move again")
	if _, err := moveUntil(t, from, to, -1); err != nil {
		t.Fatal(err)
	}
	same(t, from, to)
}

// Not a byte of the source changes, not even of what a killed server has left in the write-ahead log.
func TestTheSourceOfAMoveIsUntouched(t *testing.T) {
	t.Parallel()
	living := crammed(t)
	raw := rawLite(t, living)
	run(t, raw, `PRAGMA journal_mode = WAL`)
	run(t, raw, `UPDATE agent SET name = 'in the log alone' WHERE id = 'x'`)
	from := somewhere(t, "sqlite")
	for _, name := range []string{"bimpe.db", "bimpe.db-wal"} {
		b, err := os.ReadFile(filepath.Join(living.DataDir, name))
		if err != nil || len(b) == 0 {
			t.Fatalf("%s: %d bytes, %v", name, len(b), err)
		}
		if err := os.WriteFile(filepath.Join(from.DataDir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := func() (all string) {
		for _, name := range []string{"bimpe.db", "bimpe.db-wal"} {
			b, err := os.ReadFile(filepath.Join(from.DataDir, name))
			all += fmt.Sprintf("%s %x %v\n", name, sha256.Sum256(b), err)
		}
		return all
	}
	before := files()
	to := somewhere(t, "postgres")
	if _, err := moveUntil(t, from, to, -1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, files()); diff != "" {
		t.Errorf("the source (-before +after):\n%s", diff)
	}
	same(t, living, to)
}

// What cannot be moved is refused with its reason.
func TestWhatIsNotMoved(t *testing.T) {
	t.Parallel()
	from, to := crammed(t), somewhere(t, "postgres")
	refused := func(c store.Config, url, reason string) {
		t.Helper()
		_, err := store.Move(t.Context(), c, url, func(store.MoveStep) {})
		if err == nil || !strings.Contains(err.Error(), reason) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want to hear %q", err, reason)
		}
	}
	refused(store.Config{DataDir: from.DataDir}, to.URL, "a clock and a log must be set")
	refused(from, "postgres://user:secret word@[::1/", "the database URL cannot be read")
	away, err := url.Parse(to.URL)
	if err != nil {
		t.Fatal(err)
	}
	away.Host = "127.0.0.1:1"
	refused(from, away.String(), "connect to the database")
	exclusive := from
	exclusive.Exclusive = true
	db := open(t, exclusive)
	refused(from, to.URL, "another bimpe server")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	taken := somewhere(t, "postgres")
	if err := makeEmpty(t, taken); err != nil {
		t.Fatal(err)
	}
	refused(from, taken.URL, "the database is not empty")
	run(t, rawLite(t, from), `UPDATE goose_db_version SET version_id = 9999 WHERE version_id = 19`)
	refused(from, to.URL, "needs a newer bimpe")
}
