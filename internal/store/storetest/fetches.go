package storetest

import (
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func fetchTests() map[string]test {
	return map[string]test{
		"pages in order":         pagesInOrder,
		"pages of others":        pagesOfOthers,
		"pages that are skipped": pagesThatAreSkipped,
	}
}

// page stores one that is due some time from now.
func (b *bench) page(t *testing.T, agent console.ID, in time.Duration) console.KnowledgeBase {
	t.Helper()
	kb := b.newBase(agent, "page")
	kb.Kind, kb.URL, kb.Content, kb.Status = console.KnowledgeURL, to("https://example.com"), nil, console.KnowledgePending
	kb.Fetch = console.Fetch{Number: 1, Due: to(b.clock.now().Add(in))}
	b.write(t, func(tx *store.Tx) error { return tx.PutKnowledgeBase(t.Context(), kb, nil) })
	return kb
}

// take has a node that is alive take a page.
func (b *bench) take(t *testing.T, by console.Taker) *console.Taken {
	t.Helper()
	by.At = b.clock.now()
	ok(t, b.db.Beat(t.Context(), by.Node))
	taken, err := b.db.TakeFetch(t.Context(), by)
	ok(t, err)
	return taken
}

// once is a page as it is after a node has taken it for the how many-th time.
func once(kb console.KnowledgeBase, node console.ID, times int) *console.KnowledgeBase {
	kb.Status = console.KnowledgeFetching
	kb.Fetch = console.Fetch{Number: 1 + int64(times), Tries: times, Due: kb.Fetch.Due, Node: node}
	return &kb
}

// wantTaken checks which page was taken, nil for none.
func wantTaken(t *testing.T, what string, got *console.Taken, want *console.KnowledgeBase) {
	t.Helper()
	var base *console.KnowledgeBase
	if got != nil {
		base = &got.Base
	}
	equal(t, what, base, want)
}

func pagesInOrder(t *testing.T, b *bench) {
	t.Helper()
	a := b.newAgent()
	a.Language = "fr"
	b.write(t, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) })
	one := console.Taker{Node: nodeOne}
	wantTaken(t, "nothing", b.take(t, one), nil)
	b.put(t, b.newBase(a.ID, "a text"))
	last, first, later := b.page(t, a.ID, -time.Second), b.page(t, a.ID, -time.Minute), b.page(t, a.ID, time.Minute)
	got := b.take(t, one)
	wantTaken(t, "the first", got, once(first, nodeOne, 1))
	equal(t, "its team", got.Team, b.team)
	equal(t, "its language", got.Language, "fr")
	stored, err := b.view().KnowledgeBase(t.Context(), a.ID, first.ID)
	ok(t, err)
	equal(t, "as it is stored", stored, got.Base)
	one.Running = append(one.Running, first.ID)
	wantTaken(t, "the second", b.take(t, one), once(last, nodeOne, 1))
	one.Running = append(one.Running, last.ID)
	wantTaken(t, "none is due", b.take(t, one), nil)
	b.clock.advance(time.Minute)
	wantTaken(t, "one whose time has come", b.take(t, one), once(later, nodeOne, 1))
	b.write(t, func(tx *store.Tx) error {
		kb := got.Base
		kb.Fetch.Due, kb.Fetch.Node = nil, ""
		return tx.UpdateKnowledgeBase(t.Context(), kb)
	})
	wantTaken(t, "one that is done", b.take(t, console.Taker{Node: nodeOne, Running: []console.ID{last.ID, later.ID}}), nil)
}

// What a node that is gone has left is there for others, and what a node has taken without knowing it
// for itself. (That what a living node works on is not there for others is a promise of PostgreSQL
// alone: on SQLite there is one node.)
func pagesOfOthers(t *testing.T, b *bench) {
	t.Helper()
	const two = console.ID("cnodetwo")
	kb := b.page(t, b.agent(t).ID, 0)
	wantTaken(t, "the first node", b.take(t, console.Taker{Node: nodeOne}), once(kb, nodeOne, 1))
	wantTaken(t, "what it does not know that it has", b.take(t, console.Taker{Node: nodeOne}), once(kb, nodeOne, 2))
	ok(t, b.db.Leave(t.Context(), nodeOne))
	wantTaken(t, "another node, once the first is gone", b.take(t, console.Taker{Node: two}), once(kb, two, 3))
}

func pagesThatAreSkipped(t *testing.T, b *bench) {
	t.Helper()
	gone := b.agent(t)
	b.page(t, gone.ID, -time.Hour)
	b.write(t, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), gone.ID) })
	mine := b.page(t, b.agent(t).ID, -time.Minute)
	theirs := b.newAgent()
	var kb console.KnowledgeBase
	ok(t, b.db.Write(t.Context(), b.other, func(tx *store.Tx) error {
		if err := tx.InsertAgent(t.Context(), theirs); err != nil {
			return err
		}
		kb = b.newBase(theirs.ID, "page")
		kb.Fetch = console.Fetch{Number: 1, Due: to(b.clock.now())}
		return tx.PutKnowledgeBase(t.Context(), kb, nil)
	}))
	got := b.take(t, console.Taker{Node: nodeOne, Busy: []console.ID{b.team}})
	wantTaken(t, "while a team is busy", got, once(kb, nodeOne, 1))
	equal(t, "its team", got.Team, b.other)
	running := []console.ID{kb.ID}
	wantTaken(t, "while both are", b.take(t, console.Taker{Node: nodeOne, Running: running, Busy: []console.ID{b.team, b.other}}), nil)
	wantTaken(t, "the other", b.take(t, console.Taker{Node: nodeOne, Running: running}), once(mine, nodeOne, 1))
}
