package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"
	"unicode/utf8"
)

// conn runs statements on one database connection, or on PostgreSQL on a pool of them. Statements
// are prepared once on each connection.
type conn interface {
	query(ctx context.Context, text string, args []any) (cursor, error)
	exec(ctx context.Context, text string, args []any) (int64, error)
}

// cursor walks over the rows of a query.
type cursor interface {
	// width is how many columns a row has.
	width() int
	// next fills into with the next row, or reports that there is none.
	next(into []driver.Value) (bool, error)
	close() error
}

// session is a place to run statements. It is used by one goroutine at a time.
type session struct {
	d    *dialect
	conn conn
	ctx  context.Context // what statements run under
	row  row             // the row being read; reused
	kept *kept           // the writer's; nil elsewhere
	pipe *pgConn         // where statements may wait: conn, in a unit on PostgreSQL; nil elsewhere

	// worst is the gravest fault of this unit, and cause the error that showed it. A unit whose
	// transaction is lost must not be committed, whatever became of the error.
	worst fault
	cause error

	wrote bool // the unit may have changed something
	asked int  // how many statements it has been asked to run, ever
}

// one returns the first row of a query, nil if there is none. The row is good until the session is
// used again.
func (s *session) one(text string, args ...any) (*row, error) {
	c, err := s.query(text, args)
	if err != nil {
		return nil, err
	}
	s.row.resize(c.width())
	found, err := c.next(s.row.vals)
	if e := c.close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, s.failed(text, err)
	}
	if !found {
		return nil, nil //nolint:nilnil // no row is an ordinary result
	}
	return &s.row, nil
}

// all calls f with each row of a query. f must not use the session.
func (s *session) all(text string, f func(*row), args ...any) error {
	c, err := s.query(text, args)
	if err != nil {
		return err
	}
	err = s.walk(c, f)
	if e := c.close(); err == nil {
		err = e
	}
	if err != nil {
		return s.failed(text, err)
	}
	return nil
}

func (s *session) query(text string, args []any) (cursor, error) {
	if err := s.late(text); err != nil {
		return nil, err
	}
	s.asked++
	if !strings.HasPrefix(text, "SELECT") {
		s.wrote = true
		s.kept.saw(text)
	}
	c, err := s.conn.query(s.ctx, text, clean(args))
	if err != nil {
		return nil, s.failed(text, err)
	}
	return c, nil
}

// late says that the unit's time is over, before anything is asked of the database: only this unit is
// undone, and not the transaction that it shares.
func (s *session) late(text string) error {
	if err := s.ctx.Err(); err != nil {
		return unreachable(fmt.Errorf("%s: %w", head(text), err))
	}
	return nil
}

func (s *session) walk(c cursor, f func(*row)) error {
	s.row.resize(c.width())
	for {
		more, err := c.next(s.row.vals)
		if err != nil || !more {
			return err
		}
		s.row.i = 0
		if f(&s.row); s.row.err != nil {
			return s.row.err
		}
	}
}

// exec runs a statement and returns how many rows it touched.
func (s *session) exec(text string, args ...any) (int64, error) {
	s.kept.saw(text)
	return s.run(text, args)
}

func (s *session) run(text string, args []any) (int64, error) {
	if err := s.late(text); err != nil {
		return 0, err
	}
	s.asked++
	s.wrote = true
	n, err := s.conn.exec(s.ctx, text, clean(args))
	if err != nil {
		return 0, s.failed(text, err)
	}
	return n, nil
}

// later runs a statement whose answer nobody waits for: at once, or where the database is asked over a
// network, together with the next one or with the commit. Check, which may be nil, is given how many rows it
// touched.
func (s *session) later(text string, check func(n int64) error, args ...any) error {
	if s.pipe == nil {
		n, err := s.exec(text, args...)
		if err == nil && check != nil {
			err = check(n)
		}
		return err
	}
	s.wrote = true
	s.asked++
	s.pipe.later(text, clean(args), check)
	return nil
}

// flush sends what waits.
func (s *session) flush() error {
	if s.pipe == nil {
		return nil
	}
	if err := s.pipe.flush(s.ctx); err != nil {
		return s.failed("what waited", err)
	}
	return nil
}

// forget drops what waits, since it is to be undone.
func (s *session) forget() {
	if s.pipe != nil {
		s.pipe.forget()
	}
}

// failed notes what an error means for the unit and says which statement it was. Values are never
// part of it.
func (s *session) failed(text string, err error) error {
	f := s.d.fault(err)
	err = fmt.Errorf("%s: %w", head(text), err)
	if f == faultUnreachable {
		err = unreachable(err)
	}
	if (f == faultUnreachable || f == faultLost) && s.worst != faultUnreachable {
		s.worst, s.cause = f, err
	}
	return err
}

// reset readies the session for another unit.
func (s *session) reset(ctx context.Context) {
	s.ctx, s.worst, s.cause, s.wrote = ctx, faultOther, nil, false
}

// head is the beginning of a statement, enough to tell it from others.
func head(text string) string {
	const most = 60
	text = strings.Join(strings.Fields(text), " ")
	if len(text) > most {
		return text[:most] + "…"
	}
	return text
}

// clean replaces what PostgreSQL would refuse as text, so that any string may be asked for: bytes
// that are no UTF-8, and NUL.
func clean(args []any) []any {
	for i, a := range args {
		if s, ok := a.(string); ok && (!utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0) {
			args[i] = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
		}
	}
	return args
}
