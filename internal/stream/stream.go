// Package stream knows who is listening to which conversation, or to all of a team's, in this process,
// and tells them. It leaves the log to the store and the wire to httpapi.
//
// What it tells is a hint: the log is the truth. A reader subscribes first, then reads the log from
// where it stands, then takes events; an event whose Seq is not the next, or Missed, sends it to
// the log again. Publishing never waits: what a slow reader has no room for is dropped. Who listens to
// a team is told only that there is something in the log, at most once until it looks.
//
//	              Subscribe             the reader keeps up
//	(reader) ─────────────────▶ open ◀──────────────────────▶ missed   Missed, then the log
//	                             │ EndKey, EndAgent, Shutdown
//	                             ▼
//	                           ended   told nothing more, still counted
//	                             │ Close (from any state)
//	                             ▼
//	                           closed
//
// A Hub may be used by many goroutines, a Subscription's events by one at a time. Nothing here
// starts a goroutine.
package stream

import (
	"sync"
	"sync/atomic"

	"github.com/bimpe/bimpe/internal/console"
)

// Request says who wants to listen to what.
type Request struct {
	Team         console.ID
	Agent        console.ID // EndAgent of it ends the stream
	Conversation console.ID // empty: all of the team's, and then Agent is empty too
	Key          console.ID // EndKey of it ends the stream
	Live         bool       // also wants Delta and Status
	Rows         bool       // of a team: also wants to hear of conversations that became other ones
	Limit        int        // how many streams the team may have open; 0: any number
	Closed       func()     // called once the place has been given up; may be nil
}

// Event is one thing to tell; at most one field is set. With none, Missed has something to say. What it points to is shared by all readers
// and must not be changed.
type Event struct {
	Message *console.Message // who listens to a team reads the log instead
	Delta   *Delta
	Status  *Status
}

// At is where something happens.
type At struct{ Team, Agent, Conversation console.ID }

// Delta is a piece of a message that is being written.
type Delta struct {
	MessageID console.ID
	Text      string
	At        At
}

// Status is what the agent is doing. With Idle, Discarded may name the message whose deltas went
// out in vain.
type Status struct {
	State     State
	Discarded console.ID // may be empty
	At        At
	// Row is a conversation that became another one, and then there is no State. Only those who
	// asked for Rows are told.
	Row *console.Conversation
}

// State is what the agent is doing.
type State string

// The states of the wire.
const (
	Thinking State = "thinking"
	Tool     State = "tool"
	Writing  State = "writing"
	Idle     State = "idle"
)

const (
	// buffer holds a burst of messages while the reader writes one; what does not fit is in the
	// log.
	buffer = 8
	// liveBuffer also holds a second or so of a fast model's deltas.
	liveBuffer = 64
	// reserve is the part of liveBuffer that deltas leave to messages and statuses.
	reserve = 16
)

// Subscription is one reader's place. An idle one weighs 0.7 KiB with all that the hub keeps of it,
// a live one 2.3 KiB.
type Subscription struct {
	hub                            *Hub
	team, agent, conversation, key console.ID
	live, rows                     bool
	deaf                           bool       // to deltas until the next message or status; under the conversation's lock
	place                          [lists]int // in the hub's lists, each under that list's lock

	events chan Event
	ended  chan struct{}
	closed func() // may be nil
	missed atomic.Bool
	hinted atomic.Bool // of a team: it was told that there is something in the log, and has not looked

	endOnce, closeOnce sync.Once
}

func newSubscription(h *Hub, r Request) *Subscription {
	size := buffer
	if r.Live || r.Rows {
		size = liveBuffer
	}
	return &Subscription{
		hub: h, team: r.Team, agent: r.Agent, conversation: r.Conversation, key: r.Key, live: r.Live, rows: r.Rows,
		place: [lists]int{nowhere, nowhere}, closed: r.Closed,
		events: make(chan Event, size), ended: make(chan struct{}),
	}
}

// Events returns what is told, in order. The channel is never closed.
func (s *Subscription) Events() <-chan Event { return s.events }

// Ended is closed when the stream is to end: its key was revoked, its agent deleted, or the
// server shuts down. Events that were told before may still be taken. Close does not close it.
func (s *Subscription) Ended() <-chan struct{} { return s.ended }

// Missed reports whether something was dropped since it was last asked. After a drop there is
// always an event left to take, so a reader that asks after each event it takes never waits in
// ignorance.
//
// After a lost delta no others come until the next message or status: the text has a hole.
func (s *Subscription) Missed() bool { return s.missed.Load() && s.missed.Swap(false) }

// Look says that the reader of a team is about to read the log, so that it must be told of what comes
// from now on.
func (s *Subscription) Look() { s.hinted.Store(false) }

// Close gives the place up. It may be called more than once.
func (s *Subscription) Close() {
	s.closeOnce.Do(func() {
		s.hub.leave(s)
		s.hub.teams[s.hub.shard(s.team)].exit(s.team)
		s.hub.open.Add(-1)
		if s.closed != nil {
			s.closed()
		}
	})
}

func (s *Subscription) end() {
	s.endOnce.Do(func() {
		s.hub.leave(s)
		close(s.ended)
	})
}

// must tells a message or a status. It is held under the conversation's lock.
func (s *Subscription) must(e Event) {
	s.deaf = false
	s.tell(e, cap(s.events))
}

// hint tells the reader of a team that there is something in the log, unless it has been told and has
// not looked. It is held under the team's lock.
func (s *Subscription) hint(e Event) {
	if !s.hinted.Swap(true) {
		s.must(e)
	}
}

// miss sends the reader to the log. It is held under the lock of what the reader listens to.
func (s *Subscription) miss() {
	s.missed.Store(true)
	if len(s.events) == 0 { // else there is one left to take, after which the reader asks
		s.events <- Event{}
	}
}

// may tells a delta, which does not use the reserve. It is held under the conversation's lock.
func (s *Subscription) may(e Event) {
	if !s.deaf {
		s.deaf = !s.tell(e, cap(s.events)-reserve)
	}
}

// tell puts e into the buffer if fewer than room events are in it, else drops it. Only one who
// holds the conversation's lock puts events in, so that what is seen to fit does fit.
//
// A drop is marked before the last look at the buffer: either the reader has taken events meanwhile
// and e fits after all, or the buffer still holds one that the reader will take after the mark.
func (s *Subscription) tell(e Event, room int) bool {
	if len(s.events) >= room {
		s.missed.Store(true)
		if len(s.events) >= room {
			s.hub.dropped.Add(1)
			return false
		}
	}
	s.events <- e
	return true
}
