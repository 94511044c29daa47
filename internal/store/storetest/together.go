package storetest

import (
	"fmt"
	"sync"
	"testing"

	"github.com/bimpe/bimpe/internal/console"
	"github.com/bimpe/bimpe/internal/store"
)

func togetherTests() map[string]test {
	return map[string]test{
		"what is locked is not lost":          lockedNotLost,
		"readers see logs without gaps":       readersSeeNoGaps,
		"units read beside themselves":        unitsReadBeside,
		"a refusal is kept as an answer":      refusalKept,
		"adopting and settling exclude":       adoptOrSettle,
		"deleting an agent excludes a begin":  deleteOrBegin,
		"knowledge replaced by many":          knowledgeByMany,
		"conversations begun on all channels": begunEverywhere,
	}
}

// together runs f some times at once.
func together(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// lockedNotLost lets many read a thing, change what they read and write it back: nobody's change is
// lost under another's.
func lockedNotLost(t *testing.T, b *bench) {
	t.Helper()
	const callers = 16
	a, w := b.agent(t), b.newWorkflow()
	c := b.conversation(t, a.ID).Now
	w.SetupMinutes = 0
	b.write(t, func(tx *store.Tx) error { return tx.InsertWorkflow(t.Context(), w) })
	for name, change := range map[string]func(tx *store.Tx) error{
		"LockAgent": func(tx *store.Tx) error {
			a, err := tx.LockAgent(t.Context(), a.ID)
			if err != nil {
				return err
			}
			a.Epoch++
			return tx.UpdateAgent(t.Context(), a)
		},
		"LockWorkflow": func(tx *store.Tx) error {
			w, err := tx.LockWorkflow(t.Context(), w.ID)
			if err != nil {
				return err
			}
			w.SetupMinutes++
			return tx.UpdateWorkflow(t.Context(), w)
		},
		"LockConversation": func(tx *store.Tx) error {
			was, err := tx.LockConversation(t.Context(), a.ID, c.ID)
			if err != nil {
				return err
			}
			now := was
			now.Epoch++
			return tx.Apply(t.Context(), console.Change{Was: &was, Now: now})
		},
	} {
		together(callers, func(int) {
			if err := b.db.Write(t.Context(), b.team, change); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	gotAgent, err := b.view().Agent(t.Context(), a.ID)
	ok(t, err)
	equal(t, "changes of the agent", gotAgent.Epoch, int64(callers))
	gotWorkflow, err := b.view().Workflow(t.Context(), w.ID)
	ok(t, err)
	equal(t, "changes of the workflow", gotWorkflow.SetupMinutes, int64(callers))
	gotConversation, err := b.view().Conversation(t.Context(), a.ID, c.ID)
	ok(t, err)
	equal(t, "changes of the conversation", gotConversation.Epoch, int64(callers))
}

// readersSeeNoGaps reads a log while it grows: whatever a reader sees begins at the first message
// and leaves out none.
func readersSeeNoGaps(t *testing.T, b *bench) {
	t.Helper()
	c := b.conversation(t, b.agent(t).ID).Now
	const most = 60
	together(4, func(i int) {
		for seen := int64(0); seen < most; {
			if i == 0 {
				b.appendOne(t, c.AgentID, c.ID)
			}
			log, err := b.view().MessagesAfter(t.Context(), c.ID, seen, 1000)
			if err != nil {
				t.Errorf("MessagesAfter: %v", err)
				return
			}
			for _, m := range log {
				if seen++; m.Seq != seen {
					t.Errorf("read message %d after %d", m.Seq, seen-1)
					return
				}
			}
		}
	})
}

// appendOne appends a message in a unit of its own.
func (b *bench) appendOne(t *testing.T, agent, id console.ID) {
	t.Helper()
	err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
		was, err := tx.LockConversation(t.Context(), agent, id)
		if err != nil {
			return err
		}
		return tx.Apply(t.Context(), b.note(was, "more"))
	})
	if err != nil {
		t.Errorf("Write: %v", err)
	}
}

// unitsReadBeside has more units than there are connections read outside of their transaction: they
// see what was committed, and none waits for another.
func unitsReadBeside(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	together(60, func(i int) {
		err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
			fresh := b.newAgent()
			if err := tx.InsertAgent(t.Context(), fresh); err != nil {
				return err
			}
			if _, err := tx.Agent(t.Context(), fresh.ID); err != nil {
				return fmt.Errorf("in unit %d: %w", i, err)
			}
			if _, err := b.view().Agent(t.Context(), fresh.ID); !console.IsNotFound(err) {
				return fmt.Errorf("unit %d was seen before its commit: %w", i, err)
			}
			_, err := b.view().Agent(t.Context(), a.ID)
			return err
		})
		if err != nil {
			t.Errorf("Write: %v", err)
		}
	})
}

// refusalKept keeps the answer of a request that was refused, while all else that it did is undone.
func refusalKept(t *testing.T, b *bench) {
	t.Helper()
	answer := console.Answer{Fingerprint: [32]byte{3}, Status: 409, Body: []byte("taken")}
	b.write(t, func(tx *store.Tx) error {
		if _, err := tx.ClaimKey(t.Context(), "key", answer.Fingerprint); err != nil {
			return err
		}
		a := b.newAgent()
		err := tx.Nested(func() error {
			tx.AfterCommit(func() { t.Error("what was undone was announced") })
			ok(t, tx.InsertAgent(t.Context(), a))
			twin := b.newAgent()
			twin.TestCode = a.TestCode
			return tx.InsertAgent(t.Context(), twin)
		})
		refused(t, "InsertAgent", err, console.CodeConflict)
		return tx.KeepAnswer(t.Context(), "key", answer)
	})
	equal(t, "agents", b.total(t), int64(0))
	equal(t, "ClaimKey again", b.claim(t, b.team, "key", nil), &answer)
}

