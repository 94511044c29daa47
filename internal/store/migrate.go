package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// The keys of table meta.
const (
	metaMinimumWriter = "minimum_writer" // a migration's number
	metaFingerprint   = "master_fingerprint"
	metaInstallation  = "installation"     // a random name, the same on all nodes
	metaReplaced      = "replaced_master_" // and a fingerprint; of keys that were the database's own before
)

// prepare checks that this program may write to the database, brings its tables up to date, and
// checks the master key.
func prepare(ctx context.Context, db *sql.DB, d *dialect, c Config) error {
	dir, err := fs.Sub(migrations, d.folder)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	p, err := goose.NewProvider(d.goose, db, dir, goose.WithLogger(goose.NopLogger()),
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	if err := mayWrite(ctx, db, d, newest); err != nil {
		return err
	}
	if err := keepBefore(ctx, p, db, d, c); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return reach(d, fmt.Errorf("bring the tables up to date: %w", err))
	}
	return checkFingerprint(ctx, db, d, c)
}

// mayWrite refuses a database that a newer program has made its own.
func mayWrite(ctx context.Context, db *sql.DB, d *dialect, newest int64) error {
	there, err := hasMeta(ctx, db, d)
	if err != nil || !there {
		return err
	}
	value, err := meta(ctx, db, d, metaMinimumWriter)
	if err != nil || value == "" {
		return err
	}
	least, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return fmt.Errorf("the database's minimum writer %q is no number: %w", value, err)
	}
	if newest < least {
		return fmt.Errorf("this database needs a newer bimpe: its tables are of schema %d and this program "+
			"knows schema %d", least, newest)
	}
	return nil
}

// hasMeta reports whether the database has tables of ours already.
func hasMeta(ctx context.Context, db *sql.DB, d *dialect) (bool, error) {
	var n int
	if err := db.QueryRowContext(ctx, d.hasMeta()).Scan(&n); err != nil {
		return false, reach(d, fmt.Errorf("look at the database: %w", err))
	}
	return n > 0, nil
}

// meta returns what the database says of itself under a key, "" if nothing.
func meta(ctx context.Context, db *sql.DB, d *dialect, key string) (string, error) {
	var value string
	err := db.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = $1`, key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", reach(d, fmt.Errorf("read meta %s: %w", key, err))
	}
	return value, nil
}

// checkFingerprint keeps the first master key's fingerprint and refuses those who do not have that key.
func checkFingerprint(ctx context.Context, db *sql.DB, d *dialect, c Config) error {
	if len(c.MasterFingerprint) == 0 {
		return nil
	}
	mine := hex.EncodeToString(c.MasterFingerprint)
	kept, err := meta(ctx, db, d, metaFingerprint)
	if err != nil {
		return err
	}
	if kept == "" {
		_, err := db.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`,
			metaFingerprint, mine)
		if err != nil {
			return reach(d, fmt.Errorf("keep the master key's fingerprint: %w", err))
		}
		if kept, err = meta(ctx, db, d, metaFingerprint); err != nil {
			return err
		}
	}
	has := func(older []byte) bool { return hex.EncodeToString(older) == kept }
	if kept != mine && !slices.ContainsFunc(c.OlderFingerprints, has) {
		return errors.New("the master key is not the one that this database was made with: set BIMPE_MASTER_KEY " +
			"to that one (with SQLite: put back the key file that was in the data folder)")
	}
	return nil
}

// reach tells the caller when the database is merely out of reach.
func reach(d *dialect, err error) error {
	if d.fault(err) == faultUnreachable {
		return unreachable(err)
	}
	return err
}
