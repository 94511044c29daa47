package turns

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// sweeps runs the engine for so long.
func (h *house) sweeps(d time.Duration) {
	h.t.Helper()
	ctx, stop := context.WithTimeout(h.t.Context(), d)
	defer stop()
	for ctx.Err() == nil {
		h.Sweep(ctx)
		_ = sleep(ctx, beatEvery)
	}
	synctest.Wait()
}

// The store takes everything but one reply: the model is asked a few times, with growing pauses, and then the
// customer gets an apology.
func TestAReplyThatIsRefusedEveryTimeIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}})
		h.db.refuses = func(c console.Change) bool { return c.Append != nil && c.Append.Text == "ok" }
		h.customer("a")
		h.sweeps(2 * time.Minute)
		h.want("customer: a", "agent: "+apology("en"))
		if n := len(h.model.requests()); n != maxAttempts {
			t.Errorf("the model was asked %d times, want %d", n, maxAttempts)
		}
		turn := h.db.lastTurn()
		if turn.State != console.TurnFailed || turn.Why != console.WhyGaveUp || turn.ToSeq != 1 {
			t.Errorf("the turn: %+v", turn)
		}
		if !h.db.conversation().NeedsAttention {
			t.Error("no human is asked to look")
		}
		h.wrote(console.Step{Kind: console.StepApology, Fault: string(console.WhyGaveUp)})
		h.customer("b")
		h.db.refuses = nil
		synctest.Wait()
		h.want("customer: a", "agent: "+apology("en"), "customer: b", "agent: ok")
	})
}

// Not even an apology can be stored: the store is asked again now and then, and no model any more.
func TestNoModelIsAskedWhereNothingCanBeSaid(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}})
		applied := 0
		h.db.refuses = func(c console.Change) bool {
			if c.Ended == nil {
				return false
			}
			applied++
			return true
		}
		h.customer("a")
		h.sweeps(10 * time.Minute)
		before := applied
		h.sweeps(time.Hour)
		if n := len(h.model.requests()); n != maxAttempts {
			t.Errorf("the model was asked %d times in an hour, want %d", n, maxAttempts)
		}
		if n := applied - before; n == 0 || n > commitTries*65 {
			t.Errorf("the apology was tried %d times in an hour", n)
		}
		h.db.locked(func(*state) { h.db.refuses = nil })
		h.customer("b")
		h.sweeps(2 * maxSetback)
		h.want("customer: a", "customer: b", "agent: "+apology("en"))
	})
}

// While a store takes nothing at all no model is asked, and once it does the customer is answered.
func TestAStoreThatIsAwayForLongGetsAnAnswerAfterwards(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}, pause: time.Second})
		h.customer("a")
		h.db.locked(func(*state) { h.db.broken = 1 << 30 })
		h.sweeps(time.Hour)
		if n := len(h.model.requests()); n != 1 {
			t.Errorf("the model was asked %d times while its replies could not be stored", n)
		}
		h.db.locked(func(*state) { h.db.broken = 0 })
		h.sweeps(10 * time.Second)
		h.want("customer: a", "agent: ok")
	})
}

// Nodes that die at a turn count like replies that are refused.
func TestATurnThatKillsNodesIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}, pause: time.Hour})
		h.customer("a")
		synctest.Wait()
		other := newHouse(t, utterance{words: []string{"ok"}})
		other.db = h.db
		other.DB, other.Finder = h.db, h.db
		h.db.locked(func(s *state) { s.turns[0].Attempt = maxAttempts + 1 })
		other.sweeps(time.Second)
		h.want("customer: a", "agent: "+apology("en"))
		if n := len(other.model.requests()); n != 0 {
			t.Errorf("the model was asked %d times", n)
		}
	})
}
