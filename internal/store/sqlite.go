package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"modernc.org/sqlite"
)

// lite is SQLite: one writer and a pool of readers on one file.
type lite struct {
	d      *dialect
	folder string
	lock   *os.File // nil unless exclusive
	writer *writer
	// readers lends out sessions. A nil stands for a connection that has not been opened yet, so
	// that a start and an idle server pay for those in use only.
	readers chan *session
	closed  chan struct{}
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
	db := &DB{eng: l, now: c.Now, d: l.d, mine: c.Exclusive}
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
	l.writer = newWriter(&session{d: l.d, conn: conn}, c.Log)
	n := max(minReaders, readersPerCore*runtime.GOMAXPROCS(0))
	l.readers = make(chan *session, n)
	for range n {
		l.readers <- nil
	}
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
	var s *session
	select {
	case <-l.closed:
		return nil, unreachable(errClosed)
	case s = <-l.readers:
	default:
		late := time.NewTimer(unitTime)
		defer late.Stop()
		select {
		case s = <-l.readers:
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-late.C:
			return nil, unreachable(errors.New("all readers are busy"))
		}
	}
	if s != nil {
		return s, nil
	}
	c, err := openLite(l.folder, readOnly)
	if err != nil {
		l.readers <- nil
		return nil, unreachable(err)
	}
	return &session{d: l.d, conn: c}, nil
}

// giveBack keeps a reader for the next one, unless its connection may be the cause of a fault.
func (l *lite) giveBack(s *session) {
	if s.worst == faultUnreachable && s.ctx.Err() == nil {
		// The fault has been told; what closing says adds nothing.
		_ = s.conn.(*liteConn).close()
		s = nil
	}
	l.readers <- s
}

func (l *lite) write(ctx context.Context, team string, f func(*Tx) error) error {
	return l.writer.write(ctx, team, f)
}

// close lets the writer finish and waits for every reader to be given back.
func (l *lite) close() error {
	if !l.writer.stop() {
		return nil
	}
	close(l.closed)
	var errs []error
	for range cap(l.readers) {
		if s := <-l.readers; s != nil {
			errs = append(errs, s.conn.(*liteConn).close())
		}
	}
	// The last connection to close folds the journal into the file.
	errs = append(errs, l.writer.s.conn.(*liteConn).close(), unlock(l.lock))
	return errors.Join(errs...)
}
