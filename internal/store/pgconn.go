package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// pgConn runs the statements of one transaction on PostgreSQL by pgx itself. What need not be answered at
// once waits, and goes out together with the next statement that must be: each way to the server and back
// costs both sides more than most statements do.
//
//	BEGIN, SELECT … FOR UPDATE ─▶ ◀─    UPDATE, INSERT, INSERT ─▶ ◀─    COMMIT ─▶ ◀─
type pgConn struct {
	c      *pgx.Conn
	batch  *pgx.Batch
	checks []func(int64) error // of what waits, by the rows that were touched; nil: not looked at
	begun  bool                // the server has answered something
}

func newPGConn(c *pgx.Conn) *pgConn { return &pgConn{c: c, batch: &pgx.Batch{}} }

// later has a statement wait. Its error is that of the statement with which it goes out.
func (p *pgConn) later(text string, args []any, check func(int64) error) {
	p.batch.Queue(text, args...)
	p.checks = append(p.checks, check)
}

// forget drops what waits.
func (p *pgConn) forget() { p.batch, p.checks = &pgx.Batch{}, nil }

// send sends what waits and returns the results of what was put behind it.
func (p *pgConn) send(ctx context.Context) (pgx.BatchResults, error) {
	results, checks := p.c.SendBatch(ctx, p.batch), p.checks
	p.forget()
	for _, check := range checks {
		tag, err := results.Exec()
		p.begun = p.begun || err == nil
		if err == nil && check != nil {
			err = check(tag.RowsAffected())
		}
		if err != nil {
			return nil, errors.Join(err, results.Close())
		}
	}
	return results, nil
}

// flush sends what waits.
func (p *pgConn) flush(ctx context.Context) error {
	if len(p.checks) == 0 {
		return nil
	}
	results, err := p.send(ctx)
	if err != nil {
		return err
	}
	return results.Close()
}

func (p *pgConn) exec(ctx context.Context, text string, args []any) (n int64, err error) {
	p.later(text, args, func(touched int64) error {
		n = touched
		return nil
	})
	return n, p.flush(ctx)
}

func (p *pgConn) query(ctx context.Context, text string, args []any) (cursor, error) {
	p.batch.Queue(text, args...)
	results, err := p.send(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, errors.Join(err, results.Close())
	}
	return &pgCursor{results, rows}, nil
}

// commit ends the transaction; one that has failed meanwhile is rolled back by it, which is an error here.
func (p *pgConn) commit(ctx context.Context) error {
	tag, err := p.c.Exec(ctx, `COMMIT`)
	if err == nil && tag.String() == "ROLLBACK" {
		return pgx.ErrTxCommitRollback
	}
	return err
}

// pgCursor walks over the rows of the last statement of a batch.
type pgCursor struct {
	results pgx.BatchResults
	rows    pgx.Rows
}

func (c *pgCursor) width() int { return len(c.rows.FieldDescriptions()) }

func (c *pgCursor) next(into []driver.Value) (bool, error) {
	if !c.rows.Next() {
		return false, c.rows.Err()
	}
	vals, err := c.rows.Values()
	if err != nil {
		return false, err
	}
	for i, v := range vals {
		if into[i], err = plain(v); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (c *pgCursor) close() error {
	c.rows.Close()
	return c.results.Close()
}

// plain is a value in the types that rows are read by.
func plain(v any) (driver.Value, error) {
	switch v := v.(type) {
	case nil, string, []byte, int64, bool, float64:
		return v, nil
	case int32:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case pgtype.Numeric:
		return v.Value()
	default:
		return nil, fmt.Errorf("a column is %T", v)
	}
}
