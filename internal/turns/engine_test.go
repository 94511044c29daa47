package turns

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/flows"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/stream"
)

var slow = utterance{words: []string{"one ", "two ", "three"}, pause: time.Second}

func TestReply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"he", "llo"}})
		h.customer("hi")
		synctest.Wait()
		h.want("customer: hi", "agent: hello")
		if got := h.db.lastTurn(); got.State != console.TurnReplied || got.ToSeq != 1 {
			t.Errorf("turn: %+v", got)
		}
		// What readers heard in pieces is the message that was said.
		reply := h.db.log()[1]
		for _, d := range h.ears.heard("delta") {
			if !strings.HasPrefix(d, string(reply.ID)) {
				t.Errorf("delta %q does not belong to %s", d, reply.ID)
			}
		}
	})
}

func TestRuleDecidesWithoutModel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.db.rules = []console.Rule{{ID: "1", Trigger: "opening hours", Response: "9 to 5", Enabled: true}}
		h.customer("What are your opening hours?")
		synctest.Wait()
		h.want("customer: What are your opening hours?", "agent: 9 to 5")
		if n := len(h.model.requests()); n != 0 {
			t.Errorf("the model was asked %d times", n)
		}
	})
}

// The customer writes again before anything has gone out: one reply for both.
func TestMerge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("a")
		time.Sleep(500 * time.Millisecond)
		h.customer("b")
		time.Sleep(time.Minute)
		h.want("customer: a", "customer: b", "agent: one two three")
		asked := h.model.requests()
		if last := asked[len(asked)-1]; len(asked) != 2 || len(last.Messages) != 2 {
			t.Errorf("asked %d times, the last time with %d messages", len(asked), len(last.Messages))
		}
	})
}

// Nobody listens to deltas, so nothing goes out before the end: the turn starts over even in mid
// reply.
func TestMergeUnheard(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.ears.deaf = true
		h.customer("a")
		time.Sleep(2500 * time.Millisecond)
		h.customer("b")
		time.Sleep(time.Minute)
		h.want("customer: a", "customer: b", "agent: one two three")
	})
}

// Some of the reply has gone out: it is finished, and a second one follows.
func TestFollowUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow, utterance{words: []string{"four"}})
		h.customer("a")
		time.Sleep(1500 * time.Millisecond)
		h.customer("b")
		time.Sleep(time.Minute)
		h.want("customer: a", "customer: b", "agent: one two three", "agent: four")
		if d := h.ears.heard("discarded"); len(d) > 0 {
			t.Errorf("discarded %v", d)
		}
	})
}

func TestQueueNeverStartsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.must(h.db.memory.agent(func(a *console.AgentState) { a.OnNewMessage = console.Queue }))
		h.customer("a")
		time.Sleep(500 * time.Millisecond)
		h.customer("b")
		time.Sleep(time.Minute)
		h.want("customer: a", "customer: b", "agent: one two three", "agent: one two three")
	})
}

func TestInterruptStartsOverAlways(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow, utterance{words: []string{"four"}})
		h.must(h.db.memory.agent(func(a *console.AgentState) { a.OnNewMessage = console.Interrupt }))
		h.customer("a")
		time.Sleep(1500 * time.Millisecond)
		h.customer("b")
		time.Sleep(time.Minute)
		h.want("customer: a", "customer: b", "agent: four")
		if d := h.ears.heard("discarded"); len(d) != 1 {
			t.Errorf("discarded %v, want the one reply that was being heard", d)
		}
	})
}

func TestHumanTakesOver(t *testing.T) {
	t.Parallel()
	for _, far := range []bool{false, true} {
		t.Run(fmt.Sprintf("readers far away: %v", far), func(t *testing.T) {
			t.Parallel()
			humanTakesOver(t, far)
		})
	}
}

