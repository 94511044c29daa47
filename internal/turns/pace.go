package turns

import (
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// pace knows how long the model has taken for a reply lately, failed ones included.
type pace struct {
	mu      sync.Mutex
	typical time.Duration // a moving average; 0: nothing is known. Held under mu.
	streams bool          // it has refused to give a whole reply. Held under mu.
}

// paceWeight is how many replies back the average looks, about.
const paceWeight = 8

func (p *pace) note(took time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.typical == 0 {
		p.typical = took
		return
	}
	p.typical += (took - p.typical) / paceWeight
}

// onlyStreams says that the model does not give whole replies.
func (p *pace) onlyStreams() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams = true
}

// quick reports whether a whole reply can be had almost as soon as its first words.
func (p *pace) quick() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return !p.streams && p.typical > 0 && p.typical < quickReply
}

const (
	// quickReply is when streaming a reply that nobody watches gains nothing.
	quickReply = time.Second
	// busyTurns is how many turns at a time make a node save work.
	busyTurns = 16
)

// whole reports whether a reply may be asked for in one piece: the node is busy, the model is quick,
// and nobody who would see the reply being written listens. Reading a stream word by word is a large
// part of a turn's cost.
func (e *Engine) whole(conversation console.ID) bool {
	e.mu.Lock()
	busy := len(e.running) >= busyTurns
	e.mu.Unlock()
	return busy && e.pace.quick() && !e.Hub.Watched(conversation)
}
