package stream

import (
	"context"
	"fmt"
	"hash/maphash"
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
	watchers      [shards]listeners // by team: whom to tell of all its conversations
	watching      atomic.Int64      // how many watchers there are, so that nobody looks where there are none
	keys          [shards]listeners // by key: whose streams end with it
	teams         [shards]tally     // by team: how many streams are open
	open          atomic.Int64
	closed        atomic.Bool
	dropped       atomic.Int64 // events that a reader had no room for
}

// NewHub returns a Hub that nobody listens to yet.
func NewHub() *Hub {
	h := &Hub{seed: maphash.MakeSeed()}
	for i := range shards {
		h.conversations[i].by = make(map[console.ID][]*Subscription)
		h.watchers[i].by = make(map[console.ID][]*Subscription)
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
	h.enter(s)
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
func (h *Hub) Delta(at At, message console.ID, text string) (heard bool) {
	var e Event
	h.live(at, func(s *Subscription) {
		if !heard {
			heard, e = true, Event{Delta: &Delta{MessageID: message, Text: text, At: at}}
		}
		s.may(e)
	})
	return heard
}

// Watched reports whether anyone who asked for deltas listens to a conversation.
func (h *Hub) Watched(at At) (watched bool) {
	h.live(at, func(*Subscription) { watched = true })
	return watched
}

// Status tells everyone who asked for it what the agent is doing. It never waits for a reader.
func (h *Hub) Status(at At, st Status) {
	var e Event
	h.live(at, func(s *Subscription) {
		if e.Status == nil {
			said := st
			said.At, e.Status = at, &said
		}
		s.must(e)
	})
}

// live calls f with everyone who hears deltas and statuses of a conversation.
func (h *Hub) live(at At, f func(*Subscription)) {
	h.liveHere(at, f)
	h.liveTeam(at, f)
}

func (h *Hub) liveHere(at At, f func(*Subscription)) {
	h.conversations[h.shard(at.Conversation)].each(at.Conversation, ifLive(f))
}

func (h *Hub) liveTeam(at At, f func(*Subscription)) {
	if h.watching.Load() > 0 {
		h.watchers[h.shard(at.Team)].each(at.Team, ifLive(f))
	}
}

func ifLive(f func(*Subscription)) func(*Subscription) {
	return func(s *Subscription) {
		if s.live {
			f(s)
		}
	}
}

// Pass tells a delta or a status of another node to those who listen to its conversation.
func (h *Hub) Pass(e Event, at At) { h.liveHere(at, e.tell) }

// PassToTeam is Pass for those who listen to its whole team.
func (h *Hub) PassToTeam(e Event, at At) { h.liveTeam(at, e.tell) }

func (e Event) tell(s *Subscription) {
	if e.Delta != nil {
		s.may(e)
	} else {
		s.must(e)
	}
}

// Changed tells everyone who listens to the change's team that there is something in the log, and
// those who asked for it that the conversation became another one. It never waits for a reader.
// Those who listen to the conversation are told of a message by Said.
func (h *Hub) Changed(c console.Change) {
	if h.watching.Load() == 0 {
		return
	}
	var said, row Event
	if c.Append != nil {
		m := *c.Append
		said.Message = &m
	}
	if Rowed(c) {
		now := c.Now
		row.Status = &Status{At: At{Team: c.Team, Agent: now.AgentID, Conversation: now.ID}, Row: &now}
	}
	h.watchers[h.shard(c.Team)].each(c.Team, func(s *Subscription) {
		if said.Message != nil {
			s.hint(said)
		}
		if row.Status != nil && s.rows {
			s.must(row)
		}
	})
}

// Look tells everyone who listens to a conversation that there is something in the log, which another
// node wrote.
func (h *Hub) Look(conversation console.ID) {
	h.conversations[h.shard(conversation)].each(conversation, (*Subscription).miss)
}

// LookAtTeam is Look for everyone who listens to a whole team.
func (h *Hub) LookAtTeam(team console.ID) {
	h.watchers[h.shard(team)].each(team, (*Subscription).miss)
}

// Row tells everyone who listens to a team and asked for it that a conversation became another one, on
// another node.
func (h *Hub) Row(team console.ID, c console.Conversation) {
	row := Event{Status: &Status{At: At{Team: team, Agent: c.AgentID, Conversation: c.ID}, Row: &c}}
	h.watchers[h.shard(team)].each(team, func(s *Subscription) {
		if s.rows {
			s.must(row)
		}
	})
}

// LookAll tells everyone who listens that there may be something in the log: what other nodes told has
// been lost. Between one part of them and the next it calls pause, so that not all read at once, and
// ends where that reports false.
func (h *Hub) LookAll(pause func() bool) {
	for i := range shards {
		h.conversations[i].everyone((*Subscription).miss)
		h.watchers[i].everyone((*Subscription).miss)
		if !pause() {
			return
		}
	}
}

// Rowed reports whether a conversation has become another one for those who watch their team's list.
func Rowed(c console.Change) bool { return c.Was == nil || !sameRow(*c.Was, c.Now) }

// sameRow reports whether a conversation shows in lists as it did, but for its newest message.
func sameRow(a, b console.Conversation) bool {
	same := func(a, b *string) bool { return a == b || a != nil && b != nil && *a == *b }
	return a.Paused == b.Paused && a.NeedsAttention == b.NeedsAttention && a.Status() == b.Status() &&
		same(a.Assignee, b.Assignee) && same(a.CustomerName, b.CustomerName) && same(a.FullName, b.FullName) &&
		same(a.Email, b.Email) && same(a.PhoneNumber, b.PhoneNumber)
}

// Tell is of turns.Hub: there are no other nodes.
func (h *Hub) Tell(News) {}

// HaltAt is of turns.Hub: there are no other nodes.
func (h *Hub) HaltAt(context.Context, console.ID, console.ID) console.Halted { return console.Halted{} }

// EndKey ends the streams that a key opened.
func (h *Hub) EndKey(key console.ID) { h.end(h.keys[h.shard(key)].of(key)) }

// EndAgent ends the streams of all of an agent's conversations; those of its team go on.
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

// OpenTeams returns how many of them follow a whole team; those that have ended count no more.
func (h *Hub) OpenTeams() int { return int(h.watching.Load()) }

// Dropped returns how many events were ever dropped since a reader was slow. What was lost of the log is
// read there.
func (h *Hub) Dropped() int64 { return h.dropped.Load() }

func (h *Hub) end(these []*Subscription) {
	for _, s := range these {
		s.end()
	}
}

// enter puts a subscription where it will be told.
func (h *Hub) enter(s *Subscription) {
	if s.conversation != "" {
		h.conversations[h.shard(s.conversation)].add(s.conversation, s, inConversation)
		return
	}
	h.watching.Add(1) // before it stands in the list, so that nobody passes by
	h.watchers[h.shard(s.team)].add(s.team, s, inConversation)
}

// leave takes a subscription out, after which it is told nothing.
func (h *Hub) leave(s *Subscription) {
	if s.conversation != "" {
		h.conversations[h.shard(s.conversation)].remove(s.conversation, s, inConversation)
	} else if h.watchers[h.shard(s.team)].remove(s.team, s, inConversation) {
		h.watching.Add(-1)
	}
	h.keys[h.shard(s.key)].remove(s.key, s, inKey)
}

// listeners are subscriptions by an id. Who publishes holds mu, so that all hear in the same order.
type listeners struct {
	mu sync.Mutex
	by map[console.ID][]*Subscription
}

// The two lists that a subscription stands in, as indices of its places.
const (
	inConversation = iota // or among the watchers of its team
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

// remove reports whether s was there still.
func (l *listeners) remove(id console.ID, s *Subscription, list int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := s.place[list]
	if i == nowhere {
		return false
	}
	these := l.by[id]
	last := these[len(these)-1]
	these[i], last.place[list] = last, i
	these[len(these)-1] = nil
	s.place[list] = nowhere
	if len(these) == 1 {
		delete(l.by, id)
		return true
	}
	l.by[id] = these[:len(these)-1]
	return true
}

// each calls f with all who stand there, one after the other, while nobody else tells them anything.
func (l *listeners) each(id console.ID, f func(*Subscription)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.by[id] {
		f(s)
	}
}

func (l *listeners) everyone(f func(*Subscription)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, these := range l.by {
		for _, s := range these {
			f(s)
		}
	}
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
