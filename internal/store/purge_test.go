package store_test

import (
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

// TestPurgeLeavesNothing looks into the tables themselves, since what nobody can ask for any more
// may still lie there.
func TestPurgeLeavesNothing(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, c store.Config, raw func(*testing.T) *sql.DB) {
		t.Helper()
		at := time.UnixMilli(1_800_000_000_000).UTC()
		c.Now = func() time.Time { return at }
		db := open(t, c)
		for _, agent := range []console.ID{"gone", "kept"} {
			furnish(t, db, agent, at)
		}
		if err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
			return tx.DeleteAgent(t.Context(), "gone")
		}); err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			var err error
			if more, err = db.Purge(t.Context(), 3); err != nil {
				t.Fatal(err)
			}
		}
		tables := raw(t)
		for table, want := range map[string]int{
			"agent": 1, "knowledge_base": 2, "passage": 4, "posting": 8, "conversation": 3,
			"conversation_count": 1, "message": 3, "turn": 3,
		} {
			var got int
			if err := tables.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&got); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			if got != want {
				t.Errorf("%s: got %d rows, want the %d of the agent that is kept", table, got, want)
			}
		}
	})
}

// furnish stores an agent with two knowledge bases of two passages each and three conversations.
func furnish(t *testing.T, db *store.DB, agent console.ID, at time.Time) {
	t.Helper()
	err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
		a := console.Agent{ID: agent, TestCode: string(agent), CreatedAt: at, UpdatedAt: at}
		if err := tx.InsertAgent(t.Context(), a); err != nil {
			return err
		}
		for i := range 2 {
			kb := console.KnowledgeBase{ID: console.ID(fmt.Sprint(agent, i)), AgentID: agent, CreatedAt: at, UpdatedAt: at}
			var passages []console.Passage
			for j := range 2 {
				passages = append(passages, console.Passage{
					ID: console.ID(fmt.Sprint(kb.ID, j)), Terms: []console.Term{{Word: "a", Count: 1}, {Word: "b", Count: 1}},
				})
			}
			if err := tx.PutKnowledgeBase(t.Context(), kb, passages); err != nil {
				return err
			}
		}
		for i := range 3 {
			c := console.Conversation{
				ID: console.ID(fmt.Sprint(agent, i)), AgentID: agent, Channel: console.Webchat, CustomerID: fmt.Sprint(i),
				CreatedAt: at, UpdatedAt: at,
			}
			now, m := c.Say(console.Message{ID: c.ID, Role: console.RoleUser, Author: console.ByCustomer, Text: "x"}, at)
			turn := console.Turn{ID: c.ID, AgentID: agent, ConversationID: c.ID, State: console.TurnOpen, CreatedAt: at}
			if err := tx.Apply(t.Context(), console.Change{Now: now, Append: &m, Opened: &turn}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
