package turns

import (
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// preambles remember what was written for agents, each in the version in which it was asked for last:
// whole if it fitted, and else for each room in which it did not. The nil one remembers nothing.
type preambles struct {
	mu    sync.Mutex
	byKey map[preambleKey]written // held under mu
	bytes int                     // of the texts; held under mu
}

// preambleKey is an agent and the room of its preamble, 0 for one that is whole.
type preambleKey struct {
	agent console.ID
	room  int
}

// version is that of an agent and its workflow.
type version struct {
	agent    time.Time
	workflow console.ID
	changed  time.Time // when the workflow was
}

type written struct {
	version  version
	preamble preamble
}

// maxPreambles bounds the texts that are remembered, in bytes: a window can be large.
const maxPreambles = 32 << 20

// of returns the preamble for a brief in a room of so many tokens, written anew if agent or workflow
// have changed.
func (s *preambles) of(b brief, room int) preamble {
	if s == nil {
		return newPreamble(b, room)
	}
	v := version{agent: b.agent.UpdatedAt.UTC()}
	if b.workflow != nil {
		v.workflow, v.changed = b.workflow.ID, b.workflow.UpdatedAt.UTC()
	}
	if p, ok := s.known(b.agent.ID, v, room); ok {
		return p
	}
	p := newPreamble(b, room)
	if len(p.left) == 0 {
		room = 0
	}
	s.keep(preambleKey{b.agent.ID, room}, written{v, p})
	return p
}

func (s *preambles) known(agent console.ID, v version, room int) (preamble, bool) {
	if v.agent.IsZero() {
		return preamble{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if had, ok := s.byKey[preambleKey{agent, 0}]; ok && had.version == v && had.preamble.tokens <= room {
		return had.preamble, true
	}
	had, ok := s.byKey[preambleKey{agent, room}]
	return had.preamble, ok && had.version == v
}

func (s *preambles) keep(k preambleKey, w written) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bytes += len(w.preamble.text) - len(s.byKey[k].preamble.text)
	if s.byKey == nil || len(s.byKey) >= maxAgents || s.bytes > maxPreambles {
		s.byKey, s.bytes = map[preambleKey]written{}, len(w.preamble.text)
	}
	s.byKey[k] = w
}
