package app

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/internal/store"
)

// Snapshot is a database of the past.
type Snapshot struct {
	Name   string
	Schema int64
	At     time.Time
	Bytes  int64
	Aside  bool // put aside by a rollback; the others were made before tables were brought up to date
}

// RolledBack is what a rollback did.
type RolledBack struct {
	To     Snapshot
	Aside  string // what the database from before is called now
	Newest int64  // the schema to which this release would bring the database at its start
}

// Snapshots returns those of the data folder, the newest first. What cannot be is a *ConfigError.
func Snapshots(s Storage) ([]Snapshot, error) {
	if err := s.checkSnapshots(); err != nil {
		return nil, err
	}
	found, err := store.Snapshots(s.DataDir)
	var all []Snapshot
	for _, one := range found {
		all = append(all, Snapshot(one))
	}
	return all, err
}

// Rollback puts a snapshot into the place of the database, which is kept: the one of a name, or the
// newest that was made before tables were brought up to date. No server may be running. What cannot
// be is a *ConfigError.
func Rollback(ctx context.Context, s Storage, name string) (RolledBack, error) {
	if err := s.checkSnapshots(); err != nil {
		return RolledBack{}, err
	}
	did, err := store.Rollback(ctx, s.where(), name)
	return RolledBack{To: Snapshot(did.To), Aside: did.Aside, Newest: did.Newest}, err
}

func (c Storage) checkSnapshots() error {
	if err := c.checkPlace(); err != nil {
		return err
	}
	if c.postgres() {
		var f faults
		f.add("BIMPE_DATABASE_URL", "snapshots are made of SQLite in a data folder; on PostgreSQL make a backup before an upgrade")
		return f.err()
	}
	return c.checkThere()
}
