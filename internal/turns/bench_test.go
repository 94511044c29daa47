package turns

import (
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
)

// BenchmarkPrompt is what the writing of a prompt costs a turn of an ordinary agent: its own text is
// remembered, the rest is new.
func BenchmarkPrompt(b *testing.B) {
	brief, l := fullBrief(), Limits{}.withDefaults()
	brief.history = talkOf(20, 12).history
	brief.turn.FromSeq, brief.agent.UpdatedAt, brief.agent.ID = 20, brief.now, "a"
	brief.agent.SystemPrompt = ptr(strings.Repeat("Be kind and quick. ", 100))
	for range 4 {
		brief.passages = append(brief.passages, console.Passage{Source: "Menu", Text: strings.Repeat("rice and stew, 1,500. ", 30)})
	}
	brief.preambles, brief.weights = new(preambles), tailOf(brief.history).weights
	for b.Loop() {
		prompted(prompt(brief, l).Request)
	}
}
