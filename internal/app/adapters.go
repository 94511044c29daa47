package app

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/httpapi"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/turns"
)

// The adapters here change nothing but types: Go wants the very interface that a room declares.

// apiStore is the store as the API wants it.
type apiStore struct{ db *store.DB }

func (s apiStore) Team(team console.ID) httpapi.Reads { return s.db.Team(team) }

func (s apiStore) Write(ctx context.Context, team console.ID, f func(httpapi.Tx) error) error {
	return s.db.Write(ctx, team, func(tx *store.Tx) error { return f(tx) })
}

// turnStore is the store as the engine wants it.
type turnStore struct{ *store.DB }

func (s turnStore) Team(team console.ID) turns.Reads { return s.DB.Team(team) }

func (s turnStore) Write(ctx context.Context, team console.ID, f func(turns.Tx) error) error {
	return s.DB.Write(ctx, team, func(tx *store.Tx) error { return f(tx) })
}
