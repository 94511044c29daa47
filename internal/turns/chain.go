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
	Window     int    // tokens that it holds, prompt and reply together; 0: it does not say
	Version    string // of the way there: what is known of another address, key or model does not count
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
	who    int // place in the chain
	fault  error
	resort bool // as ask.resort
}

// errSilent is the fault of a model that said nothing for so long that another one is asked.
var errSilent = errors.New("the model said nothing for too long")

// ask decides which candidate is asked now. It is pure.
//
// A candidate is asked again, after a pause, for as long as its fault may pass, its attempts last,
// and the time that is left is enough for those behind it, who have equal shares; then the next one
// is. One that has another behind it is not waited for: not while its breaker is open, not once it
// has been silent for too long, and not for longer than maxDetour. The last one is waited for as
// long as the turn has time. Once none is left, those that were spared because of their breakers are
// asked all the same, each once: they can do no worse than an apology.
func (t transcript) ask(l Limits) action {
	if t.chain == nil {
		return choose{}
	}
	do := ask{tail: t.brief.decided.after, about: t.brief.part()}
	if do.who, do.after, do.resort = t.whom(l); do.who >= len(t.chain) {
		return t.apologise(console.WhyModelFailed)
	}
	who := t.chain[do.who]
	l = l.in(who.Window)
	do.prompt = prompt(t.brief, l)
	if t.fumbled(do.who) {
		do.prompt.Tools = nil
	}
	switch {
	case do.resort:
		do.silence = max(min(t.left, l.Silence), time.Millisecond)
	case t.hasNext(do.who):
		do.silence = max(min(t.left-do.after-t.reserved(do.who, l), l.Silence), time.Millisecond)
	}
	if !t.told {
		do.steps = slices.Concat(t.brief.decided.steps, given(t.brief.passages))
	}
	if who.Provider != console.ProviderBuiltin && !slices.Contains(t.shown, l.Window) {
		do.steps = append(do.steps, leftOut(do.prompt.left, l.Window, who.ref())...)
	}
	return do
}

// fumbled reports whether a candidate has given a broken reply: it may be one that calls tools in a way
// that nobody understands.
func (t transcript) fumbled(who int) bool {
	return slices.ContainsFunc(t.tries, func(one try) bool {
		fault, ok := errors.AsType[*llm.Error](one.fault)
		return one.who == who && ok && fault.Kind == llm.KindBroken
	})
}

// whom returns the candidate to be asked now, after which pause, and whether as a last resort; the end
// of the chain if nobody is.
func (t transcript) whom(l Limits) (who int, after time.Duration, resort bool) {
	n := len(t.tries)
	if n == 0 {
		return 0, 0, false
	}
	last := t.tries[n-1]
	if !last.resort {
		if pause, again := t.again(l); again {
			return last.who, pause, false
		}
		if t.hasNext(last.who) {
			return last.who + 1, 0, false
		}
	}
	for who := range t.chain {
		if t.spared(who) {
			return who, 0, true
		}
	}
	return len(t.chain), 0, false
}

// spared reports whether a candidate was never asked because its breaker was open. One whose provider
// wants to be left alone is left alone.
func (t transcript) spared(who int) bool {
	spared := false
	for _, one := range t.tries {
		if one.who != who {
			continue
		}
		shut, ok := errors.AsType[*shutError](one.fault)
		if !ok || shut.told {
			return false
		}
		spared = true
	}
	return spared
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
	shut, _ := errors.AsType[*shutError](last.fault)
	if !t.hasNext(last.who) {
		return pause, shut == nil || shut.told || pause <= maxBackoff
	}
	fault, _ := errors.AsType[*llm.Error](last.fault)
	stalled := fault != nil && fault.Kind == llm.KindTimeout
	return pause, shut == nil && !stalled && pause <= maxDetour
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

// admit returns why the breaker keeps the turn from the model, and puts that into the journal.
func (r *run) admit(h *health, a ask) error {
	if r.pass = (pass{}); a.resort {
		return nil
	}
	p, err := h.breaker.admit(r.e.Now())
	if r.pass = p; err == nil {
		return nil
	}
	fault := "breaker_open"
	if shut, _ := errors.AsType[*shutError](err); shut != nil && shut.told {
		fault = "retry_after"
	}
	r.did(r.traced, console.Step{
		Kind: console.StepSkipped, At: r.e.Now(), Model: r.asking.ref(), Fault: fault, Note: err.Error(),
	})
	return err
}

// settle tells the breaker what came of an asking.
func (r *run) settle(h *health, a ask, err error) {
	if a.resort {
		h.breaker.resorted(r.e.Now(), err)
		return
	}
	h.breaker.settle(r.e.Now(), r.pass, err)
}
