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
		c.Now, c.Alerts = func() time.Time { return at }, true
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
			"agent": 1, "knowledge_base": 2, "passage": 4, "posting_block": 4, "conversation": 3,
			"conversation_count": 1, "message": 3, "turn": 3, "call": 2, "contact": 3, "conversation_summary": 3, "alert": 3,
			"turn_prompt": 3,
			"note":        3, "resolved_count": 1,
			"phone_number": 4, // they stay the team's
			"gone_message": 3, // for a day
		} {
			var got int
			if err := tables.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table).Scan(&got); err != nil {
				t.Fatalf("%s: %v", table, err)
			}
			if got != want {
				t.Errorf("%s: got %d rows, want the %d of the agent that is kept", table, got, want)
			}
		}
		for _, table := range belowAgents(t, tables, c) {
			if n := rowsOf(t, tables, table, "gone"); n != 0 {
				t.Errorf("%s: %d rows of the agent that is gone", table, n)
			}
			if rowsOf(t, tables, table, "kept") == 0 {
				t.Errorf("%s: there are no rows of the agent that is kept, so that this test says nothing: furnish it", table)
			}
		}
	})
}

// belowAgents returns the tables whose rows belong to an agent, those that are yet to come too.
func belowAgents(t *testing.T, db *sql.DB, c store.Config) []string {
	t.Helper()
	text := `SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND c.name = 'agent_id'`
	if c.URL != "" {
		text = `SELECT table_name FROM information_schema.columns
			WHERE column_name = 'agent_id' AND table_schema = current_schema()`
	}
	rows, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }() // it was only read
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		if name != "usage" { // what an agent cost was spent, whatever became of the agent
			names = append(names, name)
		}
	}
	if err := rows.Err(); err != nil || len(names) == 0 {
		t.Fatalf("tables below agents: %v, %v", names, err)
	}
	return names
}

func rowsOf(t *testing.T, db *sql.DB, table, agent string) (n int) {
	t.Helper()
	err := db.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table+` WHERE agent_id = $1`, agent).Scan(&n)
	if err != nil {
		t.Fatalf("%s: %v", table, err)
	}
	return n
}

// furnish stores an agent with two knowledge bases of two passages each, two calls, two numbers and three conversations.
func furnish(t *testing.T, db *store.DB, agent console.ID, at time.Time) {
	t.Helper()
	err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
		a := console.Agent{ID: agent, EscalationEmail: new("a@b.example"), TestCode: string(agent), CreatedAt: at, UpdatedAt: at}
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
			number := console.PhoneNumber{ID: kb.ID, E164: string(kb.ID), AgentID: &agent, CreatedAt: at, UpdatedAt: at}
			if err := tx.InsertPhoneNumber(t.Context(), number); err != nil {
				return err
			}
			call := console.Call{ID: console.ID(fmt.Sprint(agent, i)), AgentID: agent, CreatedAt: at}
			if err := tx.PutCall(t.Context(), call); err != nil {
				return err
			}
		}
		for i := range 3 {
			c := console.Conversation{
				ID: console.ID(fmt.Sprint(agent, i)), AgentID: agent, Channel: console.Webchat, CustomerID: fmt.Sprint(i),
				NeedsAttention: true,
				CreatedAt:      at, UpdatedAt: at,
			}
			c.ResolvedAt = &at
			note := console.Note{ID: c.ID, AgentID: agent, ConversationID: c.ID, CreatedAt: at}
			if err := tx.InsertNote(t.Context(), note); err != nil {
				return err
			}
			now, m := c.Say(console.Message{ID: c.ID, Role: console.RoleUser, Author: console.ByCustomer, Text: "x"}, at)
			turn := console.Turn{ID: c.ID, AgentID: agent, ConversationID: c.ID, State: console.TurnOpen, CreatedAt: at}
			if err := tx.Apply(t.Context(), console.Change{Now: now, Append: &m, Opened: &turn}.Learn(console.Learned{Tags: []string{"x"}})); err != nil {
				return err
			}
			s := console.Summary{ConversationID: c.ID, AgentID: agent, ToSeq: 1, Text: "x"}
			if err := tx.PutSummary(t.Context(), s, console.Turn{Record: &console.Record{}}, at); err != nil {
				return err
			}
			ended := turn.End(console.TurnReplied, "", 1, at)
			ended.Record = &console.Record{Prompt: &console.Prompt{System: "x"}}
			if err := tx.Apply(t.Context(), console.Change{Was: &now, Now: now, Ended: &ended}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
