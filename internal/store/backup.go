package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"github.com/bimpe/bimpe/internal/archive"
)

// Backup writes all that a database holds as an archive, as it is at one moment, while others may go
// on writing to it. It changes nothing, not even to bring the tables up to date, and returns what it
// wrote. A database whose tables are newer than this program's is refused.
func Backup(ctx context.Context, c Config, release string, to io.Writer) (written archive.Contents, err error) {
	if err := c.check(); err != nil {
		return archive.Contents{}, err
	}
	err = atOneMoment(ctx, c, func(from conn, d *dialect) error {
		h, err := headerOf(ctx, from, d)
		if err != nil {
			return err
		}
		h.Release, h.TakenAt = release, c.Now().UTC()
		tables, err := layout(ctx, h.Schema)
		if err != nil {
			return err
		}
		w, err := archive.NewWriter(to, h)
		if err != nil {
			return err
		}
		if err := walk(ctx, from, tables, w); err != nil {
			return err
		}
		written, err = w.Close()
		return err
	})
	return written, err
}

// headerOf reads what a database says of itself.
func headerOf(ctx context.Context, from conn, d *dialect) (archive.Header, error) {
	there, err := ask(ctx, from, d.hasMeta())
	if err != nil {
		return archive.Header{}, err
	}
	if there == int64(0) {
		return archive.Header{}, errors.New("there is no data of bimpe in this database")
	}
	if d.many {
		if err := isWhole(ctx, from); err != nil {
			return archive.Header{}, err
		}
	}
	h := archive.Header{Engine: d.name()}
	if h.Schema, err = schemaOf(ctx, from); err != nil {
		return h, err
	}
	newest, err := newestSchema(d)
	if err != nil {
		return h, err
	}
	if h.Schema > newest {
		return h, fmt.Errorf("this database needs a newer bimpe: its tables are of schema %d and this program "+
			"knows schema %d", h.Schema, newest)
	}
	fingerprint, err := ask(ctx, from, `SELECT value FROM meta WHERE key = '`+metaFingerprint+`'`)
	if err != nil {
		return h, err
	}
	h.MasterFingerprint, _ = fingerprint.(string) // there is none before the first server
	return h, nil
}

// atOneMoment lends f a connection of its own that only reads, and sees the database as it is at its
// first question, whatever is written meanwhile.
func atOneMoment(ctx context.Context, c Config, f func(conn, *dialect) error) error {
	if c.URL != "" {
		return momentOfPostgres(ctx, c, f)
	}
	from, err := openLite(c.DataDir, readOnly)
	if err != nil {
		return err
	}
	if _, err = from.exec(ctx, `BEGIN`, nil); err == nil {
		err = f(from, sqliteDialect())
	}
	return errors.Join(err, from.close()) // which ends the transaction too
}

func momentOfPostgres(ctx context.Context, c Config, f func(conn, *dialect) error) error {
	d := postgresDialect()
	db, on, err := openOne(ctx, c.URL)
	if err != nil {
		return err
	}
	tx, err := on.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err == nil {
		err = errors.Join(f(sqlConn{tx}, d), ended(tx.Rollback()))
	}
	return errors.Join(err, on.Close(), db.Close())
}

// ended is the error of ending a transaction, but for one whose context has ended it already.
func ended(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

// openOne opens a single connection to PostgreSQL. The caller closes both.
func openOne(ctx context.Context, url string) (*sql.DB, *sql.Conn, error) {
	cfg, err := parseURL(url)
	if err != nil {
		return nil, nil, err
	}
	db := pool(*cfg, 1)
	on, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("connect to the database: %w", err), db.Close())
	}
	return db, on, nil
}
