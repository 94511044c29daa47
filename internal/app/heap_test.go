package app

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestGrowthReachesTheFloorAndNoFurther(t *testing.T) {
	t.Parallel()
	const mib = 1 << 20
	for live, want := range map[uint64]int{
		0: 800, mib: 800, 7 * mib: 800, 8 * mib: 400, 12 * mib: 400, 13 * mib: 200, 21 * mib: 200,
		22 * mib: usualGrowth, heapFloor: usualGrowth, 1 << 40: usualGrowth,
	} {
		got := growthFor(live)
		if got != want {
			t.Errorf("growthFor(%d) = %d, want %d", live, got, want)
		}
		if goal := live * uint64(100+got) / 100; got != usualGrowth && goal > heapFloor {
			t.Errorf("growthFor(%d) lets the heap grow to %d, past the floor", live, goal)
		}
	}
}

// The target is the process's own, so that no other test may hold one meanwhile.
func TestHeapTargetFollowsTheHeap(t *testing.T) { //nolint:paralleltest // the collector is shared
	release := holdHeapTarget()
	runtime.GC()
	waitForGrowth(t, func(g int) bool { return g > usualGrowth })
	big := make([]byte, 2*heapFloor)
	runtime.GC()
	waitForGrowth(t, func(g int) bool { return g == usualGrowth })
	runtime.KeepAlive(big)
	release()
	if got := growthNow(); got != usualGrowth {
		t.Errorf("after release the growth is %d, want %d", got, usualGrowth)
	}
}

func TestHeapTargetLeavesTheOperatorsAlone(t *testing.T) { //nolint:paralleltest // as above
	defer debug.SetGCPercent(debug.SetGCPercent(150))
	release := holdHeapTarget()
	runtime.GC()
	release()
	if got := growthNow(); got != 150 {
		t.Errorf("the growth is %d, want the operator's 150", got)
	}
}

// waitForGrowth lets the collector run until its cleanups have been heard.
func waitForGrowth(t *testing.T, good func(int) bool) {
	t.Helper()
	for t.Context().Err() == nil {
		if good(growthNow()) {
			return
		}
		runtime.GC()
		runtime.Gosched()
	}
}

func growthNow() int {
	g := debug.SetGCPercent(usualGrowth)
	debug.SetGCPercent(g)
	return g
}
