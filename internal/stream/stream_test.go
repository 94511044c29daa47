package stream_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

func message(conversation console.ID, seq int64) console.Message {
	return console.Message{
		ID: console.ID(fmt.Sprintf("m%d", seq)), ConversationID: conversation, Seq: seq, Text: "hello",
	}
}

func subscribe(tb testing.TB, h *stream.Hub, r stream.Request) *stream.Subscription {
	tb.Helper()
	s, err := h.Subscribe(r)
	if err != nil {
		tb.Fatalf("Subscribe(%+v): %v", r, err)
	}
	tb.Cleanup(s.Close)
	return s
}

// take returns what waits to be taken, written down.
func take(s *stream.Subscription) []string {
	var got []string
	for {
		select {
		case e := <-s.Events():
			got = append(got, describe(e))
		default:
			return got
		}
	}
}

func describe(e stream.Event) string {
	switch {
	case e.Message != nil:
		return "message " + string(e.Message.ID)
	case e.Delta != nil:
		return fmt.Sprintf("delta %s %s", e.Delta.MessageID, e.Delta.Text)
	case e.Status != nil && e.Status.Row != nil:
		return fmt.Sprintf("row %s %t", e.Status.Row.ID, e.Status.Row.Paused)
	case e.Status != nil:
		return fmt.Sprintf("status %s %s", e.Status.State, e.Status.Discarded)
	}
	return "nothing"
}

func ended(s *stream.Subscription) bool {
	select {
	case <-s.Ended():
		return true
	default:
		return false
	}
}

func TestReadersHearWhatTheyAskedFor(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	live := subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k", Live: true})
	plain := subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k"})
	other := subscribe(t, h, stream.Request{Team: "t", Conversation: "d", Key: "k", Live: true})

	h.Said(message("c", 1))
	h.Status(stream.At{Team: "t", Conversation: "c"}, stream.Status{State: stream.Thinking})
	heard := h.Delta(stream.At{Team: "t", Conversation: "c"}, "m2", "Good ")
	h.Delta(stream.At{Team: "t", Conversation: "c"}, "m2", "day")
	h.Status(stream.At{Team: "t", Conversation: "c"}, stream.Status{State: stream.Idle, Discarded: "m2"})
	h.Said(message("c", 2))

	if !heard {
		t.Error("Delta: got unheard, want heard")
	}
	wantLive := []string{"message m1", "status thinking ", "delta m2 Good ", "delta m2 day", "status idle m2", "message m2"}
	if diff := cmp.Diff(wantLive, take(live)); diff != "" {
		t.Errorf("live reader (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"message m1", "message m2"}, take(plain)); diff != "" {
		t.Errorf("plain reader (-want +got):\n%s", diff)
	}
	if got := take(other); got != nil {
		t.Errorf("reader of another conversation: got %q, want nothing", got)
	}
	for name, s := range map[string]*stream.Subscription{"live": live, "plain": plain, "other": other} {
		if s.Missed() {
			t.Errorf("%s reader: Missed, want not", name)
		}
	}
}

func TestDeltaIsHeardOnlyByWhoWantsIt(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	if h.Delta(stream.At{Team: "t", Conversation: "c"}, "m", "a") {
		t.Error("nobody listens: got heard")
	}
	subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k"})
	if h.Delta(stream.At{Team: "t", Conversation: "c"}, "m", "a") {
		t.Error("a reader of messages alone listens: got heard")
	}
	s := subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k", Live: true})
	if !h.Delta(stream.At{Team: "t", Conversation: "c"}, "m", "a") {
		t.Error("a live reader listens: got unheard")
	}
	s.Close()
	if h.Delta(stream.At{Team: "t", Conversation: "c"}, "m", "a") {
		t.Error("the live reader has closed: got heard")
	}
}

func TestSlowReaderMissesAndIsToldSo(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	s := subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k"})
	for seq := range int64(1000) {
		h.Said(message("c", seq+1))
	}
	got := take(s)
	if len(got) == 0 || len(got) == 1000 {
		t.Fatalf("events: got %d, want some and not all", len(got))
	}
	for i, e := range got {
		if want := fmt.Sprintf("message m%d", i+1); e != want {
			t.Fatalf("event %d: got %q, want %q", i, e, want)
		}
	}
	if !s.Missed() {
		t.Error("Missed: got false, want true")
	}
	if s.Missed() {
		t.Error("Missed when asked again: got true, want false")
	}
	h.Said(message("c", 1001))
	if diff := cmp.Diff([]string{"message m1001"}, take(s)); diff != "" {
		t.Errorf("after catching up (-want +got):\n%s", diff)
	}
}

func TestSlowReaderDoesNotDisturbOthers(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k"})
	quick := subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k"})
	for seq := range int64(100) {
		h.Said(message("c", seq+1))
		if got, want := take(quick), fmt.Sprintf("message m%d", seq+1); len(got) != 1 || got[0] != want {
			t.Fatalf("quick reader: got %q, want %q", got, want)
		}
	}
	if quick.Missed() {
		t.Error("quick reader: Missed, want not")
	}
}

// A flood of deltas leaves room for what must not be lost, and a text with a hole is not continued.
func TestDeltasYieldToMessages(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	s := subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k", Live: true})
	for i := range 1000 {
		if !h.Delta(stream.At{Team: "t", Conversation: "c"}, "m1", fmt.Sprint(i)) {
			t.Fatalf("Delta %d: got unheard, want heard", i)
		}
	}
	if !s.Missed() {
		t.Error("Missed after a lost delta: got false, want true")
	}
	<-s.Events() // room for one, which no delta may use now
	h.Delta(stream.At{Team: "t", Conversation: "c"}, "m1", "after the hole")
	h.Status(stream.At{Team: "t", Conversation: "c"}, stream.Status{State: stream.Idle})
	h.Said(message("c", 1))
	if s.Missed() {
		t.Error("Missed a message or a status, want not")
	}
	got := take(s)
	if n := len(got); got[n-2] != "status idle " || got[n-1] != "message m1" {
		t.Errorf("last two: got %q", got[n-2:])
	}
	for i, e := range got[:len(got)-2] {
		if want := fmt.Sprintf("delta m1 %d", i+1); e != want {
			t.Fatalf("delta %d: got %q, want %q", i, e, want)
		}
	}
	h.Delta(stream.At{Team: "t", Conversation: "c"}, "m2", "anew")
	if diff := cmp.Diff([]string{"delta m2 anew"}, take(s)); diff != "" {
		t.Errorf("the next text (-want +got):\n%s", diff)
	}
}

func TestEnds(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		end  func(h *stream.Hub)
		want map[string]bool
	}{
		{"key", func(h *stream.Hub) { h.EndKey("k1") }, map[string]bool{"c1 k1": true, "c2 k1": true}},
		{"agent", func(h *stream.Hub) { h.EndAgent("agent of c1") }, map[string]bool{"c1 k1": true, "c1 k2": true}},
		{"unknown", func(h *stream.Hub) { h.EndKey("c1"); h.EndAgent("k1") }, map[string]bool{}},
		{"shutdown", (*stream.Hub).Shutdown, map[string]bool{"c1 k1": true, "c1 k2": true, "c2 k1": true, "c2 k2": true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := stream.NewHub()
			subs := map[string]*stream.Subscription{}
			for _, c := range []console.ID{"c1", "c2"} {
				for _, k := range []console.ID{"k1", "k2"} {
					subs[string(c+" "+k)] = subscribe(t, h, stream.Request{
						Team: "t", Agent: "agent of " + c, Conversation: c, Key: k, Live: true,
					})
				}
			}
			tt.end(h)
			tt.end(h) // twice is as once
			h.Said(message("c1", 1))
			h.Said(message("c2", 1))
			for name, s := range subs {
				if got := ended(s); got != tt.want[name] {
					t.Errorf("%s: got ended %v, want %v", name, got, tt.want[name])
				}
				if got := len(take(s)) > 0; got == tt.want[name] {
					t.Errorf("%s: hears afterwards %v, want %v", name, got, !tt.want[name])
				}
			}
			if got := h.Open(); got != 4 {
				t.Errorf("Open before the readers closed: got %d, want 4", got)
			}
		})
	}
}

