package store

import (
	"context"
	"errors"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// answerLife is how long the answer to a request is kept.
const answerLife = 24 * time.Hour

// claim is the key that a unit has claimed.
type claim struct {
	key         string
	fingerprint [32]byte
}

// ClaimKey takes an idempotency key for this unit and returns nil, or the answer that is kept under
// it. It waits for another unit that has claimed the key. A claim counts only with an answer: a
// unit that ends without KeepAnswer leaves the key free. After 24 hours a key is free again.
func (t *Tx) ClaimKey(_ context.Context, key string, fingerprint [32]byte) (*console.Answer, error) {
	now := t.db.now()
	old := ms(now.Add(-answerLife))
	if t.db.d.many {
		// The row makes others wait who claim the same key. One with status 0 is a claim without an
		// answer.
		const text = `INSERT INTO answer (team_id, key, fingerprint, status, sealed, created_at)
			VALUES ($1, $2, $3, 0, false, $4)
			ON CONFLICT (team_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = 0, sealed = false,
				created_at = excluded.created_at, body = NULL
			WHERE answer.status = 0 OR answer.created_at <= $5`
		n, err := t.s.exec(text, t.team, key, fingerprint[:], ms(now), old)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			t.claimed = claim{key, fingerprint}
			return nil, nil //nolint:nilnil // no answer yet is what most claims find
		}
	}
	a, err := t.answer(key, old)
	if err == nil && a == nil {
		t.claimed = claim{key, fingerprint}
	}
	return a, err
}

// answer returns what is kept under a key, nil if there is nothing younger than old.
func (t *Tx) answer(key string, old int64) (*console.Answer, error) {
	const text = `SELECT fingerprint, status, sealed, body FROM answer
		WHERE team_id = $1 AND key = $2 AND created_at > $3 AND status <> 0`
	r, err := t.s.one(text, t.team, key, old)
	if err != nil || r == nil {
		return nil, err
	}
	a := console.Answer{Fingerprint: r.hash(), Status: int(r.num()), Sealed: r.flag(), Body: r.blob()}
	return &a, r.err
}

// errNotClaimed is of a caller that keeps an answer under a key that it has not claimed.
var errNotClaimed = errors.New("store: an answer was kept under a key that was not claimed")

// KeepAnswer keeps the answer under a key that this unit has claimed.
func (t *Tx) KeepAnswer(_ context.Context, key string, a console.Answer) error {
	const text = `INSERT INTO answer (team_id, key, fingerprint, status, sealed, created_at, body)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (team_id, key) DO UPDATE SET fingerprint = excluded.fingerprint, status = excluded.status,
			sealed = excluded.sealed, created_at = excluded.created_at, body = excluded.body`
	if t.claimed.key != key || key == "" {
		return errNotClaimed
	}
	_, err := t.s.exec(text, t.team, key, t.claimed.fingerprint[:], int64(a.Status), a.Sealed, ms(t.db.now()), a.Body)
	return err
}
