package storetest

import (
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func summaryTests() map[string]test {
	return map[string]test{"summary": summaryKept, "summary on record": summaryOnRecord}
}

// A late summary never replaces one that stands for more, and nobody else's can be read or written.
func summaryKept(t *testing.T, b *bench) {
	t.Helper()
	c := b.conversation(t, b.agent(t).ID).Now
	turn := console.Turn{ID: "none", AgentID: c.AgentID, ConversationID: c.ID, Record: &console.Record{}}
	read := func(of console.ID) console.Summary {
		t.Helper()
		s, err := b.db.Team(of).Summary(t.Context(), c.ID)
		ok(t, err)
		return s
	}
	equal(t, "Summary of a short conversation", read(b.team), console.Summary{})
	b.write(t, func(tx *store.Tx) error {
		return tx.PutSummary(t.Context(), console.Summary{ConversationID: c.ID, AgentID: c.AgentID}, turn, b.clock.now())
	})
	equal(t, "Summary after one that could not be made", read(b.team), console.Summary{})
	want := console.Summary{ConversationID: c.ID, AgentID: c.AgentID, ToSeq: 7, Text: "They greet."}
	older, newer := want, want
	older.ToSeq, older.Text = 3, "late"
	newer.ToSeq, newer.Text = 12, "They greet and order."
	for _, step := range []struct{ put, want console.Summary }{{want, want}, {older, want}, {newer, newer}} {
		b.write(t, func(tx *store.Tx) error { return tx.PutSummary(t.Context(), step.put, turn, b.clock.now()) })
		equal(t, "Summary", read(b.team), step.want)
	}
	b.forgetSummary(t, c, newer)
	equal(t, "Summary of another team", read(b.other), console.Summary{})
	err := b.db.Write(t.Context(), b.other, func(tx *store.Tx) error {
		return tx.PutSummary(t.Context(), newer, turn, b.clock.now())
	})
	refused(t, "PutSummary of another team", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), c.AgentID) })
	equal(t, "Summary below an agent that was deleted", read(b.team), console.Summary{})
}

// forgetSummary deletes the contact of a conversation, whose summary goes too, and which one that was
// being made of it does not bring back.
func (b *bench) forgetSummary(t *testing.T, c console.Conversation, made console.Summary) {
	t.Helper()
	ctx, turn := t.Context(), console.Turn{ID: "none", AgentID: c.AgentID, ConversationID: c.ID, Record: &console.Record{}}
	b.write(t, func(tx *store.Tx) error { return tx.PutContact(ctx, c.Contact().Touch(b.clock.now())) })
	b.write(t, func(tx *store.Tx) error { return tx.DeleteContact(ctx, c.AgentID, c.ID) })
	forgotten, upon, anew := made, made, made
	forgotten.Text = ""
	upon.ToSeq, upon.Upon = made.ToSeq+1, made.Text
	anew.ToSeq, anew.Text = made.ToSeq+2, "They ask."
	for _, step := range []struct {
		put  console.Summary
		want console.Summary
	}{{made, forgotten}, {upon, forgotten}, {anew, anew}} {
		b.write(t, func(tx *store.Tx) error { return tx.PutSummary(ctx, step.put, turn, b.clock.now()) })
		got, err := b.view().Summary(ctx, c.ID)
		ok(t, err)
		equal(t, "Summary after its customer was forgotten", got, step.want)
	}
}

// What a summary cost is counted, without counting its turn once more, and stands in the turn's record.
func summaryOnRecord(t *testing.T, b *bench) {
	t.Helper()
	ended := b.asked(t, b.agent(t).ID, nil)
	step := console.Step{
		Kind: console.StepSummary, At: b.clock.now(), Model: gpt(), Tokens: console.Tokens{Prompt: 100, Completion: 20},
	}
	turn := ended
	turn.Record = &console.Record{Steps: []console.Step{step}}
	turn.Record.Spend(step)
	s := console.Summary{ConversationID: ended.ConversationID, AgentID: ended.AgentID, ToSeq: 1, Text: "They greet."}
	for range 2 { // the second is late, and has cost as much
		b.write(t, func(tx *store.Tx) error { return tx.PutSummary(t.Context(), s, turn, b.clock.now()) })
	}
	got, err := b.view().TurnRecord(t.Context(), ended.ConversationID, ended.ID)
	ok(t, err)
	equal(t, "steps", got.Record.Steps, []console.Step{step, step})
	equal(t, "spent", got.Record.Spent, []console.Spending{{
		Model: gpt(), Asked: 2, Tokens: console.Tokens{Prompt: 200, Completion: 40},
	}})
	today := console.DayOf(b.clock.now())
	usage, err := b.view().Usage(t.Context(), console.UsageFilter{From: today, To: today}, console.Query{Page: 1, Limit: 10})
	ok(t, err)
	if len(usage.Items) != 1 || usage.Items[0].Turns != 1 || usage.Items[0].Asked != 2 || usage.Items[0].Tokens.Total() != 240 {
		t.Errorf("Usage: %+v, want one turn, two askings and 240 tokens", usage.Items)
	}
}
