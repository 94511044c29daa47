package redisbus_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/redistest"
	"github.com/bimpe/bimpe/internal/stream"
	"github.com/bimpe/bimpe/internal/stream/redisbus"
)

// patience is how long a test waits for what must come.
const patience = 20 * time.Second

type node struct {
	*redisbus.Bus
	hub  *stream.Hub
	news chan stream.News
	says lines
}

// lines are what a node logs.
type lines chan string

func (lines) Enabled(context.Context, slog.Level) bool { return true }
func (l lines) WithAttrs([]slog.Attr) slog.Handler     { return l }
func (l lines) WithGroup(string) slog.Handler          { return l }

func (l lines) Handle(_ context.Context, r slog.Record) error {
	l <- r.Message
	return nil
}

// waits until the node logs a line that begins so.
func (n node) waits(t *testing.T, beginning string) {
	t.Helper()
	for {
		select {
		case line := <-n.says:
			if strings.HasPrefix(line, beginning) {
				return
			}
		case <-time.After(patience):
			t.Fatalf("never: %s", beginning)
		}
	}
}

// settled returns once other has heard what n says now, and n all that Redis answered to what it said before.
func (n node) settled(t *testing.T, other node) {
	t.Helper()
	n.Tell(stream.News{Asked: "marker"})
	other.hears(t, stream.News{Asked: "marker"})
}

func (n node) hears(t *testing.T, want stream.News) {
	t.Helper()
	select {
	case got := <-n.news:
		if got != want {
			t.Errorf("heard %+v, want %+v", got, want)
		}
	case <-time.After(patience):
		t.Fatal("nothing was heard")
	}
}

// Heard is of redisbus.Here.
func (n node) Heard(s stream.News) { n.news <- s }

// HaltHere is of redisbus.Here: a node runs a turn of its own name.
func (n node) HaltHere(turn console.ID) (console.Halted, bool) {
	if turn != "turn" {
		return console.Halted{}, false
	}
	return console.Halted{Written: "Hel", MessageID: "m", Seen: 7}, true
}

// join makes a node that hears of others by the server, and runs it until the test ends.
func join(t *testing.T, s *redistest.Server, id console.ID) node {
	t.Helper()
	o, err := redis.ParseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.MaxRetries = time.Second, time.Second, time.Second, -1
	client := redis.NewClient(o)
	n := node{hub: stream.NewHub(), news: make(chan stream.News, 64), says: make(lines, 64)}
	n.Bus = redisbus.New(redisbus.Config{
		Client: client, Space: "test:", Node: id, Hub: n.hub, Now: time.Now, Log: slog.New(n.says),
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx, n) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		_ = client.Close()
	})
	n.waits(t, there)
	return n
}

// What a node logs of Redis.
const (
	there = "Redis is there"
	away  = "Redis is away"
)

