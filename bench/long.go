package main

import (
	"context"
	"fmt"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
)

const (
	longTurns = 100 // in a run
	// freshTurns is after how many the short side takes a new conversation.
	freshTurns = 5
	longBar    = 1.3
)

// long measures row 6: a turn in a long conversation of a large team, and as its floor one in a new
// conversation of a new team, on a server of its own.
func (b *bench) long(ctx context.Context) (all []figures.Figure, err error) {
	t, err := b.town(ctx)
	if err != nil {
		return nil, err
	}
	var stop stoppers
	defer stop.all(&err)
	model, err := b.part(ctx, partMock)
	if err != nil {
		return nil, err
	}
	stop.add(model.Stop)
	large, err := b.serve(ctx, t.place, asks(model.Base+"/v1")...)
	if err != nil {
		return nil, err
	}
	stop.add(large.stop)
	empty, err := b.newPlace(ctx)
	if err != nil {
		return nil, err
	}
	small, err := b.serve(ctx, empty, asks(model.Base+"/v1")...)
	if err != nil {
		return nil, err
	}
	stop.add(small.stop)
	f, err := b.compare(ctx, large, small, t)
	return []figures.Figure{f}, err
}

func (b *bench) compare(ctx context.Context, large, small *server, t *town) (f figures.Figure, err error) {
	f = figures.Figure{
		Name: "a turn among 10,000 messages and 100,000 conversations", Unit: "ms", Bar: figures.Bar{Kind: figures.RatioAtMost, Limit: longBar},
		Note: "floor: the same in an empty one",
	}
	agent, err := small.newAgent(ctx)
	if err != nil {
		return f, err
	}
	long, err := large.Talk(ctx, t.agent, t.long)
	if err != nil {
		return f, err
	}
	defer long.Close()
	for run := range b.pairs + 1 {
		short, err := freshTalks(ctx, small, agent, run)
		if err != nil {
			return f, err
		}
		own, err := load.Turns(ctx, now, []*load.Talk{long}, longTurns)
		if err != nil {
			return f, err
		}
		if run > 0 { // the first one warms both
			add(&f, own, load.Result{Times: short}, median)
		}
	}
	return f, nil
}

// freshTalks is as many turns, each few of them in a new conversation.
func freshTalks(ctx context.Context, s *server, agent string, run int) (times []time.Duration, err error) {
	for i := range longTurns / freshTurns {
		conversation, err := s.Begin(ctx, agent, fmt.Sprintf("customer-%d-%d", run, i))
		if err != nil {
			return nil, err
		}
		talk, err := s.Talk(ctx, agent, conversation)
		if err != nil {
			return nil, err
		}
		r, err := load.Turns(ctx, now, []*load.Talk{talk}, freshTurns)
		talk.Close()
		if err != nil {
			return nil, err
		}
		times = append(times, r.Times...)
	}
	return times, nil
}
