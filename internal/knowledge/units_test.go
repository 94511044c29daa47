package knowledge

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

func TestSentenceEnd(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"One. Two.":            "One. ",
		"One.\nTwo":            "One.\n",
		"One\nTwo":             "One\n",
		"3.5 m at example.com": "3.5 m at example.com",
		"Really?! Yes":         "Really?! ",
		"你好。再见":                "你好。",
		"no end":               "no end",
	} {
		if got := text[:sentenceEnd(text)]; got != want {
			t.Errorf("the first sentence of %q is %q, want %q", text, got, want)
		}
	}
}

func TestFitting(t *testing.T) {
	t.Parallel()
	for name, piece := range map[string]string{
		"words": strings.Repeat("word ", 1000), "one word": strings.Repeat("x", 5000), "chinese": strings.Repeat("中", 5000),
		"accents": strings.Repeat("é", 5000), "a space early": "a " + strings.Repeat("x", 5000),
	} {
		n := fitting(piece)
		tokens := llm.EstimateTokens(piece[:n])
		if n == 0 || tokens > target {
			t.Errorf("%s: %d bytes of %d tokens", name, n, tokens)
		}
		if name != "a space early" && tokens < target*9/10 {
			t.Errorf("%s: only %d tokens", name, tokens)
		}
	}
	if got := fitting("short"); got != len("short") {
		t.Errorf("fitting of a short piece = %d", got)
	}
}

func TestUnitsAreTheParagraph(t *testing.T) {
	t.Parallel()
	paragraph := "First. Second! " + strings.Repeat("long ", 900) + "\nlast"
	var all strings.Builder
	n := 0
	for unit := range units(paragraph) {
		all.WriteString(unit)
		n++
	}
	if all.String() != paragraph || n < 5 {
		t.Errorf("%d units, %d bytes of %d", n, all.Len(), len(paragraph))
	}
	for range units(paragraph) {
		break // must be possible
	}
}

func TestParseHeading(t *testing.T) {
	t.Parallel()
	tests := map[string]heading{
		"# A\n": {1, "A"}, "###### F": {6, "F"}, "#\tTab ": {1, "Tab"}, "## two ##": {2, "two ##"},
	}
	for line, want := range tests {
		if got, ok := parseHeading(line); !ok || got != want {
			t.Errorf("parseHeading(%q) = %v, %t, want %v", line, got, ok, want)
		}
	}
	for _, line := range []string{"", "#", "# ", "#A", " # A", "####### A", "A # B", "# " + strings.Repeat("x", 201)} {
		if got, ok := parseHeading(line); ok {
			t.Errorf("parseHeading(%.20q) = %v, want none", line, got)
		}
	}
}

func TestCount(t *testing.T) {
	t.Parallel()
	want := []console.Term{{Word: "a", Count: 2}, {Word: "b", Count: 1}, {Word: "c", Count: 3}}
	if diff := cmp.Diff(want, count([]string{"c", "a", "c", "b", "a", "c"})); diff != "" {
		t.Errorf("count (-want +got):\n%s", diff)
	}
	if got := count(nil); got != nil {
		t.Errorf("count of nothing = %v", got)
	}
}
