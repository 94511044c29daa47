package main

import (
	"context"
	"net/http"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
	"github.com/bimpe/bimpe/bench/mock"
)

const (
	cancels       = 200 // in a run
	cancellers    = 8
	cancelBar     = 50
	endlessReply  = 5000 // words
	endlessPause  = 20 * time.Millisecond
	slowFirstWord = time.Minute
)

// cancel measures from sending a cancel until the model sees its connection closed: in the middle of a
// reply, and while its first word is waited for.
func (b *bench) cancel(ctx context.Context) ([]figures.Figure, error) {
	var all []figures.Figure
	for _, c := range []struct {
		name  string
		model mock.Model
	}{
		{"cancel to upstream close, in mid reply, p99", mock.Model{Words: endlessReply, Pause: endlessPause}},
		{"cancel to upstream close, before the first word, p99", mock.Model{First: slowFirstWord}},
	} {
		f := figures.Figure{Name: c.name, Unit: "ms", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: cancelBar}}
		if err := b.cancelled(ctx, c.model, &f); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

func (b *bench) cancelled(ctx context.Context, m mock.Model, f *figures.Figure) (err error) {
	p, err := b.newPath(ctx, m)
	if err != nil {
		return err
	}
	defer p.stop.all(&err)
	for range b.pairs {
		talks, err := p.begin(ctx, cancels)
		if err != nil {
			return err
		}
		times := make([]time.Duration, cancels)
		err = load.Each(ctx, cancellers, cancels, func(ctx context.Context, i int) (err error) {
			times[i], err = p.cancelOne(ctx, talks[i], p.mark(i))
			return err
		})
		if err != nil {
			return err
		}
		f.Ours = append(f.Ours, figures.Milliseconds(figures.Quantile(times, .99)))
	}
	return nil
}

func (p *path) cancelOne(ctx context.Context, conversation, mark string) (time.Duration, error) {
	if err := p.say(ctx, conversation, mark); err != nil {
		return 0, err
	}
	if _, err := p.model.when(ctx, p.model.asked, mark); err != nil {
		return 0, err
	}
	sent := now()
	where := load.Prefix + "/agents/" + p.agent + "/conversations/" + conversation + "/cancel"
	if err := p.Call(ctx, http.MethodPost, where, nil, nil); err != nil {
		return 0, err
	}
	at, err := p.model.when(ctx, p.model.left, mark)
	return at.Sub(sent), err
}
