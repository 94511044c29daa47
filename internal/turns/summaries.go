package turns

import (
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// summaries remember what stands for the beginnings of conversations, or that nothing does. One that
// another node has replaced since is still true: it only stands for less. One is remembered beside the
// contact of its customer, for when that is deleted, perhaps on another node, the summary goes too.
type summaries struct {
	mu   sync.Mutex
	byID map[console.ID]remembered // held under mu
}

// remembered is a summary as it was read when the customer's contact was one of a time; zero: none.
type remembered struct {
	console.Summary
	contact time.Time
}

// maxSummaries are remembered, of at most maxDigest bytes each.
const maxSummaries = 2048

// get returns what is remembered beside the contact that was made at a time.
func (s *summaries) get(conversation console.ID, contact time.Time) (console.Summary, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.byID[conversation]
	return found.Summary, ok && found.contact.Equal(contact)
}

// put remembers a summary, unless one that stands for more is known.
func (s *summaries) put(read console.Summary, contact time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.byID[read.ConversationID]; ok && old.contact.Equal(contact) && old.ToSeq >= read.ToSeq {
		return
	}
	if s.byID == nil {
		s.byID = make(map[console.ID]remembered)
	}
	s.byID[read.ConversationID] = remembered{read, contact}
	for other := range s.byID {
		if len(s.byID) <= maxSummaries {
			break
		}
		if other != read.ConversationID {
			delete(s.byID, other)
		}
	}
}

// drop lets the next reply of a conversation read its summary anew.
func (s *summaries) drop(conversation console.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.byID, conversation)
}
