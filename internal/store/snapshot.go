package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
)

// snapshotFolder is where a data folder keeps its snapshots.
const snapshotFolder = "snapshots"

// keptSnapshots is how many there are; the oldest ones go. What a rollback put aside stays.
const keptSnapshots = 3

// snapshotTime is how a snapshot's name tells when it was made, so that names sort by it.
const snapshotTime = "20060102T150405.000Z"

var snapshotName = regexp.MustCompile(`^(\d{8}T\d{6}\.\d{3}Z)-schema-(\d+)(-before-rollback)?\.db$`)

// Snapshot is a SQLite database as it was before its tables were brought up to date, or before a
// rollback.
type Snapshot struct {
	Name   string
	Schema int64
	At     time.Time
	Bytes  int64
	Aside  bool // it was put aside by a rollback, and is never removed
}

// Snapshots returns those of a data folder, the newest first.
func Snapshots(folder string) ([]Snapshot, error) {
	entries, err := os.ReadDir(filepath.Join(folder, snapshotFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the snapshots: %w", err)
	}
	var all []Snapshot
	for _, e := range entries {
		parts := snapshotName.FindStringSubmatch(e.Name())
		if parts == nil {
			continue
		}
		stat, err := e.Info()
		if err != nil {
			return nil, fmt.Errorf("list the snapshots: %w", err)
		}
		at, err := time.Parse(snapshotTime, parts[1])
		schema, err2 := strconv.ParseInt(parts[2], 10, 64)
		if err != nil || err2 != nil {
			continue // a name that only looks like one
		}
		all = append(all, Snapshot{Name: e.Name(), Schema: schema, At: at, Bytes: stat.Size(), Aside: parts[3] != ""})
	}
	slices.SortFunc(all, func(a, b Snapshot) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Name, a.Name)) })
	return all, nil
}

// keepBefore makes a snapshot of a SQLite database with data whose tables are about to be changed.
func keepBefore(ctx context.Context, p *goose.Provider, db *sql.DB, d *dialect, c Config) error {
	if d.many {
		return nil
	}
	there, err := hasMeta(ctx, db, d)
	if err != nil || !there {
		return err
	}
	pending, err := p.HasPending(ctx)
	if err != nil || !pending {
		return err
	}
	schema, err := p.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	name, err := makeSnapshot(c.DataDir, schema, c.Now())
	if err != nil {
		return fmt.Errorf("make a snapshot before the tables are brought up to date, which needs as much space as the "+
			"database takes: %w", err)
	}
	c.Log.InfoContext(ctx, "a snapshot was made before the tables are brought up to date", "snapshot", name)
	return nil
}

// makeSnapshot copies the database page by page, as it is at one moment, and removes old snapshots.
func makeSnapshot(folder string, schema int64, at time.Time) (name string, err error) {
	home := filepath.Join(folder, snapshotFolder)
	if err := os.MkdirAll(home, 0o700); err != nil {
		return "", err
	}
	name = fmt.Sprintf("%s-schema-%d.db", at.UTC().Format(snapshotTime), schema)
	part := filepath.Join(home, "snapshot.partial")
	// One that was killed may have left it behind.
	if err := os.Remove(part); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	// SQLite would let others read a file that it makes by itself.
	if err := os.WriteFile(part, nil, 0o600); err != nil {
		return "", err
	}
	if err := copyPages(folder, part); err != nil {
		return "", errors.Join(err, os.Remove(part))
	}
	if err := errors.Join(syncFile(part), os.Rename(part, filepath.Join(home, name)), syncFile(home)); err != nil {
		return "", err
	}
	return name, prune(folder)
}

// copyPages copies a database into a new file by SQLite itself.
func copyPages(folder, to string) (err error) {
	from, err := openLite(folder, readOnly)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.close()) }()
	source, ok := from.c.(interface {
		NewBackup(to string) (*sqlite.Backup, error)
	})
	if !ok {
		return errors.New("store: the driver copies no pages")
	}
	path := (&url.URL{Path: filepath.ToSlash(to)}).EscapedPath()
	pages, err := source.NewBackup("file:" + path + "?_pragma=synchronous(OFF)&_pragma=journal_mode(OFF)")
	if err != nil {
		return err
	}
	_, err = pages.Step(-1)
	return errors.Join(err, pages.Finish())
}

// prune removes all but the newest snapshots.
func prune(folder string) error {
	all, err := Snapshots(folder)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(s Snapshot) bool { return s.Aside })
	for _, s := range all[min(len(all), keptSnapshots):] {
		if err := os.Remove(filepath.Join(folder, snapshotFolder, s.Name)); err != nil {
			return err
		}
	}
	return nil
}
