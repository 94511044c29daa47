package store_test

import (
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

// dueNow stores an agent with pages that are due.
func dueNow(t *testing.T, db *store.DB, pages int) {
	t.Helper()
	ids := console.NewIDs(time.Now)
	at := time.Now().Truncate(time.Millisecond)
	err := db.Write(t.Context(), "team", func(tx *store.Tx) error {
		if err := tx.InsertAgent(t.Context(), console.Agent{ID: "agent", TestCode: "code"}); err != nil {
			return err
		}
		for range pages {
			kb := console.KnowledgeBase{
				ID: ids.Next(), AgentID: "agent", Kind: console.KnowledgeURL, CreatedAt: at, UpdatedAt: at,
				Fetch: console.Fetch{Number: 1, Due: &at},
			}
			if err := tx.PutKnowledgeBase(t.Context(), kb, nil); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Nodes that are alive share pages, and none is taken twice.
func TestLivingNodesTakeEachPageOnce(t *testing.T) {
	t.Parallel()
	db, raw := openPostgres(t)
	const pages = 24
	dueNow(t, db, pages)
	var mu sync.Mutex
	times := map[console.ID]int{}
	var group sync.WaitGroup
	nodes := []console.ID{"one", "two", "three", "four"}
	for _, node := range nodes {
		if err := db.Beat(t.Context(), node); err != nil {
			t.Fatal(err)
		}
	}
	for _, node := range nodes {
		group.Go(func() {
			by := console.Taker{Node: node, At: time.Now()}
			for misses := 0; misses < pages; {
				taken, err := db.TakeFetch(t.Context(), by)
				if err != nil {
					t.Errorf("TakeFetch: %v", err)
					return
				}
				if taken == nil { // others hold what is due, or there is nothing more
					misses++
					continue
				}
				by.Running = append(by.Running, taken.Base.ID)
				mu.Lock()
				times[taken.Base.ID]++
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for id, n := range times {
		if n != 1 {
			t.Errorf("page %s was taken %d times", id, n)
		}
	}
	if len(times) != pages {
		t.Errorf("%d pages were taken, want %d", len(times), pages)
	}
	// A node that has been silent for long leaves them to the others.
	if _, err := raw.ExecContext(t.Context(), `UPDATE node SET beat_at = beat_at - 11000`); err != nil {
		t.Fatal(err)
	}
	taken, err := db.TakeFetch(t.Context(), console.Taker{Node: "five", At: time.Now()})
	if err != nil || taken == nil || taken.Base.Fetch.Tries != 2 {
		t.Errorf("TakeFetch of what silent nodes have: %+v, %v", taken, err)
	}
}

// Without the data folder's lock nobody can know that no other server works on a page.
func TestPagesAreForTheServer(t *testing.T) {
	t.Parallel()
	db := open(t, store.Config{DataDir: t.TempDir(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	dueNow(t, db, 1)
	if taken, err := db.TakeFetch(t.Context(), console.Taker{Node: "node", At: time.Now()}); err == nil {
		t.Errorf("TakeFetch = %+v, want that it is refused", taken)
	}
}
