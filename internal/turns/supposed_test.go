package turns

import (
	"strings"
	"testing"

	"github.com/bimpe/bimpe/internal/flows"
)

// A condition that its author began with if is told with one if.
func TestAConditionIsToldWithOneIf(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"if the customer is angry": "the customer is angry", " If  they shout": "they shout", "they shout": "they shout", "if": "if", "iffy weather": "iffy weather",
	} {
		if got := *supposed(&written); got != want {
			t.Errorf("%q is told as %q, want %q", written, got, want)
		}
	}
	if supposed(nil) != nil {
		t.Error("no condition is told as one")
	}
	b := brief{}
	b.agent.Rules = angry()
	b.set = flows.Compile(b.agent.Rules, nil)
	if text := strings.Join(b.rules().entries, "\n"); !strings.Contains(text, "  if the customer is angry\n") || strings.Contains(text, "if if") {
		t.Errorf("the model reads %s", text)
	}
}