func humanTakesOver(t *testing.T, far bool) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.ears.far = far
		h.customer("a")
		time.Sleep(1500 * time.Millisecond)
		h.human("I am here")
		synctest.Wait()
		if n := h.model.upstreams(); n != 0 {
			t.Errorf("%d upstreams are still open", n)
		}
		time.Sleep(time.Minute)
		h.customer("thanks")
		time.Sleep(time.Minute)
		h.want("customer: a", "human: I am here", "customer: thanks")
		if d := h.ears.heard("discarded"); len(d) != 1 {
			t.Errorf("discarded %v, want the one reply that was being heard", d)
		}
	})
}

func TestCancelKeepsWhatWasWritten(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("a")
		time.Sleep(2500 * time.Millisecond)
		c := h.cancel()
		synctest.Wait()
		if n := h.model.upstreams(); n != 0 {
			t.Errorf("%d upstreams are still open", n)
		}
		h.want("customer: a", "agent: one two  (partial)")
		if c.TurnID == "" || c.Partial == nil {
			t.Errorf("cancel: %+v", c)
		}
		if s := h.ears.heard("status"); s[len(s)-1] != "idle" || len(h.ears.heard("discarded")) > 0 {
			t.Errorf("status after the cancel: %v, discarded %v", s, h.ears.heard("discarded"))
		}
		if again := h.cancel(); again.TurnID != "" {
			t.Errorf("second cancel: %+v, want nothing to cancel", again)
		}
	})
}

// What happened on another node has the same effect as here.
func TestNewsOfOtherNodes(t *testing.T) {
	t.Parallel()
	for name, news := range map[string]func(h *house, turn console.ID) stream.News{
		"ended": func(_ *house, turn console.ID) stream.News {
			return stream.News{Ended: turn, State: console.TurnCancelled}
		},
		"stopped": func(h *house, _ console.ID) stream.News {
			return stream.News{Stopped: h.db.conversation().AgentID, Why: console.WhyAgentPaused}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, slow)
				h.customer("a")
				time.Sleep(2500 * time.Millisecond)
				turn := h.db.conversation().OpenTurn
				r := h.running[turn]
				h.Heard(news(h, turn))
				if r.ctx.Err() == nil {
					t.Error("the turn goes on")
				}
				synctest.Wait()
			})
		})
	}
}

// A turn of another node is halted there.
func TestHaltElsewhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		if got := h.Halt(t.Context(), console.Turn{ID: "turn", Node: "other"}); got.Written != "elsewhere" {
			t.Errorf("Halt = %+v, want what the other node says", got)
		}
		if got := h.Halt(t.Context(), console.Turn{ID: "turn", Node: h.Node}); got != (console.Halted{}) {
			t.Errorf("Halt = %+v of a turn that is over", got)
		}
	})
}

// A cancel's transaction may run more than once: each time it is told what had been written.
func TestHaltTwice(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("a")
		time.Sleep(2500 * time.Millisecond)
		turn := h.db.conversation().OpenTurn
		first := h.Halt(t.Context(), console.Turn{ID: turn}).Written
		synctest.Wait()
		if again := h.Halt(t.Context(), console.Turn{ID: turn}).Written; first != "one two " || again != first {
			t.Errorf("halted: %q, then %q", first, again)
		}
		if c := h.cancel(); c.Partial == nil || c.Partial.Text != first {
			t.Errorf("cancel: %+v", c)
		}
		if len(h.halted) > 0 {
			t.Error("a turn that has ended is still remembered")
		}
	})
}

func TestAgentPausedInMidReply(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("a")
		time.Sleep(1500 * time.Millisecond)
		h.db.locked(func(s *state) {
			a := *s.agent
			a.Epoch, a.Status = a.Epoch+1, console.AgentPaused
			s.agent = &a
		})
		h.AgentStopped(agentID, console.WhyAgentPaused)
		synctest.Wait()
		h.want("customer: a")
		if got := h.db.lastTurn(); got.State != console.TurnDiscarded || got.Why != console.WhyAgentPaused {
			t.Errorf("turn: %s %s", got.State, got.Why)
		}
		if n := h.model.upstreams(); n != 0 {
			t.Errorf("%d upstreams are still open", n)
		}
	})
}

