package metrics

import (
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
)

// TestTellingAllocatesNothing holds what a turn and its two requests tell to no memory at all.
func TestTellingAllocatesNothing(t *testing.T) { //nolint:paralleltest // AllocsPerRun counts those of everybody
	turn := anOrdinaryTurn()
	turn() // the first one makes the series
	if n := testing.AllocsPerRun(100, turn); n != 0 {
		t.Errorf("%v allocations a turn, want 0", n)
	}
}

// BenchmarkOrdinaryTurn is all that an ordinary turn tells: one request, five reads, two commits, a model asked
// once, and a stream that hears of it.
func BenchmarkOrdinaryTurn(b *testing.B) {
	turn := anOrdinaryTurn()
	b.ReportAllocs()
	for b.Loop() {
		turn()
	}
}

func anOrdinaryTurn() func() {
	m := New(Config{Teams: 100})
	told := m.API.Operation("sendMessage")
	model := asked("openai", "", 900, 40)
	return func() {
		told(201, "", 900*time.Microsecond)
		for range 5 {
			m.Store.Read(80*time.Microsecond, 1, nil)
		}
		for range 2 {
			m.Store.Wrote(700*time.Microsecond, 4, nil)
			m.Store.Committed(500*time.Microsecond, 3)
		}
		m.Turns.Took("brief", 90*time.Microsecond)
		m.Turns.Did("team", console.Step{Kind: console.StepKnowledge})
		m.Turns.Did("team", model)
		m.Turns.Took("commit", 800*time.Microsecond)
		m.Turns.Ended(console.TurnReplied, "", time.Second)
		m.API.Sent("message")
		m.API.Sent("status")
	}
}
