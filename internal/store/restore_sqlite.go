package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/bimpe/bimpe/internal/archive"
)

// restoringFolder is where a database is built in a data folder before it gets its name.
const restoringFolder = "restore.partial"

func (r *restoring) toSQLite(ctx context.Context) (err error) {
	if err := os.MkdirAll(r.DataDir, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	unlock, err := holdFolder(ctx, r.DataDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if err := isEmptyFolder(r.DataDir); err != nil {
		return err
	}
	if err := r.check(ctx, sqliteDialect()); err != nil {
		return err
	}
	build := filepath.Join(r.DataDir, restoringFolder)
	// One that was killed may have left it behind.
	if err := errors.Join(os.RemoveAll(build), os.Mkdir(build, 0o700)); err != nil {
		return fmt.Errorf("make a folder to restore in: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(build)) }()
	if err := r.build(ctx, build); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(build, fileName), filepath.Join(r.DataDir, fileName)); err != nil {
		return fmt.Errorf("put the database into the data folder: %w", err)
	}
	return syncFile(r.DataDir)
}

// holdFolder keeps servers and everybody else who would open the database out of a data folder, until
// what it returns is called.
func holdFolder(ctx context.Context, folder string) (release func() error, err error) {
	server, err := lockServer(folder)
	if err != nil {
		return nil, err
	}
	open, err := lockOpen(ctx, folder)
	if err != nil {
		return nil, errors.Join(err, unlock(server))
	}
	return func() error { return errors.Join(unlock(open), unlock(server)) }, nil
}

// isEmptyFolder refuses a folder with a database or a part of one.
func isEmptyFolder(folder string) error {
	for _, suffix := range []string{"", "-wal", "-journal"} {
		path := filepath.Join(folder, fileName+suffix)
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			return errors.Join(err, fmt.Errorf("there is a database already: %s. A backup is restored into an empty place: "+
				"name another BIMPE_DATA_DIR, or move that file away", path))
		}
	}
	return nil
}

// build makes the whole database in a folder and brings it to the disk.
func (r *restoring) build(ctx context.Context, folder string) error {
	db, err := sql.Open("sqlite", dsn(folder, filling))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if err := errors.Join(makeTables(ctx, db, sqliteDialect(), r.contents.Schema), db.Close()); err != nil {
		return err
	}
	to, err := openLite(folder, filling)
	if err != nil {
		return err
	}
	if err := errors.Join(r.fillLite(ctx, to), to.close()); err != nil {
		return err
	}
	return syncFile(filepath.Join(folder, fileName))
}

// fillLite fills the tables and makes their indexes behind that, which is faster.
func (r *restoring) fillLite(ctx context.Context, to *liteConn) error {
	indexes, err := takeIndexes(ctx, to)
	if err != nil {
		return err
	}
	if _, err := to.exec(ctx, `BEGIN`, nil); err != nil {
		return err
	}
	if err := r.fill(ctx, liteTarget{to}); err != nil {
		return err
	}
	for _, text := range indexes {
		if _, err := to.exec(ctx, text, nil); err != nil {
			return fmt.Errorf("%s: %w", head(text), err)
		}
	}
	if _, err := to.exec(ctx, `COMMIT`, nil); err != nil {
		return err
	}
	return r.compare(ctx, to)
}

// takeIndexes drops all indexes that are not a part of their table and returns what makes them.
func takeIndexes(ctx context.Context, c *liteConn) (texts []string, err error) {
	for {
		const text = `SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name LIMIT 1`
		made, err := ask(ctx, c, text)
		if err != nil || made == nil {
			return texts, err
		}
		name, err := ask(ctx, c, strings.Replace(text, "SELECT sql", "SELECT name", 1))
		if err != nil {
			return nil, err
		}
		if _, err := c.exec(ctx, fmt.Sprintf(`DROP INDEX "%s"`, name), nil); err != nil {
			return nil, err
		}
		texts = append(texts, made.(string))
	}
}

// liteTarget fills a SQLite database row by row.
type liteTarget struct{ c *liteConn }

func (p liteTarget) load(ctx context.Context, t archive.Table, next func([]any) (bool, error)) error {
	marks := make([]string, len(t.Columns))
	for i := range marks {
		marks[i] = fmt.Sprint("$", i+1)
	}
	text := `INSERT INTO "` + t.Name + `" (` + columnList(t) + `) VALUES (` + strings.Join(marks, ", ") + `)`
	values := make([]any, len(t.Columns))
	for {
		more, err := next(values)
		if err != nil || !more {
			return err
		}
		// Reading ends with ctx; a context here would cost each row a goroutine.
		if _, err := p.c.exec(context.Background(), text, values); err != nil {
			return err
		}
	}
}

// syncFile brings a file, or the names in a folder, to the disk.
func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
