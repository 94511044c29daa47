package turns

import (
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/stream"
)

// pace knows how long the model has taken for a reply lately, failed ones included.
type pace struct {
	mu      sync.Mutex
	typical time.Duration // a moving average; 0: nothing is known. Held under mu.
	instant int           // how many replies in a row were there at once. Held under mu.
	streams bool          // it has refused to give a whole reply. Held under mu.
}

// paceWeight is how many replies back the average looks, about.
const paceWeight = 8

func (p *pace) note(took time.Duration, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.instant++; took > instantReply || err != nil {
		p.instant = 0
	}
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

// whole reports whether a whole reply can be had almost as soon as its first words; a node that
// is not busy asks for more than one that is.
func (p *pace) whole(busy bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.streams {
		return false
	}
	return p.instant >= instantReplies || busy && p.typical > 0 && p.typical < quickReply
}

const (
	// quickReply is when streaming a reply that nobody watches gains nothing, on a node that has
	// too much to do.
	quickReply = time.Second
	// busyTurns is how many turns at a time make a node save work.
	busyTurns = 16
	// instantReply is shorter than it takes anyone to cancel a reply, and instantReplies how many
	// in a row show that the model always answers so: some server nearby that has its replies ready.
	instantReply   = 50 * time.Millisecond
	instantReplies = 32
)

// whole reports whether a reply may be asked for in one piece: the model is quick, and nobody who
// would see the reply being written listens. Reading a stream word by word is a large part of a
// turn's cost.
func (e *Engine) whole(h *health, at stream.At) bool {
	e.mu.Lock()
	busy := len(e.running) >= busyTurns
	e.mu.Unlock()
	return h.pace.whole(busy) && !e.Hub.Watched(at)
}
