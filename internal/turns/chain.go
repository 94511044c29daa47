package turns

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

// Models says whom to ask for replies. It may be used by many goroutines.
type Models interface {
	// Chain returns the models of an agent in the order in which they are asked, at least one. It is
	// called only for turns that need a model. A connection that has been deleted is left out, and
	// one that cannot be used is there as a model that always fails.
	Chain(ctx context.Context, team console.ID, a console.Agent) ([]Candidate, error)
}

// Candidate is a model that may be asked for a reply.
type Candidate struct {
	Connection console.ID // of the team; empty: the server's own model
	Provider   console.Provider
	Name       string // what the provider calls the model
	Price      console.Price
	Version    time.Time // of the connection: what is known of an older one does not count
	Model      llm.Model
}

// ref is the candidate as a record names it.
func (c Candidate) ref() console.ModelRef {
	return console.ModelRef{Connection: c.Connection, Provider: string(c.Provider), Name: c.Name}
}

// choose is the action of finding out whom to ask.
type choose struct{}

func (choose) action() {}

// try is one asking of a candidate that came to nothing.
type try struct {
	who   int // place in the chain
	fault error
}

// errSilent is the fault of a model that said nothing for so long that another one is asked.
var errSilent = errors.New("the model said nothing for too long")

// ask decides which candidate is asked now. It is pure.
//
// A candidate is asked again, after a pause, for as long as its fault may pass, its attempts last,
// and the time that is left is enough for those behind it, who have equal shares; then the next one
// is. One that has another behind it is not waited for: not while its breaker is open, not once it
// has been silent for too long, and not for longer than maxDetour. The last one is waited for as
// long as the turn has time.
func (t transcript) ask(l Limits) action {
	if t.chain == nil {
		return choose{}
	}
	who, after := 0, time.Duration(0)
	if n := len(t.tries); n > 0 {
		var again bool
		who = t.tries[n-1].who
		if after, again = t.again(l); !again {
			who, after = who+1, 0
		}
	}
	if who >= len(t.chain) {
		return t.apologise(console.WhyModelFailed)
	}
	do := ask{who: who, after: after, request: prompt(t.brief, l), tail: t.brief.decided.after}
	if t.hasNext(who) {
		do.silence = max(min(t.left-after-t.reserved(who, l), l.Silence), time.Millisecond)
	}
	if !t.told {
		do.steps = slices.Concat(t.brief.decided.steps, given(t.brief.passages))
	}
	return do
}

// maxDetour is the longest pause before a candidate is asked again that has another behind it.
const maxDetour = 2 * time.Second

// again reports whether the last candidate is to be asked once more, and after which pause.
func (t transcript) again(l Limits) (time.Duration, bool) {
	last := t.tries[len(t.tries)-1]
	asked := 0
	for _, one := range t.tries {
		if one.who == last.who {
			asked++
		}
	}
	pause := wait(last.fault, asked, t.jitter, l)
	if asked >= l.Attempts || !retryable(last.fault) || pause >= t.left-t.reserved(last.who, l) {
		return 0, false
	}
	_, shut := errors.AsType[*shutError](last.fault)
	if !t.hasNext(last.who) {
		return pause, !shut || pause <= maxBackoff
	}
	fault, _ := errors.AsType[*llm.Error](last.fault)
	stalled := fault != nil && fault.Kind == llm.KindTimeout
	return pause, !shut && !stalled && pause <= maxDetour
}

func (t transcript) hasNext(who int) bool { return who+1 < len(t.chain) }

// reserved is the part of the turn's time that belongs to the candidates behind one.
func (t transcript) reserved(who int, l Limits) time.Duration {
	n := len(t.chain)
	return l.Turn * time.Duration(n-1-who) / time.Duration(n)
}

func retryable(fault error) bool {
	if _, shut := errors.AsType[*shutError](fault); shut {
		return true
	}
	return errors.Is(fault, errNothingSaid) || llm.Retryable(fault)
}

// wait is the pause before a candidate is asked for another time: doubling, less up to a half of it
// so that many do not come back at once; but never less than what the provider asked for.
func wait(fault error, asked int, jitter float64, l Limits) time.Duration {
	pause := min(l.Backoff<<min(asked-1, 16), maxBackoff)
	spread := time.Duration(float64(pause) / 2 * jitter)
	var told time.Duration
	if e, ok := errors.AsType[*llm.Error](fault); ok {
		told = e.RetryAfter
	}
	if e, ok := errors.AsType[*shutError](fault); ok {
		told = e.after
	}
	if told > 0 {
		return max(told, pause) + spread
	}
	return pause - spread
}

// choose finds out whom to ask. While the store is out of reach it asks it again.
func (r *run) choose(ctx context.Context, a console.Agent) ([]Candidate, error) {
	for pause := r.e.Limits.Backoff; ; pause = min(2*pause, maxBackoff) {
		chain, err := r.e.Models.Chain(ctx, r.turn.TeamID, a)
		if err == nil {
			return chain, nil
		}
		if cause := sleep(ctx, pause); cause != nil {
			return nil, cause
		}
	}
}

// remaining is what remains of the turn's time.
func (r *run) remaining() time.Duration {
	return max(r.e.Limits.Turn-r.e.Now().Sub(r.begun), 0)
}

func (e *Engine) jitter() float64 {
	if e.Chance == nil {
		return 0
	}
	return e.Chance()
}

// skipped puts a model that was not asked into the journal.
func (r *run) skipped(why error) {
	r.journal.add(console.Step{
		Kind: console.StepSkipped, At: r.e.Now(), Model: r.asking.ref(), Fault: "breaker_open", Note: why.Error(),
	})
}
