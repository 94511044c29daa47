package turns

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
	"github.com/bimpe/bimpe/internal/stream"
)

func TestPace(t *testing.T) {
	t.Parallel()
	var p pace
	if p.whole(true) {
		t.Error("a model of which nothing is known is quick")
	}
	for _, step := range []struct {
		took  time.Duration
		quick bool
	}{
		{10 * time.Millisecond, true},
		{5 * time.Second, true}, // one slow reply
		{5 * time.Second, false},
		{10 * time.Millisecond, false},
		{10 * time.Millisecond, true},
	} {
		p.note(step.took, nil)
		if p.whole(true) != step.quick {
			t.Errorf("after a reply of %v: typically %v, quick %v", step.took, p.typical, !step.quick)
		}
	}
}

// A model that has its replies ready is asked for whole ones by a quiet node too, until it once
// takes longer or fails.
func TestPaceOfInstantReplies(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(p *pace){
		"a slow reply": func(p *pace) { p.note(instantReply+1, nil) },
		"a fault":      func(p *pace) { p.note(1, errors.New("no")) },
		"a refusal":    func(p *pace) { p.onlyStreams() },
	} {
		var p pace
		for n := range 2 * instantReplies {
			if want := n >= instantReplies; p.whole(false) != want {
				t.Fatalf("after %d instant replies: whole %v, want %v", n, !want, want)
			}
			p.note(instantReply, nil)
		}
		if spoil(&p); p.whole(false) {
			t.Errorf("after %s a quiet node asks for whole replies", name)
		}
	}
}

// busy gives the engine a quick model, that many other turns, and nobody who watches.
func (h *house) busy() {
	h.ears.deaf = true
	h.health().pace.note(time.Millisecond, nil)
	others := newRun(h.Engine, console.Turn{}, known{})
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range busyTurns {
		h.running[console.ID(fmt.Sprint(i))] = others
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(h *house)
		want  bool
	}{
		"busy, quick, unwatched": {want: true},
		"a few turns only":       {spoil: func(h *house) { delete(h.running, "1") }},
		"someone watches":        {spoil: func(h *house) { h.ears.deaf = false }},
		"a slow model":           {spoil: func(h *house) { h.health().pace.typical = quickReply }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, slow)
				h.busy()
				if tt.spoil != nil {
					tt.spoil(h)
				}
				if got := h.whole(h.health(), stream.At{Conversation: "c"}); got != tt.want {
					t.Errorf("whole = %v, want %v", got, tt.want)
				}
			})
		})
	}
}

// A quiet node streams, whoever listens: a cancel then has what was written.
func TestQuietNodeStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}})
		h.ears.deaf = true
		for i := range 3 {
			h.customer(fmt.Sprint("question ", i))
			synctest.Wait()
		}
		for _, r := range h.model.requests() {
			if r.Whole {
				t.Error("a reply was asked for in one piece")
			}
		}
	})
}

// What an agent is told to do counts from the next message on, though agents are remembered.
func TestAgentsAreRememberedByVersion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"ok"}})
		ask := func(description string, version time.Time) llm.Request {
			h.db.locked(func(s *state) {
				a := *s.agent
				a.UpdatedAt = version
				s.agent, h.db.description = &a, description
			})
			h.customer("hi")
			synctest.Wait()
			all := h.model.requests()
			return all[len(all)-1]
		}
		first := time.Now()
		for _, step := range []struct {
			says, want string
			version    time.Time
		}{
			{"one", "one", first},
			{"unread", "one", first}, // the same version: it is not read again
			{"two", "two", first.Add(1)},
		} {
			if got := ask(step.says, step.version); !strings.Contains(got.System, "About you: "+step.want) {
				t.Errorf("at version %v the prompt lacks %q", step.version, step.want)
			}
		}
	})
}

// A server that only streams refuses a whole reply once; the customer does not notice.
func TestModelThatOnlyStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{fault: llm.Fail(llm.KindInvalid, nil)}, utterance{words: []string{"ok"}})
		h.busy()
		h.customer("a")
		synctest.Wait()
		h.customer("b")
		synctest.Wait()
		h.want("customer: a", "agent: ok", "customer: b", "agent: ok")
		var whole []bool
		for _, r := range h.model.requests() {
			whole = append(whole, r.Whole)
		}
		if want := []bool{true, false, false}; !slices.Equal(whole, want) {
			t.Errorf("asked for whole replies: %v, want %v", whole, want)
		}
	})
}

// A model that has just failed is asked for a stream, so that its silence tells something.
func TestRetriesStream(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{fault: llm.Fail(llm.KindUnavailable, nil)}, utterance{words: []string{"ok"}})
		h.busy()
		h.customer("a")
		h.runs.Wait()
		if r := h.model.requests(); len(r) != 2 || !r[0].Whole || r[1].Whole {
			t.Errorf("asked %d times: %+v", len(r), r)
		}
	})
}

func TestAgentCacheIsBounded(t *testing.T) {
	t.Parallel()
	var c agentCache
	for i := range 2 * maxAgents {
		c.put(console.Agent{ID: console.ID(fmt.Sprint(i)), UpdatedAt: time.UnixMilli(1)})
	}
	if n := len(c.byID); n != maxAgents {
		t.Errorf("%d agents are remembered, want %d", n, maxAgents)
	}
	if _, ok := c.get(console.ID(fmt.Sprint(2*maxAgents-1)), time.UnixMilli(1)); !ok {
		t.Error("the newest is not remembered")
	}
}
