package main

import (
	"context"
	"fmt"

	"github.com/bimpe/bimpe/bench/figures"
	"github.com/bimpe/bimpe/bench/load"
	"github.com/bimpe/bimpe/bench/site"
)

const (
	soloTurns  = 300 // of one worker in a run
	manyTurns  = 3000
	manyAtOnce = 64
	warmTurns  = 100 // before anything is measured, so that caches and heaps are what they will be
)

// The bars of turns.
const (
	soloBar     = 2
	fullBar     = 1.5
	normalBar   = 0.4
	postgresBar = 0.6
)

// ground is what the floors of turns stand on. The first is the one that is compared most.
type ground struct {
	name  string
	bar   float64 // of turns a second, at least this ratio
	start func(ctx context.Context, model string) (*site.Process, error)
}

// onSQLite is its two settings.
func (b *bench) onSQLite() []ground {
	at := func(sync string) func(context.Context, string) (*site.Process, error) {
		return func(ctx context.Context, model string) (*site.Process, error) { return b.floorPart(ctx, sync, model) }
	}
	return []ground{{"FULL", fullBar, at("FULL")}, {"NORMAL", normalBar, at("NORMAL")}}
}

// field is where turns are measured: a model, the floors, and the server.
type field struct {
	model  *site.Process
	floors []*floorSide
	ours   *server
	agent  string
	made   int // customers, so that each is new
	stop   stoppers
}

// floorSide is a floor and a client of it.
type floorSide struct {
	ground
	*site.Process
	*load.Client
}

func (b *bench) newField(ctx context.Context, p place, grounds []ground) (_ *field, err error) {
	f := &field{}
	defer func() {
		if err != nil {
			f.stop.all(&err)
		}
	}()
	if f.model, err = b.part(ctx, partMock); err != nil {
		return nil, err
	}
	f.stop.add(f.model.Stop)
	model := f.model.Base + "/v1"
	for _, g := range grounds {
		if err := f.addFloor(ctx, g, model); err != nil {
			return nil, err
		}
	}
	if f.ours, err = b.serve(ctx, p, asks(model)...); err != nil {
		return nil, err
	}
	f.stop.add(f.ours.stop)
	if f.agent, err = f.ours.newAgent(ctx); err != nil {
		return nil, err
	}
	return f, f.warm(ctx)
}

func (f *field) addFloor(ctx context.Context, g ground, model string) error {
	p, err := g.start(ctx, model)
	if err != nil {
		return err
	}
	f.stop.add(p.Stop)
	side := &floorSide{g, p, load.NewClient(p.Base, "", now)}
	f.stop.add(func() error { side.Close(); return nil })
	f.floors = append(f.floors, side)
	return nil
}

// warm runs each side a little.
func (f *field) warm(ctx context.Context) error {
	for _, side := range f.floors {
		if _, err := f.floor(ctx, side, manyAtOnce, warmTurns); err != nil {
			return err
		}
	}
	_, err := f.own(ctx, manyAtOnce, warmTurns)
	return err
}

// floor runs n turns on a floor.
func (f *field) floor(ctx context.Context, side *floorSide, workers, n int) (load.Result, error) {
	all := make([]*load.Floor, workers)
	for i := range all {
		all[i] = load.NewFloor(side.Client, i)
	}
	return load.Turns(ctx, now, all, n)
}

// own runs n turns on the server, each worker as a new customer.
func (f *field) own(ctx context.Context, workers, n int) (r load.Result, err error) {
	all := make([]*load.Talk, 0, workers)
	defer func() {
		for _, t := range all {
			t.Close()
		}
	}()
	for range workers {
		f.made++
		conversation, err := f.ours.Begin(ctx, f.agent, fmt.Sprintf("customer-%d", f.made))
		if err != nil {
			return r, err
		}
		t, err := f.ours.Talk(ctx, f.agent, conversation)
		if err != nil {
			return r, err
		}
		all = append(all, t)
	}
	return load.Turns(ctx, now, all, n)
}

// turns measures rows 1 and 2 on SQLite.
func (b *bench) turns(ctx context.Context) ([]figures.Figure, error) {
	p, err := b.newPlace(ctx)
	if err != nil {
		return nil, err
	}
	return b.turnsAt(ctx, p, b.onSQLite())
}

