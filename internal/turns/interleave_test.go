package turns

import (
	"fmt"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// interleavings is how many schedules the fence stands in memory; -short plays a twentieth.
const (
	interleavings = 1_000_000
	steps         = 14
	shards        = 4
)

// TestFenceInterleavings plays a million random schedules of customers, humans, operators, crashes
// and nodes that claim, settle late and settle twice, and checks the log after every deed.
func TestFenceInterleavings(t *testing.T) {
	t.Parallel()
	n := interleavings
	if testing.Short() {
		n /= 20
	}
	for shard := range shards {
		t.Run(fmt.Sprint("shard ", shard), func(t *testing.T) {
			t.Parallel()
			for seed := shard; seed < n; seed += shards {
				if err := play(uint64(seed), newMemory()); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// play runs one schedule.
func play(seed uint64, back backend) error {
	w := newWorld(seed, back)
	for range steps {
		if err := w.step(); err != nil {
			return fmt.Errorf("seed %d after %v: %w", seed, w.played, err)
		}
	}
	// A human has the last word, so that no open turn is left for other schedules to adopt.
	if err := w.human(); err != nil && !console.IsNotFound(err) {
		return fmt.Errorf("seed %d at its end: %w", seed, err)
	}
	return nil
}