func TestModelFaults(t *testing.T) {
	t.Parallel()
	overloaded := llm.Fail(llm.KindOverloaded, nil)
	overloaded.RetryAfter = 3 * time.Second
	sorry := "agent: " + apology("en")
	tests := map[string]struct {
		says []utterance
		want string
		took time.Duration
	}{
		"a passing fault":        {[]utterance{{fault: llm.Fail(llm.KindUnavailable, nil)}, {words: []string{"ok"}}}, "agent: ok", 250 * time.Millisecond},
		"the provider's pause":   {[]utterance{{fault: overloaded}, {words: []string{"ok"}}}, "agent: ok", 3 * time.Second},
		"a fault for good":       {[]utterance{{fault: llm.Fail(llm.KindInvalid, nil)}}, sorry, 0},
		"attempts are used up":   {[]utterance{{fault: llm.Fail(llm.KindBroken, nil)}}, sorry, 1750 * time.Millisecond},
		"nothing is said":        {[]utterance{{words: []string{" "}}}, sorry, 1750 * time.Millisecond},
		"the time is over":       {[]utterance{{words: []string{"x"}, pause: time.Hour}}, sorry, time.Minute},
		"it is cut in mid reply": {[]utterance{{words: []string{"ha"}, fault: llm.Fail(llm.KindBroken, nil)}, {words: []string{"ok"}}}, "agent: ok", 250 * time.Millisecond},
		"a NUL":                  {[]utterance{{words: []string{"o\x00k\xff"}}}, "agent: ok\uFFFD", 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, tt.says...)
				begun := time.Now()
				h.customer("a")
				h.runs.Wait()
				h.want("customer: a", tt.want)
				if took := time.Since(begun); took != tt.took {
					t.Errorf("took %v of virtual time, want %v", took, tt.took)
				}
				if got := h.db.conversation().NeedsAttention; got != (tt.want == sorry) {
					t.Errorf("needs attention: %v", got)
				}
			})
		})
	}
}

// Readers who heard a reply that then broke are told to forget it, and hear the next under another id.
func TestBrokenReplyIsDiscarded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ha"}, fault: llm.Fail(llm.KindBroken, nil)}, utterance{words: []string{"ok"}})
		h.customer("a")
		h.runs.Wait()
		deltas, discarded := h.ears.heard("delta"), h.ears.heard("discarded")
		if len(deltas) != 2 || len(discarded) != 1 || !strings.HasPrefix(deltas[0], discarded[0]) {
			t.Errorf("deltas %v, discarded %v", deltas, discarded)
		}
	})
}

func TestUnknownNeedsAttention(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"I don't know"}, finish: llm.FinishUnknown})
		h.customer("a")
		synctest.Wait()
		if !h.db.conversation().NeedsAttention {
			t.Error("the conversation needs no attention")
		}
	})
}

func TestEndlessReplyIsCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: make1000(strings.Repeat("x", 1024))})
		h.Limits.ReplyTokens, h.Limits.Window = h.Limits.ReplyBytes, 8*h.Limits.ReplyBytes
		h.customer("a")
		synctest.Wait()
		if n := len(h.db.log()[1].Text); n != h.Limits.ReplyBytes {
			t.Errorf("the reply has %d bytes, want %d", n, h.Limits.ReplyBytes)
		}
	})
}

func make1000(s string) []string {
	words := make([]string, 1000)
	for i := range words {
		words[i] = s
	}
	return words
}

func TestStoreOutOfReachAtCommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}, pause: time.Second})
		h.customer("a")
		h.db.locked(func(*state) { h.db.broken = 3 })
		h.runs.Wait()
		h.want("customer: a", "agent: ok")
	})
}