func (b *bench) turnsAt(ctx context.Context, p place, grounds []ground) (all []figures.Figure, err error) {
	f, err := b.newField(ctx, p, grounds)
	if err != nil {
		return nil, err
	}
	defer f.stop.all(&err)
	solo, err := b.solo(ctx, f)
	if err != nil {
		return nil, err
	}
	many, err := b.many(ctx, f)
	return append(solo, many...), err
}

// solo is one customer at a time.
func (b *bench) solo(ctx context.Context, f *field) ([]figures.Figure, error) {
	first := f.floors[0]
	note := "floor at " + first.name
	p50 := figures.Figure{Name: "a turn, 1 worker, p50", Unit: "ms", Bar: figures.Bar{Kind: figures.RatioAtMost, Limit: soloBar}, Note: note}
	p99 := figures.Figure{Name: "a turn, 1 worker, p99", Unit: "ms", Note: note}
	for range b.pairs {
		floor, err := f.floor(ctx, first, 1, soloTurns)
		if err != nil {
			return nil, err
		}
		own, err := f.own(ctx, 1, soloTurns)
		if err != nil {
			return nil, err
		}
		add(&p50, own, floor, median)
		add(&p99, own, floor, worst)
	}
	return []figures.Figure{p50, p99}, nil
}

// add puts a run of each side into a figure.
func add(f *figures.Figure, own, floor load.Result, value func(load.Result) float64) {
	f.Ours, f.Floor = append(f.Ours, value(own)), append(f.Floor, value(floor))
}

func median(r load.Result) float64 { return figures.Milliseconds(figures.Quantile(r.Times, .5)) }

func worst(r load.Result) float64 { return figures.Milliseconds(figures.Quantile(r.Times, .99)) }

// many is many customers at a time.
func (b *bench) many(ctx context.Context, f *field) ([]figures.Figure, error) {
	name, last := fmt.Sprintf("turns, %d workers", manyAtOnce), len(f.floors)-1
	rates := make([]figures.Figure, len(f.floors))
	for i, side := range f.floors {
		bar := figures.Bar{Kind: figures.RatioAtLeast, Limit: side.bar}
		rates[i] = figures.Figure{Name: name, Unit: "/s", Bar: bar, Note: "floor at " + side.name}
	}
	p50 := figures.Figure{Name: name + ", p50", Unit: "ms", Note: rates[0].Note}
	cpu := figures.Figure{Name: name + ", CPU a turn", Unit: "ms", Note: rates[last].Note}
	model := figures.Figure{Name: name + ", the model's CPU a turn", Unit: "ms", Note: "the floor never streams; a busy server seldom does"}
	for range b.pairs {
		own, bare, err := f.round(ctx)
		if err != nil {
			return nil, err
		}
		for i := range rates {
			add(&rates[i], own.Result, bare[i].Result, load.Result.PerSecond)
		}
		add(&p50, own.Result, bare[0].Result, median)
		cpu.Ours, cpu.Floor = append(cpu.Ours, own.cpu), append(cpu.Floor, bare[last].cpu)
		model.Ours, model.Floor = append(model.Ours, own.model), append(model.Floor, bare[last].model)
	}
	return append(rates, p50, cpu, model), nil
}

// round loads each side once, the server behind the first floor.
func (f *field) round(ctx context.Context) (own spent, bare []spent, err error) {
	for i, side := range f.floors {
		s, err := f.spent(side.Process, func() (load.Result, error) { return f.floor(ctx, side, manyAtOnce, manyTurns) })
		if err != nil {
			return own, nil, err
		}
		bare = append(bare, s)
		if i > 0 {
			continue
		}
		if own, err = f.spent(f.ours.Process, func() (load.Result, error) { return f.own(ctx, manyAtOnce, manyTurns) }); err != nil {
			return own, nil, err
		}
	}
	return own, bare, nil
}

// spent is a load and what it cost, in milliseconds a turn.
type spent struct {
	load.Result
	cpu, model float64
}

// spent runs a load on a process.
func (f *field) spent(p *site.Process, run func() (load.Result, error)) (s spent, err error) {
	before, err := p.CPU()
	if err != nil {
		return s, err
	}
	modelBefore, err := f.model.CPU()
	if err != nil {
		return s, err
	}
	if s.Result, err = run(); err != nil {
		return s, err
	}
	after, err := p.CPU()
	if err != nil {
		return s, err
	}
	modelAfter, err := f.model.CPU()
	n := float64(len(s.Times))
	s.cpu, s.model = figures.Milliseconds(after-before)/n, figures.Milliseconds(modelAfter-modelBefore)/n
	return s, err
}
