package main

import (
	"context"
	"fmt"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
	"github.com/bimpe/bimpe/bench/site"
)

const (
	manyStreams = 10_000
	spareFiles  = 500 // what this program and the server hold open besides
	// A heartbeat comes every 15 s. Waiting for one shows what a stream weighs that has been in use, and
	// gives the memory of opening it time to go back.
	streamSettle = 18 * time.Second
	told         = 1000 // streams that are told something
	senders      = 8
	kibibyte     = 1024
)

// The bars of streams.
const (
	streamBar = 1.5
	delayBar  = 100
)

// streams measures row 4.
func (b *bench) streams(ctx context.Context) ([]figures.Figure, error) {
	n := manyStreams
	limit, err := files()
	if err != nil {
		return nil, err
	}
	note := "floor: bare net/http, without heartbeats"
	if n+spareFiles > limit {
		n = limit - spareFiles
		note = fmt.Sprintf("only %d, since the system allows %d open files", n, limit)
	}
	t, err := b.town(ctx)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%d idle streams", n)
	memory := figures.Figure{Name: name + ", memory of each", Unit: "KiB", Bar: figures.Bar{Kind: figures.RatioAtMost, Limit: streamBar}, Note: note}
	delay := figures.Figure{Name: name + ", commit to reader, p99", Unit: "ms", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: delayBar}}
	for range b.pairs {
		floor, err := b.streamFloor(ctx, n)
		if err != nil {
			return nil, err
		}
		own, p99, err := b.ownStreams(ctx, t, n)
		if err != nil {
			return nil, err
		}
		memory.Ours, memory.Floor = append(memory.Ours, own), append(memory.Floor, floor)
		delay.Ours = append(delay.Ours, figures.Milliseconds(p99))
	}
	return []figures.Figure{memory, delay}, nil
}

// streamFloor returns what a stream of the floor weighs, in KiB.
func (b *bench) streamFloor(ctx context.Context, n int) (weight float64, err error) {
	p, err := b.part(ctx, partStreams)
	if err != nil {
		return 0, err
	}
	var stop stoppers
	defer stop.all(&err)
	stop.add(p.Stop)
	client := load.NewClient(p.Base, "", now)
	defer client.Close()
	before, err := p.Memory()
	if err != nil {
		return 0, err
	}
	crowd, err := client.ListenTo(ctx, "/stream", n)
	if err != nil {
		return 0, err
	}
	defer crowd.Close()
	return grown(ctx, p, before, n)
}

// ownStreams returns what a stream of the server weighs, in KiB, and how long its readers waited.
func (b *bench) ownStreams(ctx context.Context, t *town, n int) (weight float64, p99 time.Duration, err error) {
	s, err := b.serve(ctx, t.place)
	if err != nil {
		return 0, 0, err
	}
	var stop stoppers
	defer stop.all(&err)
	stop.add(s.stop)
	before, err := s.Memory()
	if err != nil {
		return 0, 0, err
	}
	conversations := t.conversations[:n]
	crowd, err := s.Listen(ctx, t.agent, conversations)
	if err != nil {
		return 0, 0, err
	}
	defer crowd.Close()
	if weight, err = grown(ctx, s.Process, before, n); err != nil {
		return 0, 0, err
	}
	if b.profile != "" {
		if err := s.Tell(dumpSignal); err != nil {
			return 0, 0, err
		}
	}
	delays, err := s.Delays(ctx, crowd, t.agent, conversations[:told], senders)
	return weight, figures.Quantile(delays, .99), err
}

// grown is by how much a process has grown for each of n streams, in KiB, once it has settled.
func grown(ctx context.Context, p *site.Process, before int64, n int) (float64, error) {
	if err := pause(ctx, streamSettle); err != nil {
		return 0, err
	}
	after, err := p.Memory()
	return float64(after-before) / float64(n) / kibibyte, err
}

// pause lets a process be idle.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
