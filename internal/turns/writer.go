package turns

import (
	"fmt"
	"strings"

	"github.com/bimpe/bimpe/internal/llm"
)

// writer writes the system text within a number of tokens.
type writer struct {
	text strings.Builder
	left int
}

// put adds a line, or as much of it as fits. It reports whether the whole line fit.
func (w *writer) put(format string, args ...any) bool {
	line := fmt.Sprintf(format, args...) + "\n"
	if n := llm.EstimateTokens(line); n <= w.left {
		w.left -= n
		w.text.WriteString(line)
		return true
	}
	cut := clip(line, w.left)
	w.left = 0
	w.text.WriteString(cut)
	return false
}

// spend adds a text that costs so many tokens and is known to fit.
func (w *writer) spend(text string, tokens int) {
	w.left -= tokens
	w.text.WriteString(text)
}

func (w *writer) optional(format string, s *string) {
	if s != nil && strings.TrimSpace(*s) != "" {
		w.put(format, *s)
	}
}

// datum is something that others wrote.
type datum struct{ what, from, text string }

// leastData is how many tokens of a text are worth a fence.
const leastData = 8

// data adds a text behind its fence, or as much of it as fits: the fence is always closed. It returns
// about how many tokens were left out.
func (w *writer) data(f llm.Fence, d datum) int {
	block := f.Wrap(d.what, d.from, d.text) + "\n"
	n := llm.EstimateTokens(block)
	if n <= w.left {
		w.spend(block, n)
		return 0
	}
	frame := llm.EstimateTokens(f.Wrap(d.what, d.from, "")) + 1
	if w.left < frame+leastData {
		return n
	}
	// Taming a cut text can make it longer by a few characters, which the second cut allows for.
	cut := n
	for room := w.left - frame; cut > w.left && room > 0; room -= leastData {
		block = f.Wrap(d.what, d.from, beginning(d.text, room)) + "\n"
		cut = llm.EstimateTokens(block)
	}
	if cut > w.left {
		return n
	}
	w.spend(block, cut)
	return n - cut
}
