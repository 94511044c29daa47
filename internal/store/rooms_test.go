package store_test

import (
	"context"

	"github.com/bimpe/bimpe/internal/agents"
	"github.com/bimpe/bimpe/internal/auth"
	"github.com/bimpe/bimpe/internal/calls"
	"github.com/bimpe/bimpe/internal/connections"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
	"github.com/bimpe/bimpe/internal/knowledge"
	"github.com/bimpe/bimpe/internal/phones"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/turns"
	"github.com/bimpe/bimpe/internal/workflows"
)

// The handles have the shape that every room asks for.
var (
	_ agents.Reads        = (*store.View)(nil)
	_ agents.Store        = (*store.Tx)(nil)
	_ workflows.Reads     = (*store.View)(nil)
	_ workflows.Store     = (*store.Tx)(nil)
	_ knowledge.Reads     = (*store.View)(nil)
	_ knowledge.Store     = (*store.Tx)(nil)
	_ knowledge.Index     = (*store.View)(nil)
	_ conversations.Reads = (*store.View)(nil)
	_ conversations.Store = (*store.Tx)(nil)
	_ calls.Reads         = (*store.View)(nil)
	_ calls.Store         = (*store.Tx)(nil)
	_ connections.Reads   = (*store.View)(nil)
	_ connections.Store   = (*store.Tx)(nil)
	_ phones.Reads        = (*store.View)(nil)
	_ phones.Store        = (*store.Tx)(nil)
	_ auth.Reads          = (*store.View)(nil)
	_ auth.Store          = (*store.Tx)(nil)
	_ auth.Registry       = (*store.DB)(nil)
	_ turns.Reads         = (*store.View)(nil)
	_ turns.Tx            = (*store.Tx)(nil)
	_ interface {
		AdoptTurns(ctx context.Context, node console.ID, limit int) ([]console.Turn, error)
		TakeFetch(ctx context.Context, by console.Taker) (*console.Taken, error)
		RetryTurn(ctx context.Context, turn console.Turn) (int64, error)
		OwnTurns(ctx context.Context, node console.ID, limit int) ([]console.Turn, error)
		Beat(ctx context.Context, node console.ID) error
		Leave(ctx context.Context, node console.ID) error
	} = (*store.DB)(nil)
)
