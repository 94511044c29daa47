package turns

import (
	"fmt"
	"strings"

	"github.com/bimpe/bimpe/internal/console"
)

// omission is what a model was not told for want of room.
type omission struct {
	what   string
	n      int // how many of them, one that was cut included
	tokens int // about how many of them were left out
}

// omit adds what was left out, unless it is nothing.
func omit(all []omission, o omission) []omission {
	if o.n == 0 {
		return all
	}
	for i := range all {
		if all[i].what == o.what {
			all[i].n, all[i].tokens = all[i].n+o.n, all[i].tokens+o.tokens
			return all
		}
	}
	return append(all, o)
}

// leftOut is the step that tells of what did not fit into a model's window; none where all of it did.
func leftOut(all []omission, window int, who console.ModelRef) []console.Step {
	if len(all) == 0 {
		return nil
	}
	parts := make([]string, len(all))
	for i, o := range all {
		if parts[i] = fmt.Sprintf("%s %d", o.what, max(o.tokens, 1)); o.n > 1 {
			parts[i] = fmt.Sprintf("%d %s %d", o.n, o.what, max(o.tokens, 1))
		}
	}
	note := fmt.Sprintf("did not fit into %d tokens: %s", window, strings.Join(parts, ", "))
	return []console.Step{{Kind: console.StepPrompt, Model: who, Note: note}}
}