func TestWhatWasToldBeforeTheEndCanBeTaken(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	s := subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k"})
	h.Said(message("c", 1))
	h.Shutdown()
	if diff := cmp.Diff([]string{"message m1"}, take(s)); diff != "" {
		t.Errorf("after the end (-want +got):\n%s", diff)
	}
}

func TestCloseGivesThePlaceUpOnce(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	r := stream.Request{Team: "t", Conversation: "c", Key: "k", Limit: 2}
	a, b := subscribe(t, h, r), subscribe(t, h, r)
	for range 3 {
		a.Close()
	}
	if got := h.Open(); got != 1 {
		t.Errorf("Open: got %d, want 1", got)
	}
	if ended(a) {
		t.Error("a closed subscription has ended, want not")
	}
	subscribe(t, h, r)
	if _, err := h.Subscribe(r); console.CodeOf(err) != console.CodeTooManyRequests {
		t.Errorf("third at a time: got %v, want %s", err, console.CodeTooManyRequests)
	}
	h.EndKey("k")
	b.Close()
	h.Said(message("c", 1))
	if got := take(a); got != nil {
		t.Errorf("closed reader: got %q, want nothing", got)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	subscribe(t, h, stream.Request{Team: "t", Conversation: "c", Key: "k", Limit: 1})
	subscribe(t, h, stream.Request{Team: "u", Conversation: "c", Key: "k", Limit: 1}) // a team of its own
	_, err := h.Subscribe(stream.Request{Team: "t", Conversation: "d", Key: "l", Limit: 1})
	refused(t, err, console.CodeTooManyRequests, console.ReasonTooManyStreams)
	subscribe(t, h, stream.Request{Team: "t", Conversation: "d", Key: "l"}) // no limit

	h.Shutdown()
	_, err = h.Subscribe(stream.Request{Team: "v", Conversation: "c", Key: "k"})
	refused(t, err, console.CodeInternal, console.ReasonShuttingDown)
	if got := h.Open(); got != 3 {
		t.Errorf("Open: got %d, want 3", got)
	}
}

func refused(t *testing.T, err error, code console.Code, reason console.Reason) {
	t.Helper()
	e, ok := err.(*console.Error) //nolint:errorlint // the hub makes it, nobody wraps it
	if !ok || e.Code != code || e.Reason != reason || e.RetryAfter <= 0 {
		t.Errorf("Subscribe: got %+v, want %s, %s and when to come again", err, code, reason)
	}
}

func TestCapIsExactUnderConcurrency(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	const most, workers, each = 7, 16, 50
	var mu sync.Mutex
	var in []*stream.Subscription
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				s, err := h.Subscribe(stream.Request{
					Team: "t", Conversation: console.ID(fmt.Sprint(i)), Key: console.ID(fmt.Sprint(w)), Limit: most,
				})
				if err == nil {
					mu.Lock()
					in = append(in, s)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if len(in) != most || h.Open() != most {
		t.Errorf("let in: got %d, Open %d, want %d", len(in), h.Open(), most)
	}
	for _, s := range in {
		wg.Go(s.Close)
		wg.Go(s.Close)
	}
	wg.Wait()
	if got := h.Open(); got != 0 {
		t.Errorf("Open after all closed: got %d, want 0", got)
	}
}
