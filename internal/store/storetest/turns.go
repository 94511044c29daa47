package storetest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func turnTests() map[string]test {
	return map[string]test{
		"turn accepted and settled": turnSettled,
		"turn ended twice":          turnEndedTwice,
		"turn open once":            turnOpenOnce,
		"nodes counted":             nodesCounted,
		"turns adopted":             turnsAdopted,
		"turns taken up again":      turnsRetried,
		"turns adopted by one only": turnsAdoptedByOne,
	}
}

const nodeTwo = console.ID("cnodetwo")

// turn reads a turn in a unit of its own.
func (b *bench) turn(t *testing.T, id console.ID) (turn console.Turn) {
	t.Helper()
	b.write(t, func(tx *store.Tx) (err error) {
		turn, err = tx.Turn(t.Context(), id)
		return err
	})
	return turn
}

func turnSettled(t *testing.T, b *bench) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	equal(t, "Turn", b.turn(t, first.Opened.ID), *first.Opened)
	settled := b.settle(first.Now, *first.Opened, "Hi")
	// What the customer wrote meanwhile opens the next turn in the same deed.
	next := *first.Opened
	next.ID, next.FromSeq = b.ids.Next(), 2
	settled.Opened, settled.Now.OpenTurn = &next, next.ID
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), settled) })
	equal(t, "Turn that has ended", b.turn(t, first.Opened.ID), *settled.Ended)
	equal(t, "Turn that was opened", b.turn(t, next.ID), next)
	got, err := b.view().Conversation(t.Context(), first.Now.AgentID, first.Now.ID)
	ok(t, err)
	equal(t, "Conversation", got, settled.Now)
	b.write(t, func(tx *store.Tx) error {
		_, err := tx.Turn(t.Context(), "none")
		refused(t, "Turn that is not there", err, console.CodeNotFound)
		return nil
	})
}

func turnEndedTwice(t *testing.T, b *bench) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	settled := b.settle(first.Now, *first.Opened, "Hi")
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), settled) })
	again := b.settle(settled.Now, *first.Opened, "Hi again")
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error { return tx.Apply(t.Context(), again) })
	if err == nil {
		t.Error("a turn ended twice")
	}
	// Nor can a second reply of the turn come in beside its end.
	again.Ended = nil
	if err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error { return tx.Apply(t.Context(), again) }); err == nil {
		t.Error("a turn replied twice")
	}
	page, err := b.view().Messages(t.Context(), first.Now.ID, console.Query{})
	ok(t, err)
	equal(t, "messages", page.Total, int64(2))
}

func turnOpenOnce(t *testing.T, b *bench) {
	t.Helper()
	first := b.conversation(t, b.agent(t).ID)
	second := b.accept(&first.Now, first.Now, "More")
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error { return tx.Apply(t.Context(), second) })
	if err == nil {
		t.Error("a conversation has two open turns")
	}
}

// nodesCounted is of one node; more there are only on PostgreSQL.
func nodesCounted(t *testing.T, b *bench) {
	t.Helper()
	ok(t, b.db.Beat(t.Context(), nodeOne))
	n, err := b.db.Nodes(t.Context())
	ok(t, err)
	equal(t, "Nodes", n, 1)
	name, err := b.db.Installation(t.Context())
	ok(t, err)
	again, err := b.db.Installation(t.Context())
	ok(t, err)
	if name == "" || name != again {
		t.Errorf("Installation = %q, then %q", name, again)
	}
}

func turnsAdopted(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	ok(t, b.db.Beat(t.Context(), nodeTwo))
	var opened []console.Turn
	for range 3 {
		b.clock.advance(time.Second)
		opened = append(opened, *b.conversation(t, a.ID).Opened)
	}
	done := b.conversation(t, a.ID)
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), b.settle(done.Now, *done.Opened, "Hi")) })

	own, err := b.db.OwnTurns(t.Context(), nodeOne, 2)
	ok(t, err)
	equal(t, "OwnTurns", own, opened[:2])
	own, err = b.db.AdoptTurns(t.Context(), nodeOne, 10)
	ok(t, err)
	equal(t, "AdoptTurns of one's own", own, nil)

	adopted := make([]console.Turn, len(opened))
	for i, turn := range opened {
		turn.Node, turn.Attempt = nodeTwo, 2
		adopted[i] = turn
	}
	got, err := b.db.AdoptTurns(t.Context(), nodeTwo, 2)
	ok(t, err)
	equal(t, "AdoptTurns", got, adopted[:2])
	got, err = b.db.AdoptTurns(t.Context(), nodeTwo, 2)
	ok(t, err)
	equal(t, "AdoptTurns of the rest", got, adopted[2:])
	equal(t, "Turn after it was adopted", b.turn(t, opened[0].ID), adopted[0])
	ok(t, b.db.Leave(t.Context(), nodeTwo))
	got, err = b.db.AdoptTurns(t.Context(), nodeOne, 10)
	ok(t, err)
	equal(t, "how many a third node adopts after Leave", len(got), 3)
}

// turnsRetried has a node take up its own turn again, which nobody else may, nor the node itself twice.
func turnsRetried(t *testing.T, b *bench) {
	t.Helper()
	open := b.conversation(t, b.agent(t).ID)
	turn := *open.Opened
	attempt, err := b.db.RetryTurn(t.Context(), turn)
	ok(t, err)
	equal(t, "attempt", attempt, int64(2))
	equal(t, "attempt as it is stored", b.turn(t, turn.ID).Attempt, int64(2))
	elsewhere := b.turn(t, turn.ID)
	elsewhere.Node = nodeTwo
	for name, claim := range map[string]console.Turn{"an old attempt": turn, "another node": elsewhere} {
		if _, err := b.db.RetryTurn(t.Context(), claim); !console.IsNotFound(err) {
			t.Errorf("RetryTurn by %s: %v, want not found", name, err)
		}
	}
	turn.Attempt = 2
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), b.settle(open.Now, turn, "Hi")) })
	if _, err := b.db.RetryTurn(t.Context(), turn); !console.IsNotFound(err) {
		t.Errorf("RetryTurn of a turn that has ended: %v, want not found", err)
	}
}

// turnsAdoptedByOne lets many nodes adopt at once: nobody gets what another one got.
func turnsAdoptedByOne(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	const turns, nodes = 40, 8
	b.write(t, func(tx *store.Tx) error {
		for range turns {
			if err := tx.Apply(t.Context(), b.accept(nil, b.newConversation(a.ID), "x")); err != nil {
				return err
			}
		}
		return nil
	})
	var mu sync.Mutex
	taken := map[console.ID]map[int64]bool{}
	var wg sync.WaitGroup
	for range nodes {
		node := b.ids.Next()
		ok(t, b.db.Beat(t.Context(), node))
		wg.Go(func() {
			for range turns {
				got, err := b.db.AdoptTurns(t.Context(), node, 3)
				if err != nil {
					t.Errorf("AdoptTurns: %v", err)
				}
				mu.Lock()
				for _, turn := range got {
					if taken[turn.ID][turn.Attempt] {
						t.Errorf("turn %s was adopted twice at attempt %d", turn.ID, turn.Attempt)
					}
					if taken[turn.ID] == nil {
						taken[turn.ID] = map[int64]bool{}
					}
					taken[turn.ID][turn.Attempt] = true
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(taken) == 0 {
		t.Error("no turn was adopted")
	}
}

var errUndo = errors.New("undo this unit")
