package turns

import (
	"sync"

	"github.com/bimpe/bimpe/internal/console"
)

// summaries remember what stands for the beginnings of conversations, or that nothing does. One that
// another node has replaced since is still true: it only stands for less.
type summaries struct {
	mu   sync.Mutex
	byID map[console.ID]console.Summary // held under mu
}

// maxSummaries are remembered, of at most maxDigest bytes each.
const maxSummaries = 2048

func (s *summaries) get(conversation console.ID) (console.Summary, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.byID[conversation]
	return found, ok
}

// put remembers a summary, unless one that stands for more is known.
func (s *summaries) put(made console.Summary) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.byID[made.ConversationID]; ok && old.ToSeq >= made.ToSeq {
		return
	}
	if s.byID == nil {
		s.byID = make(map[console.ID]console.Summary)
	}
	s.byID[made.ConversationID] = made
	for other := range s.byID {
		if len(s.byID) <= maxSummaries {
			break
		}
		if other != made.ConversationID {
			delete(s.byID, other)
		}
	}
}
