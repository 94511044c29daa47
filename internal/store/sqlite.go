package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"modernc.org/sqlite"

	"github.com/bimpe/bimpe/internal/console"
)

// lite is SQLite: one writer and a pool of readers on one file.
type lite struct {
	d      *dialect
	folder string
	lock   *os.File // nil unless exclusive
	writer *writer
	// lent has a place for every reader that may be in use at a time.
	lent   chan struct{}
	closed chan struct{}

	mu sync.Mutex
	// idle are the readers that wait for work. The last one to come is the first to go, so that few
	// are opened, and those have what is asked for at hand.
	idle []*session
}

// readersPerCore leaves a reader free for short questions while long searches run.
const readersPerCore = 2

const minReaders = 4

func openSQLite(ctx context.Context, c Config) (*DB, error) {
	// The folder holds the master key too.
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	// Where the system has no fdatasync, fsync stays and says the same at a higher price.
	_, _ = sqlite.Fdatasync(true)
	l := &lite{d: sqliteDialect(), folder: c.DataDir, closed: make(chan struct{})}
	if err := l.open(ctx, c); err != nil {
		return nil, errors.Join(err, unlock(l.lock))
	}
	db := &DB{eng: c.watch(l), now: c.Now, d: l.d, mine: c.Exclusive, alerts: c.Alerts, prompts: cmp.Or(c.PromptLife, console.DefaultPromptLife)}
	l.writer.db = db
	l.writer.start()
	return db, nil
}

func (l *lite) open(ctx context.Context, c Config) error {
	var err error
	if c.Exclusive {
		if l.lock, err = lockServer(c.DataDir); err != nil {
			return err
		}
	}
	if err := l.prepare(ctx, c); err != nil {
		return err
	}
	conn, err := openLite(l.folder, readWrite)
	if err != nil {
		return err
	}
	l.writer = newWriter(&session{d: l.d, conn: conn, kept: newKept()}, c.Log)
	l.writer.clock = clocked{c.Watch, c.Now}
	n := max(minReaders, readersPerCore*runtime.GOMAXPROCS(0))
	l.lent = make(chan struct{}, n)
	return nil
}

// prepare brings the tables up to date. It has a connection of its own, which is closed at the end.
func (l *lite) prepare(ctx context.Context, c Config) error {
	lock, err := lockOpen(ctx, l.folder)
	if err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(l.folder, readWrite))
	if err != nil {
		return errors.Join(fmt.Errorf("open %s: %w", filepath.Join(l.folder, fileName), err), unlock(lock))
	}
	db.SetMaxOpenConns(1)
	return errors.Join(prepare(ctx, db, l.d, c), db.Close(), unlock(lock))
}

func (l *lite) read(ctx context.Context, f func(*session) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s, err := l.borrow(ctx)
	if err != nil {
		return err
	}
	defer l.giveBack(s)
	// A statement under a context that can end costs a goroutine. Reads by an index are over before
	// that pays; those that may take long ask for it by session.until.
	s.reset(context.Background())
	return f(s)
}

func (l *lite) borrow(ctx context.Context) (*session, error) {
	select {
	case <-l.closed:
		return nil, unreachable(errClosed)
	case l.lent <- struct{}{}:
	default:
		if err := l.wait(ctx); err != nil {
			return nil, err
		}
	}
	if s := l.pop(); s != nil {
		return s, nil
	}
	c, err := openLite(l.folder, readOnly)
	if err != nil {
		<-l.lent
		return nil, unreachable(err)
	}
	return &session{d: l.d, conn: c}, nil
}

// wait waits for a place among the readers.
func (l *lite) wait(ctx context.Context) error {
	late := time.NewTimer(unitTime)
	defer late.Stop()
	select {
	case l.lent <- struct{}{}:
		return nil
	case <-l.closed:
		return unreachable(errClosed)
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return unreachable(errors.New("all readers are busy"))
	}
}

func (l *lite) pop() *session {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.idle) == 0 {
		return nil
	}
	s := l.idle[len(l.idle)-1]
	l.idle = l.idle[:len(l.idle)-1]
	return s
}

// giveBack keeps a reader for the next one, unless its connection may be the cause of a fault.
func (l *lite) giveBack(s *session) {
	if s.worst == faultUnreachable && s.ctx.Err() == nil {
		// The fault has been told; what closing says adds nothing.
		_ = s.conn.(*liteConn).close()
	} else {
		l.mu.Lock()
		l.idle = append(l.idle, s)
		l.mu.Unlock()
	}
	<-l.lent
}

func (l *lite) write(ctx context.Context, team string, f func(*Tx) error) error {
	return l.writer.write(ctx, team, f)
}

func (l *lite) waiting() int {
	l.writer.mu.Lock()
	defer l.writer.mu.Unlock()
	return len(l.writer.queue)
}

// close lets the writer finish and waits for every reader to be given back.
func (l *lite) close() error {
	if !l.writer.stop() {
		return nil
	}
	close(l.closed)
	var errs []error
	for range cap(l.lent) {
		l.lent <- struct{}{}
	}
	for s := l.pop(); s != nil; s = l.pop() {
		errs = append(errs, s.conn.(*liteConn).close())
	}
	// The last connection to close folds the journal into the file.
	errs = append(errs, l.writer.s.conn.(*liteConn).close(), unlock(l.lock))
	return errors.Join(errs...)
}
