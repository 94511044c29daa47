package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

const keyColumns = `x.id, x.team_id, x.name, x.hint, x.scopes, x.created_at, x.expires_at, x.revoked_at, x.last_used_at, ` +
	`x.tokens_per_day`

const selectKey = `SELECT ` + keyColumns + `, ` + teamColumns + ` FROM api_key x JOIN team t ON t.id = x.team_id`

func scanKey(r *row) console.Key {
	return console.Key{
		ID: r.id(), TeamID: r.id(), Name: r.text(), Hint: r.text(), Scopes: decodeList[console.Scope](r),
		CreatedAt: r.at(), ExpiresAt: r.atOr(), RevokedAt: r.atOr(), LastUsedAt: r.atOr(),
		MaxTokensPerDay: r.num(),
	}
}

// Key returns one key of the team, or CodeNotFound.
func (r *reads) Key(ctx context.Context, id console.ID) (k console.Key, err error) {
	err = r.in(ctx, func(s *session) error {
		found, err := s.one(`SELECT `+keyColumns+` FROM api_key x WHERE x.id = $1 AND x.team_id = $2`,
			string(id), r.team)
		if err != nil {
			return err
		}
		if found == nil {
			return noKey(id)
		}
		k = scanKey(found)
		return found.err
	})
	return k, err
}

func noKey(id console.ID) error { return console.NotFound("API key", id) }

// Keys returns one page, revoked ones included; search looks in the name; sort takes name,
// created_at and last_used_at.
func (r *reads) Keys(ctx context.Context, q console.Query) (page console.Page[console.Key], err error) {
	l := list[console.Key]{
		table: "api_key", columns: keyColumns, scan: scanKey, where: `x.team_id = $1`, args: []any{r.team},
		sorts: []string{"name", "created_at", "last_used_at"},
	}
	err = r.in(ctx, func(s *session) error {
		page, err = l.page(ctx, s, q)
		return err
	})
	return page, err
}

// InsertKey adds a key of the team.
func (t *Tx) InsertKey(_ context.Context, k console.Key, h [32]byte) error {
	const text = `INSERT INTO api_key (id, team_id, hash, name, hint, scopes, search, created_at, expires_at, revoked_at,
			last_used_at, tokens_per_day)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	var e encoder
	scopes := encodeList(&e, k.Scopes)
	if e.err != nil {
		return e.err
	}
	_, err := t.s.exec(text, string(k.ID), t.team, h[:], k.Name, k.Hint, scopes, console.Fold(k.Name),
		ms(k.CreatedAt), msOr(k.ExpiresAt), msOr(k.RevokedAt), msOr(k.LastUsedAt),
		k.MaxTokensPerDay)
	return err
}

// RevokeKey marks a key as revoked, or returns CodeNotFound. Revoking twice changes nothing.
func (t *Tx) RevokeKey(_ context.Context, id console.ID, at time.Time) error {
	const text = `UPDATE api_key SET revoked_at = coalesce(revoked_at, $3) WHERE id = $1 AND team_id = $2`
	n, err := t.s.exec(text, string(id), t.team, ms(at))
	return changed(n, err, "API key", id)
}

// KeyByHash returns the key with its team, revoked or not, or CodeNotFound.
func (db *DB) KeyByHash(ctx context.Context, h [32]byte) (console.Key, console.Team, error) {
	return db.key(ctx, selectKey+` WHERE x.hash = $1`, h[:], "")
}

// KeyByID returns the key with its team, revoked or not, or CodeNotFound.
func (db *DB) KeyByID(ctx context.Context, id console.ID) (console.Key, console.Team, error) {
	return db.key(ctx, selectKey+` WHERE x.id = $1`, string(id), id)
}

func (db *DB) key(ctx context.Context, text string, by any, id console.ID) (k console.Key, t console.Team, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		r, err := s.one(text, by)
		if err != nil {
			return err
		}
		if r == nil {
			return noKey(id)
		}
		k, t = scanKey(r), scanTeam(r)
		return r.err
	})
	return k, t, err
}

// KeysRevokedSince returns the ids of keys that were revoked at or after a time.
func (db *DB) KeysRevokedSince(ctx context.Context, at time.Time) (ids []console.ID, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		return s.all(`SELECT id FROM api_key WHERE revoked_at >= $1 LIMIT $2`,
			func(r *row) { ids = append(ids, r.id()) }, ms(at), int64(maxKeys))
	})
	return ids, err
}

// TouchKeys notes when keys were last used. An earlier time than the one on record changes nothing,
// and neither does a key that is not there.
func (db *DB) TouchKeys(ctx context.Context, used map[console.ID]time.Time) error {
	const text = `UPDATE api_key SET last_used_at = $2 WHERE id = $1 AND coalesce(last_used_at, 0) < $2`
	if len(used) == 0 {
		return nil
	}
	return db.Write(ctx, "", func(tx *Tx) error {
		// In one order, so that two nodes never wait for each other.
		for _, id := range slices.Sorted(maps.Keys(used)) {
			if _, err := tx.s.exec(text, string(id), ms(used[id])); err != nil {
				return err
			}
		}
		return nil
	})
}

// TeamKey is a key with the name of its team, as an operator sees it.
type TeamKey struct {
	console.Key
	Team string
}

// AllKeys returns the keys of all teams, revoked ones included, by team and age, up to a hundred
// thousand.
func (db *DB) AllKeys(ctx context.Context) (keys []TeamKey, err error) {
	err = db.eng.read(ctx, func(s *session) error {
		return s.all(`SELECT `+keyColumns+`, t.name FROM api_key x JOIN team t ON t.id = x.team_id AND t.deleted_at IS NULL
			ORDER BY t.name, x.created_at, x.id LIMIT $1`,
			func(r *row) { keys = append(keys, TeamKey{scanKey(r), r.text()}) }, int64(maxKeys))
	})
	return keys, err
}

// RevokeKeyByID ends a key of whichever team, or returns CodeNotFound. Revoking twice changes
// nothing.
func (db *DB) RevokeKeyByID(ctx context.Context, id console.ID) error {
	k, _, err := db.KeyByID(ctx, id)
	if err != nil {
		return err
	}
	return db.Write(ctx, k.TeamID, func(tx *Tx) error { return tx.RevokeKey(ctx, id, db.now()) })
}

// SpendTicket notes that a ticket is used and reports whether it is the first time. The note is
// forgotten once the ticket has expired.
func (db *DB) SpendTicket(ctx context.Context, h [32]byte, expires time.Time) (first bool, err error) {
	const text = `INSERT INTO spent_ticket (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	err = db.Write(ctx, "", func(tx *Tx) error {
		n, err := tx.s.exec(text, h[:], ms(expires))
		first = n == 1
		return err
	})
	return first && err == nil, err
}
