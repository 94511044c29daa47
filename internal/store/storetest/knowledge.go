package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func knowledgeTests() map[string]test {
	return map[string]test{
		"knowledge round trip":   knowledgeRoundTrip,
		"knowledge replaced":     knowledgeReplaced,
		"knowledge updated":      knowledgeUpdated,
		"postings":               postings,
		"postings of many words": postingsOfManyWords,
	}
}

func (b *bench) newBase(agent console.ID, name string) console.KnowledgeBase {
	return console.KnowledgeBase{
		ID: b.ids.Next(), AgentID: agent, Kind: console.KnowledgeText, Name: name, Description: to("about"),
		Content: to("text"), CreatedAt: b.clock.now(), UpdatedAt: b.clock.now(), Status: console.KnowledgeReady,
	}
}

// newPassage makes a passage of the given words.
func (b *bench) newPassage(base console.KnowledgeBase, words ...string) console.Passage {
	p := console.Passage{
		ID: b.ids.Next(), BaseID: base.ID, Source: base.Name, Text: strings.Join(words, " "), Length: len(words),
	}
	for _, w := range words {
		p.Terms = append(p.Terms, console.Term{Word: w, Count: 1})
	}
	return p
}

func (b *bench) put(t *testing.T, kb console.KnowledgeBase, passages ...console.Passage) {
	t.Helper()
	b.write(t, func(tx *store.Tx) error { return tx.PutKnowledgeBase(t.Context(), kb, passages) })
	b.write(t, func(tx *store.Tx) error {
		a, err := tx.AgentState(t.Context(), kb.AgentID)
		equal(t, "an agent with a knowledge base knows something", a.Knows, true)
		return err
	})
}

func knowledgeRoundTrip(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	first := b.newBase(a.ID, "first")
	b.clock.advance(time.Second)
	second := b.newBase(a.ID, "second")
	second.Kind, second.URL, second.Content = console.KnowledgeURL, to("https://example.com"), nil
	second.Status, second.Problem, second.FetchedAt = console.KnowledgePending, to("trouble"), to(b.clock.now())
	second.Fetch = console.Fetch{Number: 3, Tries: 2, Due: to(b.clock.now()), Node: "node"}
	b.put(t, second)
	b.put(t, first)
	list, err := b.view().KnowledgeBases(t.Context(), a.ID)
	ok(t, err)
	equal(t, "KnowledgeBases", list, []console.KnowledgeBase{first, second})
	got, err := b.view().KnowledgeBase(t.Context(), a.ID, second.ID)
	ok(t, err)
	equal(t, "KnowledgeBase", got, second)

	_, err = b.view().KnowledgeBases(t.Context(), "nobody")
	refused(t, "KnowledgeBases of an unknown agent", err, console.CodeNotFound)
	_, err = b.view().KnowledgeBase(t.Context(), b.agent(t).ID, first.ID)
	refused(t, "KnowledgeBase of another agent", err, console.CodeNotFound)
	b.write(t, func(tx *store.Tx) error {
		refused(t, "DeleteKnowledgeBase", tx.DeleteKnowledgeBase(t.Context(), a.ID, "none"), console.CodeNotFound)
		refused(t, "PutKnowledgeBase", tx.PutKnowledgeBase(t.Context(), b.newBase("nobody", "x"), nil), console.CodeNotFound)
		stolen := first
		stolen.AgentID = b.agentIn(t, tx)
		refused(t, "PutKnowledgeBase of another's id", tx.PutKnowledgeBase(t.Context(), stolen, nil), console.CodeNotFound)
		return tx.DeleteKnowledgeBase(t.Context(), a.ID, first.ID)
	})
	list, err = b.view().KnowledgeBases(t.Context(), a.ID)
	ok(t, err)
	equal(t, "KnowledgeBases after DeleteKnowledgeBase", list, []console.KnowledgeBase{second})
}

func (b *bench) agentIn(t *testing.T, tx *store.Tx) console.ID {
	t.Helper()
	a := b.newAgent()
	ok(t, tx.InsertAgent(t.Context(), a))
	return a.ID
}

func knowledgeReplaced(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	kb := b.newBase(a.ID, "menu")
	old := b.newPassage(kb, "pizza", "pasta")
	b.put(t, kb, old)
	kb.Name = "card"
	fresh := b.newPassage(kb, "soup")
	b.put(t, kb, fresh)
	p, err := b.view().Postings(t.Context(), a.ID, []string{"pizza", "soup"})
	ok(t, err)
	equal(t, "Postings", p, console.Postings{
		Passages: 1, AverageLength: 1,
		Hits: []console.Hit{{PassageID: fresh.ID, Word: "soup", Count: 1, PassageLength: 1}},
	})
	found, err := b.view().Passages(t.Context(), a.ID, []console.ID{old.ID, fresh.ID})
	ok(t, err)
	fresh.Terms = nil
	equal(t, "Passages", found, []console.Passage{fresh})
	b.write(t, func(tx *store.Tx) error { return tx.DeleteKnowledgeBase(t.Context(), a.ID, kb.ID) })
	p, err = b.view().Postings(t.Context(), a.ID, []string{"soup"})
	ok(t, err)
	equal(t, "Postings after DeleteKnowledgeBase", p, console.Postings{})
}

