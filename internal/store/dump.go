package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/bimpe/bimpe/internal/archive"
)

// rowSink takes tables with their rows.
type rowSink interface {
	// Table begins a table.
	Table(archive.Table) error
	// Row takes the bytes of a row of the table that was begun last, until it returns.
	Row(row []byte) error
}

// walk shows all rows of tables to a sink.
func walk(ctx context.Context, c conn, tables []archive.Table, to rowSink) error {
	var b []byte
	for _, t := range tables {
		if err := to.Table(t); err != nil {
			return err
		}
		rows, err := c.query(ctx, selectText(t), nil)
		if err != nil {
			return fmt.Errorf("read table %s: %w", t.Name, err)
		}
		b, err = walkRows(ctx, rows, t, to, b)
		if err = errors.Join(err, rows.close()); err != nil {
			return fmt.Errorf("read table %s: %w", t.Name, err)
		}
	}
	return nil
}

// checkEvery is after how many rows it is seen whether a walk is still wanted.
const checkEvery = 1024

// walkRows returns its buffer, for the next table.
func walkRows(ctx context.Context, rows cursor, t archive.Table, to rowSink, b []byte) ([]byte, error) {
	values := make([]driver.Value, len(t.Columns))
	for n := 0; ; n++ {
		if n%checkEvery == 0 && ctx.Err() != nil {
			return b, ctx.Err()
		}
		more, err := rows.next(values)
		if err != nil || !more {
			return b, err
		}
		asKinds(t.Columns, values)
		if b, err = archive.AppendRow(b[:0], t.Columns, values); err != nil {
			return b, err
		}
		if err := to.Row(b); err != nil {
			return b, err
		}
	}
}

// asKinds makes of values what their columns are declared to be: SQLite keeps in a column whatever
// was put there, and text was put there as bytes and the other way round.
func asKinds(columns []archive.Column, values []driver.Value) {
	for i, c := range columns {
		switch v := values[i].(type) {
		case int64:
			if c.Kind == archive.Bool {
				values[i] = v != 0
			}
		case []byte:
			switch {
			case c.Kind == archive.Text:
				values[i] = string(v)
			case v == nil: // SQLite's driver on no bytes, which PostgreSQL's would take for NULL
				values[i] = []byte{}
			}
		case string:
			if c.Kind == archive.Bytes {
				values[i] = []byte(v)
			}
		}
	}
}

// sums adds up what tables hold.
func sums(ctx context.Context, c conn, tables []archive.Table) ([]archive.Counted, error) {
	var all archive.Sums
	err := walk(ctx, c, tables, &all)
	return all.Tables, err
}

// differences says which tables do not hold what they should.
func differences(want, got []archive.Counted) error {
	var errs []error
	for i, w := range want {
		if g := got[i]; g.Sum != w.Sum {
			errs = append(errs, fmt.Errorf("table %s has %d rows that come to %.16s, and not %d that come to %.16s",
				w.Name, g.Rows, g.Hash(), w.Rows, w.Hash()))
		}
	}
	return errors.Join(errs...)
}

// ask returns the first column of a query's first row, nil if there is none.
func ask(ctx context.Context, c conn, text string) (driver.Value, error) {
	rows, err := c.query(ctx, text, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", head(text), err)
	}
	values := make([]driver.Value, rows.width())
	_, err = rows.next(values)
	if err = errors.Join(err, rows.close()); err != nil {
		return nil, fmt.Errorf("%s: %w", head(text), err)
	}
	return values[0], nil
}

// schemaOf returns which migrations a database has had.
func schemaOf(ctx context.Context, c conn) (int64, error) {
	v, err := ask(ctx, c, `SELECT max(version_id) FROM goose_db_version`)
	if err != nil {
		return 0, err
	}
	n, ok := v.(int64)
	if !ok {
		return 0, errors.New("the database does not say of which schema its tables are")
	}
	return n, nil
}
