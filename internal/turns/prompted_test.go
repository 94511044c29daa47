package turns

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/llm"
)

func TestPromptedIsWhatWasSent(t *testing.T) {
	t.Parallel()
	got := prompted(llm.Request{
		System: "You are Ada.", MaxTokens: 7,
		Messages: []llm.Message{
			{Role: llm.RoleUser, Text: "where is my order?", Seq: 3},
			{Role: llm.RoleAssistant, Text: "I look.", Calls: []llm.Call{{ID: "1", Name: "find", Arguments: `{"n":1}`}}},
			{Role: llm.RoleTool, CallID: "1", Text: "sent"},
		},
		Tools: []llm.Tool{{Name: "find", Description: "finds orders", Schema: "{}"}},
	})
	want := &console.Prompt{
		System: "You are Ada.", MaxTokens: 7,
		Messages: []console.PromptMessage{
			{Role: "user", Text: "where is my order?", Seq: 3}, {Role: "assistant", Text: "I look.\nfind {\"n\":1}"}, {Role: "tool", Text: "sent"},
		},
		Tools: []console.PromptTool{{Name: "find", Description: "finds orders", Parameters: "{}"}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("prompted (-want +got):\n%s", d)
	}
}

// Of a prompt that is too long the newest messages are kept.
func TestPromptedIsBounded(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", maxPrompt/4)
	got := prompted(llm.Request{
		System: "s", Messages: []llm.Message{{Text: "old"}, {Text: long}, {Text: long}, {Text: "new"}},
		Tools: []llm.Tool{{Name: "find", Description: "finds"}},
	})
	size := len(got.System)
	for _, m := range got.Messages {
		size += len(m.Text)
	}
	if !got.Cut || size > maxPrompt || got.System != "s" || got.Messages[3].Text != "new" || got.Messages[2].Text != long ||
		got.Messages[0].Text != "" || got.Tools[0].Description != "" {
		t.Errorf("cut %t, %d bytes, want %d at most and the newest whole", got.Cut, size, maxPrompt)
	}
}

func TestARecordHasThePromptThatWasSentLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{fault: llm.Fail(llm.KindOverloaded, nil)}, utterance{words: []string{"hi"}})
		h.customer("hello")
		time.Sleep(time.Minute)
		synctest.Wait()
		asked := h.model.requests()
		record := h.db.lastTurn().Record
		if len(asked) != 2 || record == nil || record.Prompt == nil {
			t.Fatalf("%d requests, record %+v", len(asked), record)
		}
		if d := cmp.Diff(prompted(asked[1]), record.Prompt); d != "" {
			t.Errorf("the prompt on record (-sent +kept):\n%s", d)
		}
	})
}

func TestATurnThatAsksNoModelHasNoPrompt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, utterance{words: []string{"hi"}})
		h.db.rules = []console.Rule{{ID: "1", Name: "n", Trigger: "hello", Response: "Good day.", Enabled: true}}
		h.customer("hello")
		synctest.Wait()
		h.want("customer: hello", "agent: Good day.")
		if record := h.db.lastTurn().Record; record == nil || record.Prompt != nil {
			t.Errorf("record %+v, want one without a prompt", record)
		}
	})
}
