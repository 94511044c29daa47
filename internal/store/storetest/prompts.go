package storetest

import (
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func promptTests() map[string]test {
	return map[string]test{
		"prompt kept":               promptKept,
		"prompt of an ended turn":   promptOfEndedTurn,
		"prompt of the log":         promptOfTheLog,
		"prompt of a shorter log":   promptOfAShorterLog,
		"prompts removed in time":   promptsRemoved,
		"prompt below a gone agent": promptGone,
	}
}

func somePrompt() *console.Prompt {
	return &console.Prompt{
		System: "You are Ada.\n<data>\"ñ\"</data>", MaxTokens: 1024, Cut: true,
		Messages: []console.PromptMessage{{Role: "user", Text: "hello"}, {Role: "assistant", Text: "Hi <b>"}},
		Tools:    []console.PromptTool{{Name: "lookup", Description: "finds", Parameters: `{"type":"object"}`}},
	}
}

// asked stores a turn that asked a model and has ended.
func (b *bench) asked(t *testing.T, agent console.ID, p *console.Prompt) console.Turn {
	t.Helper()
	first := b.conversation(t, agent)
	settled := b.settle(first.Now, *first.Opened, "Hi")
	settled.Ended.Record = &console.Record{Prompt: p}
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), settled) })
	return *settled.Ended
}

func (b *bench) noPrompt(t *testing.T, what string, of, conversation, turn console.ID) {
	t.Helper()
	_, err := b.db.Team(of).Prompt(t.Context(), conversation, turn)
	refused(t, what, err, console.CodeNotFound)
}

func promptKept(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	turn := b.asked(t, a.ID, somePrompt())
	got, err := b.view().Prompt(t.Context(), turn.ConversationID, turn.ID)
	ok(t, err)
	equal(t, "Prompt", got, *somePrompt())
	none := b.asked(t, a.ID, nil)
	b.noPrompt(t, "of a turn that asked none", b.team, none.ConversationID, none.ID)
	b.noPrompt(t, "of another conversation", b.team, none.ConversationID, turn.ID)
	b.noPrompt(t, "of another team", b.other, turn.ConversationID, turn.ID)
	b.noPrompt(t, "of no turn", b.team, turn.ConversationID, "none")
}

// What stands in the log is found there again, in the order in which it was asked.
func promptOfTheLog(t *testing.T, b *bench) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	settled := b.settle(first.Now, *first.Opened, "Hi")
	want := somePrompt()
	want.Cut = false
	want.Messages = []console.PromptMessage{
		{Role: "assistant", Text: "Hi", Seq: 2},
		{Role: "user", Text: "aside"},
		{Role: "user", Text: "Hello", Seq: 1},
		{Role: "assistant", Text: "Hi", Seq: 2},
	}
	settled.Ended.Record = &console.Record{Prompt: want}
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), settled) })
	got, err := b.view().Prompt(t.Context(), settled.Ended.ConversationID, settled.Ended.ID)
	ok(t, err)
	equal(t, "Prompt", got, *want)
}

// A message that is not in the log any more is not in the prompt either, which says so.
func promptOfAShorterLog(t *testing.T, b *bench) {
	t.Helper()
	turn := b.asked(t, b.agent(t).ID, &console.Prompt{
		Messages: []console.PromptMessage{{Role: "user", Text: "Hello", Seq: 1}, {Role: "assistant", Text: "Hi", Seq: 2}, {Role: "user", Seq: 3}},
	})
	got, err := b.view().Prompt(t.Context(), turn.ConversationID, turn.ID)
	ok(t, err)
	if len(got.Messages) != 2 || !got.Cut {
		t.Errorf("a prompt with a message that is gone: %+v", got)
	}
}

// What a run asked whose turn somebody else has ended is kept too.
func promptOfEndedTurn(t *testing.T, b *bench) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	settled := b.settle(first.Now, *first.Opened, "Hi")
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), settled) })
	mine := *first.Opened
	mine.Record = &console.Record{Prompt: somePrompt()}
	b.write(t, func(tx *store.Tx) error { return tx.KeepRecord(t.Context(), mine, b.clock.now()) })
	got, err := b.view().Prompt(t.Context(), mine.ConversationID, mine.ID)
	ok(t, err)
	equal(t, "Prompt", got, *somePrompt())
}

func promptsRemoved(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	old := b.asked(t, a.ID, somePrompt())
	b.clock.advance(24 * time.Hour)
	fresh := b.asked(t, a.ID, somePrompt())
	b.clock.advance(console.DefaultPromptLife - time.Hour)
	for more := true; more; {
		var err error
		more, err = b.db.Purge(t.Context(), 100)
		ok(t, err)
	}
	b.noPrompt(t, "of a turn of long ago", b.team, old.ConversationID, old.ID)
	_, err := b.view().Prompt(t.Context(), fresh.ConversationID, fresh.ID)
	ok(t, err)
	_, err = b.view().TurnRecord(t.Context(), old.ConversationID, old.ID)
	ok(t, err)
}

func promptGone(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	turn := b.asked(t, a.ID, somePrompt())
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), a.ID) })
	b.noPrompt(t, "below an agent that was deleted", b.team, turn.ConversationID, turn.ID)
}
