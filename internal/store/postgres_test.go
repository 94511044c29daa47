package store_test

import (
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
)

// openPostgres opens a schema of its own, and again beside the store.
func openPostgres(t *testing.T) (*store.DB, *sql.DB) {
	t.Helper()
	u := storetest.Postgres(t)
	db := open(t, store.Config{URL: u, Now: time.Now, Log: quiet()})
	raw, err := sql.Open("pgx", u)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := raw.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return db, raw
}

// stored puts two agents there, each with a conversation.
func stored(t *testing.T, db *store.DB) []console.Conversation {
	t.Helper()
	var made []console.Conversation
	for _, id := range []console.ID{"a", "b"} {
		c := console.Conversation{ID: "c" + id, AgentID: id, Channel: console.Webchat, CustomerID: "x"}
		err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
			if err := tx.InsertAgent(t.Context(), console.Agent{ID: id, TestCode: string(id)}); err != nil {
				return err
			}
			return tx.Apply(t.Context(), console.Change{Now: c})
		})
		if err != nil {
			t.Fatal(err)
		}
		made = append(made, c)
	}
	return made
}

// TestDeadlockRunsAgain lets two units wait for each other: the one that loses runs again, and what
// it had announced in vain is forgotten.
func TestDeadlockRunsAgain(t *testing.T) {
	t.Parallel()
	db, _ := openPostgres(t)
	c := stored(t, db)
	var both, wg sync.WaitGroup
	both.Add(2)
	var runs, announced atomic.Int64
	for i := range 2 {
		var met sync.Once
		wg.Go(func() {
			err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
				runs.Add(1)
				tx.AfterCommit(func() { announced.Add(1) })
				if _, err := tx.LockConversation(t.Context(), c[i].AgentID, c[i].ID); err != nil {
					return err
				}
				met.Do(func() {
					both.Done()
					both.Wait()
				})
				// Whoever hides the fault runs again as well.
				_ = tx.Nested(func() error {
					_, err := tx.LockConversation(t.Context(), c[1-i].AgentID, c[1-i].ID)
					return err
				})
				return nil
			})
			if err != nil {
				t.Errorf("Write: %v", err)
			}
		})
	}
	wg.Wait()
	if runs.Load() < 3 || announced.Load() != 2 {
		t.Errorf("got %d runs and %d announcements, want at least 3 and just 2", runs.Load(), announced.Load())
	}
}

// TestNodesAreCounted leaves out those that are silent, and those that left.
func TestNodesAreCounted(t *testing.T) {
	t.Parallel()
	db, raw := openPostgres(t)
	count := func(want int) {
		t.Helper()
		if got, err := db.Nodes(t.Context()); err != nil || got != want {
			t.Errorf("Nodes = %d, %v, want %d", got, err, want)
		}
	}
	count(0)
	for _, node := range []console.ID{"one", "two", "three"} {
		if err := db.Beat(t.Context(), node); err != nil {
			t.Fatal(err)
		}
	}
	count(3)
	run(t, raw, `UPDATE node SET beat_at = beat_at - 11000 WHERE id = 'one'`)
	count(2)
	if err := db.Leave(t.Context(), "two"); err != nil {
		t.Fatal(err)
	}
	count(1)
}

