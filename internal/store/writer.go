package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"
)

// writer is SQLite's one writer. Whoever holds it takes all units that wait into one transaction, so
// that one fsync makes all of them durable; while it waits for the disk the next ones gather.
//
//	Write ─▶ queue ─▶ BEGIN IMMEDIATE ─▶ unit ─▶ unit ─▶ … ─▶ COMMIT ─▶ AfterCommit, answers
//	                        ▲                      │ error, panic behind a write of its own
//	                        │ those before it      ▼
//	                        └────────────────── ROLLBACK        only that unit is undone
//
// Units fail seldom behind their first write, and a savepoint for each would cost all of them. Where
// one does, what was before it is run again, and from then on each unit of that transaction has a
// savepoint, so that no transaction is run again more than once.
//
// A caller who finds the writer free holds it for one transaction and runs it by itself, which saves
// two changes of goroutine where little is going on. Who comes meanwhile is in that transaction or
// waits; then the writer's own goroutine holds it until nobody waits any more.
//
//	free ─ Write ─▶ held by the caller ─ nobody waits ─▶ free
//	                       │ somebody waits                ▲ nobody waits
//	                       ▼                               │
//	               held by the writer's goroutine ─────────┘
type writer struct {
	db  *DB
	s   *session
	log *slog.Logger
	// clock tells how long commits take.
	clock clocked

	// patience bounds how long a unit may wait for its turn. It also ends what would otherwise
	// never end: a unit that waits for another one of its own making.
	patience time.Duration

	wake   chan struct{} // hands the writer to its goroutine; holds one, which is all there can be
	ended  chan struct{} // closed when nothing will be written any more
	ending sync.Once     // closes it

	mu       sync.Mutex
	queue    []*unit // held under mu
	held     bool    // somebody runs transactions; held under mu
	stopping bool    // held under mu

	batch   []*unit // units of the transaction that wait for its commit; the holder's
	careful bool    // units of the transaction have savepoints; the holder's
}

const (
	// maxBatch bounds a transaction, and so how long its first unit waits for its last.
	maxBatch = 256
	// maxQueue bounds who waits; the next one is told to come again.
	maxQueue = 4096
	// courtesies is how often the writer lets those run who are ready to, before it commits: on a
	// busy machine some of them are about to write, and a commit costs as much for one as for many.
	// Where nobody is ready it returns at once.
	courtesies = 16
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
	spent []addition
	done  chan error // holds one, so that the writer never waits for a caller
}

func newWriter(s *session, log *slog.Logger) *writer {
	return &writer{
		s: s, log: log, patience: unitTime, wake: make(chan struct{}, 1), ended: make(chan struct{}),
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
	if !w.held {
		w.held = true
		w.wake <- struct{}{}
	}
	w.mu.Unlock()
	<-w.ended
	return true
}

func (w *writer) write(ctx context.Context, team string, f func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &unit{ctx: ctx, team: team, f: f, done: make(chan error, 1)}
	free, err := w.put(u)
	if err != nil {
		return err
	}
	if free {
		w.lead(u)
		return <-u.done
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

// put hands the writer to the caller if it is free, and puts the unit into the queue if not.
func (w *writer) put(u *unit) (free bool, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopping:
		return false, unreachable(errClosed)
	case !w.held:
		w.held = true
		return true, nil
	case len(w.queue) >= maxQueue:
		return false, unreachable(errors.New("the queue of writes is full"))
	}
	w.queue = append(w.queue, u)
	return false, nil
}

// take returns a unit that waits, nil if there is none.
func (w *writer) take() *unit {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.queue) > 0 {
		u := w.queue[0]
		w.queue[0], w.queue = nil, w.queue[1:]
		if u.state.CompareAndSwap(waiting, taken) {
			return u
		}
	}
	return nil
}

// lead runs the caller's unit and those that come meanwhile, and passes the writer on.
func (w *writer) lead(u *unit) {
	passed := false
	defer func() {
		if !passed { // a unit has ended this goroutine: nobody shall wait for ever
			w.end()
		}
	}()
	u.state.Store(taken)
	w.transaction(u)
	passed = true
	if !w.release() {
		w.wake <- struct{}{}
	}
}

// release frees the writer unless somebody waits for it.
func (w *writer) release() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held = len(w.queue) > 0 || w.stopping
	return !w.held
}

func (w *writer) end() { w.ending.Do(func() { close(w.ended) }) }

