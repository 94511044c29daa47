package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// smallFile is up to which size a database is written anew beside a running server, whose writes wait
// meanwhile, for a second or two.
const smallFile = 256 << 20

// Scrubbed says what is left of removed rows in the files of a database.
type Scrubbed struct {
	// Rewritten: the file was written anew, without anything that had been removed before.
	Rewritten bool
	// Foreign: the files are PostgreSQL's, which cleans them up by itself.
	Foreign bool
	// Snapshots is how many there are from before upgrades and rollbacks, which hold what was there then.
	Snapshots int
}

// Scrub removes from SQLite's files what rows that have been removed may have left there: what is in the
// journal goes into the database and the journal is emptied, and the database is written anew, so that no
// unused part of it holds anything. A large one beside a running server is not written anew, since writes
// would have to wait too long; then what has been overwritten by the removal is gone, and what earlier
// changes left in unused parts may be there.
func (db *DB) Scrub(ctx context.Context) (Scrubbed, error) {
	l, ok := db.eng.(*lite)
	if !ok {
		return Scrubbed{Foreign: true}, nil
	}
	served, err := db.served(ctx)
	if err != nil {
		return Scrubbed{}, err
	}
	stat, err := os.Stat(filepath.Join(l.folder, fileName))
	if err != nil {
		return Scrubbed{}, fmt.Errorf("look at the database: %w", err)
	}
	there, err := Snapshots(l.folder)
	if err != nil {
		return Scrubbed{}, err
	}
	s := Scrubbed{Rewritten: !served || stat.Size() <= smallFile, Snapshots: len(there)}
	return s, l.scrub(ctx, s.Rewritten)
}

// DropSnapshots removes all snapshots, so that there is nothing to roll back to; of PostgreSQL there are none.
func (db *DB) DropSnapshots() error {
	l, ok := db.eng.(*lite)
	if !ok {
		return nil
	}
	all, err := Snapshots(l.folder)
	for _, s := range all {
		err = errors.Join(err, os.Remove(filepath.Join(l.folder, snapshotFolder, s.Name)))
	}
	return err
}

func (l *lite) scrub(ctx context.Context, rewrite bool) (err error) { //nolint:revive // one of two ways to do it
	conn, err := openLite(l.folder, readWrite)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.close()) }()
	s := &session{d: l.d, conn: conn, ctx: ctx}
	if rewrite {
		// In memory a large one would have no room.
		for _, text := range []string{`PRAGMA temp_store = FILE`, `VACUUM`} {
			if _, err := s.exec(text); err != nil {
				return err
			}
		}
	}
	return s.emptyJournal()
}

// checkpointTime is how long the journal may be kept from being emptied by those who read.
const checkpointTime = time.Minute

// emptyJournal moves what is in the journal into the database and cuts the journal to nothing.
func (s *session) emptyJournal() error {
	ctx, cancel := context.WithTimeout(s.ctx, checkpointTime)
	defer cancel()
	for {
		r, err := s.one(`PRAGMA wal_checkpoint(TRUNCATE)`)
		if err != nil {
			return err
		}
		if busy := r.num(); busy == 0 {
			return r.err
		}
		if err := sleep(ctx, tryAgain); err != nil {
			return fmt.Errorf("the journal is in use: %w", err)
		}
	}
}
