package app

import (
	"context"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/knowledge"
	"github.com/bimpe/bimpe/internal/outbound"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/webpage"
)

// newFetcher returns who fetches the pages of knowledge bases.
func (a *App) newFetcher(know *knowledge.Service) (*knowledge.Fetcher, error) {
	allow, err := networks(a.cfg.OutboundAllow)
	if err != nil {
		return nil, err
	}
	client := outbound.New(outbound.Config{
		Agent: "bimpe/" + a.cfg.Version, Allow: allow, Limits: outbound.Limits{Body: webpage.MaxBody},
	})
	return knowledge.NewFetcher(knowledge.FetcherConfig{
		Knowledge: know, Queue: pageStore{a.db}, Pages: webpage.New(client), Node: a.node, Now: a.now, Log: a.log,
	}), nil
}

// pages fetches pages. This node must be known to be alive before it takes one, or another would
// take it too.
func (a *App) pages(ctx context.Context) error {
	a.beat(ctx)
	return a.fetcher.Run(ctx)
}

func (a *App) beat(ctx context.Context) {
	if err := a.db.Beat(ctx, a.node); err != nil {
		a.log.WarnContext(ctx, "the first heartbeat failed", "error", err.Error())
	}
}

// pageStore is the store as the fetcher wants it.
type pageStore struct{ *store.DB }

func (s pageStore) Write(ctx context.Context, team console.ID, f func(knowledge.Store) error) error {
	return s.DB.Write(ctx, team, func(tx *store.Tx) error { return f(tx) })
}
