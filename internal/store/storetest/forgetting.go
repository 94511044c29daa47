package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func forgettingTests() map[string]test {
	return map[string]test{
		"retention":                   retention,
		"retention by many at once":   retentionByMany,
		"customer erased":             customerErased,
		"late words of an erased one": lateWords,
		"team dropped":                teamDropped,
		"team others build on":        teamOthersBuildOn,
	}
}

// keepFor has the first team keep conversations for some days.
func (b *bench) keepFor(t *testing.T, days int) {
	t.Helper()
	ok(t, b.db.SetTeam(t.Context(), console.Team{Name: "first", RetentionDays: days}))
}

// replied stores a conversation in which nothing is open.
func (b *bench) replied(t *testing.T, agent console.ID) console.Conversation {
	t.Helper()
	c := b.conversation(t, agent)
	s := b.settle(c.Now, *c.Opened, "Hi")
	b.write(t, func(tx *store.Tx) error { return tx.Apply(t.Context(), s) })
	return s.Now
}

// conversations are the ids of an agent's, sorted, by the list and by its count.
func (b *bench) conversations(t *testing.T, team, agent console.ID) []console.ID {
	t.Helper()
	page, err := b.db.Team(team).Conversations(t.Context(), agent, console.ConversationFilter{}, console.Query{Page: 1, Limit: 100})
	ok(t, err)
	var ids []console.ID
	for _, c := range page.Items {
		ids = append(ids, c.ID)
	}
	equal(t, "total", page.Total, int64(len(ids)))
	slices.Sort(ids)
	return ids
}

// retire removes until there is nothing more to remove, and returns how often that took.
func (b *bench) retire(t *testing.T, limit int) (times int) {
	t.Helper()
	for more := true; more; times++ {
		var err error
		more, err = b.db.Retire(t.Context(), limit)
		ok(t, err)
	}
	return times
}

func retention(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t).ID
	old := []console.ID{b.replied(t, a).ID, b.replied(t, a).ID, b.replied(t, a).ID}
	open := b.conversation(t, a).Now.ID
	noted, known, busy := b.replied(t, a), b.replied(t, a), b.replied(t, a)
	foreign := b.newAgent()
	ok(t, b.db.Write(t.Context(), b.other, func(tx *store.Tx) error {
		if err := tx.InsertAgent(t.Context(), foreign); err != nil {
			return err
		}
		c := b.accept(nil, b.newConversation(foreign.ID), "Hello")
		c.Opened, c.Now.OpenTurn = nil, ""
		return tx.Apply(t.Context(), c)
	}))
	b.clock.advance(24 * time.Hour)
	b.write(t, func(tx *store.Tx) error {
		at := b.clock.now()
		k := known.Contact()
		k.CreatedAt, k.UpdatedAt = at, at
		if err := tx.PutContact(t.Context(), k); err != nil {
			return err
		}
		if err := tx.InsertNote(t.Context(), console.Note{ID: b.ids.Next(), AgentID: a, ConversationID: noted.ID, CreatedAt: at}); err != nil {
			return err
		}
		return tx.Apply(t.Context(), b.note(busy, "Still there?"))
	})
	all := slices.Sorted(slices.Values(append(slices.Clone(old), open, noted.ID, known.ID, busy.ID)))

	b.clock.advance(9*24*time.Hour - time.Minute)
	equal(t, "times without retention", b.retire(t, 2), 1)
	b.keepFor(t, 10)
	equal(t, "times a minute before", b.retire(t, 2), 1)
	equal(t, "conversations a minute before", b.conversations(t, b.team, a), all)
	b.clock.advance(2 * time.Minute)
	equal(t, "times after ten days", b.retire(t, 2), 2)
	stay := slices.Sorted(slices.Values([]console.ID{open, noted.ID, known.ID, busy.ID}))
	equal(t, "conversations after ten days", b.conversations(t, b.team, a), stay)
	b.clock.advance(24 * time.Hour)
	b.retire(t, 1)
	equal(t, "conversations after eleven", b.conversations(t, b.team, a), []console.ID{open})
	equal(t, "conversations of the other team", len(b.conversations(t, b.other, foreign.ID)), 1)
	_, err := b.view().Conversation(t.Context(), a, old[0])
	refused(t, "Conversation", err, console.CodeNotFound)
	found, err := b.view().TeamLog(t.Context(), 0, 1<<40, 100)
	ok(t, err)
	equal(t, "messages of the team's log", len(found), 1)
}

