package main

import (
	"context"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
)

const (
	readers  = 32 // connections
	readTime = 1500 * time.Millisecond
	warmTime = 300 * time.Millisecond
)

// The bars of reads, a second.
const (
	agentBar  = 10_000
	pageBar   = 3_000
	filterBar = 1_000
)

// question is a GET whose speed is measured.
type question struct {
	name, path string
	bar        float64
}

func (t *town) questions() []question {
	agent := load.Prefix + "/agents/" + t.agent
	list := agent + "/conversations"
	return []question{
		{"agent by id", agent, agentBar},
		{"page 1 of 100,000 conversations", list, pageBar},
		{"… that are paused", list + "?is_ai_chat_paused=true", filterBar},
		{"… that are not paused", list + "?is_ai_chat_paused=false", filterBar},
		{"… on a test channel", list + "?is_test_channel=true", filterBar},
		{"… that need attention", list + "?needs_attention=true", filterBar},
		{"… that need none", list + "?needs_attention=false", filterBar},
		{"… on WhatsApp", list + "?channel=whatsapp", filterBar},
		{"… paused and on a test channel", list + "?is_ai_chat_paused=true&is_test_channel=true", filterBar},
	}
}

// reads measures row 3.
func (b *bench) reads(ctx context.Context) (all []figures.Figure, err error) {
	t, err := b.town(ctx)
	if err != nil {
		return nil, err
	}
	var stop stoppers
	defer stop.all(&err)
	ours, err := b.serve(ctx, t.place)
	if err != nil {
		return nil, err
	}
	stop.add(ours.stop)
	bytes, err := b.part(ctx, partBytes)
	if err != nil {
		return nil, err
	}
	stop.add(bytes.Stop)
	floor := load.NewClient(bytes.Base, "", now)
	defer floor.Close()
	for _, q := range t.questions() {
		f, err := b.read(ctx, ours.Client, floor, q)
		if err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// read asks one question of the server, and for the same bytes of a server that does nothing for them.
func (b *bench) read(ctx context.Context, ours, floor *load.Client, q question) (f figures.Figure, err error) {
	f = figures.Figure{Name: q.name, Unit: "/s", Bar: figures.Bar{Kind: figures.ValueAtLeast, Limit: q.bar}, Note: "floor: the same bytes"}
	answer, err := ours.Bytes(ctx, q.path)
	if err != nil {
		return f, err
	}
	if err := floor.Put(ctx, "/bytes", answer); err != nil {
		return f, err
	}
	for run := range b.pairs + 1 {
		d := readTime
		if run == 0 {
			d = warmTime
		}
		low, err := floor.Gets(ctx, "/bytes", readers, d)
		if err != nil {
			return f, err
		}
		own, err := ours.Gets(ctx, q.path, readers, d)
		if err != nil {
			return f, err
		}
		if run > 0 {
			add(&f, own, low, load.Result.PerSecond)
		}
	}
	return f, nil
}
