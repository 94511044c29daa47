package turns

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

func TestPace(t *testing.T) {
	t.Parallel()
	var p pace
	if p.quick() {
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
		p.note(step.took)
		if p.quick() != step.quick {
			t.Errorf("after a reply of %v: typically %v, quick %v", step.took, p.typical, !step.quick)
		}
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		spoil func(h *house, r *run)
		want  bool
	}{
		"busy, quick, unwatched": {want: true},
		"a few turns only":       {spoil: func(h *house, _ *run) { delete(h.running, "1") }},
		"someone watches":        {spoil: func(h *house, _ *run) { h.ears.deaf = false }},
		"it has failed":          {spoil: func(_ *house, r *run) { r.faults = 1 }},
		"a slow model":           {spoil: func(h *house, _ *run) { h.pace.typical = quickReply }},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, slow)
				h.ears.deaf = true
				h.pace.note(time.Millisecond)
				r := newRun(h.Engine, console.Turn{}, known{})
				for i := range busyTurns {
					h.running[console.ID(fmt.Sprint(i))] = r
				}
				if tt.spoil != nil {
					tt.spoil(h, r)
				}
				if got := h.whole(r); got != tt.want {
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
		h.ears.deaf = true
		h.pace.note(time.Millisecond)
		others := newRun(h.Engine, console.Turn{}, known{})
		h.mu.Lock()
		for i := range busyTurns {
			h.running[console.ID(fmt.Sprint(i))] = others
		}
		h.mu.Unlock()
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
