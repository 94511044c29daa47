package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func unitTests() map[string]test {
	return map[string]test{
		"unit that fails":            unitFails,
		"unit that panics":           unitPanics,
		"unit nested":                unitNested,
		"unit after its commit":      unitAfterCommit,
		"unit whose caller has left": unitCallerLeft,
		"units announced in order":   unitsInOrder,
		"units beside failing ones":  unitsBeside,
		"units that wait":            unitsWait,
		"closed":                     closed,
	}
}

// total is how many agents the first team has.
func (b *bench) total(t *testing.T) int64 {
	t.Helper()
	page, err := b.view().Agents(t.Context(), console.Query{})
	ok(t, err)
	return page.Total
}

func unitFails(t *testing.T, b *bench) {
	t.Helper()
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
		tx.AfterCommit(func() { t.Error("a unit that failed was announced") })
		if err := tx.InsertAgent(t.Context(), b.newAgent()); err != nil {
			return err
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) || err.Error() != errUndo.Error() {
		t.Errorf("got error %v, want %v as it is", err, errUndo)
	}
	equal(t, "agents", b.total(t), int64(0))
}

func unitPanics(t *testing.T, b *bench) {
	t.Helper()
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
		tx.AfterCommit(func() { t.Error("a unit that panicked was announced") })
		ok(t, tx.InsertAgent(t.Context(), b.newAgent()))
		panic("oh no")
	})
	if err == nil || !strings.Contains(err.Error(), "oh no") {
		t.Errorf("got error %v, want one that tells of the panic", err)
	}
	equal(t, "agents", b.total(t), int64(0))
	// What is announced may panic too: the commit stands, and the next unit runs.
	b.write(t, func(tx *store.Tx) error {
		tx.AfterCommit(func() { panic("announced") })
		return tx.InsertAgent(t.Context(), b.newAgent())
	})
	equal(t, "agents", b.total(t), int64(1))
}

func unitNested(t *testing.T, b *bench) {
	t.Helper()
	var announced []string
	b.write(t, func(tx *store.Tx) error {
		announced = nil
		note := func(s string) { tx.AfterCommit(func() { announced = append(announced, s) }) }
		note("outer")
		err := tx.Nested(func() error {
			note("undone")
			ok(t, tx.InsertAgent(t.Context(), b.newAgent()))
			return tx.Nested(func() error {
				ok(t, tx.InsertAgent(t.Context(), b.newAgent()))
				return errUndo
			})
		})
		equal(t, "Nested that fails", err, errUndo)
		equal(t, "Nested that does not", tx.Nested(func() error {
			note("inner")
			inner := tx.Nested(func() error {
				// A fault of a statement is undone as well: this id is taken.
				w := b.newWorkflow()
				ok(t, tx.InsertWorkflow(t.Context(), w))
				return tx.InsertWorkflow(t.Context(), w)
			})
			if inner == nil {
				t.Error("an id was taken twice")
			}
			return tx.InsertAgent(t.Context(), b.newAgent())
		}), nil)
		return tx.InsertAgent(t.Context(), b.newAgent())
	})
	equal(t, "agents", b.total(t), int64(2))
	equal(t, "announced", announced, []string{"outer", "inner"})
}

// unitAfterCommit looks from the announcement: what was announced is there for others.
func unitAfterCommit(t *testing.T, b *bench) {
	t.Helper()
	var seen int64
	b.write(t, func(tx *store.Tx) error {
		tx.AfterCommit(func() { seen = b.total(t) })
		return tx.InsertAgent(t.Context(), b.newAgent())
	})
	equal(t, "agents seen by the announcement", seen, int64(1))
}

// unitCallerLeft ends the caller's context: before the unit runs nothing happens, afterwards it
// does not matter.
func unitCallerLeft(t *testing.T, b *bench) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ok(t, b.db.Write(ctx, b.team, func(tx *store.Tx) error {
		cancel()
		return tx.InsertAgent(ctx, b.newAgent())
	}))
	equal(t, "agents", b.total(t), int64(1))
	err := b.db.Write(ctx, b.team, func(*store.Tx) error {
		t.Error("a unit ran whose caller had left")
		return nil
	})
	equal(t, "Write", err, context.Canceled)
	if _, err := b.view().Agents(ctx, console.Query{}); !errors.Is(err, context.Canceled) {
		t.Errorf("Agents: got error %v, want the context's", err)
	}
}

// unitsInOrder lets many write to one conversation: they are announced in the order in which they
// took their numbers.
func unitsInOrder(t *testing.T, b *bench) {
	t.Helper()
	c := b.conversation(t, b.agent(t).ID).Now
	var mu sync.Mutex
	var announced []int64
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
				was, err := tx.LockConversation(t.Context(), c.AgentID, c.ID)
				if err != nil {
					return err
				}
				change := b.note(was, fmt.Sprint(i))
				tx.AfterCommit(func() {
					mu.Lock()
					defer mu.Unlock()
					announced = append(announced, change.Now.Seq)
				})
				return tx.Apply(t.Context(), change)
			})
			if err != nil {
				t.Errorf("Write: %v", err)
			}
		})
	}
	wg.Wait()
	for i, seq := range announced {
		if seq != int64(i)+2 {
			t.Fatalf("announced %v, want 2, 3, 4 …", announced)
		}
	}
	equal(t, "announcements", len(announced), 40)
}

// unitsBeside runs many units at once of which every third fails: just those leave nothing.
func unitsBeside(t *testing.T, b *bench) {
	t.Helper()
	const units = 90
	var wg sync.WaitGroup
	for i := range units {
		wg.Go(func() {
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
				if err := tx.InsertAgent(t.Context(), b.newAgent()); err != nil {
					return err
				}
				if i%3 == 0 {
					return errUndo
				}
				return nil
			})
			if (i%3 == 0) != errors.Is(err, errUndo) {
				t.Errorf("unit %d: got error %v", i, err)
			}
		})
	}
	wg.Wait()
	equal(t, "agents", b.total(t), int64(units-units/3))
}

func closed(t *testing.T, b *bench) {
	t.Helper()
	ok(t, b.db.Close())
	for what, err := range map[string]error{
		"Write": b.db.Write(t.Context(), b.team, func(*store.Tx) error { return nil }),
		"Ping":  b.db.Ping(t.Context()),
	} {
		e, is := errors.AsType[*console.Error](err)
		if !is || e.Reason != console.ReasonStoreUnreachable || e.RetryAfter == 0 {
			t.Errorf("%s after Close: got error %v, want %s", what, err, console.ReasonStoreUnreachable)
		}
	}
	ok(t, b.db.Close())
}

// unitsWait counts those that wait behind one which is being run. On PostgreSQL that one counts too.
func unitsWait(t *testing.T, b *bench) {
	t.Helper()
	equal(t, "units that wait", b.db.Waiting(), 0)
	running, end := make(chan struct{}), make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		ok(t, b.db.Write(t.Context(), b.team, func(*store.Tx) error {
			close(running)
			<-end
			return nil
		}))
	})
	<-running
	all.Go(func() { ok(t, b.db.Write(t.Context(), b.team, func(*store.Tx) error { <-end; return nil })) })
	for b.db.Waiting() == 0 {
		runtime.Gosched()
	}
	close(end)
	all.Wait()
	equal(t, "units that wait", b.db.Waiting(), 0)
}
