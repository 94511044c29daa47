package turns

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// A run that can't end its turn, since the store refuses what it says or can't be read, leaves it open. It is taken
// up again after a pause, and each taking is counted in the store: a row that is refused every time must not
// have a model asked for ever.
//
//	run fails ──▶ counted ──▶ pause ──▶ run ──▶ … ──▶ taken more than maxAttempts times: an apology, no model
//	                 │ it can't be: the store is out of reach
//	                 └──▶ pause ──▶ counted first, else no model is asked

// maxAttempts is how often a turn is taken up for a reply of its own, be it because the store refused
// what was said or because nodes died at it.
const maxAttempts = 5

// The pauses behind runs that failed, doubling. They go on where the apology can't be stored either.
const (
	firstSetback = 2 * time.Second
	maxSetback   = time.Minute
	// maxSetbacks bounds what is remembered. Who is forgotten is taken up at once.
	maxSetbacks = 10_000
)

// setback is what this node knows of a turn whose last run failed.
type setback struct {
	until time.Time // nobody takes it up before
	owed  bool      // it has not been counted
}

// attempt answers the turn, unless that has come to nothing too often.
func (r *run) attempt(ctx context.Context) (console.TurnState, []try, error) {
	if r.owed {
		if err := r.count(); err != nil {
			return "", nil, err
		}
	}
	if r.turn.Attempt > maxAttempts {
		state, err := r.giveUp(ctx)
		return state, nil, err
	}
	return r.answer(ctx)
}

// giveUp ends a turn without a model, and with nothing in it that the store may have refused: of what rules, flows
// and models had to say nothing is kept, and the customer stays where they stood in a flow.
func (r *run) giveUp(ctx context.Context) (console.TurnState, error) {
	language := ""
	if b, err := r.e.load(ctx, r.turn, known{}); err == nil {
		language = b.language()
	} else if a, err := r.e.DB.Team(r.turn.TeamID).Agent(ctx, r.turn.AgentID); err == nil {
		language = a.Language
	}
	r.note([]console.Step{{
		Kind: console.StepApology, Fault: string(console.WhyGaveUp),
		Note: fmt.Sprintf("no reply could be finished, %d times over", r.turn.Attempt-1),
	}})
	return r.say(reply{
		message: console.Message{Text: apology(language)}, state: console.TurnFailed, why: console.WhyGaveUp,
		attention: true, blind: true,
	})
}

// count raises the attempt of a turn that is to be taken up again.
func (r *run) count() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx), keepTime)
	defer cancel()
	attempt, err := r.e.DB.RetryTurn(ctx, r.turn)
	if err != nil {
		return gone(err)
	}
	r.turn.Attempt, r.owed = attempt, false
	return nil
}

// failed reports whether a run ended for no good reason: it left its turn open, and nobody had stopped it.
func failed(err error) bool {
	return err != nil && !errors.Is(err, errGone) && !errors.Is(err, errHalted) && !errors.Is(err, errStopping)
}

// setBack remembers that the run failed, which it counts in the store if it can.
func (r *run) setBack() {
	again := pauseAfter(r.turn.Attempt)
	if !r.owed {
		r.owed = r.count() != nil
	}
	e := r.e
	e.mu.Lock()
	defer e.mu.Unlock()
	for other := range e.setbacks {
		if len(e.setbacks) < maxSetbacks {
			break
		}
		delete(e.setbacks, other)
	}
	e.setbacks[r.turn.ID] = setback{until: e.Now().Add(again), owed: r.owed}
}

// pauseAfter is how long a turn waits after an attempt that failed.
func pauseAfter(attempt int64) time.Duration {
	return min(firstSetback<<min(max(attempt-1, 0), 10), maxSetback)
}
