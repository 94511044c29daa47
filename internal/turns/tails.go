package turns

import (
	"slices"
	"sync"

	"github.com/bimpe/bimpe/internal/console"
)

// tails remember the ends of conversations' logs, so that a conversation that goes on is not read
// again for each reply. A tail is whole by its numbers: messages never change, and one that does not
// follow the last (another node wrote in between) throws the tail away.
type tails struct {
	mu   sync.Mutex
	byID map[console.ID]tail // held under mu
}

// tail is the end of a log, oldest first, with what its messages weigh, so that nobody need weigh them
// again with each turn.
type tail struct {
	log     []console.Message
	weights []weight
}

// clip keeps whoever holds the tail from writing where the next message goes.
func (t tail) clip() tail { return tail{slices.Clip(t.log), slices.Clip(t.weights)} }

func tailOf(log []console.Message) tail {
	t := tail{log, make([]weight, len(log))}
	for i := range log {
		t.weights[i] = weigh(log[i].Text)
	}
	return t
}

// What is remembered in all is at most maxTails of maxTailBytes each, and mostly far less.
const (
	maxTails     = 2048
	maxTailBytes = 16 << 10
	// tailRoom is for how many messages a tail is copied at once.
	tailRoom = 16
)

// get returns the end of a log that reaches at least to seq, or nothing.
func (t *tails) get(conversation console.ID, seq int64) tail {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.byID[conversation]
	if len(known.log) == 0 || known.log[len(known.log)-1].Seq < seq {
		return tail{}
	}
	return known.clip()
}

// put remembers what was read from the log, unless something newer is known, and returns it.
func (t *tails) put(conversation console.ID, read []console.Message) tail {
	weighed := tailOf(read).clip() // whoever read it may add to it
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := t.byID[conversation].log; len(read) > 0 && (len(old) == 0 || old[len(old)-1].Seq < read[len(read)-1].Seq) {
		t.set(conversation, weighed)
	}
	return weighed
}

// add appends a message that was just committed to a tail that is known, and begins one where the
// conversation begins.
func (t *tails) add(m console.Message) {
	w := weigh(m.Text)
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.byID[m.ConversationID]
	n := len(known.log)
	switch {
	case n == 0 && m.Seq > 1:
		return
	case n > 0 && known.log[n-1].Seq+1 != m.Seq:
		delete(t.byID, m.ConversationID)
		return
	case n >= cap(known.log) || n >= cap(known.weights):
		grown := tail{make([]console.Message, n, n+tailRoom), make([]weight, n, n+tailRoom)}
		copy(grown.log, known.log)
		copy(grown.weights, known.weights)
		known = grown
	}
	// Turns that hold the tail do not see what stands behind its end.
	known.log, known.weights = append(known.log, slim(m)), append(known.weights, w)
	t.set(m.ConversationID, lately(known))
}

// lately is what a turn reads of a tail.
func lately(t tail) tail {
	from := max(0, len(t.log)-console.HistoryLength)
	return tail{t.log[from:], t.weights[from:]}
}

// set is called with mu held.
func (t *tails) set(conversation console.ID, known tail) {
	size := 0
	for _, m := range known.log {
		size += len(m.Text)
	}
	if size > maxTailBytes {
		delete(t.byID, conversation)
		return
	}
	if t.byID == nil {
		t.byID = make(map[console.ID]tail)
	}
	t.byID[conversation] = known
	for other := range t.byID {
		if len(t.byID) <= maxTails {
			break
		}
		if other != conversation {
			delete(t.byID, other)
		}
	}
}

// slim is what History keeps of a message.
func slim(m console.Message) console.Message {
	return console.Message{Seq: m.Seq, Role: m.Role, Author: m.Author, Text: m.Text}
}
