package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
	"github.com/bimpe/bimpe/bench/mock"
)

const (
	firstRate   = 200 // turns in a second, whether or not those before are done
	firstTurns  = 1000
	firstTalks  = 400
	firstP50Bar = 2
	firstP99Bar = 15
)

// first measures from sending a customer's message until the model has the question, at a fixed rate:
// what the server adds to the model's own time. The floor does the same with one transaction.
func (b *bench) first(ctx context.Context) (_ []figures.Figure, err error) {
	p, err := b.newPath(ctx, mock.Model{Words: words})
	if err != nil {
		return nil, err
	}
	defer p.stop.all(&err)
	floor, err := b.floorPart(ctx, "FULL", p.model.base)
	if err != nil {
		return nil, err
	}
	p.stop.add(floor.Stop)
	bare := load.NewClient(floor.Base, "", now)
	defer bare.Close()
	name := fmt.Sprintf("before the model is asked, %d turns/s, ", firstRate)
	p50 := figures.Figure{Name: name + "p50", Unit: "ms", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: firstP50Bar}, Note: "floor at FULL"}
	p99 := figures.Figure{Name: name + "p99", Unit: "ms", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: firstP99Bar}, Note: "floor at FULL"}
	for run := range b.pairs + 1 {
		talks, err := p.begin(ctx, firstTalks)
		if err != nil {
			return nil, err
		}
		under, err := p.arrive(ctx, func(ctx context.Context, i int, mark string) error {
			body := map[string]any{"conversation": i, "message": mark}
			return bare.Call(ctx, http.MethodPost, "/turn", body, nil)
		})
		if err != nil {
			return nil, err
		}
		p.made++
		own, err := p.arrive(ctx, func(ctx context.Context, i int, mark string) error { return p.say(ctx, talks[i%firstTalks], mark) })
		if err != nil {
			return nil, err
		}
		if run > 0 { // the first one warms both
			add(&p50, own, under, median)
			add(&p99, own, under, worst)
		}
	}
	return []figures.Figure{p50, p99}, nil
}

// arrive says marks at the rate, whether or not what came before has been answered, and times each until
// the model has it.
func (p *path) arrive(ctx context.Context, say func(ctx context.Context, i int, mark string) error) (load.Result, error) {
	return load.Rate(ctx, now, firstRate, firstTurns, func(ctx context.Context, i int) (time.Duration, error) {
		sent := now()
		if err := say(ctx, i, p.mark(i)); err != nil {
			return 0, err
		}
		at, err := p.model.when(ctx, p.model.asked, p.mark(i))
		return at.Sub(sent), err
	})
}