// retentionByMany lets nodes remove the same conversations at once: each goes once, and the counts stay true.
func retentionByMany(t *testing.T, b *bench) {
	t.Helper()
	const nodes, conversations = 4, 30
	a := b.agent(t).ID
	for range conversations {
		b.replied(t, a)
	}
	b.clock.advance(48 * time.Hour)
	stays := b.replied(t, a).ID
	b.keepFor(t, 1)
	together(nodes, func(int) {
		for more, tries := true, 0; more && tries < conversations; tries++ {
			var err error
			if more, err = b.db.Retire(t.Context(), 3); err != nil {
				t.Errorf("Retire: %v", err)
				return
			}
		}
	})
	equal(t, "conversations", b.conversations(t, b.team, a), []console.ID{stays})
}

func customerErased(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t).ID
	c, other := b.replied(t, a), b.replied(t, a)
	b.claim(t, b.team, "theirs", &console.Answer{Status: 201, Body: []byte(`{"conversation_id":"` + string(c.ID) + `"}`)})
	b.claim(t, b.team, "others", &console.Answer{Status: 201, Body: []byte(`{"conversation_id":"` + string(other.ID) + `"}`)})
	b.claim(t, b.team, "for "+c.CustomerID, &console.Answer{Status: 201, Body: []byte(`{}`)})
	found, err := b.db.FindCustomer(t.Context(), b.team, c.CustomerID)
	ok(t, err)
	equal(t, "FindCustomer", found.Conversations, []console.ID{c.ID})
	want := store.Removed{Conversations: 1, Messages: 2, Turns: 1, Answers: 2}
	would, err := b.db.CountTraces(t.Context(), b.team, found)
	ok(t, err)
	equal(t, "CountTraces", would, want)
	came, err := b.db.Erase(t.Context(), b.team, found)
	ok(t, err)
	equal(t, "Erase", came, want)
	equal(t, "conversations", b.conversations(t, b.team, a), []console.ID{other.ID})
	equal(t, "the answer", b.claim(t, b.team, "theirs", nil), &console.Answer{Fingerprint: [32]byte{1}, Status: 404})
	equal(t, "the answer under a key with the name", b.claim(t, b.team, "for "+c.CustomerID, nil), (*console.Answer)(nil))
	if kept := b.claim(t, b.team, "others", nil); kept == nil || len(kept.Body) == 0 {
		t.Errorf("the other customer's answer: got %+v", kept)
	}
	came, err = b.db.Erase(t.Context(), b.team, found)
	ok(t, err)
	equal(t, "Erase once more", came, store.Removed{})
	// Whoever writes again begins anew.
	next := b.newConversation(a)
	next.CustomerID = c.CustomerID
	b.write(t, func(tx *store.Tx) error {
		there, err := tx.FindConversation(t.Context(), console.Place{AgentID: a, Channel: next.Channel, Test: next.Test, CustomerID: next.CustomerID})
		equal(t, "FindConversation", there, nil)
		if err != nil {
			return err
		}
		return tx.Apply(t.Context(), b.accept(nil, next, "Hello again"))
	})
	more, err := b.db.Sweep(t.Context(), 100)
	ok(t, err)
	equal(t, "more to sweep", more, false)
	_, err = b.db.Scrub(t.Context())
	ok(t, err)
	ok(t, b.db.DropSnapshots())
}

