// Package redisbus lets nodes hear of each other's messages by Redis. What it carries is passing: a
// hint to look into the log, pieces of a reply that is being written. What gets lost costs a delay and
// never a message.
//
//	node A                                    Redis                     node B
//	commit ─▶ Bus ─▶ its own Hub                                        Hub ─▶ readers ─▶ log
//	           └──▶ queue ─▶ pipeline ─▶ PUBLISH conversation ─▶ only nodes with a reader of it
//
//	          ┌──────────── all channels are subscribed ───────────┐
//	          │                                                    ▼
//	down: readers look into the log every two seconds     up: readers look when they are told
//	          ▲                                                    │
//	          └────────── the connection fails or is silent ───────┘  then all look once
//
// A node subscribes to a conversation only while somebody listens to it there. Nothing waits for
// Redis but a reader who has just come, for a second at most. A Bus may be used by many goroutines.
package redisbus

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

// Config is what a Bus is made of. All fields must be set.
type Config struct {
	Client redis.UniversalClient
	Space  string      // what this server's channels begin with, the same on all of its nodes
	Node   console.ID  // this process
	Hub    *stream.Hub // who listens here
	Now    func() time.Time
	Log    *slog.Logger
}

// Bus is a Hub whose other half is on the other nodes. Make one with New.
type Bus struct {
	*stream.Hub
	cfg Config

	up      atomic.Bool
	out     chan parcel
	dropped atomic.Int64
	lost    chan struct{} // holds one: hints may have been lost
	wanted  interests
	remote  audience
	asked   questions
}

// New returns a Bus. Until it is Run it is a Hub of this node alone.
func New(c Config) *Bus {
	return &Bus{
		Hub: c.Hub, cfg: c, out: make(chan parcel, queued), lost: make(chan struct{}, 1),
		wanted: interests{by: map[string]*interest{}, late: map[string]int{}, changed: make(chan struct{}, 1)},
		remote: audience{by: map[console.ID]int64{}}, asked: questions{by: map[string]chan console.Halted{}},
	}
}

// The kinds of channels: behind the space and before an id.
const (
	forConversation = "c:" // something is in the log
	forLive         = "l:" // what is being written in a conversation
	forTeam         = "t:" // something is in the team's log
	forLiveTeam     = "v:" // what is being written in any of a team's conversations
	forRows         = "r:" // a conversation of the team became another one
	forNodes        = "n:" // stream.News
)

// Up reports whether this node hears of others now.
func (b *Bus) Up() bool { return b.up.Load() }

func (b *Bus) channel(kind string, id console.ID) string { return b.cfg.Space + kind + string(id) }

// note is what a parcel says. One without anything is a hint to look.
type note struct {
	From   console.ID            `json:"from"`
	Delta  *stream.Delta         `json:"delta,omitempty"`
	Status *stream.Status        `json:"status,omitempty"`
	Row    *console.Conversation `json:"row,omitempty"`
	News   *stream.News          `json:"news,omitempty"`
	Halt   *halt                 `json:"halt,omitempty"`
}

// Said is of turns.Hub.
func (b *Bus) Said(m console.Message) {
	b.Hub.Said(m)
	b.send(forConversation, m.ConversationID, note{})
}

// Changed is of turns.Hub.
func (b *Bus) Changed(c console.Change) {
	b.Hub.Changed(c)
	if c.Append != nil {
		b.send(forTeam, c.Team, note{})
	}
	if stream.Rowed(c) {
		b.send(forRows, c.Team, note{Row: &c.Now})
	}
}

// Delta is of turns.Hub.
func (b *Bus) Delta(at stream.At, message console.ID, text string) bool {
	heard := b.Hub.Delta(at, message, text)
	b.live(at, note{Delta: &stream.Delta{MessageID: message, Text: text, At: at}})
	return heard || b.remote.has(at.Conversation)
}

// Watched is of turns.Hub. Of readers on other nodes it knows since the turn's first status.
func (b *Bus) Watched(at stream.At) bool { return b.Hub.Watched(at) || b.remote.has(at.Conversation) }

// Status is of turns.Hub.
func (b *Bus) Status(at stream.At, s stream.Status) {
	b.Hub.Status(at, s)
	s.At = at
	b.live(at, note{Status: &s})
	if s.State == stream.Idle {
		b.remote.forget(at.Conversation)
	}
}

func (b *Bus) live(at stream.At, n note) {
	b.send(forLive, at.Conversation, n)
	b.send(forLiveTeam, at.Team, n)
}

// Tell is of turns.Hub.
func (b *Bus) Tell(n stream.News) { b.send(forNodes, "", note{News: &n}) }

// Subscribe is of httpapi.Streams: whoever subscribes hears of all nodes from then on.
func (b *Bus) Subscribe(r stream.Request) (*stream.Subscription, error) {
	channels := b.channels(r)
	r.Closed = sync.OnceFunc(func() { b.wanted.release(channels) })
	s, err := b.Hub.Subscribe(r)
	if err != nil {
		return nil, err
	}
	ready := b.wanted.hold(channels)
	if b.up.Load() {
		await(ready)
	}
	return s, nil
}

// patience is how long a reader who comes waits for Redis. Without it nothing is lost: one looks into
// the log at each heartbeat.
const patience = time.Second

func await(ready []<-chan struct{}) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for _, r := range ready {
		select {
		case <-r:
		case <-limit.C:
			return
		}
	}
}

func (b *Bus) channels(r stream.Request) []string {
	if r.Conversation != "" {
		all := []string{b.channel(forConversation, r.Conversation)}
		if r.Live {
			all = append(all, b.channel(forLive, r.Conversation))
		}
		return all
	}
	all := []string{b.channel(forTeam, r.Team)}
	if r.Live {
		all = append(all, b.channel(forLiveTeam, r.Team))
	}
	if r.Rows {
		all = append(all, b.channel(forRows, r.Team))
	}
	return all
}

// Here is what is at work on this node. None of its methods blocks.
type Here interface {
	// Heard does what follows from what happened on another node.
	Heard(n stream.News)
	// HaltHere stops a turn and returns what had been written; false if it does not run here.
	HaltHere(turn console.ID) (console.Halted, bool)
}

// Run carries hints until ctx ends.
func (b *Bus) Run(ctx context.Context, here Here) error {
	var work sync.WaitGroup
	work.Go(func() { b.publish(ctx) })
	work.Go(func() { b.poll(ctx) })
	b.listen(ctx, here)
	work.Wait()
	return nil
}

func (n note) encode(from console.ID) (string, error) {
	n.From = from
	raw, err := json.Marshal(n)
	return string(raw), err
}