// adoptOrSettle lets a turn be adopted while it is being settled by the one who had it: either the
// reply stands and nothing was adopted, or the settling sees an attempt that is not its own.
func adoptOrSettle(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	for range 15 {
		first := b.conversation(t, a.ID)
		var adopted []console.Turn
		var settled, late bool
		together(2, func(i int) {
			var err error
			if i == 0 {
				adopted, err = b.db.AdoptTurns(t.Context(), nodeTwo, 10)
			} else {
				err = b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
					settled, late = false, false
					was, err := tx.LockConversation(t.Context(), a.ID, first.Now.ID)
					if err != nil {
						return err
					}
					turn, err := tx.Turn(t.Context(), first.Opened.ID)
					if err != nil {
						return err
					}
					if late = turn.Attempt != first.Opened.Attempt; late {
						return nil
					}
					settled = true
					return tx.Apply(t.Context(), b.settle(was, turn, "Hi"))
				})
			}
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		})
		if settled == (len(adopted) == 1) || settled == late {
			t.Fatalf("settled %v, late %v, adopted %d, want just one to have had the turn", settled, late, len(adopted))
		}
	}
}

// deleteOrBegin deletes an agent while a customer begins to write to it: nothing can be reached
// afterwards, and nothing of it stays behind after Purge.
func deleteOrBegin(t *testing.T, b *bench) {
	t.Helper()
	for range 10 {
		a := b.agent(t)
		c := b.newConversation(a.ID)
		together(2, func(i int) {
			err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
				if i == 0 {
					return tx.DeleteAgent(t.Context(), a.ID)
				}
				if _, err := tx.AgentState(t.Context(), a.ID); err != nil {
					return err
				}
				return tx.Apply(t.Context(), b.accept(nil, c, "Hello"))
			})
			if err != nil && !console.IsNotFound(err) {
				t.Errorf("caller %d: %v", i, err)
			}
		})
		_, err := b.view().Conversation(t.Context(), a.ID, c.ID)
		refused(t, "Conversation", err, console.CodeNotFound)
		b.purgeAll(t, 100)
		// Its id is free, so nothing was left behind.
		b.write(t, func(tx *store.Tx) error { return tx.InsertAgent(t.Context(), a) })
		page, err := b.view().Conversations(t.Context(), a.ID, console.ConversationFilter{}, console.Query{})
		ok(t, err)
		equal(t, "conversations of the agent that came back", page, console.Page[console.Conversation]{})
	}
}

// knowledgeByMany lets many replace the same knowledge base: what stays is all of one of them.
func knowledgeByMany(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	kb := b.newBase(a.ID, "menu")
	b.put(t, kb)
	words := func(i int) []string { return []string{"all", fmt.Sprint("only", i), fmt.Sprint("just", i)} }
	together(12, func(i int) {
		p := b.newPassage(kb, words(i)...)
		err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
			if _, err := tx.LockAgent(t.Context(), a.ID); err != nil {
				return err
			}
			return tx.PutKnowledgeBase(t.Context(), kb, []console.Passage{p})
		})
		if err != nil {
			t.Errorf("Write: %v", err)
		}
	})
	of := func(words ...string) console.Postings {
		p, err := b.view().Postings(t.Context(), a.ID, words)
		ok(t, err)
		return p
	}
	equal(t, "passages", of("all").Passages, 1)
	equal(t, "passages with the common word", len(of("all").Hits), 1)
	whole := 0
	for i := range 12 {
		if n := len(of(words(i)[1:]...).Hits); n == 2 {
			whole++
		} else if n != 0 {
			t.Errorf("writer %d left %d of its 2 words", i, n)
		}
	}
	equal(t, "writers whose words are there", whole, 1)
}

// begunEverywhere begins a conversation of one customer on every channel, tests apart: each is one
// of its own, whoever comes first.
func begunEverywhere(t *testing.T, b *bench) {
	t.Helper()
	a := b.agent(t)
	var places []console.Place
	for _, channel := range console.Channels() {
		for _, test := range []bool{false, true} {
			places = append(places, console.Place{AgentID: a.ID, Channel: channel, Test: test, CustomerID: "Ada"})
		}
	}
	together(3*len(places), func(i int) {
		at := places[i%len(places)]
		err := b.db.Write(t.Context(), b.team, func(tx *store.Tx) error {
			found, err := tx.FindConversation(t.Context(), at)
			if err != nil || found != nil {
				return err
			}
			c := b.newConversation(a.ID)
			c.Channel, c.Test, c.CustomerID = at.Channel, at.Test, at.CustomerID
			return tx.Apply(t.Context(), b.accept(nil, c, "Hello"))
		})
		if err != nil {
			t.Errorf("Write: %v", err)
		}
	})
	page, err := b.view().Conversations(t.Context(), a.ID, console.ConversationFilter{}, console.Query{})
	ok(t, err)
	equal(t, "conversations", page.Total, int64(len(places)))
}
