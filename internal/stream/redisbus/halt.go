package redisbus

import (
	"context"
	"crypto/rand"
	"sync"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// halt asks a node to stop a turn, or answers who asked.
type halt struct {
	To      console.ID      `json:"to"`
	Turn    console.ID      `json:"turn"`
	Asked   string          `json:"asked"`
	Written *console.Halted `json:"written,omitempty"` // the answer
}

// haltTime is how long who cancels waits for the node at work: longer than Redis and that node need,
// and no longer than a user would.
const haltTime = 500 * time.Millisecond

// HaltAt is of turns.Hub.
func (b *Bus) HaltAt(ctx context.Context, node, turn console.ID) console.Halted {
	if !b.up.Load() {
		return console.Halted{}
	}
	asked, answer := b.asked.ask()
	defer b.asked.forget(asked)
	b.send(forNodes, "", note{Halt: &halt{To: node, Turn: turn, Asked: asked}})
	limit := time.NewTimer(haltTime)
	defer limit.Stop()
	select {
	case h := <-answer:
		return h
	case <-ctx.Done():
	case <-limit.C:
	}
	return console.Halted{}
}

// halting does what another node asks of this one, or takes its answer.
func (b *Bus) halting(h halt, from console.ID, here Here) {
	switch {
	case h.To != b.cfg.Node:
	case h.Written != nil:
		b.asked.answer(h.Asked, *h.Written)
	default:
		written, _ := here.HaltHere(h.Turn) // nothing, if it has ended meanwhile
		b.send(forNodes, "", note{Halt: &halt{To: from, Turn: h.Turn, Asked: h.Asked, Written: &written}})
	}
}

// questions are those to which another node owes an answer. There are no more than there are requests
// that cancel something.
type questions struct {
	mu sync.Mutex
	by map[string]chan console.Halted // held under mu
}

func (q *questions) ask() (string, <-chan console.Halted) {
	name, answer := rand.Text(), make(chan console.Halted, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.by[name] = answer
	return name, answer
}

func (q *questions) answer(name string, h console.Halted) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if to := q.by[name]; to != nil && len(to) == 0 {
		to <- h
	}
}

func (q *questions) forget(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.by, name)
}
