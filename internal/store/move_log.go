package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/bimpe/bimpe/internal/archive"
)

// bimpe_move is the target's own note of a move that is under way: for each table what the source
// holds, and how many rows have been copied. It comes with the tables and goes with the end.

// isWhole refuses a PostgreSQL database into which a move is not through.
func isWhole(ctx context.Context, c conn) error {
	moving, err := isMoving(ctx, c)
	if err == nil && moving {
		err = errors.New("a move into this database has not come to its end: call bimpe move again")
	}
	return err
}

func isMoving(ctx context.Context, c conn) (bool, error) {
	there, err := ask(ctx, c, `SELECT to_regclass('bimpe_move') IS NOT NULL`)
	return there == true, err
}

// begin makes the tables, or finds out how far an earlier move has come: how many rows each table has.
func (m *mover) begin(ctx context.Context) (copied map[string]int64, err error) {
	moving, err := isMoving(ctx, sqlConn{m.to})
	if err != nil {
		return nil, err
	}
	if moving {
		return m.resume(ctx)
	}
	return nil, inTransaction(ctx, m.to, func() error {
		if err := isEmptyDatabase(ctx, m.to); err != nil {
			return err
		}
		if err := makeTables(ctx, m.to, postgresDialect(), m.contents.Schema); err != nil {
			return err
		}
		const text = `CREATE TABLE bimpe_move (name TEXT PRIMARY KEY, rows BIGINT NOT NULL, hash TEXT NOT NULL, copied BIGINT NOT NULL)`
		if _, err := m.to.ExecContext(ctx, text); err != nil {
			return fmt.Errorf("note the move: %w", err)
		}
		for _, t := range m.contents.Tables {
			if err := m.anew(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// anew empties a table and notes what is to be copied into it.
func (m *mover) anew(ctx context.Context, t archive.Counted) error {
	if _, err := m.to.ExecContext(ctx, `TRUNCATE "`+t.Name+`"`); err != nil {
		return fmt.Errorf("empty table %s: %w", t.Name, err)
	}
	_, err := m.to.ExecContext(ctx, `INSERT INTO bimpe_move (name, rows, hash, copied) VALUES ($1, $2, $3, 0)
		ON CONFLICT (name) DO UPDATE SET rows = excluded.rows, hash = excluded.hash, copied = 0`, t.Name, t.Rows, t.Hash())
	if err != nil {
		return fmt.Errorf("note the move: %w", err)
	}
	return nil
}

// resume goes on from an earlier move, and begins anew with tables that have changed in the source.
func (m *mover) resume(ctx context.Context) (map[string]int64, error) {
	schema, err := schemaOf(ctx, sqlConn{m.to})
	if err != nil {
		return nil, err
	}
	if schema != m.contents.Schema {
		return nil, fmt.Errorf("the move was begun with tables of schema %d, and the source has schema %d now: begin anew, "+
			"with an empty database", schema, m.contents.Schema)
	}
	noted, err := m.noted(ctx)
	if err != nil {
		return nil, err
	}
	copied := make(map[string]int64)
	return copied, inTransaction(ctx, m.to, func() error {
		for _, t := range m.contents.Tables {
			if n := noted[t.Name]; n.rows == t.Rows && n.hash == t.Hash() {
				copied[t.Name] = n.copied
			} else if err := m.anew(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}

// note is a row of bimpe_move.
type note struct {
	rows, copied int64
	hash         string
}

func (m *mover) noted(ctx context.Context) (map[string]note, error) {
	rows, err := m.to.QueryContext(ctx, `SELECT name, rows, hash, copied FROM bimpe_move`)
	if err != nil {
		return nil, fmt.Errorf("see how far the move has come: %w", err)
	}
	defer rows.Close() //nolint:errcheck // it was only read
	all := make(map[string]note)
	for rows.Next() {
		var name string
		var n note
		if err := rows.Scan(&name, &n.rows, &n.hash, &n.copied); err != nil {
			return nil, fmt.Errorf("see how far the move has come: %w", err)
		}
		all[name] = n
	}
	return all, rows.Err()
}

// finish reads the target, compares it with the source, and opens it to servers.
func (m *mover) finish(ctx context.Context) error {
	m.step(MoveStep{Done: m.done, Total: m.contents.Rows()})
	got, err := sums(ctx, sqlConn{m.to}, tablesOf(m.contents))
	if err != nil {
		return err
	}
	if different := differences(m.contents.Tables, got); different != nil {
		return errors.Join(fmt.Errorf("what was copied is not what there was, and those tables begin anew: call bimpe move "+
			"again: %w", different), m.again(ctx, got))
	}
	return inTransaction(ctx, m.to, func() error {
		if err := setPlaces(ctx, m.to); err != nil {
			return err
		}
		if err := analyze(ctx, m.to, m.contents); err != nil {
			return err
		}
		_, err := m.to.ExecContext(ctx, `DROP TABLE bimpe_move`)
		return err
	})
}

// again empties the tables that are not as they should be.
func (m *mover) again(ctx context.Context, got []archive.Counted) error {
	return inTransaction(ctx, m.to, func() error {
		for i, t := range m.contents.Tables {
			if got[i].Sum == t.Sum {
				continue
			}
			if err := m.anew(ctx, t); err != nil {
				return err
			}
		}
		return nil
	})
}
