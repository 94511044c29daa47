package turns

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/agents"
	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
	"github.com/bimpe/bimpe/internal/store/storetest"
)

// storeSchedules is how many schedules the fence stands against a real store, half of them on each
// engine; -short plays a twentieth.
const storeSchedules = 2000

// storeShards is how many of them are played at a time, on one store: they share its commits, and
// adopt each other's turns.
const storeShards = 8

// TestFenceInterleavingsStore plays random schedules against the real stores.
func TestFenceInterleavingsStore(t *testing.T) {
	t.Parallel()
	n := storeSchedules / 2
	if testing.Short() {
		n /= 20
	}
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		playOn(t, openStore(t, ""), n)
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		t.Parallel()
		playOn(t, openStore(t, storetest.Postgres(t)), n)
	})
}

func playOn(t *testing.T, db *store.DB, n int) {
	t.Helper()
	for shard := range storeShards {
		t.Run(fmt.Sprint("shard ", shard), func(t *testing.T) {
			t.Parallel()
			for seed := shard; seed < n; seed += storeShards {
				back, err := newStoreHouse(t.Context(), db, seed)
				if err != nil {
					t.Fatal(err)
				}
				if err := play(uint64(seed), back); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

func openStore(t *testing.T, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{
		URL: url, DataDir: t.TempDir(), Now: time.Now, Log: slog.New(slog.DiscardHandler), Exclusive: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// storehouse is a backend over a real store, with a team and an agent of its own.
type storehouse struct {
	ctx   context.Context
	db    *store.DB
	ids   *console.IDs
	team  console.ID
	bot   console.ID
	conv  console.ID   // empty until there is one
	turns []console.ID // all that were opened
}

func newStoreHouse(ctx context.Context, db *store.DB, seed int) (*storehouse, error) {
	h := &storehouse{ctx: ctx, db: db, ids: console.NewIDs(time.Now)}
	h.team = h.ids.Next()
	if err := db.InsertTeam(ctx, console.Team{ID: h.team, Name: fmt.Sprintf("fence %d %s", seed, h.team)}); err != nil {
		return nil, err
	}
	err := db.Write(ctx, h.team, func(tx *store.Tx) error {
		a, _, err := agents.New(time.Now, h.ids.Next, nil).Create(ctx, tx, console.Team{}, agents.Draft{Name: "a"})
		h.bot = a.ID
		return err
	})
	return h, err
}

func (h *storehouse) agentID() console.ID { return h.bot }

func (h *storehouse) nextID() console.ID { return h.ids.Next() }

func (h *storehouse) write(f func(tx) error) error {
	var opened []console.ID
	var conv console.ID
	err := h.db.Write(h.ctx, h.team, func(t *store.Tx) error {
		noting := &notingTx{Tx: t}
		err := f(noting)
		opened, conv = noting.opened, noting.conv
		return err
	})
	if err == nil {
		h.turns = append(h.turns, opened...)
		if conv != "" {
			h.conv = conv
		}
	}
	return err
}

// notingTx notes which turns a transaction opens.
type notingTx struct {
	*store.Tx
	opened []console.ID
	conv   console.ID
}

func (t *notingTx) Apply(ctx context.Context, c console.Change) error {
	if c.Opened != nil {
		t.opened = append(t.opened, c.Opened.ID)
	}
	t.conv = c.Now.ID
	return t.Tx.Apply(ctx, c)
}

func (h *storehouse) state() (state, error) {
	var s state
	if h.conv == "" {
		return s, nil
	}
	err := h.db.Write(h.ctx, h.team, func(t *store.Tx) error {
		s = state{}
		a, err := t.AgentState(h.ctx, h.bot)
		if console.IsNotFound(err) {
			return err
		}
		if err != nil {
			return err
		}
		s.agent = &a
		c, err := t.LockConversation(h.ctx, h.bot, h.conv)
		if err != nil {
			return err
		}
		s.conversation = &c
		for _, id := range h.turns {
			one, err := t.Turn(h.ctx, id)
			if err != nil {
				return err
			}
			s.turns = append(s.turns, one)
			record, err := t.TurnRecord(h.ctx, h.conv, id)
			if err != nil {
				return err
			}
			s.records = append(s.records, record)
		}
		s.log, err = t.MessagesAfter(h.ctx, h.conv, 0, 1000)
		return err
	})
	if console.IsNotFound(err) {
		return state{}, nil // the agent is gone, and so is all below it
	}
	return s, err
}

func (h *storehouse) adopt() ([]console.Turn, error) {
	return h.db.AdoptTurns(h.ctx, h.ids.Next(), 1000)
}

func (h *storehouse) agent(f func(*console.AgentState)) error {
	return h.db.Write(h.ctx, h.team, func(t *store.Tx) error {
		a, err := t.LockAgent(h.ctx, h.bot)
		if err != nil {
			return err
		}
		s := console.AgentState{ID: a.ID, Status: a.Status, OnNewMessage: a.OnNewMessage, Epoch: a.Epoch}
		f(&s)
		a.Status, a.OnNewMessage, a.Epoch = s.Status, s.OnNewMessage, s.Epoch
		return t.UpdateAgent(h.ctx, a)
	})
}

func (h *storehouse) remove() error {
	return h.db.Write(h.ctx, h.team, func(t *store.Tx) error { return t.DeleteAgent(h.ctx, h.bot) })
}
