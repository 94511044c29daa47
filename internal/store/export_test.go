package store

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
)

// Cut takes a conversation out of its team and leaves what hung below it, as an erasure does that is
// broken off.
func Cut(ctx context.Context, db *DB, team, conversation console.ID) error {
	return db.Write(ctx, team, func(tx *Tx) error {
		_, err := tx.cut(conversation)
		return err
	})
}

// EmptyJournal is what Scrub does of a large database beside a running server.
func EmptyJournal(ctx context.Context, db *DB) error {
	return db.eng.(*lite).scrub(ctx, false)
}
