package app

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// An idle server gives back what it needed while it was busy. The collector by itself waits until as
// much again has been allocated, which may be never.
const (
	idleLook    = 3 * time.Second
	idleAllocs  = 4 << 20 // allocated between two looks; with more a server is not idle
	idleGarbage = 8 << 20 // less than this is not worth a cycle
)

// collectWhenIdle collects once a server has become idle.
func (a *App) collectWhenIdle(ctx context.Context) error {
	tick := time.NewTicker(idleLook)
	defer tick.Stop()
	var before heap
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := readHeap()
		if now.idleSince(before) {
			debug.FreeOSMemory()
			now = readHeap()
		}
		before = now
	}
}

// heap is how the heap stands, in bytes.
type heap struct {
	allocated uint64 // ever
	objects   uint64 // that live, or have not been collected yet
	live      uint64 // after the last cycle
}

func readHeap() heap {
	s := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/live:bytes"},
	}
	metrics.Read(s)
	return heap{s[0].Value.Uint64(), s[1].Value.Uint64(), s[2].Value.Uint64()}
}

// idleSince reports whether hardly anything was allocated since, and much could be given back.
func (h heap) idleSince(before heap) bool {
	return h.allocated-before.allocated < idleAllocs && h.objects > h.live+max(idleGarbage, h.live/8)
}
