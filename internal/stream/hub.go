package stream

import (
	"fmt"
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// shards spreads the locks; a power of two.
const shards = 64

// Hub knows who is listening. Make one with NewHub.
type Hub struct {
	seed          maphash.Seed
	conversations [shards]listeners // by conversation: whom to tell
	keys          [shards]listeners // by key: whose streams end with it
	teams         [shards]tally     // by team: how many streams are open
	open          atomic.Int64
	closed        atomic.Bool
}

// NewHub returns a Hub that nobody listens to yet.
func NewHub() *Hub {
	h := &Hub{seed: maphash.MakeSeed()}
	for i := range shards {
		h.conversations[i].by = make(map[console.ID][]*Subscription)
		h.keys[i].by = make(map[console.ID][]*Subscription)
		h.teams[i].open = make(map[console.ID]int)
	}
	return h
}

func (h *Hub) shard(id console.ID) int { return int(maphash.String(h.seed, string(id)) % shards) }

// retryAfter is what a reader who cannot be let in is told.
const retryAfter = 5 * time.Second

// Subscribe registers a reader, who hears of all that is published from now on. It is
// CodeTooManyRequests when the team has as many streams open as it may, and CodeInternal with
// ReasonShuttingDown after Shutdown; both say when to come again. Whoever subscribed must Close.
func (h *Hub) Subscribe(r Request) (*Subscription, error) {
	if !h.teams[h.shard(r.Team)].enter(r.Team, r.Limit) {
		open := fmt.Sprintf("%d event streams", r.Limit)
		if r.Limit == 1 {
			open = "1 event stream"
		}
		err := console.Errorf(console.CodeTooManyRequests,
			"This team has %s open, which is as many as it may have.", open)
		err.RetryAfter = retryAfter
		return nil, err.With(console.ReasonTooManyStreams)
	}
	h.open.Add(1)
	s := newSubscription(h, r)
	h.conversations[h.shard(r.Conversation)].add(r.Conversation, s, inConversation)
	h.keys[h.shard(r.Key)].add(r.Key, s, inKey)
	// Shutdown sets closed and then ends all that it finds: either it finds s or closed is seen
	// here.
	if h.closed.Load() {
		s.Close()
		err := console.Errorf(console.CodeInternal, "The server is shutting down.")
		err.RetryAfter = retryAfter
		return nil, err.With(console.ReasonShuttingDown)
	}
	return s, nil
}

// Said tells everyone who listens to the message's conversation of the message. Messages of one
// conversation must be said one after the other, in order. It never waits for a reader.
func (h *Hub) Said(m console.Message) {
	at := &h.conversations[h.shard(m.ConversationID)]
	at.mu.Lock()
	defer at.mu.Unlock()
	to := at.by[m.ConversationID]
	if len(to) == 0 {
		return
	}
	said := m // a copy made here, so that nothing is allocated where nobody listens
	for _, s := range to {
		s.must(Event{Message: &said})
	}
}

// Delta tells everyone who asked for it what was written of a message. It reports whether there was
// anyone, however slow. It never waits for a reader.
func (h *Hub) Delta(conversation, message console.ID, text string) (heard bool) {
	at := &h.conversations[h.shard(conversation)]
	at.mu.Lock()
	defer at.mu.Unlock()
	var e Event
	for _, s := range at.by[conversation] {
		if !s.live {
			continue
		}
		if !heard {
			heard, e = true, Event{Delta: &Delta{MessageID: message, Text: text}}
		}
		s.may(e)
	}
	return heard
}

// Watched reports whether anyone who asked for deltas listens to a conversation.
func (h *Hub) Watched(conversation console.ID) bool {
	at := &h.conversations[h.shard(conversation)]
	at.mu.Lock()
	defer at.mu.Unlock()
	return slices.ContainsFunc(at.by[conversation], func(s *Subscription) bool { return s.live })
}

// Status tells everyone who asked for it what the agent is doing. It never waits for a reader.
func (h *Hub) Status(conversation console.ID, st Status) {
	at := &h.conversations[h.shard(conversation)]
	at.mu.Lock()
	defer at.mu.Unlock()
	var e Event
	for _, s := range at.by[conversation] {
		if !s.live {
			continue
		}
		if e.Status == nil {
			said := st
			e.Status = &said
		}
		s.must(e)
	}
}

// EndKey ends the streams that a key opened.
func (h *Hub) EndKey(key console.ID) { h.end(h.keys[h.shard(key)].of(key)) }

// EndAgent ends the streams of all of an agent's conversations.
func (h *Hub) EndAgent(agent console.ID) {
	for i := range h.conversations {
		for _, s := range h.conversations[i].all() {
			if s.agent == agent {
				s.end()
			}
		}
	}
}

// Shutdown ends all streams and lets no more in. Their readers are still to Close; Open tells how
// many have not yet.
func (h *Hub) Shutdown() {
	h.closed.Store(true)
	for i := range h.keys {
		h.end(h.keys[i].all())
	}
}

// Open returns how many streams are open, which they are until their readers have closed them.
func (h *Hub) Open() int { return int(h.open.Load()) }

func (h *Hub) end(these []*Subscription) {
	for _, s := range these {
		s.end()
	}
}

// leave takes a subscription out, after which it is told nothing.
func (h *Hub) leave(s *Subscription) {
	h.conversations[h.shard(s.conversation)].remove(s.conversation, s, inConversation)
	h.keys[h.shard(s.key)].remove(s.key, s, inKey)
}

// listeners are subscriptions by an id. Who publishes holds mu, so that all hear in the same order.
type listeners struct {
	mu sync.Mutex
	by map[console.ID][]*Subscription
}

// The two lists that a subscription stands in, as indices of its places.
const (
	inConversation = iota
	inKey
	lists
)

// nowhere is the place of a subscription that does not stand in a list.
const nowhere = -1

func (l *listeners) add(id console.ID, s *Subscription, list int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.place[list] = len(l.by[id])
	l.by[id] = append(l.by[id], s)
}

// remove does nothing if s is not there any more.
func (l *listeners) remove(id console.ID, s *Subscription, list int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := s.place[list]
	if i == nowhere {
		return
	}
	these := l.by[id]
	last := these[len(these)-1]
	these[i], last.place[list] = last, i
	these[len(these)-1] = nil
	s.place[list] = nowhere
	if len(these) == 1 {
		delete(l.by, id)
		return
	}
	l.by[id] = these[:len(these)-1]
}

func (l *listeners) of(id console.ID) []*Subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]*Subscription(nil), l.by[id]...)
}

func (l *listeners) all() []*Subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []*Subscription
	for _, these := range l.by {
		all = append(all, these...)
	}
	return all
}

// tally counts streams by team.
type tally struct {
	mu   sync.Mutex
	open map[console.ID]int
}

// enter counts one more stream unless the team has limit of them; a limit of 0 is none.
func (t *tally) enter(team console.ID, limit int) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if limit > 0 && t.open[team] >= limit {
		return false
	}
	t.open[team]++
	return true
}

func (t *tally) exit(team console.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open[team]--; t.open[team] == 0 {
		delete(t.open, team)
	}
}
