package app

import (
	"runtime"
	"runtime/debug"
	"sync/atomic"
)

// heapFloor is the least heap at which the collector starts a cycle. Go's own
// floor of 4 MiB makes a busy server with a small heap collect many times a
// second; above the floor Go's usual target (twice what lives) holds.
const heapFloor = 64 << 20

// usualGrowth is Go's own target: a heap may double between two cycles.
const usualGrowth = 100

// heapTarget keeps the collector's target at heapFloor while little lives.
type heapTarget struct {
	stopped atomic.Bool
	growth  int
}

// holdHeapTarget adjusts the collector's target after each cycle until the returned function is
// called. A target that the operator chose by GOGC stays as it is.
func holdHeapTarget() (release func()) {
	if chosen := debug.SetGCPercent(usualGrowth); chosen != usualGrowth {
		debug.SetGCPercent(chosen)
		return func() {}
	}
	t := &heapTarget{growth: usualGrowth}
	t.afterNextCycle()
	return func() {
		t.stopped.Store(true)
		debug.SetGCPercent(usualGrowth)
	}
}

// afterNextCycle leaves a thing without an owner for the next cycle to find.
func (t *heapTarget) afterNextCycle() {
	runtime.AddCleanup(&struct{ _ [16]byte }{}, (*heapTarget).adjust, t)
}

func (t *heapTarget) adjust() {
	if t.stopped.Load() {
		return
	}
	if g := growthFor(readHeap().live); g != t.growth {
		t.growth = g
		debug.SetGCPercent(g)
	}
	t.afterNextCycle()
}

// growthFor is the growth in percent that takes a heap of live bytes to the
// floor. It moves in steps, as each change stops the world for a moment.
func growthFor(live uint64) int {
	for _, g := range []int{800, 400, 200} {
		if live*uint64(100+g)/100 <= heapFloor {
			return g
		}
	}
	return usualGrowth
}