// TestSilentNodeLosesItsTurns ages a node's heartbeat: its turns are adopted once it is 10 s old.
func TestSilentNodeLosesItsTurns(t *testing.T) {
	t.Parallel()
	db, raw := openPostgres(t)
	c := stored(t, db)[0]
	turn := console.Turn{
		ID: "turn", TeamID: "team", AgentID: c.AgentID, ConversationID: c.ID, State: console.TurnOpen, Attempt: 1, Node: "old",
	}
	if err := db.Beat(t.Context(), "old"); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
		return tx.Apply(t.Context(), console.Change{Was: &c, Now: c, Opened: &turn})
	}); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ age, want int }{{0, 0}, {8_000, 0}, {3_000, 1}, {0, 0}} {
		run(t, raw, `UPDATE node SET beat_at = beat_at - $1`, test.age)
		got, err := db.AdoptTurns(t.Context(), "new", 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != test.want {
			t.Errorf("after another %d ms of silence: got %d turns, want %d", test.age, len(got), test.want)
		}
	}
	run(t, raw, `UPDATE node SET beat_at = 0`)
	if _, err := db.Purge(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	var nodes int
	if err := raw.QueryRowContext(t.Context(), `SELECT count(*) FROM node`).Scan(&nodes); err != nil || nodes != 0 {
		t.Errorf("got %d nodes and error %v after Purge, want none", nodes, err)
	}
}

// TestTwoStoresBeginOneMailAnAgent has nodes of two stores look for mails at the same instant, again and again: each
// finds another conversation of the same agent, and only one of them begins a mail.
func TestTwoStoresBeginOneMailAnAgent(t *testing.T) {
	t.Parallel()
	const rounds, customers, nodes = 20, 6, 6
	u := storetest.Postgres(t)
	var dbs []*store.DB
	for range 2 {
		dbs = append(dbs, open(t, store.Config{URL: u, Now: time.Now, Log: quiet(), Alerts: true}))
	}
	for round := range rounds {
		agent := console.ID(fmt.Sprint("alerted", round))
		escalate(t, dbs[0], agent, customers)
		mails := make([]*console.AlertMail, nodes)
		var wg sync.WaitGroup
		for i := range nodes {
			node := console.ID(fmt.Sprint("node", i))
			if err := dbs[i%2].Beat(t.Context(), node); err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				var err error
				if mails[i], err = dbs[i%2].TakeAlert(t.Context(), console.Taker{Node: node, At: time.Now()}, agent+node); err != nil {
					t.Errorf("TakeAlert: %v", err)
				}
			})
		}
		wg.Wait()
		begun := 0
		for i, mail := range mails {
			if mail == nil {
				continue
			}
			begun++
			done := console.AlertOutcome{At: time.Now(), Sent: true}
			if err := dbs[0].FinishAlert(t.Context(), mail.ID, console.ID(fmt.Sprint("node", i)), done); err != nil {
				t.Fatal(err)
			}
		}
		if begun != 1 {
			t.Errorf("round %d: %d mails were begun for one agent, want 1", round, begun)
		}
	}
}

// escalate stores an agent with so many customers who need a human.
func escalate(t *testing.T, db *store.DB, agent console.ID, customers int) {
	t.Helper()
	address := "owner@shop.example"
	err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
		a := console.Agent{ID: agent, TestCode: string(agent), EscalationEmail: &address}
		if err := tx.InsertAgent(t.Context(), a); err != nil {
			return err
		}
		for i := range customers {
			who := fmt.Sprint(agent, "customer", i)
			c := console.Conversation{
				ID: console.ID(who), AgentID: agent, Channel: console.Webchat, CustomerID: who, NeedsAttention: true, UpdatedAt: time.Now(),
			}
			if err := tx.Apply(t.Context(), console.Change{Now: c}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestConnectionCutOff has the server end the connection of a unit: it fails as out of reach, and
// the next one finds another connection.
func TestConnectionCutOff(t *testing.T) {
	t.Parallel()
	db, raw := openPostgres(t)
	c := stored(t, db)[0]
	const cut = `SELECT count(pg_terminate_backend(l.pid)) FROM pg_locks l JOIN pg_class t ON t.oid = l.relation
		WHERE t.relname = 'conversation' AND t.relnamespace = current_schema()::regnamespace AND l.pid <> pg_backend_pid()`
	err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
		if _, err := tx.LockConversation(t.Context(), c.AgentID, c.ID); err != nil {
			return err
		}
		run(t, raw, cut)
		return tx.Apply(t.Context(), console.Change{Was: &c, Now: c})
	})
	if e, ok := errors.AsType[*console.Error](err); !ok || e.Reason != console.ReasonStoreUnreachable {
		t.Errorf("got error %v, want %s", err, console.ReasonStoreUnreachable)
	}
	if err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
		return tx.Apply(t.Context(), console.Change{Was: &c, Now: c})
	}); err != nil {
		t.Errorf("the next unit: %v", err)
	}
}
