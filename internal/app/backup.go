package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/bimpe/bimpe/internal/archive"
	"github.com/bimpe/bimpe/internal/seal"
	"github.com/bimpe/bimpe/internal/store"
)

// TableRows is how many rows a table has.
type TableRows struct {
	Table string
	Rows  int64
}

// Archived is what a backup holds.
type Archived struct {
	File    string // as it is called from everywhere
	Bytes   int64
	Schema  int64
	Release string // that made the backup
	TakenAt time.Time
	Tables  []TableRows
	Rows    int64 // in all tables

	// HasMaster says that there is a master key, without which the backup is of no use.
	HasMaster bool
	// MasterFile is where the master key lies, which is not in the backup. It is empty where the key is
	// a setting.
	MasterFile string
	// MasterMissing says, after a restore, that there is no master key in the place yet.
	MasterMissing bool
}

func (c Storage) archived(file string, all archive.Contents) Archived {
	came := Archived{
		File: file, Schema: all.Schema, Release: all.Release, TakenAt: all.TakenAt, Rows: all.Rows(),
		HasMaster: all.MasterFingerprint != "",
	}
	for _, t := range all.Tables {
		came.Tables = append(came.Tables, TableRows{Table: t.Name, Rows: t.Rows})
	}
	if c.MasterKey.IsZero() && !c.postgres() {
		came.MasterFile = filepath.Join(c.Folder(), masterFile)
	}
	return came
}

// Backup writes all data, as it is at one moment, into a new file that is its owner's alone, while
// servers go on. The file comes into being whole and on disk, or not at all; one that is there is left
// alone. Where there is no database, or the settings cannot be, that is a *ConfigError.
func Backup(ctx context.Context, s Storage, release, file string) (Archived, error) {
	if err := s.checkPlace(); err != nil {
		return Archived{}, err
	}
	if err := s.checkThere(); err != nil {
		return Archived{}, err
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return Archived{}, err
	}
	part, err := openPart(file)
	if err != nil {
		return Archived{}, err
	}
	contents, err := store.Backup(ctx, s.where(), release, newGentle(ctx, part))
	if err != nil {
		return Archived{}, errors.Join(err, part.drop())
	}
	came := s.archived(file, contents)
	came.Bytes, err = part.keep()
	return came, err
}

// Restore fills an empty place with what a backup holds: a data folder without a database, or a
// PostgreSQL database without tables of ours. However it ends, the place is as empty as it was or holds
// everything. Where there is a master key in the place, it must be the one that the backup was made
// under; where it is still to come, Archived says so. Settings that cannot be are a *ConfigError.
func Restore(ctx context.Context, s Storage, file string) (Archived, error) {
	var f faults
	s.checkStorage(&f)
	if err := f.err(); err != nil {
		return Archived{}, err
	}
	file, err := filepath.Abs(file)
	if err != nil {
		return Archived{}, err
	}
	from, err := os.Open(file)
	if err != nil {
		return Archived{}, err
	}
	defer from.Close() //nolint:errcheck // it was only read
	to := s.where()
	missing, err := s.ownMaster(&to)
	if err != nil {
		return Archived{}, err
	}
	contents, err := store.Restore(ctx, to, from)
	if err != nil {
		return Archived{}, err
	}
	came := s.archived(file, contents)
	came.MasterMissing = missing && came.HasMaster
	if stat, err := from.Stat(); err == nil {
		came.Bytes = stat.Size()
	}
	return came, nil
}

// ownMaster names the master keys of a place to the store, and reports whether there are none yet. It
// makes none.
func (c Storage) ownMaster(to *store.Config) (missing bool, err error) {
	if c.MasterKey.IsZero() {
		if _, err := os.Lstat(c.masterPath()); errors.Is(err, fs.ErrNotExist) {
			return true, nil
		}
	}
	keys, err := c.masters()
	if err != nil {
		return false, err
	}
	sealer, err := seal.New(keys[0], keys[1:]...)
	if err != nil {
		return false, err
	}
	to.MasterFingerprint, to.OlderFingerprints = sealer.Fingerprint(), sealer.Older()
	return false, nil
}

// where is the place of the data, for what does not open it as a server does.
func (c Storage) where() store.Config {
	s := store.Config{DataDir: c.DataDir, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	if c.postgres() {
		s.URL = c.DatabaseURL.Reveal()
	}
	return s
}

// checkThere returns a *ConfigError where there is no database.
func (c Storage) checkThere() error {
	there, err := c.Exists()
	if err != nil || there {
		return err
	}
	var f faults
	f.add("BIMPE_DATA_DIR", "there is no database in "+c.Folder()+": name the folder in which the server keeps its data")
	return f.err()
}
