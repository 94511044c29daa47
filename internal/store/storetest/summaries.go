package storetest

import (
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func summaryTests() map[string]test {
	return map[string]test{"summary": summaryKept}
}

// A late summary never replaces one that stands for more, and nobody else's can be read or written.
func summaryKept(t *testing.T, b *bench) {
	t.Helper()
	c := b.conversation(t, b.agent(t).ID).Now
	read := func(of console.ID) console.Summary {
		t.Helper()
		s, err := b.db.Team(of).Summary(t.Context(), c.ID)
		ok(t, err)
		return s
	}
	equal(t, "Summary of a short conversation", read(b.team), console.Summary{})
	want := console.Summary{ConversationID: c.ID, AgentID: c.AgentID, ToSeq: 7, Text: "They greet."}
	older, newer := want, want
	older.ToSeq, older.Text = 3, "late"
	newer.ToSeq, newer.Text = 12, "They greet and order."
	for _, step := range []struct{ put, want console.Summary }{{want, want}, {older, want}, {newer, newer}} {
		b.write(t, func(tx *store.Tx) error { return tx.PutSummary(t.Context(), step.put) })
		equal(t, "Summary", read(b.team), step.want)
	}
	equal(t, "Summary of another team", read(b.other), console.Summary{})
	err := b.db.Write(t.Context(), b.other, func(tx *store.Tx) error { return tx.PutSummary(t.Context(), newer) })
	refused(t, "PutSummary of another team", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), c.AgentID) })
	equal(t, "Summary below an agent that was deleted", read(b.team), console.Summary{})
}