func (n node) listen(t *testing.T, r stream.Request) *stream.Subscription {
	t.Helper()
	s, err := n.Subscribe(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func next(t *testing.T, s *stream.Subscription) stream.Event {
	t.Helper()
	select {
	case e := <-s.Events():
		return e
	case <-time.After(patience):
		t.Fatal("nothing was told")
		return stream.Event{}
	}
}

var at = stream.At{Team: "t", Agent: "a", Conversation: "c"}

func TestAMessageIsHeardOfOnOtherNodes(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	one, two := join(t, s, "one"), join(t, s, "two")
	reader := two.listen(t, stream.Request{Team: "t", Agent: "a", Conversation: "c", Key: "k"})
	team := two.listen(t, stream.Request{Team: "t", Key: "k"})
	other := two.listen(t, stream.Request{Team: "t", Agent: "a", Conversation: "d", Key: "k"})
	m := console.Message{ConversationID: "c", Seq: 1}
	one.Said(m)
	one.Changed(console.Change{Team: "t", Append: &m, Was: &console.Conversation{ID: "c"}, Now: console.Conversation{ID: "c"}})
	for _, who := range []*stream.Subscription{reader, team} {
		if e := next(t, who); e != (stream.Event{}) || !who.Missed() {
			t.Errorf("told %+v, want to be sent to the log", e)
		}
	}
	if len(other.Events()) != 0 || other.Missed() {
		t.Error("the reader of another conversation was told")
	}
}

func TestWhatIsWrittenIsHeardLive(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	one, two := join(t, s, "one"), join(t, s, "two")
	reader := two.listen(t, stream.Request{Team: "t", Agent: "a", Conversation: "c", Key: "k", Live: true})
	team := two.listen(t, stream.Request{Team: "t", Key: "k", Live: true, Rows: true})
	if one.Watched(at) {
		t.Error("watched before anything is written")
	}
	one.Status(at, stream.Status{State: stream.Thinking})
	for _, who := range []*stream.Subscription{reader, team} {
		if e := next(t, who); e.Status == nil || e.Status.State != stream.Thinking || e.Status.At != at {
			t.Errorf("told %+v, want thinking", e)
		}
	}
	one.settled(t, two)
	if !one.Watched(at) {
		t.Error("the writer does not know that somebody listens")
	}
	if !one.Delta(at, "m", "Hel") {
		t.Error("nobody hears a piece")
	}
	one.Changed(console.Change{Team: "t", Now: console.Conversation{ID: "c", AgentID: "a", Paused: true}})
	one.Status(at, stream.Status{State: stream.Idle})
	for _, who := range []*stream.Subscription{reader, team} {
		if e := next(t, who); e.Delta == nil || e.Delta.Text != "Hel" || e.Delta.MessageID != "m" || e.Delta.At != at {
			t.Errorf("told %+v, want the piece", e)
		}
	}
	if e := next(t, team); e.Status == nil || e.Status.Row == nil || !e.Status.Row.Paused || e.Status.At != at {
		t.Errorf("told %+v, want the conversation", e)
	}
	for _, who := range []*stream.Subscription{reader, team} {
		if e := next(t, who); e.Status == nil || e.Status.State != stream.Idle {
			t.Errorf("told %+v, want idle", e)
		}
	}
	one.settled(t, two)
	if one.Watched(at) {
		t.Error("watched after the end")
	}
}

func TestNewsReachesOtherNodesAlone(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	one, two := join(t, s, "one"), join(t, s, "two")
	want := stream.News{Stopped: "a", Why: console.WhyAgentDeleted}
	one.Tell(want)
	two.hears(t, want)
	if len(one.news) != 0 {
		t.Error("a node hears its own news")
	}
}

func TestATurnIsHaltedOnAnotherNode(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	one := join(t, s, "one")
	join(t, s, "two")
	want := console.Halted{Written: "Hel", MessageID: "m", Seen: 7}
	if got := one.HaltAt(t.Context(), "two", "turn"); got != want {
		t.Errorf("HaltAt = %+v, want %+v", got, want)
	}
	if got := one.HaltAt(t.Context(), "two", "another"); got != (console.Halted{}) {
		t.Errorf("HaltAt of a turn that does not run = %+v, want nothing", got)
	}
	if got := one.HaltAt(t.Context(), "three", "turn"); got != (console.Halted{}) {
		t.Errorf("HaltAt of a node that is gone = %+v, want nothing", got)
	}
}

// TestReadersLookWhileRedisIsAway also has them look once when it is there again, since what was said
// meanwhile is lost.
func TestReadersLookWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string][2]func(*redistest.Server) error{
		"gone": {
			func(s *redistest.Server) error { s.Stop(); return nil },
			func(s *redistest.Server) error { return s.Restart(t.Context()) },
		},
		"silent": {(*redistest.Server).Freeze, (*redistest.Server).Thaw},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := redistest.Start(t)
			n := join(t, s, "one")
			reader := n.listen(t, stream.Request{Team: "t", Agent: "a", Conversation: "c", Key: "k"})
			if err := fail[0](s); err != nil {
				t.Fatal(err)
			}
			n.waits(t, away)
			for range 2 {
				if next(t, reader); !reader.Missed() {
					t.Error("the reader was not sent to the log")
				}
			}
			if err := fail[1](s); err != nil {
				t.Fatal(err)
			}
			n.waits(t, there)
			for next(t, reader); !reader.Missed(); next(t, reader) {
			}
			other := join(t, s, "two")
			other.Said(console.Message{ConversationID: "c", Seq: 2})
			if next(t, reader); !reader.Missed() {
				t.Error("the reader hears nothing after Redis came back")
			}
		})
	}
}

// TestComingAndGoingOfReaders has many readers come and go at once; the last one must hear still.
func TestComingAndGoingOfReaders(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t)
	one, two := join(t, s, "one"), join(t, s, "two")
	done := make(chan struct{})
	for range 8 {
		go func() {
			defer func() { done <- struct{}{} }()
			for range 200 {
				r, err := two.Subscribe(stream.Request{Team: "t", Agent: "a", Conversation: "c", Key: "k"})
				if err != nil {
					t.Errorf("Subscribe: %v", err)
					return
				}
				r.Close()
			}
		}()
	}
	for range 8 {
		<-done
	}
	reader := two.listen(t, stream.Request{Team: "t", Agent: "a", Conversation: "c", Key: "k"})
	one.Said(console.Message{ConversationID: "c", Seq: 1})
	if next(t, reader); !reader.Missed() {
		t.Error("the reader hears nothing")
	}
}