// An update leaves alone what passages hang on.
func knowledgeUpdated(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	kb := b.newBase(a.ID, "menu")
	b.put(t, kb, b.newPassage(kb, "pizza"))
	at := b.clock.now().Add(time.Minute)
	want := kb
	want.Description, want.URL, want.UpdatedAt = nil, to("https://example.com"), at
	want.Status, want.Problem, want.FetchedAt = console.KnowledgeFailed, to("trouble"), &at
	want.Fetch = console.Fetch{Number: 4, Tries: 1, Due: &at, Node: "node"}
	given := want
	given.Name, given.Content = "another", nil
	b.write(t, func(tx *store.Tx) error {
		refused(t, "UpdateKnowledgeBase", tx.UpdateKnowledgeBase(t.Context(), b.newBase(a.ID, "none")), console.CodeNotFound)
		stolen := given
		stolen.AgentID = b.agentIn(t, tx)
		refused(t, "UpdateKnowledgeBase of another's", tx.UpdateKnowledgeBase(t.Context(), stolen), console.CodeNotFound)
		return tx.UpdateKnowledgeBase(t.Context(), given)
	})
	b.write(t, func(tx *store.Tx) error {
		got, err := tx.LockKnowledgeBase(t.Context(), a.ID, kb.ID)
		equal(t, "LockKnowledgeBase", got, want)
		_, gone := tx.LockKnowledgeBase(t.Context(), a.ID, "none")
		refused(t, "LockKnowledgeBase", gone, console.CodeNotFound)
		return err
	})
	refused(t, "UpdateKnowledgeBase of another team", b.db.Write(t.Context(), b.other, func(tx *store.Tx) error {
		return tx.UpdateKnowledgeBase(t.Context(), given)
	}), console.CodeNotFound)
	p, err := b.view().Postings(t.Context(), a.ID, []string{"pizza"})
	ok(t, err)
	equal(t, "hits", len(p.Hits), 1)
}

func postings(t *testing.T, b *bench) {
	t.Helper()
	a, other := b.agent(t), b.agent(t)
	one, two, foreign := b.newBase(a.ID, "one"), b.newBase(a.ID, "two"), b.newBase(other.ID, "foreign")
	p1, p2, p3 := b.newPassage(one, "red", "green"), b.newPassage(one, "green"), b.newPassage(two, "green", "blue", "gold")
	p1.Terms[1].Count, p1.Length = 4, 5
	b.put(t, one, p1, p2)
	b.put(t, two, p3)
	b.put(t, foreign, b.newPassage(foreign, "green"))
	got, err := b.view().Postings(t.Context(), a.ID, []string{"green", "red", "none"})
	ok(t, err)
	slices.SortFunc(got.Hits, func(x, y console.Hit) int {
		return cmp.Or(cmp.Compare(x.PassageID, y.PassageID), cmp.Compare(x.Word, y.Word))
	})
	equal(t, "Postings", got, console.Postings{
		Passages: 3, AverageLength: 3,
		Hits: []console.Hit{
			{PassageID: p1.ID, Word: "green", Count: 4, PassageLength: 5},
			{PassageID: p1.ID, Word: "red", Count: 1, PassageLength: 5},
			{PassageID: p2.ID, Word: "green", Count: 1, PassageLength: 1},
			{PassageID: p3.ID, Word: "green", Count: 1, PassageLength: 3},
		},
	})
	none, err := b.view().Postings(t.Context(), a.ID, nil)
	ok(t, err)
	equal(t, "Postings of no words", none, console.Postings{Passages: 3, AverageLength: 3})
	nobody, err := b.view().Postings(t.Context(), "nobody", []string{"green"})
	ok(t, err)
	equal(t, "Postings of an unknown agent", nobody, console.Postings{})
	passages, err := b.view().Passages(t.Context(), other.ID, []console.ID{p1.ID})
	ok(t, err)
	equal(t, "Passages of another agent", passages, nil)
}

func postingsOfManyWords(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	kb := b.newBase(a.ID, "big")
	var words []string
	for i := range 150 {
		words = append(words, fmt.Sprint("word", i))
	}
	// Two words that are the same once they are cut to what an index takes.
	long := strings.Repeat("é", 400)
	p := b.newPassage(kb, append(words, long+"a", long+"b")...)
	b.put(t, kb, p)
	got, err := b.view().Postings(t.Context(), a.ID, words)
	ok(t, err)
	equal(t, "hits", len(got.Hits), len(words))
	got, err = b.view().Postings(t.Context(), a.ID, []string{long})
	ok(t, err)
	equal(t, "Postings of a long word", len(got.Hits), 1)
	equal(t, "its count", got.Hits[0].Count, 2)
}
