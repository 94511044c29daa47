package turns

import (
	"context"
	"errors"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// commitTries is how often a commit is tried while the store is out of reach; after that the turn
// stays open and the sweep takes it up again.
const commitTries = 5

// say commits a reply behind the fence. It needs no time of the turn's own: an apology for a turn
// whose time is over is said as well.
func (r *run) say(what reply) (console.TurnState, error) {
	what.message.ID = r.replyID(what)
	for try, pause := 1, r.e.Limits.Backoff; ; try, pause = try+1, 2*pause {
		done := r.part(PartCommit)
		ended, err := r.commit(what)
		done()
		if err == nil && ended == nil {
			return "", errGone
		}
		if err == nil {
			r.finish(*ended)
			return ended.State, nil
		}
		if errors.Is(err, errGone) {
			return "", err
		}
		if try == commitTries || sleep(r.e.work, pause) != nil {
			return "", err
		}
	}
}

// replyID is the id under which readers heard the reply. Readers who heard a model that then failed
// are told to forget it.
func (r *run) replyID(what reply) console.ID {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.again = nil
	if r.wasHeard() && what.state == console.TurnFailed {
		r.e.Hub.Status(r.at(), stream.Status{State: stream.Writing, Discarded: r.message})
		r.message, r.heard, r.told = r.e.NewID(), false, false
	}
	return r.message
}

// commit is one transaction. It returns nil if the turn was not ours to end any more.
func (r *run) commit(what reply) (*console.Turn, error) {
	var ended *console.Turn
	next := r.e.NewID()
	err := r.e.DB.Write(context.WithoutCancel(r.ctx), r.turn.TeamID, func(tx Tx) error {
		ended = nil
		ctx := context.Background() // a unit of work outlives whoever asked for it
		s, err := look(ctx, tx, r.turn)
		if err != nil {
			return gone(err)
		}
		change, mine := settle(s, r.turn, what, next, r.e.Now())
		if !mine {
			return errGone
		}
		if change.Opened != nil {
			change.Opened.Node, change.Cause = r.e.Node, r.nextCause()
		}
		change.Team = r.turn.TeamID
		change.Ended.Record = r.record(change.Ended.State)
		ended = change.Ended
		tx.AfterCommit(func() { r.e.committed(change) })
		return tx.Apply(ctx, change)
	})
	return ended, err
}

// nextCause is the one that sent the message which begins the next turn; zero: it is not known here.
func (r *run) nextCause() console.Cause {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.later
}

// record is what the run did, and of a reply that is not said what readers could have seen of it.
func (r *run) record(end console.TurnState) *console.Record {
	record := r.journal.written()
	if end == console.TurnDiscarded {
		record.Discarded = r.written().Written
	}
	return &record
}

// look reads how things stand: the agent first, then the conversation, as everyone who writes takes
// these locks.
func look(ctx context.Context, tx Tx, t console.Turn) (scene, error) {
	var s scene
	a, err := tx.AgentState(ctx, t.AgentID)
	if err == nil {
		s.agent = &a
	} else if !console.IsNotFound(err) {
		return s, err
	}
	if s.conversation, err = tx.LockConversation(ctx, t.AgentID, t.ConversationID); err != nil {
		return s, err
	}
	s.turn, err = tx.Turn(ctx, t.ID)
	return s, err
}

// committed is Changed for our own deed: our run ends by itself.
func (e *Engine) committed(c console.Change) {
	e.said(c)
	if c.Opened != nil {
		e.start(*c.Opened, knownOf(c))
	}
}

// finish tells readers how the turn ended.
func (r *run) finish(t console.Turn) {
	if t.State == console.TurnDiscarded {
		r.discard()
		return
	}
	r.status(stream.Idle)
}

// The engine's heartbeat and sweep.
const (
	beatEvery  = 2 * time.Second
	sweepLimit = 256
)

// Run beats, takes up turns that nobody holds, and returns once ctx has ended and the running turns
// have finished or been given back.
func (e *Engine) Run(ctx context.Context) error {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		e.Sweep(ctx)
		select {
		case <-ctx.Done():
			return e.leave(context.WithoutCancel(ctx))
		case <-tick.C:
		}
	}
}

// Sweep says that this node is alive, adopts the turns of nodes that are not, and starts turns of
// its own that no run holds. Faults are logged: the next sweep tries again.
func (e *Engine) Sweep(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	if err := e.DB.Beat(ctx, e.Node); err != nil {
		e.Log.WarnContext(ctx, "heartbeat failed", "error", err.Error())
		return
	}
	adopted, err := e.DB.AdoptTurns(ctx, e.Node, sweepLimit)
	if err != nil {
		e.Log.WarnContext(ctx, "adopting turns failed", "error", err.Error())
	}
	if len(adopted) > 0 {
		e.Log.InfoContext(ctx, "turns adopted", "count", len(adopted))
	}
	own, err := e.DB.OwnTurns(ctx, e.Node, sweepLimit)
	if err != nil {
		e.Log.WarnContext(ctx, "listing own turns failed", "error", err.Error())
	}
	for _, t := range append(adopted, own...) {
		e.start(t, known{})
	}
}

// leave lets running turns finish for a while, then gives them back.
func (e *Engine) leave(ctx context.Context) error {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.stopSpare(errStopping)
	patience := time.AfterFunc(e.Limits.Grace, func() { e.stopWork(errStopping) })
	defer patience.Stop()
	e.runs.Wait()
	e.stopWork(errStopping)
	ctx, cancel := context.WithTimeout(ctx, beatEvery)
	defer cancel()
	return e.DB.Leave(ctx, e.Node)
}
