package flows

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/words"
)

// Match returns the rule that answers text by itself, false if there is none.
//
// A trigger is one or more phrases, parted by commas, bars or line ends. A phrase matches where its
// words stand in the text side by side and whole, without regard to case, accents and
// punctuation; an empty phrase never matches. Of several rules the one with the longest matching
// phrase is taken, and of equally long ones the first. Rules that are not enabled never match, nor
// do those with a condition, which only a model can judge.
func Match(rules []console.Rule, text string) (console.Rule, bool) {
	best, longest := -1, 0
	said := words.Append([]byte{' '}, text)
	var buffer []byte
	for i, r := range rules {
		if !r.Enabled || conditional(r) {
			continue
		}
		var n int
		n, buffer = longestIn(said, r.Trigger, buffer)
		if n > longest {
			best, longest = i, n
		}
	}
	if best < 0 {
		return console.Rule{}, false
	}
	return rules[best], true
}

func conditional(r console.Rule) bool {
	return r.Condition != nil && strings.TrimSpace(*r.Condition) != ""
}

// longestIn returns the length of the longest phrase of a trigger that stands in said, 0 if none
// does. The buffer is only there to be used again.
func longestIn(said []byte, trigger string, buffer []byte) (int, []byte) {
	longest := 0
	for trigger != "" {
		end, next := cut(trigger)
		buffer = words.Append(append(buffer[:0], ' '), trigger[:end])
		if len(buffer) > 1 && bytes.Contains(said, buffer) {
			longest = max(longest, letters(buffer))
		}
		trigger = trigger[next:]
	}
	return longest, buffer
}

// letters counts characters without the spaces between words, so that a phrase in a script
// without spaces is not longer for being taken apart.
func letters(phrase []byte) int {
	return utf8.RuneCount(phrase) - bytes.Count(phrase, []byte{' '})
}
