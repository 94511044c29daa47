package turns

import (
	"context"
	"log/slog"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// Watch hears of what an engine does, for whoever counts it. None of its methods blocks.
type Watch interface {
	// Ended hears of a turn that has ended, so long after the message that opened it. Each turn is told of
	// once, on the node where it was ended.
	Ended(state console.TurnState, why console.Why, took time.Duration)
	// Did hears of each step on the record of a turn of a team, as it is put there.
	Did(team console.ID, s console.Step)
	// Took hears how long a part of a turn took, a model's apart: PartBrief or PartCommit.
	Took(part string, took time.Duration)
	// PutOff hears of a turn that found no place on this node.
	PutOff()
}

// The parts of a turn that Watch hears of.
const (
	PartBrief  = "brief"  // the loading of what the reply rests on
	PartCommit = "commit" // of the reply
)

// unwatched is the Watch of an engine whose doings nobody counts.
type unwatched struct{}

func (unwatched) Ended(console.TurnState, console.Why, time.Duration) {}
func (unwatched) Did(console.ID, console.Step)                        {}
func (unwatched) Took(string, time.Duration)                          {}
func (unwatched) PutOff()                                             {}

// Tracer draws what an engine does as spans of traces. None of its methods blocks.
type Tracer interface {
	// Turn begins the span of a turn behind that of the request which caused it, parent being empty where none is
	// known, and returns what ends it by what its log line says.
	Turn(ctx context.Context, parent string) (context.Context, func(failed bool, attrs []slog.Attr))
	// Part begins the span of a part of a turn, and returns what ends it.
	Part(ctx context.Context, name string) func()
	// Ask begins the span of an asking of a model; its step, with the context that is returned, ends it.
	Ask(ctx context.Context) context.Context
	// Step draws a step of a turn's record.
	Step(ctx context.Context, s console.Step)
}

// untraced is the Tracer of an engine that nobody draws.
type untraced struct{}

func (untraced) Turn(ctx context.Context, _ string) (context.Context, func(bool, []slog.Attr)) {
	return ctx, func(bool, []slog.Attr) {}
}
func (untraced) Part(context.Context, string) func()     { return func() {} }
func (untraced) Ask(ctx context.Context) context.Context { return ctx }
func (untraced) Step(context.Context, console.Step)      {}

// did puts a step on the record, and tells who counts and who draws; ctx is that of its span, or of the turn's.
func (r *run) did(ctx context.Context, s console.Step) {
	r.journal.add(s)
	r.e.Watch.Did(r.turn.TeamID, s)
	r.e.Tracer.Step(ctx, s)
}

// part begins a part of the turn, and returns what ends it.
func (r *run) part(name string) func() {
	began, drawn := r.e.Now(), r.e.Tracer.Part(r.traced, name)
	return func() {
		r.e.Watch.Took(name, r.e.Now().Sub(began))
		drawn()
	}
}

// watchEnds tells of the turns that a change ends. One that nobody answers has ended with its beginning.
func (e *Engine) watchEnds(c console.Change) {
	if t := c.Ended; t != nil {
		var took time.Duration
		if t.EndedAt != nil {
			took = t.EndedAt.Sub(t.CreatedAt)
		}
		e.Watch.Ended(t.State, t.Why, took)
	}
	if t := c.Opened; t != nil && t.State == console.TurnSilent {
		e.Watch.Ended(t.State, t.Why, 0)
	}
}

// Running returns how many turns are at work here.
func (e *Engine) Running() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.running)
}

// Waiting returns how many of them wait for a place at their model.
func (e *Engine) Waiting() int { return int(e.waiting.Load()) }

// Shut returns how many models are left alone now: their breakers are open, or their providers told us so.
func (e *Engine) Shut() int { return e.healths.shut(e.Now()) }
