package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

// liteDB opens SQLite in a folder of its own, with a table to scribble on.
func liteDB(t *testing.T) (*DB, *lite) {
	t.Helper()
	db, err := Open(t.Context(), Config{DataDir: t.TempDir(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	do(t, db, `CREATE TABLE scribble (n BIGINT NOT NULL PRIMARY KEY)`)
	return db, db.eng.(*lite)
}

// do runs a statement in a unit of its own.
func do(t *testing.T, db *DB, text string, args ...any) {
	t.Helper()
	err := db.Write(t.Context(), "", func(tx *Tx) error {
		_, err := tx.s.exec(text, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func scribble(tx *Tx, n int) error {
	_, err := tx.s.exec(`INSERT INTO scribble (n) VALUES ($1)`, int64(n))
	return err
}

// scribbled returns what stands in the table.
func scribbled(t *testing.T, db *DB) []int64 {
	t.Helper()
	var found []int64
	err := db.eng.read(t.Context(), func(s *session) error {
		return s.all(`SELECT n FROM scribble ORDER BY n`, func(r *row) { found = append(found, r.num()) })
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// held is a writer in the middle of its first unit, so that those which are put now are sure to be
// in the same transaction.
type held struct {
	w     *writer
	first *unit
	gate  chan struct{}
}

func hold(t *testing.T, w *writer, f func(*Tx) error) *held {
	t.Helper()
	h := &held{w: w, gate: make(chan struct{})}
	begun := make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) }) // the unit may be run again
	h.first = h.put(t, func(tx *Tx) error {
		begin()
		<-h.gate
		return f(tx)
	})
	<-begun
	return h
}

func (h *held) put(t *testing.T, f func(*Tx) error) *unit {
	t.Helper()
	u := &unit{ctx: t.Context(), f: f, done: make(chan error, 1)}
	free, err := h.w.put(u)
	if err != nil {
		t.Fatal(err)
	}
	if free {
		go h.w.lead(u)
	}
	return u
}

func TestWriterGathersUnits(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	var order []string
	writes := func(n int, err error) func(*Tx) error {
		return func(tx *Tx) error {
			order = append(order, fmt.Sprint("run ", n))
			tx.AfterCommit(func() { order = append(order, fmt.Sprint("announce ", n)) })
			return errors.Join(scribble(tx, n), err)
		}
	}
	bad := errors.New("bad")
	h := hold(t, l.writer, writes(1, nil))
	second, third := h.put(t, writes(2, nil)), h.put(t, writes(3, bad))
	fourth := h.put(t, func(tx *Tx) error {
		_ = writes(4, nil)(tx) // the panic undoes it
		panic("oh no")
	})
	fifth := h.put(t, writes(5, nil))
	close(h.gate)
	for i, u := range []*unit{h.first, second, third, fourth, fifth} {
		if err := <-u.done; (err != nil) != (i == 2 || i == 3) {
			t.Errorf("unit %d: got error %v", i+1, err)
		}
	}
	want := []string{
		"run 1", "run 2", "run 3", "run 1", "run 2", "run 4", "run 5", "announce 1", "announce 2", "announce 5",
	}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order: -want +got\n%s", diff)
	}
	if got := scribbled(t, db); !slices.Equal(got, []int64{1, 2, 5}) {
		t.Errorf("got %v, want what 1, 2 and 5 wrote", got)
	}
}

// TestWriterRunsAgain has a unit that fails behind its write, so that those before it are run again,
// and one of them fails then: it is told, and the others are committed.
func TestWriterRunsAgain(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	once := func(n int, fault error) func(*Tx) error {
		ran := 0
		return func(tx *Tx) error {
			ran++
			if err := scribble(tx, n); err != nil || ran == 1 {
				return err
			}
			return fault
		}
	}
	bad, worse := errors.New("bad"), errors.New("worse")
	reads := 0
	h := hold(t, l.writer, func(tx *Tx) error {
		reads++
		return scribble(tx, 1)
	})
	second := h.put(t, once(2, worse))
	harmless := h.put(t, func(*Tx) error { return bad }) // wrote nothing: there is nothing to undo
	dirty := h.put(t, func(tx *Tx) error { return errors.Join(scribble(tx, 3), bad) })
	another := h.put(t, func(tx *Tx) error { return errors.Join(scribble(tx, 4), bad) })
	last := h.put(t, func(tx *Tx) error { return scribble(tx, 5) })
	close(h.gate)
	for i, want := range map[*unit]error{
		h.first: nil, second: worse, harmless: bad, dirty: bad, another: bad, last: nil,
	} {
		if err := <-i.done; !errors.Is(err, want) {
			t.Errorf("got error %v, want %v", err, want)
		}
	}
	if got := scribbled(t, db); !slices.Equal(got, []int64{1, 5}) || reads != 2 {
		t.Errorf("got %v, the first run %d times, want what 1 and 5 wrote and 2", got, reads)
	}
}

// TestWriterFirstUnitFails has no savepoint to go back to, and others after it.
func TestWriterFirstUnitFails(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	bad := errors.New("bad")
	h := hold(t, l.writer, func(tx *Tx) error { return errors.Join(scribble(tx, 1), bad) })
	second := h.put(t, func(tx *Tx) error { return scribble(tx, 2) })
	close(h.gate)
	if err := <-h.first.done; !errors.Is(err, bad) {
		t.Errorf("got error %v, want %v", err, bad)
	}
	if err := <-second.done; err != nil {
		t.Errorf("got error %v, want none", err)
	}
	if got := scribbled(t, db); !slices.Equal(got, []int64{2}) {
		t.Errorf("got %v, want what 2 wrote", got)
	}
}

// TestWriterCommitFails makes a COMMIT fail by a constraint that is checked only there.
func TestWriterCommitFails(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	do(t, db, `CREATE TABLE orphan (n BIGINT REFERENCES scribble (n) DEFERRABLE INITIALLY DEFERRED)`)
	if _, err := l.writer.s.exec(`PRAGMA foreign_keys = ON`); err != nil {
		t.Fatal(err)
	}
	silent := func(tx *Tx) { tx.AfterCommit(func() { t.Error("a unit was announced whose commit failed") }) }
	h := hold(t, l.writer, func(tx *Tx) error {
		silent(tx)
		return scribble(tx, 1)
	})
	second := h.put(t, func(tx *Tx) error {
		silent(tx)
		_, err := tx.s.exec(`INSERT INTO orphan (n) VALUES (99)`)
		return err
	})
	close(h.gate)
	for _, u := range []*unit{h.first, second} {
		if err := <-u.done; err == nil {
			t.Error("a unit succeeded whose commit failed")
		}
	}
	if got := scribbled(t, db); len(got) != 0 {
		t.Errorf("got %v, want nothing", got)
	}
	do(t, db, `INSERT INTO scribble (n) VALUES (7)`)
}

// TestWriterLosesTransaction has a fault after which SQLite may have rolled back by itself: no unit
// of the transaction may be taken for committed, and the one that hid the fault least of all.
func TestWriterLosesTransaction(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	h := hold(t, l.writer, func(tx *Tx) error { return scribble(tx, 1) })
	full := h.put(t, func(tx *Tx) error {
		if _, err := tx.s.exec(`PRAGMA max_page_count = 1`); err != nil { // no less than there are
			return err
		}
		for n := range 10_000 {
			if err := scribble(tx, 1000+n); err != nil {
				return nil //nolint:nilerr // what is tested
			}
		}
		return nil
	})
	close(h.gate)
	for _, u := range []*unit{h.first, full} {
		err := <-u.done
		if e, ok := errors.AsType[*console.Error](err); !ok || e.Reason != console.ReasonStoreUnreachable {
			t.Errorf("got error %v, want %s", err, console.ReasonStoreUnreachable)
		}
	}
	if got := scribbled(t, db); len(got) != 0 {
		t.Errorf("got %d rows, want none", len(got))
	}
	if err := db.Write(t.Context(), "", func(tx *Tx) error {
		_, err := tx.s.exec(`PRAGMA max_page_count = 1000000`)
		return errors.Join(err, scribble(tx, 7))
	}); err != nil {
		t.Errorf("the writer did not recover: %v", err)
	}
}

// TestWriterUnitTooLate has a unit that takes too long: those in the same transaction do not suffer.
func TestWriterUnitTooLate(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	h := hold(t, l.writer, func(tx *Tx) error { return scribble(tx, 1) })
	late := h.put(t, func(tx *Tx) error {
		if err := scribble(tx, 2); err != nil {
			return err
		}
		over, cancel := context.WithDeadline(context.Background(), time.Unix(0, 0))
		defer cancel()
		tx.s.ctx = undying{over}
		return scribble(tx, 3)
	})
	next := h.put(t, func(tx *Tx) error { return scribble(tx, 4) })
	close(h.gate)
	err := <-late.done
	if e, ok := errors.AsType[*console.Error](err); !ok || e.Reason != console.ReasonStoreUnreachable {
		t.Errorf("got error %v, want %s", err, console.ReasonStoreUnreachable)
	}
	if err := errors.Join(<-h.first.done, <-next.done); err != nil {
		t.Errorf("the others: %v", err)
	}
	if got := scribbled(t, db); !slices.Equal(got, []int64{1, 4}) {
		t.Errorf("got %v, want what the others wrote", got)
	}
}

func TestWriterQueueFull(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	h := hold(t, l.writer, func(*Tx) error { return nil })
	var waiting []*unit
	for range maxQueue {
		waiting = append(waiting, h.put(t, func(*Tx) error { return nil }))
	}
	err := db.Write(t.Context(), "", func(*Tx) error { return nil })
	if e, ok := errors.AsType[*console.Error](err); !ok || e.Reason != console.ReasonStoreUnreachable || e.RetryAfter == 0 {
		t.Errorf("got error %v, want %s", err, console.ReasonStoreUnreachable)
	}
	close(h.gate)
	for _, u := range waiting {
		if err := <-u.done; err != nil {
			t.Fatalf("got error %v, want none", err)
		}
	}
}

// TestWriterCallerLeavesQueue gives up a unit that waits, and one that has begun.
func TestWriterCallerLeavesQueue(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	h := hold(t, l.writer, func(*Tx) error { return nil })
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() { gone <- db.Write(ctx, "", func(tx *Tx) error { return scribble(tx, 1) }) }()
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want the context's", err)
	}
	close(h.gate)
	if got := scribbled(t, db); len(got) != 0 {
		t.Errorf("got %v, want nothing of a unit that was given up", got)
	}
}

// TestWriterWaitsForItself has a unit that waits for another one, which comes only after it.
func TestWriterWaitsForItself(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	l.writer.patience = time.Millisecond
	u := (&held{w: l.writer}).put(t, func(*Tx) error {
		return db.Write(t.Context(), "", func(tx *Tx) error { return scribble(tx, 1) })
	})
	err := <-u.done
	l.writer.patience = unitTime
	if e, ok := errors.AsType[*console.Error](err); !ok || e.Reason != console.ReasonStoreUnreachable {
		t.Errorf("got error %v, want %s", err, console.ReasonStoreUnreachable)
	}
	if got := scribbled(t, db); len(got) != 0 {
		t.Errorf("got %v, want nothing of a unit that was given up", got)
	}
}

// TestWriterEnds ends the goroutine that holds the writer from within a unit, as a test's FailNow
// does: nobody waits for ever.
func TestWriterEnds(t *testing.T) {
	t.Parallel()
	ending := func(*Tx) error {
		runtime.Goexit()
		return nil
	}
	// A caller runs one transaction at most; what is left is for the writer's own goroutine.
	for name, before := range map[string]int{"a caller's": 0, "its own": maxBatch} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, l := liteDB(t)
			h := hold(t, l.writer, func(*Tx) error { return nil })
			for range before {
				h.put(t, func(*Tx) error { return nil })
			}
			h.put(t, ending)
			close(h.gate)
			<-l.writer.ended
			err := db.Write(t.Context(), "", func(*Tx) error { return nil })
			if !errors.Is(err, errClosed) {
				t.Errorf("got error %v, want %v", err, errClosed)
			}
		})
	}
}

func TestWriterSettings(t *testing.T) {
	t.Parallel()
	db, l := liteDB(t)
	for pragma, want := range map[string]string{
		"synchronous": "2", "journal_mode": "wal", "temp_store": "2", "busy_timeout": "10000",
	} {
		r, err := l.writer.s.one(`PRAGMA ` + pragma)
		if err != nil || r == nil {
			t.Fatalf("PRAGMA %s: %v", pragma, err)
		}
		if got := fmt.Sprint(r.vals[0]); got != want {
			t.Errorf("PRAGMA %s: got %s, want %s", pragma, got, want)
		}
	}
	err := db.eng.read(t.Context(), func(s *session) error {
		_, err := s.exec(`INSERT INTO scribble (n) VALUES (1)`)
		return err
	})
	if err == nil {
		t.Error("a reader wrote")
	}
}

// TestReadersAreFew lends out all readers: the next one waits as long as its context lives.
func TestReadersAreFew(t *testing.T) {
	t.Parallel()
	_, l := liteDB(t)
	var lent []*session
	for range cap(l.lent) {
		s, err := l.borrow(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		lent = append(lent, s)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.borrow(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want the context's", err)
	}
	for _, s := range lent {
		s.reset(t.Context())
		l.giveBack(s)
	}
}

// TestSearchEndsWithItsCaller interrupts a statement that would run for hours.
func TestSearchEndsWithItsCaller(t *testing.T) {
	t.Parallel()
	_, l := liteDB(t)
	ctx, cancel := context.WithCancel(t.Context())
	err := l.read(ctx, func(s *session) error {
		defer s.until(ctx)()
		time.AfterFunc(time.Millisecond, cancel)
		_, err := s.count(`WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c`)
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want the context's", err)
	}
	if err := l.read(t.Context(), func(s *session) error {
		_, err := s.count(`SELECT count(*) FROM scribble`)
		return err
	}); err != nil {
		t.Errorf("the next read: %v", err)
	}
}

func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	_, l := liteDB(t)
	if err := l.read(t.Context(), func(s *session) error {
		for n := range maxStatements + 50 {
			if _, err := s.count(fmt.Sprintf(`SELECT %d`, n)); err != nil {
				return err
			}
		}
		if n := len(s.conn.(*liteConn).stmts); n != maxStatements {
			t.Errorf("got %d prepared statements, want %d", n, maxStatements)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
