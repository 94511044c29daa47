package stream_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// said is a change that says a message in a team's conversation.
func said(team console.ID, seq int64) console.Change {
	m := message("c", seq)
	now := console.Conversation{ID: "c", AgentID: "a"}
	return console.Change{Team: team, Was: &now, Now: now, Append: &m}
}

func TestATeamHearsOfAllItsConversations(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	live := subscribe(t, h, stream.Request{Team: "t", Key: "k", Live: true})
	rows := subscribe(t, h, stream.Request{Team: "t", Key: "k", Rows: true})
	other := subscribe(t, h, stream.Request{Team: "u", Key: "k", Live: true, Rows: true})
	chat := subscribe(t, h, stream.Request{Team: "t", Agent: "a", Conversation: "c", Key: "k"})

	h.Changed(said("t", 1))
	h.Changed(said("t", 2)) // nobody has looked yet, so that this is not told
	live.Look()
	h.Changed(said("t", 3))
	h.Status(stream.At{Team: "t", Conversation: "c"}, stream.Status{State: stream.Writing})
	if !h.Delta(stream.At{Team: "t", Conversation: "d"}, "m4", "x") || !h.Watched(stream.At{Team: "t", Conversation: "any"}) {
		t.Error("a team listens: got unheard")
	}
	was := console.Conversation{ID: "c", AgentID: "a"}
	now := was
	now.Paused = true
	h.Changed(console.Change{Team: "t", Was: &was, Now: now})
	h.EndAgent("a") // the team's streams go on
	h.Changed(console.Change{Team: "t", Now: was})

	if diff := cmp.Diff([]string{"message m1", "message m3", "status writing ", "delta m4 x"}, take(live)); diff != "" {
		t.Errorf("live (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"message m1", "row c true", "row c false"}, take(rows)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if got := take(other); got != nil {
		t.Errorf("another team heard %q", got)
	}
	if got := take(chat); got != nil || !ended(chat) {
		t.Errorf("the conversation heard %q of what is the team's", got)
	}
}

func TestATeamsStreamIsGivenUp(t *testing.T) {
	t.Parallel()
	h := stream.NewHub()
	s := subscribe(t, h, stream.Request{Team: "t", Key: "k", Live: true, Limit: 1})
	if _, err := h.Subscribe(stream.Request{Team: "t", Conversation: "c", Key: "k", Limit: 1}); err == nil {
		t.Error("a stream of the team does not count")
	}
	h.EndKey("k")
	if !ended(s) {
		t.Error("EndKey: the team's stream goes on")
	}
	h.Changed(said("t", 1))
	if got := take(s); got != nil {
		t.Errorf("a stream that has ended heard %q", got)
	}
	s.Close()
	if h.Delta(stream.At{Team: "t", Conversation: "c"}, "m", "x") || h.Open() != 0 {
		t.Errorf("nobody listens: got heard, or %d open", h.Open())
	}
}

// TestNoHintIsLost says many things while a reader looks again and again: after the last hint there is
// always a look to come.
func TestNoHintIsLost(t *testing.T) {
	t.Parallel()
	const writers, each = 4, 2000
	h := stream.NewHub()
	s := subscribe(t, h, stream.Request{Team: "t", Key: "k"})
	var mu sync.Mutex
	log := 0 // how much is committed; held under mu
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range each {
				mu.Lock()
				log++
				mu.Unlock()
				h.Changed(said("t", 1))
			}
		})
	}
	for seen := 0; seen < writers*each; {
		<-s.Events() // it would block for ever if a hint were lost
		s.Look()
		mu.Lock()
		seen = log
		mu.Unlock()
	}
	writing.Wait()
	if n := len(take(s)); n > 1 {
		t.Errorf("%d are left to be taken, want one at most", n)
	}
}
