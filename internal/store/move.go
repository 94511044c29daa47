package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"

	"github.com/bimpe/bimpe/internal/archive"
)

// MoveStep is how far a move has come.
type MoveStep struct {
	Table       string // that is being copied; empty while the source or the target is read through
	Done, Total int64  // rows, of all tables
}

// Move copies all data of a SQLite database, which nobody may be using, into an empty PostgreSQL
// database, and returns what it copied once the target has been read and is the same. It may be broken
// off at any moment, by a kill too, and is gone on with by calling it again: until it is through, a
// server refuses the target. Tables that have changed in the source meanwhile are copied anew. Not a
// byte of the source is changed. step is told now and then.
func Move(ctx context.Context, from Config, to string, step func(MoveStep)) (moved archive.Contents, err error) {
	if err := from.check(); err != nil {
		return moved, err
	}
	release, err := holdFolder(ctx, from.DataDir)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, release()) }()
	source, err := openLite(from.DataDir, untouched)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, source.close()) }()
	db, target, err := openOne(ctx, to)
	if err != nil {
		return moved, err
	}
	defer func() { err = errors.Join(err, target.Close(), db.Close()) }()
	m := &mover{from: source, to: target, step: step}
	err = m.run(ctx)
	return m.contents, err
}

// mover is a move under way.
type mover struct {
	from     *liteConn
	to       *sql.Conn
	step     func(MoveStep)
	contents archive.Contents // of the source
	done     int64            // rows
}

func (m *mover) run(ctx context.Context) error {
	if err := m.readSource(ctx); err != nil {
		return err
	}
	if err := lockTarget(ctx, m.to); err != nil {
		return err
	}
	copied, err := m.begin(ctx)
	if err != nil {
		return err
	}
	for _, n := range copied {
		m.done += n
	}
	for _, t := range m.contents.Tables {
		if err := m.table(ctx, t, copied[t.Name]); err != nil {
			return fmt.Errorf("move table %s: %w", t.Name, err)
		}
	}
	return m.finish(ctx)
}

// readSource finds out what there is to move.
func (m *mover) readSource(ctx context.Context) (err error) {
	if _, err := m.from.exec(ctx, `BEGIN`, nil); err != nil {
		return err
	}
	if m.contents.Header, err = headerOf(ctx, m.from, sqliteDialect()); err != nil {
		return err
	}
	tables, err := layout(ctx, m.contents.Schema)
	if err != nil {
		return err
	}
	m.step(MoveStep{})
	m.contents.Tables, err = sums(ctx, m.from, tables)
	return err
}

// lockTarget keeps others from opening the target until the connection ends.
func lockTarget(ctx context.Context, to *sql.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, unitTime)
	defer cancel()
	if _, err := to.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(openingLock)); err != nil {
		return fmt.Errorf("wait until nobody else opens or fills the database: %w", err)
	}
	return nil
}

// sliceRows is how many rows are committed at a time, with how many they are by then.
const sliceRows = 20_000

// table copies a table from a row on.
func (m *mover) table(ctx context.Context, t archive.Counted, copied int64) (err error) {
	// Without an order SQLite walks over a table always in the same one. Should it ever not, the
	// comparison at the end would tell.
	rows, err := m.from.query(ctx, selectText(t.Table)+` LIMIT -1 OFFSET `+strconv.FormatInt(copied, 10), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.close()) }()
	next := reading(rows, t.Columns)
	for copied < t.Rows {
		n, err := m.slice(ctx, t, next)
		if err != nil {
			return err
		}
		if n == 0 {
			return errors.New("the source has fewer rows than it had")
		}
		copied += n
		m.done += n
		m.step(MoveStep{Table: t.Name, Done: m.done, Total: m.contents.Rows()})
	}
	return nil
}

// reading makes rows of SQLite such as PostgreSQL takes.
func reading(rows cursor, columns []archive.Column) func(into []any) (bool, error) {
	values := make([]driver.Value, len(columns))
	return func(into []any) (bool, error) {
		more, err := rows.next(values)
		if err != nil || !more {
			return false, err
		}
		asKinds(columns, values)
		for i, v := range values {
			into[i] = v
		}
		return true, nil
	}
}

// slice copies rows and notes that in one transaction.
func (m *mover) slice(ctx context.Context, t archive.Counted, next func([]any) (bool, error)) (n int64, err error) {
	err = inTransaction(ctx, m.to, func() error {
		some := func(into []any) (bool, error) {
			if n == sliceRows {
				return false, nil
			}
			more, err := next(into)
			if more {
				n++
			}
			return more, err
		}
		if err := (postgresTarget{m.to}).load(ctx, t.Table, some); err != nil {
			return err
		}
		_, err := m.to.ExecContext(ctx, `UPDATE bimpe_move SET copied = copied + $2 WHERE name = $1`, t.Name, n)
		return err
	})
	return n, err
}

// inTransaction runs f between BEGIN and COMMIT on a connection. Where it fails the connection is of
// no use any more.
func inTransaction(ctx context.Context, on *sql.Conn, f func() error) error {
	if _, err := on.ExecContext(ctx, `BEGIN`); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	_, err := on.ExecContext(ctx, `COMMIT`)
	return err
}
