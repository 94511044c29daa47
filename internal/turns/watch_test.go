package turns

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/conversations"
	"github.com/bimpe/bimpe/internal/llm"
)

// diary is a Watch that writes down what it hears, but for parts and what has no meaning for who counts.
type diary struct {
	mu    sync.Mutex
	lines []string       // held under mu
	parts map[string]int // held under mu
}

func (d *diary) put(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (d *diary) Ended(state console.TurnState, why console.Why, took time.Duration) {
	d.put("%s %s %v", state, why, took.Round(time.Second))
}

func (d *diary) Did(team console.ID, s console.Step) {
	d.put("team %t: %s %s %s", team == teamID, s.Kind, s.Model.Name, s.Fault)
}

func (d *diary) Took(part string, _ time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.parts == nil {
		d.parts = map[string]int{}
	}
	d.parts[part]++
}

func (d *diary) PutOff() { d.put("put off") }

func (d *diary) want(t *testing.T, lines ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(lines, d.lines); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	d.lines = nil
}

func TestWhatATurnDoesIsToldOf(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		h := newHouse(t, utterance{fault: llm.Fail(llm.KindUnavailable, nil)}, utterance{words: []string{"yes"}, pause: 3 * time.Second})
		h.Watch = d
		h.customer("hello")
		time.Sleep(time.Minute)
		synctest.Wait()
		d.want(t, "team true: model script unavailable", "team true: model script", "replied  3s")
		if diff := cmp.Diff(map[string]int{PartBrief: 1, PartCommit: 1}, d.parts); diff != "" {
			t.Errorf("parts (-want +got):\n%s", diff)
		}
	})
}

func TestATurnIsToldOfOnceWhoeverEndsIt(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end  func(h *house)
		want []string
	}{
		"cancelled":            {func(h *house) { h.cancel() }, []string{"cancelled cancelled 2s"}},
		"a human":              {func(h *house) { h.human("I am here.") }, []string{"discarded human_replied 2s"}},
		"a human, who goes on": {func(h *house) { h.human("I am here."); h.customer("good") }, []string{"discarded human_replied 2s", "silent conversation_paused 0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				d := &diary{}
				h := newHouse(t, utterance{words: []string{"late"}, pause: time.Hour})
				h.Watch = d
				h.customer("hello")
				time.Sleep(2 * time.Second)
				test.end(h)
				synctest.Wait()
				d.mu.Lock()
				var ends []string
				for _, line := range d.lines {
					if !strings.HasPrefix(line, "team ") {
						ends = append(ends, line)
					}
				}
				d.mu.Unlock()
				if diff := cmp.Diff(test.want, ends); diff != "" {
					t.Errorf("told (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestWhatIsUnderWayCanBeAsked(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &diary{}
		h := newHouse(t, utterance{words: []string{"late"}, pause: time.Hour})
		h.Watch, h.Limits.Upstream, h.Limits.Running = d, 1, 1
		occupied := h.health() // with room for one
		occupied.places <- struct{}{}
		h.customer("hello")
		synctest.Wait()
		if h.Running() != 1 || h.Waiting() != 1 || h.Shut() != 0 {
			t.Errorf("%d running, %d waiting, %d shut; want 1, 1, 0", h.Running(), h.Waiting(), h.Shut())
		}
		<-occupied.places
		synctest.Wait()
		if h.Running() != 1 || h.Waiting() != 0 {
			t.Errorf("%d running, %d waiting; want 1, 0", h.Running(), h.Waiting())
		}
		h.start(console.Turn{ID: "another"}, known{})
		d.want(t, "put off")
		for range tripAfter {
			occupied.breaker.settle(time.Now(), pass{}, llm.Fail(llm.KindUnavailable, nil))
		}
		if n := h.Shut(); n != 1 {
			t.Errorf("%d models are shut, want 1", n)
		}
		time.Sleep(firstPause)
		if n := h.Shut(); n != 0 {
			t.Errorf("%d models are shut once a probe may go, want 0", n)
		}
		h.cancel()
	})
}

// sketch is a Tracer that writes down what begins behind what, and what ends.
type sketch struct {
	mu    sync.Mutex
	lines []string // held under mu
}

// spanned is the key of the span in a context.
type spanned struct{}

func (k *sketch) put(ctx context.Context, what string) context.Context {
	k.mu.Lock()
	defer k.mu.Unlock()
	behind, _ := ctx.Value(spanned{}).(string)
	k.lines = append(k.lines, behind+" > "+what)
	return context.WithValue(ctx, spanned{}, what)
}

func (k *sketch) Turn(ctx context.Context, parent string) (context.Context, func(bool, []slog.Attr)) {
	ctx = k.put(context.WithValue(ctx, spanned{}, parent), "turn")
	return ctx, func(failed bool, attrs []slog.Attr) {
		k.put(ctx, fmt.Sprintf("ends, failed %t, after %d words", failed, len(attrs)))
	}
}

func (k *sketch) Part(ctx context.Context, name string) func() {
	ctx = k.put(ctx, name)
	return func() { k.put(ctx, "ends") }
}

func (k *sketch) Ask(ctx context.Context) context.Context { return k.put(ctx, "model") }

func (k *sketch) Step(ctx context.Context, s console.Step) { k.put(ctx, "step "+string(s.Kind)) }

func TestATurnIsDrawnBehindItsCause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &sketch{}
		h := newHouse(t, utterance{fault: llm.Fail(llm.KindUnavailable, nil)}, utterance{words: []string{"yes"}, pause: time.Second})
		h.Tracer = k
		send := func(text string) {
			h.send(conversations.Draft{Role: console.RoleUser, Text: text, Cause: console.Cause{Request: "r-" + text, Trace: "t-" + text}})
		}
		send("a")
		time.Sleep(time.Minute)
		synctest.Wait()
		want := []string{
			"t-a > turn", "turn > brief", "brief > ends", "turn > model", "model > step model", "turn > model", "model > step model",
			"turn > commit", "commit > ends", "turn > ends, failed false, after 9 words",
		}
		if diff := cmp.Diff(want, k.lines); diff != "" {
			t.Errorf("drawn (-want +got):\n%s", diff)
		}
	})
}
