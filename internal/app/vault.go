package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/bimpe/bimpe/internal/seal"
	"github.com/bimpe/bimpe/internal/store"
)

// masterFile holds the master key of a server that keeps its data in a folder.
const masterFile = "master.key"

// folderMode lets nobody but the owner see what the server keeps.
const folderMode = 0o700

// vault is the open store and what seals secrets in it.
type vault struct {
	db     *store.DB
	sealer *seal.Sealer
}

// openVault opens the store for a server, which nobody else may be on the same folder.
func openVault(ctx context.Context, c Storage, with store.Config) (vault, error) {
	if err := os.MkdirAll(c.DataDir, folderMode); err != nil {
		return vault{}, fmt.Errorf("make BIMPE_DATA_DIR: %w", err)
	}
	sealer, err := c.sealer()
	if err != nil {
		return vault{}, err
	}
	with.Exclusive, with.MasterFingerprint, with.OlderFingerprints = true, sealer.Fingerprint(), sealer.Older()
	db, err := c.open(ctx, with)
	if err != nil {
		return vault{}, err
	}
	return vault{db: db, sealer: sealer}, nil
}

// open fills in where the data is, and the clock where none is given.
func (c Storage) open(ctx context.Context, s store.Config) (*store.DB, error) {
	s.DataDir = c.DataDir
	if s.Now == nil {
		s.Now = time.Now
	}
	if c.postgres() {
		s.URL = c.DatabaseURL.Reveal()
	}
	db, err := store.Open(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("open the store: %w", err)
	}
	return db, nil
}

// Exists reports whether there is a database already. One on a PostgreSQL server is there.
func (c Storage) Exists() (bool, error) {
	if c.postgres() {
		return true, nil
	}
	return store.Exists(c.DataDir)
}

// Folder is the data folder as it is called from everywhere, where that can be found out.
func (c Storage) Folder() string {
	if folder, err := filepath.Abs(c.DataDir); err == nil {
		return folder
	}
	return c.DataDir
}

// sealer is made from the master keys of the settings, or else of the data folder.
func (c Storage) sealer() (*seal.Sealer, error) {
	keys, err := c.masters()
	if err != nil {
		return nil, err
	}
	return seal.New(keys[0], keys[1:]...)
}

// masters are the master keys, the current one first.
func (c Storage) masters() ([][]byte, error) {
	if c.MasterKey.IsZero() {
		return seal.LoadOrCreate(c.masterPath())
	}
	return seal.ParseMasters(c.MasterKey.Reveal())
}

func (c Storage) masterPath() string { return filepath.Join(c.DataDir, masterFile) }
