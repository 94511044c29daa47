package store

import (
	"context"
	"encoding/hex"
	"slices"

	"github.com/bimpe/bimpe/internal/console"
)

// SealedKind says what a sealed value is.
type SealedKind int

// The kinds of sealed values, in the order in which they are walked: the keys of model connections,
// named by their id, and kept answers, named by their idempotency key.
const (
	SealedModelKey SealedKind = iota
	SealedAnswer
	sealedKinds
)

// Sealed is a value that is sealed, and where it is.
type Sealed struct {
	Kind  SealedKind
	Team  console.ID
	Name  string // within its team
	Value []byte
}

// sealedText finds the next values behind a place that do not begin with a head.
func sealedText(k SealedKind) string {
	if k == SealedModelKey {
		return `SELECT team_id, id, sealed_key FROM model_connection
			WHERE (team_id, id) > ($1, $2) AND sealed_key IS NOT NULL AND substr(sealed_key, 1, $3) <> $4
			ORDER BY team_id, id LIMIT $5`
	}
	return `SELECT team_id, key, body FROM answer
		WHERE (team_id, key) > ($1, $2) AND sealed AND body IS NOT NULL AND substr(body, 1, $3) <> $4
		ORDER BY team_id, key LIMIT $5`
}

// SealedBehind returns the next values behind one, the zero Sealed for the first ones, that do not
// begin with head, at most limit. It is empty at the end.
func (db *DB) SealedBehind(ctx context.Context, last Sealed, head []byte, limit int) (found []Sealed, err error) {
	for ; last.Kind < sealedKinds && len(found) == 0; last = (Sealed{Kind: last.Kind + 1}) {
		kind := last.Kind
		err = db.eng.read(ctx, func(s *session) error {
			return s.all(sealedText(kind), func(r *row) {
				found = append(found, Sealed{Kind: kind, Team: r.id(), Name: r.text(), Value: slices.Clone(r.blob())})
			}, string(last.Team), last.Name, int64(len(head)), head, int64(limit))
		})
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Reseal puts a new value in the place of each old one that is still there as it was, in one unit,
// and returns how many were. old and values belong together by their places.
func (db *DB) Reseal(ctx context.Context, old []Sealed, values [][]byte) (n int, err error) {
	err = db.Write(ctx, "", func(t *Tx) error {
		n = 0
		for i, o := range old {
			text := `UPDATE answer SET body = $4 WHERE team_id = $1 AND key = $2 AND body = $3`
			if o.Kind == SealedModelKey {
				text = `UPDATE model_connection SET sealed_key = $4 WHERE team_id = $1 AND id = $2 AND sealed_key = $3`
			}
			changes, err := t.s.exec(text, string(o.Team), o.Name, o.Value, values[i])
			if err != nil {
				return err
			}
			n += int(changes)
		}
		return nil
	})
	return n, err
}

// SealedUnder returns how many values begin with head.
func (db *DB) SealedUnder(ctx context.Context, head []byte) (n int64, err error) {
	const text = `SELECT (SELECT count(*) FROM model_connection WHERE sealed_key IS NOT NULL AND substr(sealed_key, 1, $1) = $2)
		+ (SELECT count(*) FROM answer WHERE sealed AND body IS NOT NULL AND substr(body, 1, $1) = $2)`
	err = db.eng.read(ctx, func(s *session) error {
		n, err = s.count(text, int64(len(head)), head)
		return err
	})
	return n, err
}

// AdoptMaster makes another master key the database's own: from then on it is opened only by those
// who have that key. It remembers the one before as replaced.
func (db *DB) AdoptMaster(ctx context.Context, fingerprint []byte) error {
	return db.Write(ctx, "", func(t *Tx) error {
		const (
			replaced = `INSERT INTO meta (key, value) SELECT $1 || value, '' FROM meta WHERE key = $2
				ON CONFLICT (key) DO NOTHING`
			own = `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`
		)
		if _, err := t.s.exec(replaced, metaReplaced, metaFingerprint); err != nil {
			return err
		}
		now := hex.EncodeToString(fingerprint)
		if _, err := t.s.exec(own, metaFingerprint, now); err != nil {
			return err
		}
		_, err := t.s.exec(`DELETE FROM meta WHERE key = $1`, metaReplaced+now)
		return err
	})
}

// ReplacedMaster reports whether a master key was the database's own before another one, and has not become it again.
func (db *DB) ReplacedMaster(ctx context.Context, fingerprint []byte) (was bool, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		r, err := s.one(`SELECT value FROM meta WHERE key = $1`, metaReplaced+hex.EncodeToString(fingerprint))
		was = r != nil
		return err
	})
	return was, err
}

// HasMaster reports whether a master key is the database's own.
func (db *DB) HasMaster(ctx context.Context, fingerprint []byte) (has bool, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		r, err := s.one(`SELECT value FROM meta WHERE key = $1`, metaFingerprint)
		if err != nil || r == nil {
			return err
		}
		has = r.text() == hex.EncodeToString(fingerprint)
		return r.err
	})
	return has, err
}
