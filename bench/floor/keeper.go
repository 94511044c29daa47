package floor

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/jackc/pgx/v5/pgxpool"
	_ "modernc.org/sqlite" // the same engine as the server's
)

// Keeper keeps messages, each in a transaction of its own.
type Keeper interface {
	put(ctx context.Context, conversation int, role, text string, at int64) error
	close() error
}

const (
	tables = `CREATE TABLE message (id %s PRIMARY KEY, conversation INT, role TEXT, text TEXT, at BIGINT);
		CREATE INDEX message_conversation ON message (conversation, id)`
	insert = `INSERT INTO message (conversation, role, text, at) VALUES ($1, $2, $3, $4)`
)

type lite struct{ db *sql.DB }

// OnSQLite keeps messages in folder, with SQLite's synchronous set to sync, FULL or NORMAL.
func OnSQLite(ctx context.Context, folder, sync string) (Keeper, error) {
	if sync != "FULL" && sync != "NORMAL" {
		return nil, fmt.Errorf("synchronous %q is neither FULL nor NORMAL", sync)
	}
	db, err := sql.Open("sqlite", filepath.Join(folder, "floor.db")+
		"?_pragma=journal_mode(WAL)&_pragma=busy_timeout(5000)&_pragma=synchronous("+sync+")&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, fmt.Sprintf(tables, "INTEGER")); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return lite{db}, nil
}

func (l lite) put(ctx context.Context, conversation int, role, text string, at int64) error {
	_, err := l.db.ExecContext(ctx, insert, conversation, role, text, at)
	return err
}

func (l lite) close() error { return l.db.Close() }

type postgres struct{ pool *pgxpool.Pool }

// OnPostgres keeps messages in an empty database, over at most connections at a time.
func OnPostgres(ctx context.Context, url string, connections int32) (Keeper, error) {
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, err
	}
	c.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, fmt.Sprintf(tables, "BIGINT GENERATED ALWAYS AS IDENTITY")); err != nil {
		pool.Close()
		return nil, err
	}
	return postgres{pool}, nil
}

func (p postgres) put(ctx context.Context, conversation int, role, text string, at int64) error {
	_, err := p.pool.Exec(ctx, insert, conversation, role, text, at)
	return err
}

func (p postgres) close() error {
	p.pool.Close()
	return nil
}
