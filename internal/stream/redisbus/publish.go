package redisbus

import (
	"context"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/stream"
)

const (
	queued     = 8192             // parcels that wait for Redis; what comes then is dropped
	together   = 256              // parcels that go in one packet
	sendTime   = time.Second      // for one packet
	complaints = 10 * time.Second // between two log lines about what was dropped
)

// parcel is something to be published. A live one counts who hears it.
type parcel struct {
	channel string
	text    string
	live    console.ID // the conversation; empty: nobody wants to know who hears it
	last    bool       // nothing more is written there for now
}

// send queues a note for the nodes that want it. It never waits: without Redis, or when it is slow,
// the note is dropped.
func (b *Bus) send(kind string, id console.ID, n note) {
	if !b.up.Load() {
		return
	}
	text, err := n.encode(b.cfg.Node)
	if err != nil {
		b.cfg.Log.Error("a hint could not be written", "kind", kind, "error", err.Error())
		return
	}
	p := parcel{channel: b.channel(kind, id), text: text}
	if kind == forLive {
		p.live, p.last = id, n.Status != nil && n.Status.State == stream.Idle
	}
	select {
	case b.out <- p:
	default:
		b.dropped.Add(1)
	}
}

// publish sends what is queued, as much at a time as there is.
func (b *Bus) publish(ctx context.Context) {
	var said time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case first := <-b.out:
			b.post(ctx, b.batch(first))
		}
		if n := b.dropped.Load(); n > 0 && b.cfg.Now().Sub(said) > complaints {
			said = b.cfg.Now()
			b.dropped.Add(-n)
			b.cfg.Log.WarnContext(ctx, "Redis takes hints too slowly; some were dropped", "dropped", n)
		}
	}
}

func (b *Bus) batch(first parcel) []parcel {
	batch := append(make([]parcel, 0, 16), first)
	for len(batch) < together {
		select {
		case p := <-b.out:
			batch = append(batch, p)
		default:
			return batch
		}
	}
	return batch
}

// post sends a batch. What fails is lost: readers look into the log all the same, only later.
func (b *Bus) post(ctx context.Context, batch []parcel) {
	if !b.up.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	heard, err := b.cfg.Client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, one := range batch {
			p.Publish(ctx, one.channel, one.text)
		}
		return nil
	})
	if err != nil {
		return // the listener finds it out too, and says so
	}
	for i, one := range batch {
		if one.live == "" || i >= len(heard) {
			continue
		}
		if count, ok := heard[i].(*redis.IntCmd); ok {
			b.count(one, count.Val())
		}
	}
}

// count notes how many other nodes hear what is written in a conversation.
func (b *Bus) count(p parcel, nodes int64) {
	if b.wanted.listening(p.channel) {
		nodes-- // this one
	}
	if p.last {
		nodes = 0
	}
	b.remote.put(p.live, nodes)
}

// maxAudience bounds the conversations of which the bus remembers who listens.
const maxAudience = 10_000

// audience is how many other nodes listen to conversations in which something is being written.
type audience struct {
	mu sync.Mutex
	by map[console.ID]int64 // held under mu
}

func (a *audience) put(id console.ID, nodes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if nodes <= 0 {
		delete(a.by, id)
		return
	}
	if _, known := a.by[id]; known || len(a.by) < maxAudience {
		a.by[id] = nodes
	}
}

func (a *audience) has(id console.ID) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.by[id] > 0
}

func (a *audience) forget(id console.ID) { a.put(id, 0) }