// lateWords has a run finish, and record, and sum up, what has been erased meanwhile.
func lateWords(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t).ID
	c := b.conversation(t, a)
	found, err := b.db.FindCustomer(t.Context(), b.team, c.Now.CustomerID)
	ok(t, err)
	came, err := b.db.Erase(t.Context(), b.team, found)
	ok(t, err)
	equal(t, "Erase", came, store.Removed{Conversations: 1, Messages: 1, Turns: 1})
	late := map[string]func(tx *store.Tx) error{
		"LockConversation": func(tx *store.Tx) error {
			_, err := tx.LockConversation(t.Context(), a, c.Now.ID)
			return err
		},
		"Apply": func(tx *store.Tx) error { return tx.Apply(t.Context(), b.settle(c.Now, *c.Opened, "Hi")) },
		"Turn": func(tx *store.Tx) error {
			_, err := tx.Turn(t.Context(), c.Opened.ID)
			return err
		},
		"PutSummary": func(tx *store.Tx) error {
			return tx.PutSummary(t.Context(), console.Summary{ConversationID: c.Now.ID, AgentID: a, ToSeq: 1, Text: "x"},
				console.Turn{Record: &console.Record{}}, b.clock.now())
		},
	}
	for name, f := range late {
		refused(t, name, b.db.Write(t.Context(), b.team, f), console.CodeNotFound)
	}
	turn := *c.Opened
	turn.Record = spending(gpt(), 3, 4, console.Money{})
	turn.Record.Prompt = &console.Prompt{System: "x"}
	b.write(t, func(tx *store.Tx) error { return tx.KeepRecord(t.Context(), turn, b.clock.now()) })
	_, err = b.view().Prompt(t.Context(), c.Now.ID, turn.ID)
	refused(t, "Prompt", err, console.CodeNotFound)
	equal(t, "adopted turns", len(must(t, func() ([]console.Turn, error) { return b.db.AdoptTurns(t.Context(), "cnodetwo", 10) })), 0)
}

func must[T any](t *testing.T, f func() (T, error)) T {
	t.Helper()
	got, err := f()
	ok(t, err)
	return got
}

func teamDropped(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	b.replied(t, a.ID)
	key := console.Key{ID: b.ids.Next(), TeamID: b.team, CreatedAt: b.clock.now()}
	b.write(t, func(tx *store.Tx) error { return tx.InsertKey(t.Context(), key, [32]byte{7}) })
	ok(t, b.db.DropTeam(t.Context(), "first"))
	refused(t, "DropTeam once more", b.db.DropTeam(t.Context(), "first"), console.CodeNotFound)
	_, err := b.db.TeamByName(t.Context(), "first")
	refused(t, "TeamByName", err, console.CodeNotFound)
	equal(t, "teams", len(must(t, func() ([]console.Team, error) { return b.db.Teams(t.Context()) })), 1)
	equal(t, "keys", len(must(t, func() ([]store.TeamKey, error) { return b.db.AllKeys(t.Context()) })), 0)
	equal(t, "revoked", must(t, func() ([]console.ID, error) { return b.db.KeysRevokedSince(t.Context(), b.clock.now()) }), []console.ID{key.ID})
	_, err = b.view().Agent(t.Context(), a.ID)
	refused(t, "Agent", err, console.CodeNotFound)
	ok(t, b.db.InsertTeam(t.Context(), console.Team{ID: b.ids.Next(), Name: "first", CreatedAt: b.clock.now()}))

	// A server that runs may not have heard yet that the key is revoked.
	for range 3 {
		more, err := b.db.Purge(t.Context(), 100)
		ok(t, err)
		equal(t, "more to purge", more, false)
	}
	k, _, err := b.db.KeyByHash(t.Context(), [32]byte{7})
	if err != nil || k.RevokedAt == nil {
		t.Errorf("KeyByHash: got %+v, %v, want it revoked", k, err)
	}
	b.clock.advance(10 * time.Minute)
	_, err = b.db.Purge(t.Context(), 100)
	ok(t, err)
	_, _, err = b.db.KeyByHash(t.Context(), [32]byte{7})
	refused(t, "KeyByHash", err, console.CodeNotFound)
}

func teamOthersBuildOn(t *testing.T, b *bench) {
	t.Helper()
	w := b.newWorkflow()
	w.Visibility = console.Public
	b.write(t, func(tx *store.Tx) error { return tx.InsertWorkflow(t.Context(), w) })
	a := b.newAgent()
	a.WorkflowID = &w.ID
	ok(t, b.db.Write(t.Context(), b.other, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) }))
	refused(t, "DropTeam", b.db.DropTeam(t.Context(), "first"), console.CodeConflict)
	_, err := b.db.TeamByName(t.Context(), "first")
	ok(t, err)
	ok(t, b.db.Write(t.Context(), b.other, func(tx *store.Tx) error { return tx.DeleteAgent(t.Context(), a.ID) }))
	ok(t, b.db.DropTeam(t.Context(), "first"))
}
