package llm

import (
	"testing"
	"unicode"

	"github.com/bimpe/bimpe/internal/words"
)

// What a model reads as one word a rule must see as one word, too.
func TestWhatIsHiddenPartsNoWord(t *testing.T) {
	t.Parallel()
	for r := range rune(unicode.MaxRune + 1) {
		if hidden(r) && !words.Invisible(r) {
			t.Errorf("%U is taken out of prompts, and parts words", r)
		}
	}
}