// loop runs what a caller leaves behind, until the writer is stopped and nobody waits.
func (w *writer) loop() {
	defer w.end()
	for {
		select {
		case <-w.ended:
			return
		case <-w.wake:
		}
		for !w.release() {
			if u := w.take(); u != nil {
				w.transaction(u)
			} else if w.done() {
				return
			}
		}
	}
}

// done reports whether the writer was stopped and all who had come before have their answers.
func (w *writer) done() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stopping && len(w.queue) == 0
}

// transaction runs first and all who come while it is open, and commits them together.
func (w *writer) transaction(first *unit) {
	w.careful = false
	for u := first; u != nil; u = w.next() {
		w.enter(u)
	}
	if len(w.batch) > 0 {
		w.commit()
	}
}

// enter runs a unit, which then waits for the commit or is told its error.
func (w *writer) enter(u *unit) {
	if err := w.run(u); err != nil {
		u.done <- err
		return
	}
	w.batch = append(w.batch, u)
}

// next returns a unit that waits, nil if there is none or the transaction is full.
func (w *writer) next() *unit {
	if len(w.batch) >= maxBatch {
		return nil
	}
	if u := w.take(); u != nil {
		return u
	}
	for range courtesies {
		runtime.Gosched()
		if u := w.take(); u != nil {
			return u
		}
	}
	return nil
}

// run runs one unit; if it fails nothing of it is left. The first unit of a transaction needs no
// savepoint, since undoing it undoes all there is.
func (w *writer) run(u *unit) error {
	opening := len(w.batch) == 0
	if err := w.begin(opening); err != nil {
		return w.giveUp(err)
	}
	err := w.call(u)
	if w.s.worst == faultUnreachable {
		// SQLite may have rolled the transaction back by itself.
		return w.giveUp(w.s.cause)
	}
	wrote := w.s.wrote
	w.s.reset(context.Background())
	if err != nil {
		u.after = nil
		if e := w.undo(opening, wrote); e != nil {
			return w.giveUp(e)
		}
		return err
	}
	if w.careful && !opening {
		if _, e := w.s.exec(`RELEASE unit`); e != nil {
			return w.giveUp(e)
		}
	}
	return nil
}

// begin readies the transaction for a unit.
func (w *writer) begin(opening bool) (err error) {
	w.s.reset(context.Background())
	switch {
	case opening:
		if _, err = w.s.exec(`BEGIN IMMEDIATE`); err == nil {
			err = w.recall()
		}
	case w.careful:
		_, err = w.s.exec(`SAVEPOINT unit`)
	}
	return err
}

// recall gives up what is kept of rows if somebody else has written to the file.
func (w *writer) recall() error {
	r, err := w.s.one(`PRAGMA data_version`)
	if err != nil {
		return err
	}
	w.s.kept.at(r.num())
	return r.err
}

// undo takes back what a unit has written that failed.
func (w *writer) undo(opening, wrote bool) (err error) {
	switch {
	case opening:
		_, err = w.s.exec(`ROLLBACK`)
	case w.careful:
		if _, err = w.s.exec(`ROLLBACK TO unit`); err == nil {
			_, err = w.s.exec(`RELEASE unit`)
		}
	case wrote:
		if _, err = w.s.exec(`ROLLBACK`); err == nil {
			w.again()
		}
	}
	return err
}

// again runs the units of a transaction that has been rolled back once more.
func (w *writer) again() {
	w.careful = true
	before := w.batch
	w.batch = make([]*unit, 0, len(before))
	for _, u := range before {
		w.enter(u)
	}
}

// call runs the unit's function under a context of its own.
func (w *writer) call(u *unit) (err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(u.ctx), unitTime)
	defer cancel()
	// Statements see the end of ctx between them, not within: that would cost a goroutine for each.
	w.s.reset(undying{ctx})
	tx := &Tx{reads: reads{db: w.db, team: u.team, s: w.s}}
	defer func() { u.after, u.spent = tx.end(), tx.spent }()
	return guard(func() error { return u.f(tx) })
}

// commit makes the batch durable, then announces and answers, in the order of the units.
func (w *writer) commit() {
	w.s.reset(context.Background())
	err := w.count()
	if err == nil {
		err = w.clock.commit(len(w.batch), func() error {
			_, err := w.s.exec(`COMMIT`)
			return err
		})
	}
	if err != nil {
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

// count adds up what the units of the batch have spent.
func (w *writer) count() error {
	var all []addition
	for _, u := range w.batch {
		all = append(all, u.spent...)
	}
	if len(all) == 0 {
		return nil
	}
	for _, a := range summed(all) {
		if err := w.s.add(a); err != nil {
			return err
		}
	}
	return nil
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
