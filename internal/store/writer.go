package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// writer is SQLite's one writer: a goroutine that takes all units that wait into one transaction,
// so that one fsync makes all of them durable. While it waits for the disk the next ones gather.
//
//	Write ─▶ queue ─▶ BEGIN IMMEDIATE ─▶ unit ─▶ SAVEPOINT unit RELEASE ─▶ … ─▶ COMMIT ─▶ AfterCommit
//	                                      │               │ error, panic                    answers
//	                                      ▼               ▼
//	                                   ROLLBACK       ROLLBACK TO     only that unit is undone
type writer struct {
	db  *DB
	s   *session
	log *slog.Logger

	// patience bounds how long a unit may wait for its turn. It also ends what would otherwise
	// never end: a unit that waits for another one of its own making.
	patience time.Duration

	queue chan *unit
	ended chan struct{} // closed when the goroutine has ended

	mu       sync.RWMutex // held for reading while a unit is put into the queue
	stopping bool

	batch []*unit // units of the transaction that wait for its commit; reused
}

const (
	// maxBatch bounds a transaction, and so how long its first unit waits for its last.
	maxBatch = 256
	// maxQueue bounds who waits; the next one is told to come again.
	maxQueue = 4096
)

// A unit waits until it is taken by the writer, or given up by its caller.
const (
	waiting int32 = iota
	taken
	givenUp
)

type unit struct {
	ctx   context.Context
	team  string
	f     func(*Tx) error
	state atomic.Int32
	after []func()
	done  chan error // holds one, so that the writer never waits for a caller
}

func newWriter(s *session, log *slog.Logger) *writer {
	return &writer{
		s: s, log: log, patience: unitTime, queue: make(chan *unit, maxQueue),
		ended: make(chan struct{}),
	}
}

func (w *writer) start() { go w.loop() }

// stop lets the units that wait finish and ends the goroutine. It reports false when another call
// has done so.
func (w *writer) stop() bool {
	w.mu.Lock()
	if w.stopping {
		w.mu.Unlock()
		return false
	}
	w.stopping = true
	close(w.queue)
	w.mu.Unlock()
	<-w.ended
	return true
}

func (w *writer) write(ctx context.Context, team string, f func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &unit{ctx: ctx, team: team, f: f, done: make(chan error, 1)}
	if err := w.put(u); err != nil {
		return err
	}
	late := time.NewTimer(w.patience)
	defer late.Stop()
	select {
	case err := <-u.done:
		return err
	case <-w.ended:
	case <-ctx.Done():
		if u.state.CompareAndSwap(waiting, givenUp) {
			return ctx.Err()
		}
	case <-late.C:
		if u.state.CompareAndSwap(waiting, givenUp) {
			return unreachable(errors.New("the queue of writes does not move"))
		}
	}
	return w.outcome(u)
}

// outcome waits for a unit that cannot be given up any more.
func (w *writer) outcome(u *unit) error {
	select {
	case err := <-u.done:
		return err
	case <-w.ended:
	}
	// The writer may have answered just before it ended.
	select {
	case err := <-u.done:
		return err
	default:
		return unreachable(errClosed)
	}
}

func (w *writer) put(u *unit) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.stopping {
		return unreachable(errClosed)
	}
	select {
	case w.queue <- u:
		return nil
	default:
		return unreachable(errors.New("the queue of writes is full"))
	}
}

func (w *writer) loop() {
	defer close(w.ended)
	for u := range w.queue {
		w.transaction(u)
	}
}

// transaction runs first and all who come while it is open, and commits them together.
func (w *writer) transaction(first *unit) {
	for u := first; u != nil; u = w.next() {
		if !u.state.CompareAndSwap(waiting, taken) {
			continue
		}
		if err := w.run(u); err != nil {
			u.done <- err
			continue
		}
		w.batch = append(w.batch, u)
	}
	if len(w.batch) > 0 {
		w.commit()
	}
}

// next returns a unit that waits, nil if there is none or the transaction is full.
func (w *writer) next() *unit {
	if len(w.batch) >= maxBatch {
		return nil
	}
	select {
	case u := <-w.queue:
		return u // nil once the queue is closed and empty
	default:
		return nil
	}
}

// run runs one unit; if it fails nothing of it is left. The first unit of a transaction needs no
// savepoint, since undoing it undoes all there is.
func (w *writer) run(u *unit) error {
	opening := len(w.batch) == 0
	begin, undo, keep := `SAVEPOINT unit`, `ROLLBACK TO unit`, `RELEASE unit`
	if opening {
		begin, undo, keep = `BEGIN IMMEDIATE`, `ROLLBACK`, ``
	}
	w.s.reset(context.Background())
	if _, err := w.s.exec(begin); err != nil {
		return w.giveUp(err)
	}
	err := w.call(u)
	if w.s.worst == faultUnreachable {
		// SQLite may have rolled the transaction back by itself.
		return w.giveUp(w.s.cause)
	}
	w.s.reset(context.Background())
	if err != nil {
		u.after = nil
		if _, e := w.s.exec(undo); e != nil {
			return w.giveUp(e)
		}
	}
	if keep != "" {
		if _, e := w.s.exec(keep); e != nil {
			return w.giveUp(e)
		}
	}
	return err
}

// call runs the unit's function under a context of its own.
func (w *writer) call(u *unit) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(u.ctx), unitTime)
	defer cancel()
	// Statements see the end of ctx between them, not within: that would cost a goroutine for each.
	w.s.reset(undying{ctx})
	tx := &Tx{reads: reads{db: w.db, team: u.team, s: w.s}}
	defer func() { u.after = tx.end() }()
	return guard(func() error { return u.f(tx) })
}

// commit makes the batch durable, then announces and answers, in the order of the units.
func (w *writer) commit() {
	w.s.reset(context.Background())
	if _, err := w.s.exec(`COMMIT`); err != nil {
		_ = w.giveUp(err) // the units have been told
		return
	}
	for i, u := range w.batch {
		announce(w.log, u.after)
		u.done <- nil
		w.batch[i] = nil
	}
	w.batch = w.batch[:0]
}

// giveUp undoes the whole transaction, tells all units in it, and returns the cause.
func (w *writer) giveUp(cause error) error {
	w.s.reset(context.Background())
	// It fails where SQLite has rolled back by itself already; then there is nothing to undo.
	_, _ = w.s.exec(`ROLLBACK`)
	for i, u := range w.batch {
		u.done <- cause
		w.batch[i] = nil
	}
	w.batch = w.batch[:0]
	return cause
}

// undying is a context whose end is to be asked for and not waited for.
type undying struct{ context.Context }

func (undying) Done() <-chan struct{} { return nil }

// guard runs f and makes an error of its panic.
func guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("store: a unit panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return f()
}

// announce runs what was to be run after the commit. A panic there is logged, since the commit
// stands.
func announce(log *slog.Logger, after []func()) {
	for _, f := range after {
		if err := guard(func() error { f(); return nil }); err != nil {
			log.Error("announcing a commit failed", "error", err.Error())
		}
	}
}
