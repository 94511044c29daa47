package main

import (
	"context"
	"fmt"
	"net/http"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
)

const (
	writers    = 16
	manyWrites = 3000 // in a run
	writeBar   = 0.8
)

// writes measures a small write: an agent's change, one commit, against the floor's one commit.
func (b *bench) writes(ctx context.Context) (all []figures.Figure, err error) {
	p, err := b.newPlace(ctx)
	if err != nil {
		return nil, err
	}
	f, err := b.newField(ctx, p, b.onSQLite()[:1])
	if err != nil {
		return nil, err
	}
	defer f.stop.all(&err)
	agents := make([]string, writers)
	for i := range agents {
		if agents[i], err = f.ours.newAgent(ctx); err != nil {
			return nil, err
		}
	}
	name := fmt.Sprintf("agent PATCH, %d workers", writers)
	rate := figures.Figure{Name: name, Unit: "/s", Bar: figures.Bar{Kind: figures.RatioAtLeast, Limit: writeBar}, Note: "floor: commits at FULL"}
	p50 := figures.Figure{Name: name + ", p50", Unit: "ms", Note: "floor at FULL"}
	for range b.pairs {
		floor, err := load.Times(ctx, now, writers, manyWrites, func(ctx context.Context, worker, i int) error {
			body := map[string]any{"conversation": worker, "message": fmt.Sprint("hello ", i)}
			return f.floors[0].Call(ctx, http.MethodPost, "/commit", body, nil)
		})
		if err != nil {
			return nil, err
		}
		own, err := load.Times(ctx, now, writers, manyWrites, func(ctx context.Context, worker, i int) error {
			body := map[string]any{"description": fmt.Sprint("hello ", i)}
			return f.ours.Call(ctx, http.MethodPatch, load.Prefix+"/agents/"+agents[worker], body, nil)
		})
		if err != nil {
			return nil, err
		}
		add(&rate, own, floor, load.Result.PerSecond)
		add(&p50, own, floor, median)
	}
	return []figures.Figure{rate, p50}, nil
}
