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
	byID map[console.ID][]console.Message // oldest first; held under mu
}

// What is remembered in all is at most maxTails of maxTailBytes each, and mostly far less.
const (
	maxTails     = 2048
	maxTailBytes = 16 << 10
	// tailRoom is for how many messages a tail is copied at once.
	tailRoom = 16
)

// get returns the end of a log that reaches at least to seq, or nil.
func (t *tails) get(conversation console.ID, seq int64) []console.Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	tail := t.byID[conversation]
	if len(tail) == 0 || tail[len(tail)-1].Seq < seq {
		return nil
	}
	// Whoever holds it cannot write where the next message goes.
	return slices.Clip(tail)
}

// put remembers what was read from the log, unless something newer is known.
func (t *tails) put(conversation console.ID, tail []console.Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := t.byID[conversation]; len(tail) == 0 || len(old) > 0 && old[len(old)-1].Seq >= tail[len(tail)-1].Seq {
		return
	}
	t.set(conversation, slices.Clip(tail)) // whoever read it may add to it
}

// add appends a message that was just committed to a tail that is known, and begins one where the
// conversation begins.
func (t *tails) add(m console.Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	tail := t.byID[m.ConversationID]
	switch {
	case len(tail) == 0 && m.Seq > 1:
	case len(tail) > 0 && tail[len(tail)-1].Seq+1 != m.Seq:
		delete(t.byID, m.ConversationID)
	case len(tail) < cap(tail):
		// Turns that hold the tail do not see what stands behind its end.
		t.set(m.ConversationID, lately(append(tail, slim(m))))
	default:
		grown := make([]console.Message, len(tail), len(tail)+tailRoom)
		copy(grown, tail)
		t.set(m.ConversationID, lately(append(grown, slim(m))))
	}
}

// lately is what a turn reads of a tail.
func lately(tail []console.Message) []console.Message {
	return tail[max(0, len(tail)-console.HistoryLength):]
}

// set is called with mu held.
func (t *tails) set(conversation console.ID, tail []console.Message) {
	size := 0
	for _, m := range tail {
		size += len(m.Text)
	}
	if size > maxTailBytes {
		delete(t.byID, conversation)
		return
	}
	if t.byID == nil {
		t.byID = make(map[console.ID][]console.Message)
	}
	t.byID[conversation] = tail
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