// The store is away for so long that the run gives up; the sweep takes the turn up again.
func TestSweepTakesUpWhatNobodyHolds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}, pause: time.Second})
		h.customer("a")
		h.db.locked(func(*state) { h.db.broken = commitTries })
		h.runs.Wait()
		h.want("customer: a")
		time.Sleep(firstSetback)
		h.Sweep(t.Context())
		h.runs.Wait()
		h.want("customer: a", "agent: ok")
	})
}

func TestShutdownGivesTurnsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"x"}, pause: 30 * time.Second})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.Run(ctx) }()
		h.customer("a")
		synctest.Wait()
		begun := time.Now()
		stop()
		h.must(<-done)
		if took := time.Since(begun); took != h.Limits.Grace {
			t.Errorf("shutdown took %v, want the grace of %v", took, h.Limits.Grace)
		}
		if got := h.db.lastTurn(); got.State != console.TurnOpen || !h.db.left {
			t.Errorf("turn %s, left %v; want an open turn that others may adopt", got.State, h.db.left)
		}
		h.want("customer: a")
	})
}

func TestShutdownLetsTurnsFinish(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}, pause: 2 * time.Second})
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- h.Run(ctx) }()
		h.customer("a")
		synctest.Wait()
		stop()
		h.must(<-done)
		h.want("customer: a", "agent: ok")
	})
}

// Messages that wait together are answered together, each rule once; those that no rule answers are
// left to a model, which the rules' answers then stand behind.
func TestRulesAnswerEachMessage(t *testing.T) {
	t.Parallel()
	rules := []console.Rule{
		{ID: "1", Trigger: "hours", Response: "9 to 5", Enabled: true},
		{ID: "2", Trigger: "where", Response: "Lagos", Enabled: true},
	}
	for _, tt := range []struct {
		asked []string
		want  []string
		all   bool
	}{
		{[]string{"hours?", "where?", "your hours?"}, []string{"9 to 5", "Lagos"}, true},
		{[]string{"hours?", "and why?"}, []string{"9 to 5"}, false},
		{[]string{"why?"}, nil, false},
	} {
		b := brief{set: flows.Compile(rules, nil)}
		for i, text := range tt.asked {
			b.history = append(b.history, console.Message{Seq: int64(i + 1), Author: console.ByCustomer, Text: text})
		}
		want := decided{after: strings.Join(tt.want, "\n\n")}
		if tt.all {
			want.text, want.after = want.after, ""
		}
		if got := decide(b); got.text != want.text || got.after != want.after || got.attention {
			t.Errorf("%q: rules answer %q, and behind a model's answer %q, a human is called: %v; want %q and %q",
				tt.asked, got.text, got.after, got.attention, want.text, want.after)
		}
	}
}

func TestDeletedAgentDiscardsBeforeItsStreamsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("a")
		time.Sleep(1500 * time.Millisecond)
		h.AgentStopped(agentID, console.WhyAgentDeleted)
		h.ears.mu.Lock()
		last := h.ears.events[len(h.ears.events)-2:]
		h.ears.mu.Unlock()
		if !strings.HasPrefix(last[0], "discarded") || !strings.HasPrefix(last[1], "ended") {
			t.Errorf("the last events are %q", last)
		}
	})
}

func TestStreamsOfADeletedAgentEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.AgentStopped("paused", console.WhyAgentPaused)
		h.AgentStopped("deleted", console.WhyAgentDeleted)
		if got := h.ears.heard("ended"); len(got) != 1 || got[0] != "deleted" {
			t.Errorf("the streams of %v ended, want those of the deleted agent alone", got)
		}
	})
}

// What was spent on a reply that nobody wants any more is counted without delay.
func TestARunOfADeletedAgentIsOverAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, slow)
		h.customer("a")
		time.Sleep(1500 * time.Millisecond)
		h.db.locked(func(s *state) { s.agent, s.conversation = nil, nil })
		begun := time.Now()
		h.AgentStopped(agentID, console.WhyAgentDeleted)
		h.runs.Wait()
		if took := time.Since(begun); took > 0 {
			t.Errorf("the run goes on for %v", took)
		}
	})
}
