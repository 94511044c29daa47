package main

import (
	"context"
	"os"
	"time"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
	"github.com/bimpe/bimpe/bench/site"
)

const (
	megabyte   = 1e6
	idleSettle = 3 * time.Second
)

// The bars of what the server is when it does nothing.
const (
	startBar  = 300
	memoryBar = 60
	binaryBar = 80
)

// start measures row 5, on the data of the large team.
func (b *bench) start(ctx context.Context) ([]figures.Figure, error) {
	t, err := b.town(ctx)
	if err != nil {
		return nil, err
	}
	begin := figures.Figure{
		Name: "start on 100,000 conversations", Unit: "ms", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: startBar},
		Note: "floor: net/http and an empty SQLite",
	}
	memory := figures.Figure{Name: "idle memory", Unit: "MB", Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: memoryBar}, Note: begin.Note}
	for range b.pairs {
		floor, err := b.floorPart(ctx, "FULL", "")
		if err == nil {
			err = b.idle(ctx, floor, &begin.Floor, &memory.Floor)
		}
		if err != nil {
			return nil, err
		}
		own, err := b.serve(ctx, t.place)
		if err == nil {
			err = b.used(ctx, own, t)
		}
		if err == nil {
			err = b.idle(ctx, own.Process, &begin.Ours, &memory.Ours)
		}
		if err != nil {
			return nil, err
		}
		own.Close()
	}
	info, err := os.Stat(b.binary)
	if err != nil {
		return nil, err
	}
	binary := figures.Figure{
		Name: "binary", Unit: "MB", Ours: []float64{float64(info.Size()) / megabyte}, Bar: figures.Bar{Kind: figures.ValueAtMost, Limit: binaryBar},
	}
	return []figures.Figure{begin, memory, binary}, nil
}

// used asks a few things, so that the memory is that of a server that has been in use.
func (b *bench) used(ctx context.Context, s *server, t *town) error {
	for _, q := range t.questions() {
		if _, err := s.Bytes(ctx, q.path); err != nil {
			return err
		}
	}
	_, err := s.Bytes(ctx, load.Prefix+"/agents/"+t.agent+"/conversations/"+t.long+"/messages?limit=100")
	return err
}

// idle takes a process's time to start and its memory, and ends it.
func (b *bench) idle(ctx context.Context, p *site.Process, started, memory *[]float64) (err error) {
	var stop stoppers
	defer stop.all(&err)
	stop.add(p.Stop)
	if err := pause(ctx, idleSettle); err != nil {
		return err
	}
	m, err := p.Memory()
	*started = append(*started, figures.Milliseconds(p.Started))
	*memory = append(*memory, float64(m)/megabyte)
	return err
}
