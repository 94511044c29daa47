package store

import (
	"context"
	"crypto/rand"
	"strconv"
)

// metaInstallation is the key of a random name, the same on all nodes of a database.
const metaInstallation = "installation"

// Installation returns what tells this database from any other one, made up when it is first asked.
func (db *DB) Installation(ctx context.Context) (name string, err error) {
	err = db.Write(ctx, "", func(tx *Tx) error {
		_, err := tx.s.exec(`INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`,
			metaInstallation, rand.Text())
		if err != nil {
			return err
		}
		r, err := tx.s.one(`SELECT value FROM meta WHERE key = $1`, metaInstallation)
		if err != nil {
			return err
		}
		name = r.text()
		return r.err
	})
	return name, err
}

// Nodes returns how many nodes are alive; on SQLite there is one.
func (db *DB) Nodes(ctx context.Context) (n int, err error) {
	if !db.d.many {
		return 1, nil
	}
	err = db.eng.read(ctx, func(s *session) error {
		count, err := s.count(`SELECT count(*) FROM node WHERE beat_at > ` + db.d.clock + ` - ` +
			strconv.FormatInt(silence.Milliseconds(), 10))
		n = int(count)
		return err
	})
	return n, err
}
