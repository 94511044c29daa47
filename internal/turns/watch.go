package turns

import (
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
