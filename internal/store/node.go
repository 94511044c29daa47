package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// silence is how long a node may go without a beat before its turns are taken over.
const silence = 10 * time.Second

// errNotMine is of a program that would take over turns without knowing that no server lives.
var errNotMine = errors.New("store: turns can be adopted only by the server that holds the data folder")

// Beat says that node is alive, by the database's clock. On SQLite the lock on the data folder says
// so.
func (db *DB) Beat(ctx context.Context, node console.ID) error {
	if !db.d.many {
		return nil
	}
	return db.Write(ctx, "", func(tx *Tx) error {
		_, err := tx.s.exec(`INSERT INTO node (id, beat_at) VALUES ($1, `+db.d.clock+`)
			ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at`, string(node))
		return err
	})
}

// Leave says that node is gone, so that others may adopt its turns at once.
func (db *DB) Leave(ctx context.Context, node console.ID) error {
	if !db.d.many {
		return nil
	}
	return db.Write(ctx, "", func(tx *Tx) error {
		_, err := tx.s.exec(`DELETE FROM node WHERE id = $1`, string(node))
		return err
	})
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

// AdoptTurns takes over the open turns of nodes that are gone: it raises their Attempt, makes them
// node's, and returns them, oldest first, at most limit. No two nodes adopt the same turn. On
// SQLite every other node is gone; on PostgreSQL one that has not beaten for 10 seconds or has no
// row. Turns below an agent that was deleted stay where they are.
func (db *DB) AdoptTurns(ctx context.Context, node console.ID, limit int) (turns []console.Turn, err error) {
	gone := ""
	if db.d.many {
		gone = ` AND NOT EXISTS (SELECT 1 FROM node n WHERE n.id = x.node_id AND n.beat_at > ` + db.d.clock +
			` - ` + strconv.FormatInt(silence.Milliseconds(), 10) + `)`
	} else if !db.mine {
		return nil, errNotMine
	}
	text := `WITH lost AS MATERIALIZED (
			SELECT x.id AS lost_id FROM turn x WHERE x.state = 'open' AND x.node_id <> $1` + gone + agentLives + `
			ORDER BY x.created_at, x.id LIMIT $2 FOR UPDATE OF x SKIP LOCKED)
		UPDATE turn SET node_id = $1, attempt = attempt + 1 FROM lost WHERE id = lost_id
		RETURNING ` + turnColumns
	err = db.Write(ctx, "", func(tx *Tx) error {
		turns = nil
		return tx.s.all(text, func(r *row) { turns = append(turns, scanTurn(r)) }, string(node), int64(limit))
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(turns, func(a, b console.Turn) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	return turns, nil
}

// OwnTurns returns the open turns that node holds, oldest first, at most limit.
func (db *DB) OwnTurns(ctx context.Context, node console.ID, limit int) (turns []console.Turn, err error) {
	const text = `SELECT ` + turnColumns + ` FROM turn x WHERE node_id = $1 AND state = 'open'` + agentLives + `
		ORDER BY created_at, id LIMIT $2`
	err = db.eng.read(ctx, func(s *session) error {
		return s.all(text, func(r *row) { turns = append(turns, scanTurn(r)) }, string(node), int64(limit))
	})
	return turns, err
}

// RetryTurn raises the Attempt of an open turn that its node holds, in the attempt that it is known under,
// and returns it: whoever still works under the old one is late. It returns CodeNotFound where the turn has
// ended or belongs to somebody else.
func (db *DB) RetryTurn(ctx context.Context, turn console.Turn) (attempt int64, err error) {
	const text = `UPDATE turn SET attempt = attempt + 1
		WHERE id = $1 AND state = 'open' AND attempt = $2 AND node_id = $3 RETURNING attempt`
	err = db.Write(ctx, "", func(tx *Tx) error {
		r, err := tx.s.one(text, string(turn.ID), turn.Attempt, string(turn.Node))
		if err != nil {
			return err
		}
		if r == nil {
			return console.NotFound("turn", turn.ID)
		}
		attempt = r.num()
		return r.err
	})
	return attempt, err
}
