package turns

import (
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
)

// get returns the end of a log that reaches at least to seq, or nil.
func (t *tails) get(conversation console.ID, seq int64) []console.Message {
	t.mu.Lock()
	defer t.mu.Unlock()
	tail := t.byID[conversation]
	if len(tail) == 0 || tail[len(tail)-1].Seq < seq {
		return nil
	}
	return tail
}

// put remembers what was read from the log, unless something newer is known.
func (t *tails) put(conversation console.ID, tail []console.Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if old := t.byID[conversation]; len(tail) == 0 || len(old) > 0 && old[len(old)-1].Seq >= tail[len(tail)-1].Seq {
		return
	}
	t.set(conversation, tail)
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
	default:
		first := max(0, len(tail)+1-console.HistoryLength)
		// A copy, since turns hold the one before.
		t.set(m.ConversationID, append(tail[first:len(tail):len(tail)], slim(m)))
	}
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
