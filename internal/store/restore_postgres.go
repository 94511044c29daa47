package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/bimpe/bimpe/internal/archive"
)

// toPostgres does everything in one transaction, the making of the tables too.
func (r *restoring) toPostgres(ctx context.Context) error {
	d := postgresDialect()
	db, on, err := openOne(ctx, r.URL)
	if err != nil {
		return err
	}
	if _, err = on.ExecContext(ctx, `BEGIN`); err == nil {
		err = r.inOne(ctx, on, d)
	}
	if err == nil {
		_, err = on.ExecContext(ctx, `COMMIT`)
	}
	// Where it was not committed, the end of the connection undoes it.
	return errors.Join(err, on.Close(), db.Close())
}

func (r *restoring) inOne(ctx context.Context, on *sql.Conn, d *dialect) error {
	if _, err := on.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, int64(openingLock)); err != nil {
		return fmt.Errorf("wait for other nodes: %w", err)
	}
	if err := isEmptyDatabase(ctx, on); err != nil {
		return err
	}
	if err := r.check(ctx, d); err != nil {
		return err
	}
	if err := makeTables(ctx, on, d, r.contents.Schema); err != nil {
		return err
	}
	if err := r.fill(ctx, postgresTarget{on}); err != nil {
		return err
	}
	if err := setPlaces(ctx, on); err != nil {
		return err
	}
	if err := r.compare(ctx, sqlConn{on}); err != nil {
		return err
	}
	return analyze(ctx, on, r.contents)
}

// analyze looks at what the tables hold, or the first plans would be poor.
func analyze(ctx context.Context, on *sql.Conn, c archive.Contents) error {
	for _, t := range c.Tables {
		if _, err := on.ExecContext(ctx, `ANALYZE "`+t.Name+`"`); err != nil {
			return fmt.Errorf("analyze table %s: %w", t.Name, err)
		}
	}
	return nil
}

// isEmptyDatabase refuses a schema in which any of our tables is.
func isEmptyDatabase(ctx context.Context, on *sql.Conn) error {
	newest, err := newestSchema(postgresDialect())
	if err != nil {
		return err
	}
	tables, err := layout(ctx, newest)
	if err != nil {
		return err
	}
	names := []string{goose.DefaultTablename, "node"}
	for _, t := range tables {
		names = append(names, t.Name)
	}
	var there sql.NullString
	err = on.QueryRowContext(ctx, `SELECT min(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE n.nspname = current_schema() AND c.relname = ANY($1)`, names).Scan(&there)
	if err != nil {
		return fmt.Errorf("look at the database: %w", err)
	}
	if there.Valid {
		return fmt.Errorf("the database is not empty: it has a table %q. Name one that is; `createdb` makes it", there.String)
	}
	return nil
}

// setPlaces lets the places of new messages begin behind all that have been given.
func setPlaces(ctx context.Context, on *sql.Conn) error {
	var there bool
	err := on.QueryRowContext(ctx, `SELECT to_regclass('message_place') IS NOT NULL`).Scan(&there)
	if err != nil || !there {
		return err
	}
	text := `SELECT coalesce(max(pos), 0) FROM message`
	if err := on.QueryRowContext(ctx, `SELECT to_regclass('gone_message') IS NOT NULL`).Scan(&there); err != nil {
		return err
	}
	if there {
		text = `SELECT greatest((` + text + `), (SELECT coalesce(max(pos), 0) FROM gone_message))`
	}
	if _, err := on.ExecContext(ctx, `SELECT setval('message_place', (`+text+`) + 1, false)`); err != nil {
		return fmt.Errorf("set the places of messages: %w", err)
	}
	return nil
}

// postgresTarget fills a PostgreSQL database by COPY.
type postgresTarget struct{ on *sql.Conn }

func (p postgresTarget) load(ctx context.Context, t archive.Table, next func([]any) (bool, error)) error {
	columns := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		columns[i] = c.Name
	}
	from := &copying{next: next, values: make([]any, len(columns))}
	return p.on.Raw(func(driver any) error {
		_, err := driver.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{t.Name}, columns, from)
		return err
	})
}

// copying is rows on their way, as pgx asks for them.
type copying struct {
	next   func([]any) (bool, error)
	values []any
	err    error
}

// Next goes to the next row.
func (c *copying) Next() bool {
	var more bool
	more, c.err = c.next(c.values)
	return more && c.err == nil
}

// Values returns the row, until the next one.
func (c *copying) Values() ([]any, error) { return c.values, nil }

// Err returns what ended the rows, if it was not their end.
func (c *copying) Err() error { return c.err }
