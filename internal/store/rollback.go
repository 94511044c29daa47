package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

// RolledBack is what a rollback did.
type RolledBack struct {
	To     Snapshot
	Aside  string // the snapshot that the database has become
	Newest int64  // the schema that this program would bring it to
}

// rollbackFolder is where a snapshot is copied to in a data folder before it becomes the database.
const rollbackFolder = "rollback.partial"

// Rollback puts the database of a data folder aside, which no server may be using, and a snapshot in
// its place: the newest one that was made before a migration, or the one of a name. Killed at any
// moment it leaves one of the two there, and both are kept.
func Rollback(ctx context.Context, c Config, name string) (did RolledBack, err error) {
	if err := c.check(); err != nil {
		return did, err
	}
	if there, err := Exists(c.DataDir); err != nil || !there {
		return did, errors.Join(err, errors.New("there is no database to roll back"))
	}
	release, err := holdFolder(ctx, c.DataDir)
	if err != nil {
		return did, err
	}
	defer func() { err = errors.Join(err, release()) }()
	if did.To, err = choose(c.DataDir, name); err != nil {
		return did, err
	}
	if did.Newest, err = newestSchema(sqliteDialect()); err != nil {
		return did, err
	}
	build := filepath.Join(c.DataDir, rollbackFolder)
	if err := errors.Join(os.RemoveAll(build), os.Mkdir(build, 0o700)); err != nil {
		return did, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(build)) }()
	if err := copyFile(filepath.Join(c.DataDir, snapshotFolder, did.To.Name), filepath.Join(build, fileName)); err != nil {
		return did, fmt.Errorf("copy the snapshot: %w", err)
	}
	if err := isSound(ctx, build, did); err != nil {
		return did, err
	}
	did.Aside, err = exchange(ctx, c, build)
	return did, err
}

// choose finds a snapshot.
func choose(folder, name string) (Snapshot, error) {
	all, err := Snapshots(folder)
	if err != nil {
		return Snapshot{}, err
	}
	for _, s := range all {
		if s.Name == name || name == "" && !s.Aside {
			return s, nil
		}
	}
	if name != "" {
		return Snapshot{}, fmt.Errorf("there is no snapshot %q", name)
	}
	return Snapshot{}, errors.New("there is no snapshot: one is made before tables are brought up to date")
}

// isSound checks what is to become the database.
func isSound(ctx context.Context, folder string, did RolledBack) (err error) {
	from, err := openLite(folder, readOnly)
	if err != nil {
		return fmt.Errorf("the snapshot %s is damaged: %w", did.To.Name, err)
	}
	defer func() { err = errors.Join(err, from.close()) }()
	if said, err := ask(ctx, from, `PRAGMA quick_check(1)`); err != nil || said != "ok" {
		return errors.Join(err, fmt.Errorf("the snapshot %s is damaged: %v", did.To.Name, said))
	}
	value, err := ask(ctx, from, `SELECT value FROM meta WHERE key = '`+metaMinimumWriter+`'`)
	if err != nil {
		return err
	}
	text, _ := value.(string)
	if least, err := strconv.ParseInt(text, 10, 64); err == nil && least > did.Newest {
		return fmt.Errorf("the snapshot needs a newer bimpe: its tables are of schema %d and this program knows schema %d",
			did.To.Schema, did.Newest)
	}
	return nil
}

// exchange puts the database in a folder into the place of the one that is there, which gets a name
// among the snapshots.
func exchange(ctx context.Context, c Config, build string) (aside string, err error) {
	current := filepath.Join(c.DataDir, fileName)
	schema, err := fold(ctx, c.DataDir)
	if err != nil {
		return "", fmt.Errorf("close the database that is there: %w", err)
	}
	if stat, err := os.Stat(current + "-wal"); err == nil && stat.Size() > 0 {
		return "", fmt.Errorf("%s-wal cannot be folded into the database: somebody is using it", current)
	}
	aside = fmt.Sprintf("%s-schema-%d-before-rollback.db", c.Now().UTC().Format(snapshotTime), schema)
	home := filepath.Join(c.DataDir, snapshotFolder)
	if os.Link(current, filepath.Join(home, aside)) != nil { // some file systems have no links
		if err := copyFile(current, filepath.Join(home, aside)); err != nil {
			return "", fmt.Errorf("put the database aside: %w", err)
		}
	}
	if err := syncFile(home); err != nil {
		return "", err
	}
	return aside, errors.Join(os.Rename(filepath.Join(build, fileName), current), syncFile(c.DataDir))
}

// fold brings everything into the database's one file, and returns its schema.
func fold(ctx context.Context, folder string) (schema int64, err error) {
	c, err := openLite(folder, readWrite)
	if err != nil {
		return 0, err
	}
	if _, err = ask(ctx, c, `PRAGMA wal_checkpoint(TRUNCATE)`); err == nil {
		schema, err = schemaOf(ctx, c)
	}
	return schema, errors.Join(err, c.close())
}

// copyFile makes a file anew, on disk.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // it was only read
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
