package turns

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
)

func said(seq int64) console.Message {
	return console.Message{ConversationID: "c", Seq: seq, Role: console.RoleUser, Author: console.ByCustomer, Text: fmt.Sprint(seq)}
}

func logOf(from, to int64) (log []console.Message) {
	for seq := from; seq <= to; seq++ {
		log = append(log, slim(said(seq)))
	}
	return log
}

func TestTailsFollowTheLog(t *testing.T) {
	t.Parallel()
	var tails tails
	for seq := int64(1); seq <= 50; seq++ {
		held := tails.get("c", seq-1).log
		before := append([]console.Message(nil), held...)
		tails.add(said(seq))
		if want := logOf(max(1, seq-console.HistoryLength+1), seq); !cmp.Equal(want, tails.get("c", seq).log) {
			t.Fatalf("after message %d: %v", seq, cmp.Diff(want, tails.get("c", seq).log))
		}
		if !cmp.Equal(before, append([]console.Message(nil), held...)) {
			t.Fatal("what a turn holds has changed under it")
		}
	}
	if tails.get("c", 51).log != nil {
		t.Error("a tail passes for one that reaches further")
	}
}

func TestTailsForgetWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	tests := map[string]func(*tails){
		"one that begins in the middle": func(t *tails) { t.add(said(7)) },
		"one with a gap": func(t *tails) {
			t.put("c", logOf(1, 5))
			t.add(said(7))
		},
		"one that is too large": func(t *tails) {
			t.put("c", logOf(1, 5))
			m := said(6)
			m.Text = strings.Repeat("x", maxTailBytes)
			t.add(m)
		},
	}
	for name, do := range tests {
		var tails tails
		if do(&tails); len(tails.byID) > 0 {
			t.Errorf("%s is remembered", name)
		}
	}
}

func TestTailsKeepTheNewest(t *testing.T) {
	t.Parallel()
	var tails tails
	tails.put("c", logOf(1, 5))
	tails.put("c", logOf(1, 3)) // read earlier, told later
	if tails.get("c", 5).log == nil {
		t.Error("an older reading replaced a newer one")
	}
	for i := range 2 * maxTails {
		tails.put(console.ID(fmt.Sprint(i)), logOf(1, 1))
	}
	if n := len(tails.byID); n > maxTails {
		t.Errorf("%d tails are remembered, want at most %d", n, maxTails)
	}
}
