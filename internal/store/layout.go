package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"github.com/bimpe/bimpe/internal/archive"
)

// passing are the tables that are of no use to another place: who is alive, and goose's own, which is
// made together with the tables.
func passing(table string) bool { return table == "node" || table == goose.DefaultTablename }

// newestSchema is the number of the last migration that this program knows.
func newestSchema(d *dialect) (int64, error) {
	all, err := versions(d)
	if err != nil {
		return 0, err
	}
	return all[len(all)-1].number, nil
}

// version is a migration.
type version struct {
	number int64
	file   string
}

// versions are all migrations in order.
func versions(d *dialect) ([]version, error) {
	files, err := migrations.ReadDir(d.folder) // sorted by name
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	all := make([]version, 0, len(files))
	for _, f := range files {
		n, err := goose.NumericComponent(f.Name())
		if err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		all = append(all, version{n, d.folder + "/" + f.Name()})
	}
	return all, nil
}

// makeTables makes all tables of a schema where there are none, in the transaction that db may be in,
// and leaves what goose leaves. They have no rows.
func makeTables(ctx context.Context, db database.DBTxConn, d *dialect, schema int64) error {
	all, err := versions(d)
	if err != nil {
		return err
	}
	log, err := database.NewStore(d.goose, goose.DefaultTablename)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	err = errors.Join(log.CreateVersionTable(ctx, db), log.Insert(ctx, db, database.InsertRequest{}))
	if err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	for _, v := range all {
		if v.number > schema {
			break
		}
		if err := d.execFile(ctx, db, v.file); err != nil {
			return fmt.Errorf("make the tables of schema %d: %w", v.number, err)
		}
		if err := log.Insert(ctx, db, database.InsertRequest{Version: v.number}); err != nil {
			return fmt.Errorf("make the tables of schema %d: %w", v.number, err)
		}
	}
	if _, err = db.ExecContext(ctx, `DELETE FROM meta`); err != nil {
		return fmt.Errorf("make the tables: %w", err)
	}
	return nil
}

// execFile runs all statements of a migration.
func (d *dialect) execFile(ctx context.Context, db database.DBTxConn, file string) error {
	text, err := migrations.ReadFile(file)
	if err != nil {
		return err
	}
	var mode []any
	if d.many {
		mode = []any{pgx.QueryExecModeSimpleProtocol} // the one that takes many statements
	}
	_, err = db.ExecContext(ctx, string(text), mode...)
	return err
}

// layout returns the tables of a schema whose rows are worth keeping, by name, with their columns by
// name. It is the same on both databases, so that it is read from one that is made for it.
func layout(ctx context.Context, schema int64) ([]archive.Table, error) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return nil, fmt.Errorf("lay out the tables: %w", err)
	}
	defer db.Close() //nolint:errcheck // it holds nothing
	db.SetMaxOpenConns(1)
	if err := makeTables(ctx, db, sqliteDialect(), schema); err != nil {
		return nil, err
	}
	return describe(ctx, db, `SELECT m.name, c.name, c.type FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' ORDER BY m.name, c.name`)
}

// describe reads tables with their columns.
func describe(ctx context.Context, db database.DBTxConn, text string) ([]archive.Table, error) {
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("lay out the tables: %w", err)
	}
	defer rows.Close() //nolint:errcheck // it was only read
	var all []archive.Table
	for rows.Next() {
		var table, column, is string
		if err := rows.Scan(&table, &column, &is); err != nil {
			return nil, fmt.Errorf("lay out the tables: %w", err)
		}
		if passing(table) {
			continue
		}
		kind, err := kindOfType(is)
		if err != nil {
			return nil, fmt.Errorf("column %s of table %s: %w", column, table, err)
		}
		if len(all) == 0 || all[len(all)-1].Name != table {
			all = append(all, archive.Table{Name: table})
		}
		last := &all[len(all)-1]
		last.Columns = append(last.Columns, archive.Column{Name: column, Kind: kind})
	}
	return all, rows.Err()
}

// kindOfType is what a column's type holds, on either database.
func kindOfType(is string) (archive.Kind, error) {
	switch strings.ToUpper(is) {
	case "BIGINT":
		return archive.Int, nil
	case "BOOLEAN":
		return archive.Bool, nil
	case "TEXT":
		return archive.Text, nil
	case "BLOB", "BYTEA":
		return archive.Bytes, nil
	default:
		return "", fmt.Errorf("a backup has no kind for the type %s", is)
	}
}

// columnList names a table's columns, as both databases read it.
func columnList(t archive.Table) string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = `"` + c.Name + `"`
	}
	return strings.Join(names, ", ")
}

// selectText reads all rows of a table that are worth keeping. An installation's name is not: it keeps
// apart those that share a Redis, and so must be another one in another place.
func selectText(t archive.Table) string {
	text := `SELECT ` + columnList(t) + ` FROM "` + t.Name + `"`
	if t.Name == "meta" {
		text += ` WHERE key <> '` + metaInstallation + `'`
	}
	return text
}
