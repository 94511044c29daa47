package upstream

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/llm"
)

// What a server leaves out is estimated, and only that.
func TestUsage(t *testing.T) {
	t.Parallel()
	r := llm.Request{System: "You answer for a bakery.", Messages: []llm.Message{{Text: "Open?"}}}
	guess := llm.EstimateUsage(r, "Yes, we are.")
	tests := map[string]struct{ said, want llm.Usage }{
		"all":        {llm.Usage{PromptTokens: 9, CompletionTokens: 4}, llm.Usage{PromptTokens: 9, CompletionTokens: 4}},
		"nothing":    {llm.Usage{}, guess},
		"the prompt": {llm.Usage{PromptTokens: 900, CachedTokens: 800}, llm.Usage{PromptTokens: 900, CachedTokens: 800, CompletionTokens: guess.CompletionTokens, Estimated: true}},
		"the reply":  {llm.Usage{CompletionTokens: 77}, llm.Usage{PromptTokens: guess.PromptTokens, CompletionTokens: 77, Estimated: true}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tell := telling{request: r, said: test.said}
			tell.text.WriteString("Yes, we are.")
			if diff := cmp.Diff(test.want, tell.usage()); diff != "" {
				t.Errorf("usage (-want +got):\n%s", diff)
			}
		})
	}
}

func TestNumbersThatGrow(t *testing.T) {
	t.Parallel()
	var u llm.Usage
	for _, said := range []llm.Usage{{PromptTokens: 9, CachedTokens: 3}, {CompletionTokens: 1}, {PromptTokens: 6, CompletionTokens: 5}, {}} {
		u = larger(u, said)
	}
	if want := (llm.Usage{PromptTokens: 9, CachedTokens: 3, CompletionTokens: 5}); u != want {
		t.Errorf("usage %+v, want %+v", u, want)
	}
}

func TestEstimateCountsToolsAndCalls(t *testing.T) {
	t.Parallel()
	bare := llm.Request{Messages: []llm.Message{{Text: "Open?"}}}
	tools, called := bare, bare
	tools.Tools = []llm.Tool{{Name: "hours", Description: "When the shop is open.", Schema: `{"type":"object"}`}}
	called.Messages = append(called.Messages, llm.Message{Calls: []llm.Call{{Name: "hours", Arguments: `{"day":"monday"}`}}})
	least := llm.EstimateUsage(bare, "").PromptTokens
	for name, r := range map[string]llm.Request{"tools": tools, "calls": called} {
		if got := llm.EstimateUsage(r, "").PromptTokens; got <= least+3 {
			t.Errorf("%s: %d tokens, want more than %d", name, got, least+3)
		}
	}
}
